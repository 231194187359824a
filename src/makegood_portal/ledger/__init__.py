"""What we keep: models (a file each), constraints, access, queries, history.

Comes in: facts with their actor and their two dates. Goes out: rows, as far as the asker may see them. It must never
know a page or a process; who may see what is decided in `access` alone.
"""
