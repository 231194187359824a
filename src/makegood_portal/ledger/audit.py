"""Writing the audit: one entry for each act and each opened part of a file. If it cannot be written, nothing happens."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, OperationalError, connection

from makegood_portal.ledger import history
from makegood_portal.ledger.scope import Scope


class NotRecorded(Exception):
    """The audit entry could not be written: what it was about is neither done nor shown."""


_INSERT = """
INSERT INTO ledger_auditentry (at, actor, acting_as, verb, part, "table", row, candidacy, person, outcome, facts, sealed, request)
VALUES (clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    scope: Scope,
    verb: str,
    *,
    part: str = "",
    table: str = "",
    row: UUID | None = None,
    candidacy: UUID | None = None,
    person: UUID | None = None,
    outcome: str = "done",
    facts: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
) -> None:
    """One entry, in the transaction that is open. `personal` is encrypted with the person's key; `facts` hold codes only."""
    sealed = history.seal(person, personal) if person and personal else None
    acting_as = scope.system or ",".join(sorted(scope.roles))
    known = json.dumps(facts or {}, cls=DjangoJSONEncoder)
    try:
        _write([scope.user, acting_as[:64], verb, part, table, row, candidacy, person, outcome, known, sealed, uuid4()])
    except OperationalError:
        raise  # the database is away or full: that page says so
    except DatabaseError as error:
        raise NotRecorded(verb) from error


def _write(values: list[Any]) -> None:
    with connection.cursor() as cursor:  # without RETURNING, which would need the right to read the entry back
        cursor.execute(_INSERT, values)
