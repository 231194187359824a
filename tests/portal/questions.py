"""What a page asks the database: reads and writes, also those of session, log-in and audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST = 12
"""Agreed for a page, whatever stands in the register."""
ASKS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "(SELECT")
"""BEGIN, COMMIT and savepoints ask nothing: most savepoints are those of the suite's own transaction around a page."""


def questions(client: Client, address: str, headers: Mapping[str, str] | None = None) -> tuple[Any, list[str]]:
    """The answer, and each statement. What is asked once a session is not asked of this page: it is opened once before."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address, headers=dict(headers or {}))
    said = [query["sql"] for query in captured.captured_queries if query["sql"].lstrip().startswith(ASKS)]
    # The suite gives back the role after each page, because it goes on in the same transaction.
    return answer, [sql for sql in said if "set_config('role', 'none'" not in sql]
