"""Opening somebody's file: read and written down in the same transaction; what cannot be written down is not shown."""

from __future__ import annotations

from uuid import UUID

from makegood_portal.ledger import audit
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.queries import candidates
from makegood_portal.ledger.queries.candidates import File, Head
from makegood_portal.ledger.scope import Scope


def open_file(*, by: Scope, on: UUID, part: Part = Part.IDENTITY) -> File | None:
    """The file as far as the asker may see it, or None: not there and not yours are the same answer."""
    found = candidates.file(by, on)
    _write_down(by, on, part, found)
    return found


def open_head(*, by: Scope, on: UUID) -> Head | None:
    """Whose file it is, for a page about one part of it; None as above."""
    found = candidates.head(by, on)
    _write_down(by, on, Part.IDENTITY, found)
    return found


def _write_down(by: Scope, on: UUID, part: Part, found: File | Head | None) -> None:
    person, outcome = (found.person, "done") if found else (None, "refused")
    audit.record(by, "read", part=part, table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome)
