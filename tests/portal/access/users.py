"""Who may open what: `web/users.py`. The world's administrator is of the portal's operator, and keeps all users."""

from __future__ import annotations

from typing import Any

from makegood_portal.ledger.models import Membership
from makegood_portal.ledger.words import Role
from portal.access.route import Route, nothing
from portal.builders import Side

KEEPER = frozenset({Role.ADMINISTRATOR})


def of_user(side: Side) -> dict[str, Any]:
    """Somebody who works there."""
    return {"user_": side.users[Role.COUNSELLOR].pk}


def of_role(side: Side) -> dict[str, Any]:
    """A role of somebody who works there."""
    held = Membership.objects.get(user=side.users[Role.COUNSELLOR], role=Role.COUNSELLOR)
    return {"user_": held.user_id, "membership": held.pk}


ROUTES = {
    "users": Route(may=KEEPER),
    "user_invite": Route(may=KEEPER),
    "user": Route(may=KEEPER, kwargs=of_user, shared=KEEPER),
    "user_lock": Route(may=KEEPER, kwargs=of_user, post=nothing, shared=KEEPER),
    "user_unlock": Route(may=KEEPER, kwargs=of_user, post=nothing, shared=KEEPER),
    "user_second_factor": Route(may=KEEPER, kwargs=of_user, post=nothing, shared=KEEPER),
    "user_link": Route(may=KEEPER, kwargs=of_user, post=nothing, shared=KEEPER),
    "role_end": Route(may=KEEPER, kwargs=of_role, post=nothing, shared=KEEPER),
    "welcome": Route(public=True),
    "role_take_up": Route(may=frozenset(Role)),
}
