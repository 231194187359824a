"""Which roles the asker holds where, for the top of each page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from makegood_portal.ledger.models import Candidacy, Membership
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role


@dataclass(frozen=True)
class Held:
    """A role in an organisation, in the words of the page."""

    organisation: str
    role: str


def has_role(user: UUID, role: Role, *, at: UUID) -> bool:
    """Whether somebody has a role in an organisation today."""
    return _today(Membership.objects.filter(user=user, role=role, organisation=at)).exists()


def with_role(role: Role, *, at: UUID) -> list[UUID]:
    """Who has a role in an organisation today, and can log in."""
    return list(_today(Membership.objects.filter(role=role, organisation=at)).values_list("user", flat=True))


def at_the_provider(row: Candidacy) -> list[UUID]:
    """Who works with a candidate at the provider: the counsellor, or who leads it where none can guide them.

    Nobody where it has no part yet, and where the candidate closed the file to it.
    """
    if row.provider_id is None or row.closed_to_provider:
        return []
    if row.counsellor_id is not None and has_role(row.counsellor_id, Role.COUNSELLOR, at=row.provider_id):
        return [row.counsellor_id]
    return with_role(Role.LEAD, at=row.provider_id)


def counsellors(provider: UUID) -> list[tuple[UUID, str]]:
    """Key and name of the counsellors of a provider."""
    rows = _today(Membership.objects.filter(role=Role.COUNSELLOR, organisation=provider)).order_by("user__name")
    return list(rows.values_list("user_id", "user__name"))


def counsellors_gone(provider: UUID) -> QuerySet[Membership]:
    """Of who was a counsellor of a provider, those who are not any more or cannot log in: somebody may still stand as guided by them."""
    ever = Membership.objects.filter(role=Role.COUNSELLOR, organisation=provider).order_by()
    return ever.exclude(user__in=_today(ever).values("user"))


def _today(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    today = timezone.localdate()
    return rows.filter(user__is_active=True, from_on__lte=today).filter(Q(until_on=None) | Q(until_on__gt=today))


def held(scope: Scope) -> list[Held]:
    """The asker's own memberships that run today, by organisation: as they were looked up with the scope."""
    names = scope.names or {}
    found = sorted((names.get(where, ""), role) for role, places in scope.organisations.items() for where in places)
    return [Held(name, str(role.label)) for name, role in found]
