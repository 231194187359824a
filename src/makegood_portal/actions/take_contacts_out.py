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
    programme = next((key for key, _name in contact_files.programmes(by) if on in (None, key)), None)
    lines = list(contact_files.rows(by, programme, what, as_of=as_of)) if programme and what in COLUMNS else []
    if not lines:
        raise Refusal("nothing_to_take", _("There is nothing here that you may take along."))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS[what])
    for row in lines:
        writer.writerow([harmless(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    fact(what=what, programme=programme, as_of=as_of, form="csv", rows=len(lines))
    return f"{what}-{as_of:%Y-%m-%d}.csv", text.getvalue().encode("utf-8-sig")
