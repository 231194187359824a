"""Writing the audit: one entry for each act and each opened part of a file. If it cannot be written, nothing happens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, OperationalError, connection

from makegood_portal.ledger import history, shown
from makegood_portal.ledger.scope import Scope


class NotRecorded(Exception):
    """The audit entry could not be written: what it was about is neither done nor shown."""


_INSERT = """
INSERT INTO ledger_auditentry (at, actor, acting_as, verb, part, "table", row, candidacy, person, outcome, facts, sealed, request, shown)
VALUES
"""
_ROW = "(clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An act, or an opened part of a file. `personal` is encrypted with the person's key; `facts` hold codes only."""

    verb: str
    part: str = ""
    table: str = ""
    row: UUID | None = None
    candidacy: UUID | None = None
    person: UUID | None = None
    outcome: str = "done"
    facts: dict[str, Any] | None = None
    personal: dict[str, Any] | None = None
    shown: Sequence[UUID] = ()


def record(scope: Scope, verb: str, **words: Any) -> None:
    """One entry, in the transaction that is open; `words` are those of `Entry`."""
    record_together(scope, [Entry(verb=verb, **words)])


def record_together(scope: Scope, entries: Sequence[Entry]) -> None:
    """These entries in their order, in the transaction that is open. One statement, and none for nothing."""
    if not entries:
        return
    acting_as = (scope.system or ",".join(sorted(scope.roles)))[:64]
    rows = [_values(scope, acting_as, entry) for entry in entries]
    for entry in entries:
        if entry.candidacy:
            shown.opened(entry.candidacy)
    try:
        _write(rows)
    except OperationalError:
        raise  # the database is away or full: that page says so
    except DatabaseError as error:
        raise NotRecorded(", ".join(entry.verb for entry in entries)) from error


def record_list(scope: Scope, people: Sequence[UUID], *, screen: str, named: bool) -> None:
    """One entry for all candidates whom a page showed and of whom nothing else was written down; none for nobody.

    `named`: some of them by name, and not by their number only.
    """
    if people:
        facts, part = {"screen": screen, "people": len(people)}, "identity" if named else "candidacy"
        record(scope, shown.LISTED, part=part, table="ledger_candidacy", shown=people, facts=facts)


def _values(scope: Scope, acting_as: str, entry: Entry) -> list[Any]:
    sealed = history.seal(entry.person, entry.personal) if entry.person and entry.personal else None
    known = json.dumps(entry.facts or {}, cls=DjangoJSONEncoder)
    of = [entry.verb, entry.part, entry.table, entry.row, entry.candidacy, entry.person, entry.outcome]
    return [scope.user, acting_as, *of, known, sealed, uuid4(), [*entry.shown] or None]


def _write(rows: Sequence[list[Any]]) -> None:
    with connection.cursor() as cursor:  # without RETURNING, which would need the right to read the entry back
        cursor.execute(_INSERT + ", ".join([_ROW] * len(rows)), [value for row in rows for value in row])
