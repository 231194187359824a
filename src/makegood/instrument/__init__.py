"""What is asked: questionnaires as XLSForm files, their branching, what an answer may be, and what is missing.

Comes in: an XLSForm and answers. Goes out: items, which of them are asked now, problems of an answer, missingness.
Must never know: who answered, what an answer means for taking part or for money.
"""
