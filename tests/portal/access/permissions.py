"""Who may open what: `web/permissions.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from makegood_portal.ledger.models import PermissionRequest
from makegood_portal.ledger.words import Kind, Role
from portal.access.route import FILLERS, Route, nothing, of_candidacy
from portal.builders import Side


def of_request(side: Side) -> dict[str, Any]:
    """A municipality that was asked for permission."""
    request, _ = PermissionRequest.objects.get_or_create(
        candidacy=side.candidacy,
        municipality=side.at(Kind.MUNICIPALITY),
        defaults={"state": "asked", "asked_on": date(2026, 3, 2), "deadline_on": date(2026, 3, 16)},
    )
    return {"request_": request.pk}


ROUTES = {
    "candidate_permissions": Route(may=FILLERS, kwargs=of_candidacy),
    "permissions": Route(may=FILLERS | {Role.MUNICIPAL_CONTACT}),
    "permission": Route(may=FILLERS | {Role.MUNICIPAL_CONTACT}, kwargs=of_request),
    "permission_remind": Route(may=FILLERS, kwargs=of_request, post=nothing),
    "permission_withdraw": Route(may=FILLERS, kwargs=of_request, post=nothing),
}
