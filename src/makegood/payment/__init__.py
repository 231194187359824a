"""What is owed: facts meet terms and become payments.

Comes in: terms, results, claims, an effect, earlier payments. Goes out: payments per payer, refused claims with
reasons, what each limit cut. Must never know: records of persons, months, where a file lies, who financed it.
"""
