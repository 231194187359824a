"""Users as an administrator sees them: who has which role where, whether they can log in. No person of a programme is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from makegood_portal.ledger.models import Membership, Organisation, User
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import KINDS_OF_ROLE, Kind, Role

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Held:
    """A role that somebody has, had or will have somewhere."""

    id: UUID
    role: str
    organisation: str
    from_on: date
    until_on: date | None
    runs: bool
    place: UUID
    guides_people: bool
    """Whether it is the role of a counsellor that runs."""
    guides: int = 0
    """How many are guided in it, where that was counted."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user. `whole`: every role that runs is in an organisation of the asker, who may then lock and reset the account."""

    id: UUID
    name: str
    email: str
    active: bool
    second_factor: bool
    last_login: datetime | None
    held: Sequence[Held]
    whole: bool
    myself: bool

    @property
    def guides(self) -> int:
        """How many are guided by them in all roles, where that was counted."""
        return sum(one.guides for one in self.held)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of users by name."""

    lines: Sequence[Account]
    number: int
    more: bool


def administered(scope: Scope) -> QuerySet[Organisation]:
    """The organisations whose users the asker keeps: their own; for the operator of the portal, all."""
    mine = Organisation.objects.filter(pk__in=scope.where(Role.ADMINISTRATOR), active=True)
    everywhere = Organisation.objects.filter(pk__in=scope.where(Role.ADMINISTRATOR), kind=Kind.OPERATOR, active=True)
    return Organisation.objects.filter(Q(pk__in=mine) | Q(Exists(everywhere)), active=True).order_by("name")


def page(scope: Scope, *, today: date, search: str = "", number: int = 1) -> Page:
    """Users by name; three queries."""
    start = (max(number, 1) - 1) * PAGE
    rows = _seen(scope)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(email__icontains=search))
    found = list(rows[start : start + PAGE + 1])
    return Page(lines=_accounts(found[:PAGE], scope, today), number=max(number, 1), more=len(found) > PAGE)


def one(scope: Scope, key: UUID, *, today: date) -> Account | None:
    """One user, or None: not there and not yours are the same answer."""
    return next(iter(_accounts(list(_seen(scope).filter(pk=key)), scope, today)), None)


def seats(scope: Scope) -> dict[Kind, list[tuple[UUID, str, list[Role]]]]:
    """By kind, the organisations in which the asker may give roles, by name and with the roles that fit them. One query."""
    found: dict[Kind, list[tuple[UUID, str, list[Role]]]] = {}
    rows = list(administered(scope).values_list("id", "name", "kind"))
    for kind in Kind:
        roles = [role for role in Role if kind in KINDS_OF_ROLE[role]]
        if here := [(key, name, roles) for key, name, of in rows if of == kind]:
            found[kind] = here
    return found


def administrators_of(organisation: UUID, *, today: date) -> int:
    """How many have the role of administrator there today, with an account that is not locked."""
    held = Membership.objects.filter(organisation=organisation, role=Role.ADMINISTRATOR, from_on__lte=today, user__is_active=True)
    return held.exclude(until_on__lte=today).count()


def _seen(scope: Scope) -> QuerySet[User]:
    here = Membership.objects.filter(user=OuterRef("pk"), organisation__in=administered(scope).order_by())
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    return User.objects.filter(Exists(here)).annotate(second_factor=Exists(factor)).order_by("name", "id")


def _accounts(rows: Sequence[User], scope: Scope, today: date) -> list[Account]:
    mine = set(administered(scope).values_list("id", flat=True)) if rows else set()
    held: dict[UUID, list[Membership]] = {}
    for membership in Membership.objects.filter(user__in=[row.pk for row in rows]).select_related("organisation").order_by("from_on"):
        held.setdefault(membership.user_id, []).append(membership)
    accounts = []
    for row in rows:
        running = [one for one in held.get(row.pk, []) if _runs(one, today)]
        accounts.append(
            Account(
                id=row.pk,
                name=row.name,
                email=row.email,
                active=row.is_active,
                second_factor=row.second_factor,  # type: ignore[attr-defined]
                last_login=row.last_login,
                held=[_held(one, today) for one in held.get(row.pk, []) if one.organisation_id in mine],
                whole=all(one.organisation_id in mine for one in running),
                myself=row.pk == scope.user,
            )
        )
    return accounts


def _held(row: Membership, today: date) -> Held:
    role = str(Role(row.role).label)
    runs = _runs(row, today)
    return Held(
        id=row.pk, role=role, organisation=row.organisation.name, from_on=row.from_on, until_on=row.until_on, runs=runs,
        place=row.organisation_id, guides_people=runs and row.role == Role.COUNSELLOR,
    )  # fmt: skip


def _runs(row: Membership, today: date) -> bool:
    return row.until_on is None or row.until_on > today
