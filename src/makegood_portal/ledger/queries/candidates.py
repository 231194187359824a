"""Candidates as a list, and one candidate's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_date

from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import (
    Candidacy,
    Identity,
    Party,
    PermissionRequest,
    PermissionState,
    PrisonNumber,
    SelectionEvent,
    State,
)
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.shown import note
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Kind, Role

PAGE = 50
MOST_WORDS = 5
"""More words than these are not looked at: nobody has a longer name."""
INSIDE = 3
"""So many letters are looked for anywhere in a name or number, fewer at its beginning only: see `counting.ledger_named`."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A candidate in a list; the name is empty for who may not know it."""

    id: UUID
    pseudonym: str
    name: str
    prison: str
    step: str
    state: str
    release_on: date | None
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class Head:
    """Whose file a page is about; the name is empty for who may not know it."""

    id: UUID
    person: UUID
    pseudonym: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in the selection."""

    happened_on: date
    step: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class File:
    """What the asker may see of one candidate."""

    person: UUID
    programme: UUID
    version: int
    line: Line
    born_on: date | None
    sex: str
    prison_number: str
    """By which the prison knows them; empty for who may not know it, or where no list gave it."""
    municipality: str
    """Where they are from or go to, for whoever may know who they are; empty where that is not known."""
    conditions: Sequence[tuple[str, str]]
    """Of municipalities that permit it under conditions: which, and what they want; for who may see what they answered."""
    closed_to_provider: bool
    closed_to_evaluator: bool
    """Whether the candidate does not want these to know them."""
    provider: str
    """To whom the candidate goes, or went; empty where that is not known yet."""
    guide: str
    """Who guides them at the provider; empty where nobody does."""
    may_act: bool
    may_end: bool
    """Whether the asker may say that they do not go on, though the step is another's: see `ends_for`."""
    may_hand_over: bool
    """Whether the asker's own work is done and the file may go to the provider."""
    may_assign: bool
    may_correct: bool
    """Whether the asker may give another release date."""
    may_erase: bool
    """Whether the asker may erase who this is: see `erases`."""
    erased_on: date | None
    """Since when nobody can say who this is."""
    keeps_citizen_number: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a list; `more` says whether another one follows."""

    lines: tuple[Line, ...]
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for in the list: a state (empty: each), a step, a prison; a word of the name, or a number."""

    state: str = State.OPEN
    step: str = ""
    prison: UUID | None = None
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the list can be narrowed to: code or key, and its words."""

    steps: Sequence[tuple[str, str]]
    prisons: Sequence[tuple[str, str]]


def choices(scope: Scope) -> Choices:
    """The steps of the asker's programmes, and their prisons where there are several. One query beside the terms."""
    programmes = {key for keys in (scope.programmes or {}).values() for key in keys}
    steps: dict[str, str] = {}
    for delivery in terms.deliveries_on(programmes, timezone.localdate()).values():
        steps |= {name: said(delivery.steps[name].title) for name in delivery.order}
    rows = Party.objects.filter(programme__in=programmes, organisation__kind=Kind.PRISON)
    if scope.roles == {Role.COORDINATOR}:
        rows = rows.filter(organisation__in=scope.where(Role.COORDINATOR))
    prisons = rows.order_by("organisation__name").values_list("organisation", "organisation__name").distinct()
    return Choices(steps=list(steps.items()), prisons=[(str(key), name) for key, name in prisons])


def page(scope: Scope, *, number: int = 1, wanted: Wanted | None = None) -> Page:
    """Candidates by release date, soonest first; three queries, whatever the number of candidates."""
    wanted, soonest = wanted or Wanted(), (F("release_on").asc(nulls_last=True), "id")
    rows = access.visible(Candidacy.objects.all(), scope).order_by(*soonest)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.step:
        rows = rows.filter(step=wanted.step)
    if wanted.prison:
        rows = rows.filter(prison=wanted.prison)
    for word in wanted.words.split()[:MOST_WORDS]:
        rows = rows.filter(_named(word))
    start = (max(number, 1) - 1) * PAGE
    # Keys of the page first, from the index: what stands beside them is looked up for one page, however far on it is.
    here = Candidacy.objects.filter(pk__in=rows.values("pk")[start : start + PAGE + 1])
    found = list(here.select_related("person", "prison").order_by(*soonest))
    names = _names(scope, [row.pk for row in found])
    titles = terms.step_titles({row.programme_id for row in found}, timezone.localdate())
    lines = tuple(_line(row, names.get(row.pk), titles) for row in found[:PAGE])
    return Page(lines=lines, number=max(number, 1), more=len(found) > PAGE)


def at_the_beginning(words: str) -> bool:
    """Whether one of these words is so short that names and numbers are found that begin with it."""
    return any(len(word) < INSIDE for word in words.split()[:MOST_WORDS])


def _named(word: str) -> Q:
    """Whose number has this word in it, or whose name or number in the prison, of those for whom the asker may know it:
    `counting.ledger_named`.

    A word of one or two letters must begin it.
    """
    return Q(pk__in=RawSQL("SELECT ledger_named(%s)", [word]))


NAME = JSONObject(given_names="given_names", prefix="prefix", family_name="family_name")
WHO = JSONObject(given_names="given_names", prefix="prefix", family_name="family_name", born_on="born_on", sex="sex")


def head(scope: Scope, candidacy: UUID) -> Head | None:
    """Whose file it is, in one query. Call it through `actions.open_file.open_head`, which writes it down."""
    known = access.visible(Identity.objects.filter(candidacy=OuterRef("pk")), scope)
    parts = known.values(parts=NAME)[:1]
    rows = access.visible(Candidacy.objects.filter(pk=candidacy), scope).select_related("person")
    row = rows.annotate(known=Subquery(parts)).first()
    if row is None:
        return None
    name = name_of(Identity(**row.known) if row.known else None, of=row.pk)
    return Head(id=row.pk, person=row.person_id, pseudonym=row.person.pseudonym, name=name)


def file(scope: Scope, candidacy: UUID) -> File | None:
    """One candidate as far as the asker may see it. Call it through `actions.open_file`, which writes it down."""
    known = access.visible(Identity.objects.filter(candidacy=OuterRef("pk")), scope)
    rows = access.with_parts(access.visible(Candidacy.objects.filter(pk=candidacy), scope), scope)
    writes = Exists(access.writable(Candidacy.objects.filter(pk=OuterRef("pk")), scope))
    rows = rows.select_related("person", "prison", "municipality", "provider", "counsellor")
    granted = PermissionRequest.objects.filter(candidacy=OuterRef("pk"), state=PermissionState.GRANTED_WITH_CONDITIONS)
    granted = access.visible(granted, scope).order_by("municipality__name")
    numbers = access.visible(PrisonNumber.objects.filter(candidacy=OuterRef("pk")), scope)
    row = rows.annotate(
        known=Subquery(known.values(parts=WHO)[:1]),
        writes=writes,
        prison_number_there=Subquery(numbers.values("number")[:1]),
        permitted=ArraySubquery(granted.values(parts=JSONObject(by="municipality__name", conditions="conditions"))),
    ).first()
    if row is None:
        return None
    access.keep_parts(row)
    identity = identity_of(row.known)
    events = access.visible(SelectionEvent.objects.filter(candidacy=row), scope)
    today = timezone.localdate()
    titles, reasons = terms.step_titles({row.programme_id}, today), terms.reason_titles(row.programme_id, today)
    return File(
        person=row.person_id,
        programme=row.programme_id,
        version=row.version,
        line=_line(row, identity, titles),
        born_on=identity.born_on if identity else None,
        sex=identity.sex if identity else "",
        conditions=[(one["by"], one["conditions"]) for one in row.permitted or ()],
        prison_number=row.prison_number_there or "",
        municipality=row.municipality.name if row.municipality and identity else "",
        closed_to_provider=row.closed_to_provider,
        closed_to_evaluator=row.closed_to_evaluator,
        provider=row.provider.name if row.provider else "",
        guide=row.counsellor.name if row.counsellor else "",
        may_act=row.writes and _acts_in(scope, row, today),
        may_end=row.writes and ends_for(scope, row),
        may_hand_over=_hands_over(scope, row, today),
        may_assign=row.provider_id in scope.where(Role.LEAD) and row.state != State.LEFT,
        may_correct=row.state != State.LEFT and row.writes and scope.has(Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD),
        may_erase=erases(scope, row),
        erased_on=timezone.localdate(row.person.erased_at) if row.person.erased_at else None,
        keeps_citizen_number=_keeps_citizen_number(scope, row),
        events=tuple(
            Event(
                happened_on=event.happened_on,
                step=titles.get((row.programme_id, event.step), event.step),
                outcome=event.outcome,
                reason=reasons.get((event.reason_source, event.reason), event.reason),
            )
            for event in events
        ),
    )


def identity_of(parts: Mapping[str, str] | None) -> Identity | None:
    """Who somebody is, from the parts `WHO` beside a row of another table."""
    return Identity(**{**parts, "born_on": parse_date(parts["born_on"] or "")}) if parts else None


def _keeps_citizen_number(scope: Scope, row: Candidacy) -> bool:
    """Whether the asker may record and see this candidate's citizen service number."""
    own = row.prison_id in scope.where(Role.COORDINATOR) and row.handed_over_on is None
    return own and row.prison is not None and row.prison.may_hold_bsn


def erases(scope: Scope, row: Candidacy) -> bool:
    """Whether the asker may erase this person: the prison until the hand-over, the lead of the provider, once."""
    prison = row.prison_id in scope.where(Role.COORDINATOR) and row.handed_over_on is None
    lead = row.provider_id in scope.where(Role.LEAD) and not row.closed_to_provider
    return row.person.erased_at is None and (prison or lead)


def _hands_over(scope: Scope, row: Candidacy, today: date) -> bool:
    """Whether this is the asker's own candidate who is with the provider, and no step is left for the asker."""
    ours = row.prison_id in scope.where(Role.COORDINATOR) and row.handed_over_on is None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    if not ours or delivery is None or row.state != State.OPEN or row.provider_id is None or row.step not in delivery.order:
        return False
    return not set(delivery.order[delivery.order.index(row.step) :]) & {*steps_of(delivery, scope)}


def _names(scope: Scope, keys: list[UUID]) -> dict[UUID, Identity]:
    rows = access.visible(Identity.objects.filter(candidacy__in=keys), scope)
    return {row.candidacy_id: row for row in rows}


def _acts_in(scope: Scope, row: Candidacy, today: date) -> bool:
    """Whether the step in which somebody is, is done by one of the asker's roles."""
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    return delivery is not None and row.step in steps_of(delivery, scope)


def ends_for(scope: Scope, row: Candidacy) -> bool:
    """Whether the asker's prison ends what is the provider's: the candidate closed the file to it, so nobody there can."""
    return row.closed_to_provider and row.prison_id in scope.where(Role.COORDINATOR) and row.handed_over_on is None


def steps_of(delivery: Delivery, scope: Scope) -> list[str]:
    """The steps in which one of the asker's roles acts, in their order; a lead acts where a counsellor does."""
    found = []
    for step in delivery.order:
        acts = set(delivery.steps[step].acts)
        if "counsellor" in acts:
            acts.add("lead")
        if any(scope.has(role) for role in Role if str(role) in acts):
            found.append(step)
    return found


def name_of(identity: Identity | None, *, of: UUID) -> str:
    """The name in one line of the candidate `of`; nothing for who may not know it. That they were shown is noted: `ledger.shown`."""
    note(of, named=identity is not None)
    return " ".join(filter(None, (identity.given_names, identity.prefix, identity.family_name))) if identity else ""


def _line(row: Candidacy, identity: Identity | None, titles: Mapping[tuple[UUID, str], str]) -> Line:
    return Line(
        id=row.pk,
        pseudonym=row.person.pseudonym,
        name=name_of(identity, of=row.pk),
        prison=row.prison.name if row.prison else "",
        step=titles.get((row.programme_id, row.step), row.step),
        state=row.state,
        release_on=row.release_on,
        due_on=row.step_due_on,
    )
