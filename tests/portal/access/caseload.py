"""Who may open what: `web/caseload.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import Route, of_candidacy

ONLY_LEAD = frozenset({Role.LEAD})

ROUTES = {
    "caseload": Route(may=ONLY_LEAD),
    "candidate_counsellor": Route(may=ONLY_LEAD, kwargs=of_candidacy),
}
