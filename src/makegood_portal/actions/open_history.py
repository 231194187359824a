"""Reading the audit: the history of a file, and an export of what was done. Both are themselves written down."""

from __future__ import annotations

import csv
import io
from datetime import date
from uuid import UUID

from makegood_portal.actions.acting import action, fact
from makegood_portal.actions.csv_cells import harmless
from makegood_portal.ledger import audit
from makegood_portal.ledger.queries import audit_trail
from makegood_portal.ledger.queries.audit_trail import FileHistory
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

COLUMNS = ("number", "at", "who", "acting_as", "verb", "part", "table", "outcome", "pseudonym")


def open_history(*, by: Scope, on: UUID, number: int) -> FileHistory | None:
    """The history of a file, or None: not there and not yours are the same answer."""
    found = audit_trail.of_file(by, on, number=number)
    outcome, person = ("done", found.person) if found else ("refused", None)
    audit.record(by, "read", part="history", table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome)
    return found


@action(Role.LEAD, Role.ADMINISTRATOR)
def export_audit(*, by: Scope, on: None, actor: UUID | None, verb: str, day: date | None) -> str:  # noqa: ARG001 - it is about no record
    """What was done, as CSV; that it was taken out, and how many rows, is written down."""
    rows = audit_trail.exported(by, actor=actor, verb=verb, day=day)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows:
        outcome = "refused" if row.refused else "done"
        said = (row.number, row.at.isoformat(), row.who, row.acting_as, row.verb, row.part, row.table, outcome, row.pseudonym)
        writer.writerow([harmless(str(word)) for word in said])
    fact(rows=len(rows), export="audit")
    return file.getvalue()
