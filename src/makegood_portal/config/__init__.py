"""The operator's room: settings, keys, the embedded PostgreSQL, start-up, the worker.

Comes in: the environment (`MAKEGOOD_HOME`, `DATABASE_URL`, `MAKEGOOD_RUNTIME_URL`). Goes out: running processes.
It must never know a rule of a programme.
"""
