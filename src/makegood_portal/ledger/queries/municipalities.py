"""Municipalities: their code of the statistics office, whom to ask, and which programmes of their own exclude."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from makegood.selection.municipality import by_folded_name
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import LocalProgramme, MunicipalityContact, MunicipalityDetails, Organisation, Programme, UsualCare
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Kind, Role

PAGE = 50
CHECKED_WITHIN = timedelta(days=183)
"""A contact person who was not checked for half a year may be somebody else by now."""
STAFF = (Role.COORDINATOR, Role.HEAD_OFFICE, Role.COUNSELLOR, Role.LEAD)
KEEPERS = (*STAFF, Role.MUNICIPAL_CONTACT)
"""Who keeps the directory: everybody who may have to ask a municipality, and the municipality itself."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A municipality in the list. `checked_on`: the last time that somebody checked one of its contact persons."""

    id: UUID
    name: str
    code: str
    checked_on: date | None
    attention: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of municipalities by name."""

    lines: tuple[Line, ...]
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A contact person of a municipality."""

    id: UUID
    name: str
    duty: str
    email: str
    phone: str
    checked_on: date
    old: bool


@dataclass(frozen=True, kw_only=True)
class Local:
    """A programme of the municipality itself."""

    name: str
    for_whom: str
    excludes: bool
    from_on: date
    until_on: date | None


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What a municipality does without a programme, in a year, in words of its file."""

    year: int
    kinds: Sequence[str]
    source: str
    version: int


@dataclass(frozen=True, kw_only=True)
class UsualCareBeside:
    """What a municipality does without one programme; and what may be said of it, as the programme file says: code and words."""

    programme: UUID
    name: str
    lines: Sequence[Usual]
    """Newest year first."""
    asks: str
    kinds: Sequence[tuple[str, str]]
    sources: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Municipality:
    """What is known of a municipality."""

    id: UUID
    name: str
    code: str
    year: int | None
    address: str
    consultation: str
    contacts: Sequence[Contact]
    programmes: Sequence[Local]
    usual_care: Sequence[UsualCareBeside]
    """For each programme of the asker that asks for it."""
    into: tuple[UUID, str] | None
    """The municipality that took its place, where it merged."""
    merged_year: int | None
    earlier: Sequence[tuple[UUID, str, int]]
    """Municipalities whose place it took: key, name, the first year without them."""


def _seen(scope: Scope, *, merged: bool = False) -> QuerySet[Organisation]:
    """The directory is everybody's who may have to ask; a municipality sees itself. `merged`: those too that are no more."""
    rows = Organisation.objects.filter(kind=Kind.MUNICIPALITY, active=True)
    rows = rows if merged else rows.filter(details__merged_into=None)
    return rows if scope.has(*STAFF) else rows.filter(pk__in=scope.where(Role.MUNICIPAL_CONTACT))


def by_name() -> Mapping[str, set[tuple[UUID, str]]]:
    """Key and name of each municipality, to be looked for with `meant_of`: one query. The name of one that merged means the
    one that took its place.
    """
    rows = Organisation.objects.filter(kind=Kind.MUNICIPALITY, active=True)
    found = list(rows.values_list("id", "name", "details__merged_into"))
    names = {key: name for key, name, _into in found}
    return by_folded_name({name: (into or key, names.get(into or key, name)) for key, name, into in found})


def page(scope: Scope, *, today: date, search: str = "", number: int = 1) -> Page:
    """Municipalities by name; two queries."""
    rows = _seen(scope).filter(name__icontains=search) if search else _seen(scope)
    start = (max(number, 1) - 1) * PAGE
    current = Q(contacts__ended_on=None)
    rows = rows.select_related("details").annotate(last=Max("contacts__checked_on", filter=current)).order_by("name", "id")
    found = list(rows[start : start + PAGE + 1])
    lines = tuple(
        Line(id=row.pk, name=row.name, code=_code(row)[0], checked_on=row.last, attention=row.last is None or _old(row.last, today))
        for row in found[:PAGE]
    )
    return Page(lines=lines, number=max(number, 1), more=len(found) > PAGE)


def one(scope: Scope, key: UUID, *, today: date) -> Municipality | None:
    """One municipality; None: not there and not yours are the same answer."""
    row = _seen(scope, merged=True).filter(pk=key).select_related("details__merged_into").first()
    if row is None:
        return None
    code, details = _code(row)
    local = LocalProgramme.objects.filter(municipality=row).filter(Q(until_on=None) | Q(until_on__gt=today)).order_by("-excludes", "name")
    return Municipality(
        id=row.pk,
        name=row.name,
        code=code,
        year=details.cbs_year if details else None,
        address=details.address_for_requests if details else "",
        consultation=details.consultation if details else "",
        contacts=[
            Contact(
                id=one.pk, name=one.name, duty=one.duty, email=one.email, phone=one.phone, checked_on=one.checked_on,
                old=_old(one.checked_on, today),
            )
            for one in MunicipalityContact.objects.filter(municipality=row, ended_on=None)
        ],
        programmes=[
            Local(name=one.name, for_whom=one.for_whom, excludes=one.excludes, from_on=one.from_on, until_on=one.until_on) for one in local
        ],
        usual_care=_usual_care(scope, row, today),
        into=(details.merged_into.pk, details.merged_into.name) if details and details.merged_into else None,
        merged_year=details.merged_year if details else None,
        earlier=[
            (one.municipality_id, one.municipality.name, one.merged_year or 0)
            for one in MunicipalityDetails.objects.filter(merged_into=row).select_related("municipality").order_by("municipality__name")
        ],
    )  # fmt: skip


def _usual_care(scope: Scope, row: Organisation, today: date) -> list[UsualCareBeside]:
    """Two queries, and one for the terms of each programme."""
    keys = {key for role in KEEPERS for key in (scope.programmes or {}).get(role, ())}
    deliveries = terms.deliveries_on(keys, today)
    lines = list(UsualCare.objects.filter(municipality=row, programme__in=keys))
    found = []
    names = Programme.objects.filter(pk__in=keys, active=True).values_list("pk", "name")
    for key, name in terms.programme_titles(dict(names), today).items():
        rules = deliveries[key].usual_care if key in deliveries else None
        if rules is None:
            continue
        kinds, sources = terms.titles(rules.kinds), terms.titles(rules.sources)
        beside = [
            Usual(
                year=one.year, kinds=[kinds.get(kind, kind) for kind in one.kinds], source=sources.get(one.source, one.source),
                version=one.version,
            )
            for one in lines
            if one.programme_id == key
        ]  # fmt: skip
        found.append(
            UsualCareBeside(
                programme=key, name=name, lines=beside, asks=terms.said(rules.asks),
                kinds=list(terms.titles(terms.in_use(rules.kinds, today)).items()),
                sources=list(terms.titles(terms.in_use(rules.sources, today)).items()),
            )
        )  # fmt: skip
    return found


def _old(day: date, today: date) -> bool:
    return day + CHECKED_WITHIN < today


def _code(row: Organisation) -> tuple[str, MunicipalityDetails | None]:
    details: MunicipalityDetails | None = getattr(row, "details", None)
    return (details.cbs_code, details) if details else ("", None)
