"""Who may open what: `web/reconciliation.py`."""

from __future__ import annotations

from typing import Any

from makegood_portal.ledger.models import Reconciliation
from makegood_portal.ledger.words import Kind, Role
from portal.access.route import Route, nothing
from portal.builders import Side


def of_comparison(side: Side) -> dict[str, Any]:
    """A list that waits for the worker."""
    made, _ = Reconciliation.objects.get_or_create(
        programme=side.programme, organisation=side.at(Kind.PROVIDER), partner="Dienst", defaults={"by": side.users[Role.LEAD]}
    )
    return {"compared": made.pk}


READERS = frozenset({Role.LEAD, Role.EVALUATOR})
ONLY_LEAD = frozenset({Role.LEAD})

ROUTES = {
    "reconciliation": Route(may=READERS),
    "reconciliation_new": Route(may=ONLY_LEAD),
    "reconciliation_one": Route(may=READERS, kwargs=of_comparison),
    "reconciliation_forget": Route(may=ONLY_LEAD, kwargs=of_comparison, post=nothing),
}
