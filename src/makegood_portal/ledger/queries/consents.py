"""Consents: what a candidate allowed to be shared, with whom and until when; and which ones soon end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from makegood_portal.ledger import access
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, Consent, ConsentState, Identity, Membership, Organisation, State
from makegood_portal.ledger.processing import register
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

PAGE = 50
ENDS_SOON = timedelta(days=30)
"""So long before its end a consent is asked again."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A question and its answer. `counts`: something may be shared today; `ended`: given, and its last day is past."""

    id: UUID
    candidacy: UUID
    name: str
    """Of the person, in lists; the pseudonym for who may not know the name; empty on their own file."""
    purpose: str
    party: str
    state: str
    way: str
    asked_on: date
    answered_on: date | None
    until_on: date | None
    withdrawn_on: date | None
    counts: bool
    ends_soon: bool
    ended: bool


@dataclass(frozen=True, kw_only=True)
class ConsentPage:
    """All that was asked of one candidate, what waits or counts first, and with whom something may be shared."""

    person: UUID
    candidacy: UUID
    name: str
    """The pseudonym for who may not know the name."""
    lines: Sequence[Line]
    before: Sequence[Line]
    """What was refused, taken back, renewed or has ended."""
    parties: Mapping[str, Sequence[tuple[UUID, str]]]
    """Purpose -> organisations with which it may be shared."""
    officers: Sequence[tuple[UUID, str]]
    may_write: bool
    open: bool


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A page of consents that wait for an answer, or soon end."""

    lines: Sequence[Line]
    number: int
    more: bool


def of_candidate(scope: Scope, candidacy: UUID, *, today: date) -> ConsentPage | None:
    """The consents of a candidate. Call it through `actions.consent.open_consents`, which writes it down."""
    allowed = access.allowed_of(scope, Part.CONSENT)
    if not allowed:
        return None
    writing = access.allowed_of(scope, Part.CONSENT, writing=True)
    mine = Exists(Candidacy.objects.filter(writing, pk=OuterRef("pk"))) if writing else Value(False)
    row = Candidacy.objects.filter(allowed, pk=candidacy).select_related("person").annotate(mine=mine).first()
    if row is None:
        return None
    identity = access.visible(Identity.objects.filter(candidacy=row), scope).first()
    rows = access.visible(Consent.objects.filter(candidacy=row), scope).select_related("party").order_by("-asked_on", "-recorded_at")
    lines = [_line(one, today=today) for one in rows]
    may_write: bool = row.mine
    return ConsentPage(
        person=row.person_id,
        candidacy=row.pk,
        name=name_of(identity) or row.person.pseudonym,
        lines=[line for line in lines if line.counts or line.state == ConsentState.ASKED],
        before=[line for line in lines if not line.counts and line.state != ConsentState.ASKED],
        parties=parties() if may_write else {},
        officers=officers(today=today) if may_write else [],
        may_write=may_write,
        open=row.state != State.LEFT,
    )


def parties() -> dict[str, list[tuple[UUID, str]]]:
    """Purpose -> the organisations of its kind. One query."""
    purposes = register().sharing
    rows = Organisation.objects.filter(active=True, kind__in={one.with_kind for one in purposes.values()}).order_by("name")
    found = list(rows.values_list("id", "name", "kind"))
    return {purpose: [(key, name) for key, name, kind in found if kind == one.with_kind] for purpose, one in purposes.items()}


def officers(*, today: date) -> list[tuple[UUID, str]]:
    """Probation officers, with the organisation in which they are. One query."""
    rows = Membership.objects.filter(role=Role.PROBATION_OFFICER, user__is_active=True, organisation__active=True, from_on__lte=today)
    rows = rows.filter(Q(until_on=None) | Q(until_on__gt=today)).order_by("organisation__name", "user__name")
    return [(user, f"{name} ({where})") for user, name, where in rows.values_list("user_id", "user__name", "organisation__name")]


def to_ask_again(scope: Scope, *, today: date) -> QuerySet[Consent]:
    """Consents that soon end, or were asked and not answered, of whoever is on the way or takes part."""
    soon = Q(state=ConsentState.GIVEN, until_on__gt=today, until_on__lte=today + ENDS_SOON) | Q(state=ConsentState.ASKED)
    return access.visible(Consent.objects.filter(soon, candidacy__state__in=[State.OPEN, State.STARTED]), scope)


def ending(scope: Scope, *, today: date, number: int = 1) -> Ending:
    """A page of what must be asked again, what ends first on top; two queries."""
    rows = to_ask_again(scope, today=today).select_related("party", "candidacy__person").order_by("until_on", "asked_on", "id")
    start = (max(number, 1) - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    known = access.visible(Identity.objects.filter(candidacy__in=[row.candidacy_id for row in found[:PAGE]]), scope)
    names = {identity.candidacy_id: name_of(identity) for identity in known}
    lines = [_line(row, today=today, name=names.get(row.candidacy_id) or row.candidacy.person.pseudonym) for row in found[:PAGE]]
    return Ending(lines=lines, number=max(number, 1), more=len(found) > PAGE)


def _line(row: Consent, *, today: date, name: str = "") -> Line:
    given = row.state == ConsentState.GIVEN and row.answered_on is not None and row.until_on is not None
    counts = given and row.answered_on <= today < row.until_on  # type: ignore[operator]
    return Line(
        id=row.pk,
        candidacy=row.candidacy_id,
        name=name,
        purpose=row.purpose,
        party=row.party.name,
        state=row.state,
        way=row.way,
        asked_on=row.asked_on,
        answered_on=row.answered_on,
        until_on=row.until_on,
        withdrawn_on=row.withdrawn_on,
        counts=counts,
        ends_soon=counts and row.until_on is not None and row.until_on <= today + ENDS_SOON,
        ended=given and row.until_on is not None and row.until_on <= today,
    )
