"""Who may open what: `web/funnel.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import Route

COUNTERS = frozenset({Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR, Role.COORDINATOR})
TOO_FEW = frozenset({200, 409})
"""A lead takes nothing along where there are too few to show."""

ROUTES = {
    "funnel": Route(may=COUNTERS),
    "funnel_csv": Route(may=COUNTERS, answers=TOO_FEW),
    "funnel_xlsx": Route(may=COUNTERS, answers=TOO_FEW),
}
