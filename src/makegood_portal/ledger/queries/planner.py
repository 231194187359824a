"""The planner: who is released when, how much time is left, and what comes next; and one candidate's release date with its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_people import EndDateCorrection
from makegood.programme.delivery_recorded import RecordedCode
from makegood.selection.steps import time_left
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, ContactRoute, Identity, Organisation, Party, ReleaseDate, State
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.queries.start import far_enough_to_reach, near_end
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Kind, Role

PAGE = 50
LEFT = ("late", "short", "not_known", "in_time", "past")
"""How somebody may stand to the end date, what presses most first; `time_left` of the engine gives the same words."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A candidate on the way, with the time that is left."""

    id: UUID
    pseudonym: str
    name: str
    prison: str
    step: str
    due_on: date | None
    overdue: bool
    release_on: date | None
    days: int | None
    """Days until the release; None where it is not known."""
    left: str
    source: str
    """Who gave the release date, in words of the programme file; a code where it has none, and empty where nobody did or it is not
    for the asker."""
    moved: int
    """How often the release date was changed."""
    channel: str
    reachable: bool | None
    """Whether there is a way to keep contact after release; None: not for the asker, or too early to ask."""
    may_correct: bool


@dataclass(frozen=True, kw_only=True)
class Planner:
    """How many are in time, short and late; and a page of one of these groups."""

    counts: Mapping[str, int]
    unreachable: int | None
    """How many are released soon and cannot be reached after it; None: not for the asker."""
    left: str
    lines: Sequence[Planned]
    prisons: Sequence[tuple[UUID, str]]
    steps: Sequence[tuple[str, str]]
    channels: Sequence[tuple[str, str]]
    warn_below: str
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A release date as somebody gave it."""

    release_on: date | None
    source: str
    reason: str
    """Both in words of the programme file; a code that it does not name is told as it is."""
    by: str
    happened_on: date


@dataclass(frozen=True, kw_only=True)
class Release:
    """One candidate's release date, the newest first."""

    version: int
    release_on: date | None
    history: Sequence[Said]
    may_correct: bool
    sources: Sequence[tuple[str, str]]
    corrections: Sequence[tuple[str, str]]
    """Who may say so today and why, of the programme file: code and words; empty where it names none."""


def planner(
    scope: Scope,
    *,
    today: date,
    left: str = "",
    prison: UUID | None = None,
    step: str = "",
    channel: str = "",
    unreachable: bool = False,
    number: int = 1,
) -> Planner:
    """Candidates on the way by release date, soonest first. Seven queries at most, whatever the number of candidates."""
    deliveries = terms.deliveries_on({key for keys in (scope.programmes or {}).values() for key in keys}, today)
    rows = access.visible(Candidacy.objects.filter(state=State.OPEN), scope)
    rows = rows.filter(prison=prison) if prison else rows
    steps = {name: said(delivery.steps[name].title) for delivery in deliveries.values() for name in delivery.order[:-1]}
    channels = {code: said(one.title) for delivery in deliveries.values() for code, one in delivery.channels.items()}
    # A word that no programme knows counts as none.
    rows = rows.filter(step=step) if step in steps else rows
    rows = rows.filter(channel=channel) if channel in channels else rows
    may_see_contact = access.allowed_of(scope, Part.CONTACT)
    groups = {word: _stands(deliveries, word, today) for word in LEFT}
    counted: dict[str, Any] = {word: Count("pk", filter=condition) for word, condition in groups.items()}
    if may_see_contact:
        counted["unreachable"] = Count("pk", filter=may_see_contact & _unreachable(deliveries, today))
    counts = rows.order_by().aggregate(**counted)
    lost = counts.pop("unreachable", None)
    chosen = rows.filter(groups[left]) if left in groups else rows
    if unreachable and may_see_contact:
        chosen = chosen.filter(may_see_contact & _unreachable(deliveries, today))
    start = (max(number, 1) - 1) * PAGE
    # Who is released already comes last: nothing can be planned any more.
    chosen = _first_those_to_come(chosen, left, unreachable=unreachable, today=today).annotate(**_reachable(may_see_contact))
    page = list(chosen.order_by(F("release_on").asc(nulls_last=True), "id")[start : start + PAGE + 1])
    lines = _lines(scope, page[:PAGE], deliveries, today)
    rules = next((delivery.end_date for delivery in deliveries.values() if delivery.end_date), None)
    return Planner(
        counts=counts,
        unreachable=lost,
        left=left if left in groups else "",
        lines=lines,
        prisons=_prisons(scope),
        steps=list(steps.items()),
        channels=list(channels.items()),
        warn_below=str(rules.warn_below) if rules else "",
        number=max(number, 1),
        more=len(page) > PAGE,
    )


def release(scope: Scope, candidacy: UUID, *, today: date) -> Release | None:
    """The release date of a candidate with its history; None: not there and not yours are the same answer. Four queries."""
    row = access.visible(Candidacy.objects.filter(pk=candidacy), scope).first()
    if row is None:
        return None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    sources, corrections = _who_and_why(delivery)
    of_source, of_correction = terms.titles(sources), terms.titles(corrections)
    said_so = access.visible(ReleaseDate.objects.filter(candidacy=row), scope).select_related("recorded_by")
    return Release(
        version=row.version,
        release_on=row.release_on,
        history=[
            Said(
                release_on=one.release_on,
                source=of_source.get(one.source, one.source),
                reason=of_correction.get(one.reason, one.reason),
                by=one.recorded_by.name if one.recorded_by else "",
                happened_on=one.happened_on,
            )
            for one in said_so
        ],
        may_correct=row.state != State.LEFT and access.writable(Candidacy.objects.filter(pk=candidacy), scope).exists(),
        sources=list(terms.titles(terms.in_use(sources, today)).items()),
        corrections=list(terms.titles(terms.in_use(corrections, today)).items()),
    )


def _who_and_why(delivery: Delivery | None) -> tuple[Mapping[str, RecordedCode], Mapping[str, EndDateCorrection]]:
    """Who may say that a date is another one and why, by code; those that retired too."""
    rules = delivery.end_date if delivery else None
    return (rules.sources, rules.corrections) if rules else ({}, {})


def _stands(deliveries: Mapping[UUID, Delivery], word: str, today: date) -> Q:
    """The condition for how somebody stands to the release, by the limits of their own programme: that of `time_left`, in SQL."""
    if word == "not_known":
        return Q(release_on=None)
    if word == "past":
        return Q(release_on__lt=today)
    found = Q(pk__in=[])
    for programme, delivery in deliveries.items():
        rules = delivery.end_date
        needed = rules.needed.after(today) if rules and rules.needed else today
        warned = max(rules.warn_below.after(today), needed) if rules else today
        bounds = {"late": (today, needed), "short": (needed, warned), "in_time": (warned, date.max)}[word]
        found |= Q(programme=programme, release_on__gte=bounds[0], release_on__lt=bounds[1])
    return found


def _reachable(may_see_contact: Q) -> dict[str, Any]:
    """Whether there is a way to keep contact, where the asker may know; not known for anybody else."""
    if not may_see_contact:
        return {}
    ways = ContactRoute.objects.filter(candidacy=OuterRef("pk"), ended_on=None)
    return {"reachable": Case(When(may_see_contact, then=Exists(ways)), default=None, output_field=BooleanField())}


def _unreachable(deliveries: Mapping[UUID, Delivery], today: date) -> Q:
    """Released soon, and nobody knows how to reach them then: as the first page counts."""
    ways = ContactRoute.objects.filter(candidacy=OuterRef("pk"), ended_on=None)
    with_provider = Q(contract_on__isnull=False) | Q(provider__isnull=False)
    return near_end(deliveries, today, far_enough_to_reach) & with_provider & Q(~Exists(ways))


def _first_those_to_come(rows: QuerySet[Candidacy], left: str, *, unreachable: bool, today: date) -> QuerySet[Candidacy]:
    """All but who is released already, unless these are asked for."""
    rows = rows.select_related("person", "prison")
    return rows if left or unreachable else rows.exclude(release_on__lt=today)


def _lines(scope: Scope, page: Sequence[Candidacy], deliveries: Mapping[UUID, Delivery], today: date) -> list[Planned]:
    keys = [row.pk for row in page]
    names = {one.candidacy_id: one for one in access.visible(Identity.objects.filter(candidacy__in=keys), scope)}
    dates: dict[UUID, list[str]] = {}
    for key, source in access.visible(ReleaseDate.objects.filter(candidacy__in=keys), scope).values_list("candidacy", "source"):
        dates.setdefault(key, []).append(source)
    known = {row.pk: getattr(row, "reachable", None) for row in page}
    writes = scope.has(Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
    return [_line(row, names.get(row.pk), dates.get(row.pk, []), known.get(row.pk), deliveries, today, writes=writes) for row in page]


def _line(
    row: Candidacy,
    identity: Identity | None,
    sources: Sequence[str],
    reachable: bool | None,
    deliveries: Mapping[UUID, Delivery],
    today: date,
    *,
    writes: bool,
) -> Planned:
    delivery = deliveries.get(row.programme_id)
    rules = delivery.end_date if delivery else None
    if rules:
        left = str(time_left(rules, end_date=row.release_on, on=today))
    else:
        left = "not_known" if row.release_on is None else "past" if row.release_on < today else "in_time"
    far = far_enough_to_reach(delivery, today) if delivery else None
    with_provider = row.provider_id is not None or row.contract_on is not None
    soon = far is not None and row.release_on is not None and row.release_on < far and with_provider
    return Planned(
        id=row.pk,
        pseudonym=row.person.pseudonym,
        name=name_of(identity, of=row.pk),
        prison=row.prison.name if row.prison else "",
        step=said(delivery.steps[row.step].title) if delivery and row.step in delivery.steps else row.step,
        due_on=row.step_due_on,
        overdue=row.step_due_on is not None and row.step_due_on < today,
        release_on=row.release_on,
        days=(row.release_on - today).days if row.release_on else None,
        left=left,
        source=terms.titles(_who_and_why(delivery)[0]).get(sources[0], sources[0]) if sources else "",
        moved=max(len(sources) - 1, 0),
        channel=said(delivery.channels[row.channel].title) if delivery and row.channel in delivery.channels else "",
        reachable=reachable if soon else None,
        may_correct=writes and row.handed_over_on is None,
    )


def _prisons(scope: Scope) -> list[tuple[UUID, str]]:
    """The prisons of the asker's programmes, or where they work in prisons their own. One query."""
    own = scope.where(Role.COORDINATOR)
    if own and not scope.has(Role.HEAD_OFFICE, Role.LEAD, Role.COUNSELLOR):
        rows = Organisation.objects.filter(pk__in=own)
    else:
        keys = {key for found in (scope.programmes or {}).values() for key in found}
        rows = Organisation.objects.filter(kind=Kind.PRISON, pk__in=Party.objects.filter(programme__in=keys).values("organisation"))
    return list(rows.order_by("name").values_list("pk", "name"))
