"""Who asks, and what they are where: set in the database for one transaction, so that it enforces the same rules.

`scoped(scope)` opens the transaction, becomes the runtime role and says who asks (SET LOCAL). Outside such a block
the runtime role sees no person at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from makegood_portal.ledger.models import Membership, User
from makegood_portal.ledger.words import Role

T = TypeVar("T")
NOWHERE: Mapping[Role, frozenset[UUID]] = MappingProxyType({})
SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A user and the organisations in which they have each role. `system` names a duty of the portal itself.

    `programmes` and `names`, where they were looked up: to which programmes the organisations of a role are party, and
    what the organisations are called.
    """

    user: UUID | None = None
    organisations: Mapping[Role, frozenset[UUID]] = field(default_factory=lambda: NOWHERE)
    programmes: Mapping[Role, frozenset[UUID]] | None = None
    system: str = ""
    names: Mapping[UUID, str] | None = None

    def __hash__(self) -> int:
        """So that what follows from a scope can be kept: equal scopes have the same user and duty."""
        return hash((self.user, self.system))

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that the user has anywhere."""
        return frozenset(role for role, where in self.organisations.items() if where)

    def has(self, *roles: Role) -> bool:
        """Whether the user has one of these roles somewhere."""
        return not self.roles.isdisjoint(roles)

    def where(self, role: Role) -> frozenset[UUID]:
        """The organisations in which the user has this role."""
        return self.organisations.get(role, frozenset())


STRANGER = Scope()
PLANNING = {"work_mem": "32MB", "jit": "off", "max_parallel_workers_per_gather": "0"}
"""Policies look among all candidates that the asker may see: that set has room in memory, and no page waits for a compiler."""
_current: ContextVar[Scope | None] = ContextVar("scope", default=None)
_known: ContextVar[dict[object, Any] | None] = ContextVar("known", default=None)


def scope_of(user: User | UUID, *, on: date | None = None) -> Scope:
    """The scope of a user on a day (today in pages): one query."""
    key = user if isinstance(user, UUID) else user.pk
    day = on or timezone.localdate()
    held = Membership.objects.filter(user=key, user__is_active=True, organisation__active=True, from_on__lte=day)
    found: dict[Role, set[UUID]] = {}
    programmes: dict[Role, set[UUID]] = {}
    names: dict[UUID, str] = {}
    columns = ("role", "organisation_id", "organisation__name", "organisation__programmes__programme_id")
    for role, organisation, name, programme in held.filter(Q(until_on=None) | Q(until_on__gt=day)).values_list(*columns):
        found.setdefault(Role(role), set()).add(organisation)
        names[organisation] = name
        programmes.setdefault(Role(role), set()).update({programme} - {None})
    return Scope(user=key, organisations=_frozen(found), programmes=_frozen(programmes), names=MappingProxyType(names))


def _frozen(found: Mapping[Role, set[UUID]]) -> Mapping[Role, frozenset[UUID]]:
    return MappingProxyType({role: frozenset(where) for role, where in found.items()})


def scope_of_system(duty: str, *, everywhere: Mapping[Role, Collection[UUID]] = NOWHERE) -> Scope:
    """For a job of the portal itself: it sees what these roles see, and is written down as nobody's act."""
    return Scope(system=duty, organisations={role: frozenset(where) for role, where in everywhere.items()})


def current() -> Scope | None:
    """The scope of the block that is open, if any."""
    return _current.get()


def known(key: object, find: Callable[[], T]) -> T:
    """What was found, kept until the block ends: for what a page asks several times and what does not change meanwhile."""
    kept = _known.get()
    if kept is None:
        return find()
    if key not in kept:
        kept[key] = find()
    found: T = kept[key]
    return found


@contextmanager
def scoped(scope: Scope) -> Iterator[None]:
    """One transaction in which the database knows who asks. Nested blocks give back the scope around them."""
    nested = connection.in_atomic_block
    before = _current.get()
    with transaction.atomic():
        _say(scope)
        token, kept = _current.set(scope), _known.set({})
        try:
            yield
        finally:
            _current.reset(token)
            _known.reset(kept)
        if nested and not connection.needs_rollback:
            _say(before) if before else _leave()


def _say(scope: Scope) -> None:
    """One statement sets everything, also the roles that the user does not have."""
    said = PLANNING | {"role": settings.MAKEGOOD_RUNTIME_ROLE, "makegood.user": str(scope.user or ""), "makegood.system": scope.system}
    for role in Role:
        said[f"makegood.{role}"] = "{" + ",".join(sorted(map(str, scope.where(role)))) + "}"
    _set(said)


def _leave() -> None:
    _set({"makegood.user": "", "makegood.system": "", **{f"makegood.{role}": "{}" for role in Role}, "role": "none"})


def _set(settings_: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        calls = ", ".join(["set_config(%s, %s, true)"] * len(settings_))
        cursor.execute(f"SELECT {calls}", [word for pair in settings_.items() for word in pair])
