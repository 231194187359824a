"""Who may open what: `web/audit_trail.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy

WHO_ANSWERS_FOR_OTHERS = frozenset({Role.LEAD, Role.ADMINISTRATOR})

ROUTES = {
    "audit": Route(may=WHO_ANSWERS_FOR_OTHERS),
    "audit_export": Route(may=WHO_ANSWERS_FOR_OTHERS, post=nothing),
    "candidate_history": Route(may=FILLERS, kwargs=of_candidacy),
}
