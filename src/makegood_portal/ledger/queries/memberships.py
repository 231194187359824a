"""Which roles the asker holds where, for the top of each page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from makegood_portal.ledger.models import Membership
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role


@dataclass(frozen=True)
class Held:
    """A role in an organisation, in the words of the page."""

    organisation: str
    role: str


def held(scope: Scope) -> list[Held]:
    """The asker's own memberships that run today, by organisation; one query."""
    if scope.user is None:
        return []
    today = timezone.localdate()
    rows = Membership.objects.filter(user=scope.user, organisation__active=True, from_on__lte=today)
    rows = rows.filter(Q(until_on=None) | Q(until_on__gt=today)).order_by("organisation__name", "role")
    return [Held(name, str(Role(role).label)) for name, role in rows.values_list("organisation__name", "role")]
