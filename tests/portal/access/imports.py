"""Who may open what: `web/imports.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from makegood_portal.ledger.models import GrossListImport
from makegood_portal.ledger.sealing import seal
from makegood_portal.ledger.words import Kind, Role
from portal.access.route import ONLY_COORDINATOR, Route, nothing
from portal.builders import Side

HEADER = "Nummer;Achternaam;Voornaam;Geboortedatum;Gemeente"
PERSON = "G-1;Van Hoogstraten-Wijkhuizen;Maximiliaan Theodoor;7-3-1984;Krimpen aan den IJssel"


def of_list(side: Side) -> dict[str, Any]:
    """A list that waits to be looked at, with its file."""
    listed, fresh = GrossListImport.objects.get_or_create(
        programme=side.programme,
        prison=side.at(Kind.PRISON),
        month=date(2026, 3, 1),
        sha256="0" * 64,
        defaults={"file_name": "list.csv", "state": "preview", "header": HEADER.split(";"), "by": side.users[Role.COORDINATOR]},
    )
    if fresh:
        sealed = seal("list", f"{HEADER}\n{PERSON}".encode(), bound_to=listed.pk)
        GrossListImport.objects.filter(pk=listed.pk).update(sealed_file=sealed)
    return {"listed": listed.pk}


LISTS = frozenset({Role.COORDINATOR, Role.HEAD_OFFICE})

ROUTES = {
    "imports": Route(may=LISTS),
    "import_new": Route(may=ONLY_COORDINATOR),
    "import_practice_list": Route(may=ONLY_COORDINATOR, answers=frozenset({200, 404})),
    "import": Route(may=LISTS, kwargs=of_list),
    "import_first_line": Route(may=ONLY_COORDINATOR, kwargs=of_list),
    "import_columns": Route(may=ONLY_COORDINATOR, kwargs=of_list),
    "import_refused_csv": Route(may=ONLY_COORDINATOR, kwargs=of_list),
    "import_take_in": Route(may=ONLY_COORDINATOR, kwargs=of_list, post=nothing),
    "import_put_aside": Route(may=ONLY_COORDINATOR, kwargs=of_list, post=nothing),
}
