"""Contacts, phases, help, coordination or usual care of a programme as a file to take along: pseudonyms and codes, an export."""

from __future__ import annotations

import csv
import io
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, fact
from makegood_portal.actions.csv_cells import harmless
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.queries import contact_files
from makegood_portal.ledger.queries.contact_files import COLUMNS, TAKERS
from makegood_portal.ledger.scope import Scope


@action(*TAKERS)
def take_contacts_out(*, by: Scope, on: UUID | None, what: str, as_of: date) -> tuple[str, bytes]:
    """Name and content of a CSV file, as of a day. `on` is the programme; `what` a key of `COLUMNS`."""
    found = contact_files.page(by, on, today=as_of)
    if found is None or what not in COLUMNS or not found.has(what):
        raise Refusal("nothing_to_take", _("There is nothing here that you may take along."))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS[what])
    number = 0
    for row in contact_files.rows(by, found.programme, what, as_of=as_of):
        writer.writerow([harmless(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
        number += 1
    fact(what=what, programme=found.programme, as_of=as_of, form="csv", rows=number)
    return f"{what}-{as_of:%Y-%m-%d}.csv", text.getvalue().encode("utf-8-sig")
