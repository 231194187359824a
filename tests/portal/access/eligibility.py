"""Who may open what: `web/eligibility.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy

GUIDES = frozenset({Role.COUNSELLOR, Role.LEAD})

ROUTES = {
    "candidate_eligibility": Route(may=FILLERS | {Role.EVALUATOR}, kwargs=of_candidacy),
    "candidate_eligibility_keep": Route(may=GUIDES, kwargs=of_candidacy, post=nothing),
    "candidate_eligibility_decide": Route(may=GUIDES, kwargs=of_candidacy),
    "candidate_eligibility_register": Route(may=FILLERS, kwargs=of_candidacy, post=nothing),
}
