"""Who may open what: `web/permissions.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F

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


def of_answered(side: Side) -> dict[str, Any]:
    """A municipality that said no."""
    key = of_request(side)
    PermissionRequest.objects.filter(pk=key["request_"]).update(state="refused", answered_on=F("deadline_on"), reason="Te druk")
    return key


ROUTES = {
    "candidate_permissions": Route(may=FILLERS, kwargs=of_candidacy),
    "candidate_permissions_again": Route(may=FILLERS, kwargs=of_candidacy, post=nothing),
    "permissions": Route(may=FILLERS | {Role.MUNICIPAL_CONTACT}),
    "permission": Route(may=FILLERS | {Role.MUNICIPAL_CONTACT}, kwargs=of_request),
    "permission_change": Route(may=frozenset({Role.MUNICIPAL_CONTACT}), kwargs=of_answered),
    "permission_remind": Route(may=FILLERS, kwargs=of_request, post=nothing),
    "permission_withdraw": Route(may=FILLERS, kwargs=of_request, post=nothing),
}
