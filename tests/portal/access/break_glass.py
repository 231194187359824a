"""Who may open what: `web/break_glass.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import Route

ROUTES = {
    "open_colleagues_file": Route(may=frozenset({Role.COUNSELLOR})),
}
