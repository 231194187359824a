"""Programmes of municipalities that exclude, seen before anybody is selected: whoever takes part there cannot take part here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from makegood_portal.ledger import access
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, LocalProgramme, PermissionRequest, State
from makegood_portal.ledger.queries.facts import GRANTED, WAITING
from makegood_portal.ledger.queries.municipalities import STAFF
from makegood_portal.ledger.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Excluding:
    """A programme of a municipality that may keep a candidate out."""

    name: str
    for_whom: str
    municipality: str
    certain: bool
    """Whether it is known that the candidate will live there; else it is one of those that it may be."""


def of_candidate(scope: Scope, candidacy: UUID, *, today: date) -> Sequence[Excluding]:
    """What may keep a candidate out whom no municipality has permitted yet; nothing for who has no part in the selection. One query."""
    there = _undecided(scope).filter(pk=candidacy)
    certain, of_group = Exists(there.filter(municipality=OuterRef("municipality"))), Exists(there.filter(group=OuterRef("group")))
    rows = in_force(today).annotate(certain=certain).filter(Q(certain=True) | Q(municipality__in=_asked(scope, candidacy)))
    rows = rows.filter(Exists(there)).filter(Q(group="") | of_group).order_by("municipality__name", "name")
    found = rows.values_list("name", "for_whom", "municipality__name", "certain")
    return [Excluding(name=name, for_whom=whom, municipality=town, certain=sure) for name, whom, town, sure in found]


def by_municipality(scope: Scope, candidacy: UUID, *, today: date) -> dict[UUID, list[Excluding]]:
    """Municipality -> what may keep this candidate out if it is the one; for the choice whom to ask. One query."""
    there = _undecided(scope).filter(pk=candidacy)
    certain, of_group = Exists(there.filter(municipality=OuterRef("municipality"))), Exists(there.filter(group=OuterRef("group")))
    rows = in_force(today).annotate(certain=certain).filter(Exists(there)).filter(Q(group="") | of_group)
    rows = rows.order_by("municipality__name", "name")
    found: dict[UUID, list[Excluding]] = {}
    for key, name, whom, town, sure in rows.values_list("municipality", "name", "for_whom", "municipality__name", "certain"):
        found.setdefault(key, []).append(Excluding(name=name, for_whom=whom, municipality=town, certain=sure))
    return found


def among(scope: Scope, keys: Collection[UUID], *, today: date) -> frozenset[UUID]:
    """Those of these candidates whom a programme of their municipality, or of one that it may be, may keep out. One query."""
    group = Q(group="") | Q(group=OuterRef("group"))
    town = Q(municipality=OuterRef("municipality")) | Q(municipality__in=_asked(scope, OuterRef(OuterRef("pk"))))
    rows = _undecided(scope).filter(Exists(in_force(today).filter(group, town)), pk__in=keys)
    return frozenset(rows.order_by().values_list("pk", flat=True))


def in_force(today: date) -> QuerySet[LocalProgramme]:
    """The programmes of municipalities that exclude on a day."""
    return LocalProgramme.objects.filter(Q(until_on=None) | Q(until_on__gt=today), excludes=True, from_on__lte=today)


def _undecided(scope: Scope) -> QuerySet[Candidacy]:
    """Candidates on the way without a permission, for who works on the selection: the directory is theirs."""
    reads = access.allowed_of(scope, Part.SELECTION) if scope.has(*STAFF) else Q()
    granted = access.visible(PermissionRequest.objects.filter(candidacy=OuterRef("pk"), state__in=GRANTED), scope)
    return Candidacy.objects.filter(reads, ~Exists(granted), state=State.OPEN) if reads else Candidacy.objects.none()


def _asked(scope: Scope, candidacy: UUID | OuterRef) -> QuerySet[PermissionRequest]:
    """The municipalities that still have to answer for a candidate: each may be the one."""
    rows = PermissionRequest.objects.filter(candidacy=candidacy, state__in=WAITING)
    return access.visible(rows, scope).order_by().values("municipality")  # type: ignore[return-value]
