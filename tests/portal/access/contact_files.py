"""Who may open what: `web/contact_files.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import Route

TAKERS = frozenset({Role.EVALUATOR, Role.LEAD})
NOTHING_YET = frozenset({200, 302})

ROUTES = {
    "contact_files": Route(may=TAKERS),
    "contacts_csv": Route(may=TAKERS, answers=NOTHING_YET),
    "phases_csv": Route(may=TAKERS, answers=NOTHING_YET),
    "help_csv": Route(may=TAKERS, answers=NOTHING_YET),
    "coordination_csv": Route(may=TAKERS, answers=NOTHING_YET),
    "usual_care_csv": Route(may=TAKERS, answers=NOTHING_YET),
}
