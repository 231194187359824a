"""Who may open what: `web/agreements.py`."""

from __future__ import annotations

from typing import Any

from makegood_portal.ledger.models import ContactRoute
from makegood_portal.ledger.words import Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy
from portal.builders import Side


def of_way(side: Side) -> dict[str, Any]:
    """A way to reach the candidate."""
    route, _ = ContactRoute.objects.get_or_create(candidacy=side.candidacy, kind="own_phone", value="0600000000", ended_on=None)
    return {"route": route.pk}


ROUTES = {
    "candidate_contract": Route(may=FILLERS | {Role.PROBATION_OFFICER}, kwargs=of_candidacy),
    "candidate_contacts": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_first_appointment": Route(may=FILLERS, kwargs=of_candidacy),
    "route_end": Route(may=FILLERS, kwargs=of_way, post=nothing),
}
