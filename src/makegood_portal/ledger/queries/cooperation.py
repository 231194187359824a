"""Working together around one candidate: coordination with the municipality, help beside ours, and contacts by phase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery, Value

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_recorded import CoordinationStatus, RecordedCode
from makegood.programme.delivery_tracks import TrackPhase
from makegood.selection.phases import BEFORE_START, PhaseLength, phase_lengths
from makegood_portal.ledger import access, history, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    Candidacy,
    ContactMoment,
    Coordination,
    Identity,
    LocalProgramme,
    MunicipalityContact,
    Note,
    ParallelHelp,
)
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said

LONGEST = 8 * 60
"""Minutes: a contact that is longer than a working day is kept, with a warning."""


@dataclass(frozen=True, kw_only=True)
class Coordinated:
    """How far the municipality was involved on a day."""

    status: str
    title: str
    stage: str
    """What the status means: `not_known`, `known`, `agreed`."""
    municipality: str
    with_role: str
    with_role_title: str
    contact: str
    by: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Help:
    """Help that runs beside ours; `until`: the first day without it."""

    id: UUID
    kind: str
    title: str
    programme: str
    since: date
    until: date | None
    runs: bool


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One contact; `odd`: codes of what cannot well be right about it (`long`, `before_hand_over`)."""

    id: UUID
    kind: str
    title: str
    minutes: int
    phase: str
    on: date
    by: str
    odd: Sequence[str]
    note: str
    """What the codes do not say; empty for who may not read notes."""


@dataclass(frozen=True, kw_only=True)
class Tap:
    """A contact that is recorded with one tap."""

    kind: str
    title: str
    minutes: int

    @property
    def code(self) -> str:
        """What the button sends."""
        return f"{self.kind}:{self.minutes}"


@dataclass(frozen=True, kw_only=True)
class PhaseSum:
    """Contacts in a phase. `title` is that of the programme file; empty before the start."""

    phase: str
    title: str
    number: int
    minutes: int
    at_least: int | None
    """The fewest contacts that the programme file names; None: it names none."""
    length: PhaseLength | None
    """From when until when, by the days of contacts; None for a phase of another track."""
    weeks: tuple[int, int] | None
    """The fewest and the most weeks of the programme file."""


@dataclass(frozen=True, kw_only=True)
class Who:
    """Whose file it is; `name` is empty where it is erased or not to be seen."""

    id: UUID
    person: UUID
    name: str
    pseudonym: str


@dataclass(frozen=True, kw_only=True)
class Cooperation:
    """What the page shows."""

    who: Who
    may_write: bool
    handed_over_on: date | None
    coordinated: Sequence[Coordinated]
    """Newest first."""
    help: Sequence[Help]
    moments: Sequence[Moment]
    sums: Sequence[PhaseSum]
    phases: Sequence[tuple[str, str]]
    phase_now: str
    kinds: Sequence[tuple[str, str]]
    """Kinds of contact that may be chosen today, of the programme file: code and words."""
    taps: Sequence[Tap]
    may_coordinate: bool
    """Whether the programme file names how far a municipality may be involved."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What may be chosen about a candidate's municipality: people and programmes of the directory."""

    who: Who
    municipality: str
    contacts: Sequence[tuple[str, str]]
    programmes: Sequence[tuple[str, str]]
    help: Sequence[tuple[str, str]]
    """Kinds of other help that may be chosen today, of the programme file: code and words."""
    statuses: Sequence[tuple[str, str]]
    with_roles: Sequence[tuple[str, str]]
    """How far the municipality may be involved, and with whom, as the programme file says."""


def page(scope: Scope, candidacy: UUID, *, today: date) -> Cooperation | None:
    """Everything of one candidate. Call it through `actions.cooperation.open_cooperation`, which writes it down."""
    row = _row(scope, candidacy)
    if row is None:
        return None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    phases = phases_of(delivery, row.track)
    contacts, helps = (delivery.contact_kinds, delivery.other_help) if delivery else ({}, {})
    of_contact, of_help = terms.titles(contacts), terms.titles(helps)
    statuses, with_roles = _coordination(delivery)
    of_status, of_role = terms.titles(statuses), terms.titles(with_roles)
    titles = {code: said(phase.title) for code, phase in phases.items()}
    coordinated = access.visible(Coordination.objects.filter(candidacy=row), scope).select_related("municipality", "contact", "recorded_by")
    beside = access.visible(ParallelHelp.objects.filter(candidacy=row), scope).select_related("programme")
    beside_it = access.visible(Note.objects.filter(about=OuterRef("pk"), candidacy=row), scope).values("sealed")[:1]
    recorded = access.visible(ContactMoment.objects.filter(candidacy=row, struck_on=None), scope)
    kept = recorded.select_related("recorded_by").annotate(sealed_note=Subquery(beside_it))
    notes = _notes(row, kept)
    moments = [
        Moment(
            id=one.pk,
            kind=one.kind,
            title=of_contact.get(one.kind, one.kind),
            minutes=one.minutes,
            phase=titles.get(one.phase, "" if one.phase == BEFORE_START else one.phase),
            on=one.happened_on,
            by=_name(one.recorded_by),
            odd=oddities(one.minutes, one.happened_on, row.handed_over_on),
            note=notes.get(one.pk, ""),
        )
        for one in kept
    ]
    return Cooperation(
        who=_who(scope, row),
        may_write=row.mine,
        handed_over_on=row.handed_over_on,
        coordinated=[
            Coordinated(
                status=one.status, title=of_status.get(one.status, one.status), stage=one.stage, municipality=_name(one.municipality),
                with_role=one.with_role, with_role_title=of_role.get(one.with_role, one.with_role), contact=_name(one.contact),
                by=_name(one.recorded_by), on=one.happened_on,
            )
            for one in coordinated
        ],
        help=[
            Help(
                id=one.pk, kind=one.kind, title=of_help.get(one.kind, one.kind), programme=_name(one.programme), since=one.from_on,
                until=one.until_on, runs=one.until_on is None or one.until_on > today,
            )
            for one in beside
        ],
        moments=moments,
        sums=_sums(kept, phases, row, today),
        phases=list(titles.items()),
        phase_now=phase_on(today, started_on=row.started_on, phases=phases if row.track else {}),
        kinds=list(terms.titles(terms.in_use(contacts, today)).items()),
        taps=[
            Tap(kind=code, title=said(kind.title), minutes=minutes)
            for code, kind in terms.in_use(contacts, today).items()
            for minutes in kind.one_tap
        ],
        may_coordinate=row.mine and bool(terms.in_use(statuses, today)),
    )  # fmt: skip


def choices(scope: Scope, candidacy: UUID, *, today: date) -> Choices | None:
    """What may be chosen where coordination or parallel help is recorded; None: not there, or not theirs to write."""
    row = _row(scope, candidacy)
    if row is None or not row.mine:
        return None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    kinds = list(terms.titles(terms.in_use(delivery.other_help, today)).items()) if delivery else []
    of_file = [list(terms.titles(terms.in_use(one, today)).items()) for one in _coordination(delivery)]
    if row.municipality_id is None:
        return Choices(
            who=_who(scope, row), municipality="", contacts=(), programmes=(), help=kinds, statuses=of_file[0], with_roles=of_file[1],
        )  # fmt: skip
    contacts = MunicipalityContact.objects.filter(municipality=row.municipality_id, ended_on=None)
    local = LocalProgramme.objects.filter(Q(until_on=None) | Q(until_on__gt=today), municipality=row.municipality_id).order_by("name")
    return Choices(
        who=_who(scope, row),
        municipality=row.municipality.name,
        contacts=[(str(one.pk), f"{one.name}, {one.duty}" if one.duty else one.name) for one in contacts],
        programmes=[(str(one.pk), one.name) for one in local],
        help=kinds,
        statuses=of_file[0],
        with_roles=of_file[1],
    )


def _coordination(delivery: Delivery | None) -> tuple[Mapping[str, CoordinationStatus], Mapping[str, RecordedCode]]:
    """How far a municipality may be involved and with whom, by code; those that retired too."""
    rules = delivery.coordination if delivery else None
    return (rules.statuses, rules.with_roles) if rules else ({}, {})


def phases_of(delivery: Delivery | None, track: str) -> Mapping[str, TrackPhase]:
    """The phases of a track; of all tracks together where no track is chosen yet, since then any may follow."""
    if delivery is None:
        return {}
    if track in delivery.tracks:
        return delivery.tracks[track].phases
    return {code: phase for one in reversed(delivery.tracks.values()) for code, phase in one.phases.items()}


def phase_on(day: date, *, started_on: date | None, phases: Mapping[str, TrackPhase]) -> str:
    """The phase that a day most likely falls in, each lasting the most weeks that the programme file names; a proposal.

    Empty: somebody started, and no track is known.
    """
    if started_on is None or day < started_on:
        return BEFORE_START
    ends, last = started_on, ""
    for code, phase in phases.items():
        ends, last = ends + timedelta(weeks=phase.weeks_at_most), code
        if day < ends:
            break
    return last


def oddities(minutes: int, happened_on: date, handed_over_on: date | None) -> tuple[str, ...]:
    """What cannot well be right about a contact: a warning, since it may be right all the same."""
    found = ("long",) if minutes > LONGEST else ()
    return (*found, "before_hand_over") if handed_over_on is not None and happened_on < handed_over_on else found


def lengths_of(
    days: Iterable[tuple[str, date]], phases: Mapping[str, TrackPhase], *, started_on: date | None, left_on: date | None, on: date
) -> Sequence[PhaseLength]:
    """How long each phase of a candidate lasted, from a phase and a day of each contact."""
    return phase_lengths(days, order=list(phases), started_on=started_on, left_on=left_on, on=on)


def _sums(rows: Any, phases: Mapping[str, TrackPhase], row: Candidacy, today: date) -> list[PhaseSum]:
    days = [(one.phase, one.happened_on) for one in rows]
    lasted = {one.phase: one for one in lengths_of(days, phases, started_on=row.started_on, left_on=row.left_on, on=today)}
    order = [BEFORE_START, *phases]
    kept: dict[str, list[int]] = {}
    for one in rows:
        kept.setdefault(one.phase, []).append(one.minutes)
    order += [code for code in sorted(kept) if code not in order]
    return [
        PhaseSum(
            phase=code,
            title=said(phases[code].title) if code in phases else "" if code == BEFORE_START else code,
            number=len(kept.get(code, ())),
            minutes=sum(kept.get(code, ())),
            at_least=phases[code].contacts_at_least if code in phases else None,
            length=lasted.get(code),
            weeks=(phases[code].weeks_at_least, phases[code].weeks_at_most) if code in phases else None,
        )
        for code in order
        if code in kept
    ]


def _who(scope: Scope, row: Any) -> Who:
    identity = access.visible(Identity.objects.filter(candidacy=row), scope).first()
    return Who(id=row.pk, person=row.person_id, name=name_of(identity, of=row.pk), pseudonym=row.person.pseudonym)


def _notes(row: Any, kept: Any) -> dict[UUID, str]:
    """Contact -> what was noted beside it."""
    sealed = {one.pk: one.sealed_note for one in kept if one.sealed_note is not None}
    return {moment: str(values["text"]) for moment, values in history.unseal_with(getattr(row.person, "key", None), sealed).items()}


def _name(named: Any) -> str:
    return named.name if named else ""


def _row(scope: Scope, candidacy: UUID) -> Any:
    """The candidacy, where the asker may read this part of its file; `mine`: they may write it too. One query."""
    allowed, mine = (access.allowed_of(scope, Part.COOPERATION, writing=writing) for writing in (False, True))
    if not allowed:
        return None
    writes = ExpressionWrapper(mine, BooleanField()) if mine else Value(False)
    return Candidacy.objects.filter(allowed, pk=candidacy).select_related("municipality", "person__key").annotate(mine=writes).first()
