"""Who may open what: `web/statement.py`."""

from __future__ import annotations

from makegood_portal.ledger.words import Role
from portal.access.route import Route

STATEMENT = frozenset({Role.INVESTOR, Role.OUTCOME_PAYER, Role.LEAD, Role.EVALUATOR, Role.HEAD_OFFICE})

ROUTES = {
    "statement": Route(may=STATEMENT),
    "statement_document": Route(may=STATEMENT, answers=frozenset({200, 302, 404})),
}
