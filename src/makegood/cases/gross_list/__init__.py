"""A prison's monthly list as it comes: read safely, its columns mapped, each row accepted, corrected or refused.

Comes in: the bytes of a CSV or XLSX file and a mapping of its columns. Goes out: a judgement of each row with its
reasons. Must never know: who is already on record; that is the register's to say.
"""
