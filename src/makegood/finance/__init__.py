"""Whose money: drawn capital, guarantees, the waterfall, returns and the journal.

Comes in: what outcome payers owe, and dated transactions. Goes out: repayments per investor, what others receive, a
double-entry journal. Must never know: outcomes, claims, why anything was paid.
"""
