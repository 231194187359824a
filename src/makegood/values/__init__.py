"""The alphabet: money, months, periods, shares, fingerprints and problems.

Comes in: text and plain numbers. Goes out: exact values that know how to be rounded, split and shown.
Must never know: what a programme is, where a file lies, what time it is.
"""
