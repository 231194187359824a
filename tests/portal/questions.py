"""What a page asks the database: every statement, also those of session, log-in and scope; two kinds are named and left out.

An entry of the audit, which each opened file costs, is a write that answers nothing. Savepoints, BEGIN and COMMIT ask
nothing: most savepoints are those of the suite's own transaction around a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST = 12
"""Agreed for a page, whatever stands in the register."""
NO_QUESTION = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")
AUDIT = "INSERT INTO ledger_auditentry"


def questions(client: Client, address: str, headers: Mapping[str, str] | None = None) -> tuple[Any, list[str]]:
    """The answer, and each statement. What is asked once a session is not asked of this page: it is opened once before."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address, headers=dict(headers or {}))
    said = [query["sql"].strip() for query in captured.captured_queries]
    # The suite gives back the role after each page, because it goes on in the same transaction.
    return answer, [sql for sql in said if not sql.startswith((*NO_QUESTION, AUDIT)) and "set_config('role', 'none'" not in sql]
