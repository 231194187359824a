"""Who may open what: `web/completeness.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route

ROUTES = {"questionnaires_complete": Route(may=FILLERS | {Role.EVALUATOR})}
