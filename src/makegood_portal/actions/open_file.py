"""Opening somebody's file: read and written down in the same transaction; what cannot be written down is not shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from makegood_portal.ledger import audit
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.queries import agreements, candidates, support
from makegood_portal.ledger.queries.agreements import Meeting
from makegood_portal.ledger.queries.candidates import File, Head
from makegood_portal.ledger.queries.support import Support
from makegood_portal.ledger.scope import Scope


def open_file(*, by: Scope, on: UUID, with_permission: bool = False, with_conditions: bool = False) -> File | None:
    """The file as far as the asker may see it, or None: not there and not yours are the same answer.

    `with_permission`: the page shows beside it where the asking of municipalities stands; `with_conditions`: under which
    conditions they permit it, if there are any.
    """
    found = candidates.file(by, on)
    if found is None or not (with_permission or (with_conditions and found.conditions)):
        _write_down(by, on, found)
        return found
    entry = partial(audit.Entry, verb="read", candidacy=on, person=found.person)
    opened = entry(part=_part(found), table="ledger_candidacy", row=on)
    audit.record_together(by, [opened, entry(part=Part.PERMISSION, table="ledger_permissionrequest")])
    return found


def open_head(*, by: Scope, on: UUID) -> Head | None:
    """Whose file it is, for a page about one part of it; None as above."""
    found = candidates.head(by, on)
    _write_down(by, on, found)
    return found


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file with what stands on its first page beside it."""

    file: File
    first: Meeting | None
    """The first appointment, as far as the asker may see it."""
    support: Support | None
    """With what the candidate needs help, for who may read their answers."""


def open_first_page(*, by: Scope, on: UUID, today: date) -> Opened | None:
    """The file, the first appointment and the needs for support, each written down where there is one; None as above."""
    file = candidates.file(by, on)
    if file is None:
        _write_down(by, on, None)
        return None
    first, needs = agreements.first_of(by, on), support.of_candidate(by, on, programme=file.programme, today=today)
    entry = partial(audit.Entry, verb="read", candidacy=on, person=file.person)
    entries = [entry(part=_part(file), table="ledger_candidacy", row=on)]
    if file.prison_number:
        entries.append(entry(part=Part.CONTACT, table="ledger_prisonnumber"))
    if file.conditions:
        entries.append(entry(part=Part.PERMISSION, table="ledger_permissionrequest"))
    if first is not None:
        entries.append(entry(part=Part.CONTACT, table="ledger_appointment", row=first.id))
    if needs is not None:
        entries.append(entry(part=Part.SCREENING, table="ledger_answer"))
    audit.record_together(by, entries)
    return Opened(file=file, first=first, support=needs)


def open_support(*, by: Scope, on: UUID, programme: UUID, person: UUID, asked: Collection[str], today: date) -> Support | None:
    """With what the candidate needs help, beside a form that asks these items; None: none of them shows a need, or it is not yours."""
    found = support.of_candidate(by, on, programme=programme, today=today, asked=asked)
    if found is not None:
        audit.record(by, "read", part=Part.SCREENING, table="ledger_answer", candidacy=on, person=person)
    return found


def _part(found: File | Head | None) -> Part:
    """What was shown: who it is, or, to who may not know that, the number of the portal with the steps alone."""
    known = found.line.name if isinstance(found, File) else found.name if found else ""
    return Part.IDENTITY if known else Part.CANDIDACY


def _write_down(by: Scope, on: UUID, found: File | Head | None) -> None:
    person, outcome = (found.person, "done") if found else (None, "refused")
    audit.record(by, "read", part=_part(found), table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome)
