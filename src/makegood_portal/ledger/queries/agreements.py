"""What is agreed with a candidate: the contract, the ways to reach them after release, and the first appointment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Value
from django.utils import timezone

from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    Appointment,
    Candidacy,
    ContactRoute,
    Contract,
    EligibilityAssessment,
    EligibilityOverride,
    Identity,
    State,
)
from makegood_portal.ledger.queries.candidates import name_of
from makegood_portal.ledger.queries.contact_in_form import InForm, contact_in_form
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role

FIRST = "first_week"
"""Kind of the first appointment after release."""
MOST = 100


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A reason for which a contract is taken back; `leaves`: the candidate does not go on."""

    code: str
    title: str
    leaves: bool


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A contract that was taken back; `freely`: today, so that it can be undone without a reason."""

    track_title: str
    signed_on: date
    ended_on: date
    reason: str
    freely: bool
    may_undo: bool


@dataclass(frozen=True, kw_only=True)
class ContractPage:
    """The contract in force, and what it may be about."""

    person: UUID
    version: int
    track: str
    """Code of the track that was signed; empty without a contract."""
    track_title: str
    signed_on: date | None
    advised: str
    """The track of the advice that was kept, or of who decided otherwise; empty without either: then it is chosen here."""
    advised_title: str
    tracks: Sequence[tuple[str, str]]
    may_sign: bool
    first: str
    """The step that comes before the contract and is not done yet; empty where it may be signed."""
    earlier_day: bool
    """Whether it was recorded on an earlier day: what is put right then has a reason."""
    withdrawals: Sequence[Withdrawal]
    """Why it may be taken back now; none where it may not."""
    ended: Ended | None
    """The contract that was taken back last, where none is in force."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to reach somebody."""

    id: UUID
    title: str
    holder: str
    value: str
    works_from: date | None
    consent_on: date | None


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """An appointment."""

    id: UUID
    at: datetime
    place: str
    with_whom: str
    state: str
    kind: str
    version: int
    came: bool
    """Its day has come: it can be said whether it took place."""
    moved_to: datetime | None
    in_time: bool | None
    """Whether it falls within the first days after release that the programme file names; None: not known."""


@dataclass(frozen=True, kw_only=True)
class ContactPage:
    """How somebody is reached after release, and what is agreed."""

    person: UUID
    kinds: Sequence[tuple[str, str]]
    at_least: int
    ways: Sequence[Way]
    too_few: bool
    urgent: bool
    """Too few, and the release is as near as the programme file calls late."""
    release_on: date | None
    within_until: date | None
    """The last day for the first appointment."""
    meetings: Sequence[Meeting]
    no_meeting: bool
    in_form: InForm | None
    """What the candidate named in a form and is not recorded here yet."""
    may_write: bool


def contract_page(scope: Scope, candidacy: UUID, *, today: date) -> ContractPage | None:
    """The contract of a candidate. Call it through `actions.agree.open_contract`, which writes it down."""
    row = _row(scope, candidacy, Part.CONTRACT)
    if row is None:
        return None
    contracts = list(access.visible(Contract.objects.filter(candidacy=row), scope).order_by(F("withdrawn_at").desc(nulls_first=True)))
    contract = next((one for one in contracts if one.withdrawn_on is None), None)
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    code = contract.track if contract else ""
    tracks = delivery.tracks if delivery else {}
    advised = row.track if contract is None and row.track and _is_advised(scope, row) else ""
    return ContractPage(
        person=row.person_id,
        version=row.version,
        track=code,
        track_title=said(delivery.tracks[code].title) if delivery and code in delivery.tracks else code,
        signed_on=contract.signed_on if contract else None,
        advised=advised,
        advised_title=said(tracks[advised].title) if advised in tracks else advised,
        tracks=[(name, f"{said(track.title)}: {said(track.for_whom)}") for name, track in terms.in_use(tracks, today).items()],
        may_sign=delivery is not None and row.state != State.LEFT and row.mine,
        first=before_contract(delivery, row.step) if delivery else "",
        earlier_day=contract is not None and timezone.localtime(contract.recorded_at).date() != today,
        withdrawals=_withdrawals(delivery, today) if contract and row.mine and delivery and row.state == State.OPEN else (),
        ended=_ended(contracts[0], row, delivery, today) if contracts and contract is None else None,
    )


def _is_advised(scope: Scope, row: Candidacy) -> bool:
    """Whether the track of the file comes from an advice or a decision; it may also be that of a contract that was taken back."""
    of = {"candidacy": row, "track": row.track}
    kept = access.visible(EligibilityAssessment.objects.filter(**of), scope)
    return kept.exists() or access.visible(EligibilityOverride.objects.filter(**of), scope).exists()


def _withdrawals(delivery: Delivery, today: date) -> list[Withdrawal]:
    known = terms.in_use(delivery.contract_withdrawals, today)
    return [Withdrawal(code=code, title=said(one.title), leaves=bool(one.exits)) for code, one in known.items()]


def _ended(contract: Contract, row: Any, delivery: Delivery | None, today: date) -> Ended | None:
    if contract.withdrawn_on is None:
        return None
    tracks, reasons = (delivery.tracks, delivery.contract_withdrawals) if delivery else ({}, {})
    recorded = timezone.localtime(contract.withdrawn_at).date() if contract.withdrawn_at else None
    return Ended(
        track_title=said(tracks[contract.track].title) if contract.track in tracks else contract.track,
        signed_on=contract.signed_on,
        ended_on=contract.withdrawn_on,
        reason=said(reasons[contract.withdrawn_reason].title) if contract.withdrawn_reason in reasons else "",
        freely=recorded == today,
        may_undo=row.mine and row.state != State.STARTED and recorded is not None,
    )


def contact_page(scope: Scope, candidacy: UUID, *, today: date, with_form: bool = True) -> ContactPage | None:
    """How a candidate is reached after release. Call it through `actions.agree.open_contact`, which writes it down.

    `with_form`: what a form names and is not kept yet is asked too.
    """
    row = _row(scope, candidacy, Part.CONTACT)
    if row is None:
        return None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    rules = delivery.contact if delivery else None
    titles = {name: said(route.title) for name, route in rules.routes.items()} if rules else {}
    routes = list(access.visible(ContactRoute.objects.filter(candidacy=row), scope).order_by("recorded_at"))
    ways = [one for one in routes if one.ended_on is None]
    meetings = list(access.visible(Appointment.objects.filter(candidacy=row), scope).order_by("-at", "-recorded_at"))
    span = rules.first_appointment_within if rules else None
    until = span.after(row.release_on) if span and row.release_on else None
    few = rules is not None and len(ways) < rules.at_least
    return ContactPage(
        person=row.person_id,
        kinds=[(name, titles[name]) for name in terms.in_use(rules.routes, today)] if rules else [],
        at_least=rules.at_least if rules else 0,
        ways=[
            Way(id=way.pk, title=titles.get(way.kind, way.kind), holder=way.holder, value=way.value, works_from=way.works_from,
                consent_on=way.consent_on)
            for way in ways
        ],
        too_few=few,
        urgent=few and rules is not None and row.release_on is not None and rules.warn_before.after(today) >= row.release_on,
        release_on=row.release_on,
        within_until=until,
        meetings=sorted(_meetings(meetings, row.release_on, until, today), key=lambda one: one.state != "planned"),
        no_meeting=not any(one.kind == FIRST and one.state in ("planned", "kept") for one in meetings),
        in_form=contact_in_form(scope, row, delivery, routes, today=today, met=any(one.kind == FIRST for one in meetings))
        if with_form
        else None,
        may_write=row.state != State.LEFT and row.mine,
    )  # fmt: skip


def before_contract(delivery: Delivery, step: str) -> str:
    """The step in which somebody still is before the one of the contract; empty where the contract may be signed.

    The order is that of the programme file: a programme that wants the acquaintance first puts that step first.
    """
    order = delivery.order
    contract = next((name for name in order if delivery.steps[name].kind == "contract"), None)
    if contract is None or step not in order or order.index(step) >= order.index(contract):
        return ""
    return said(delivery.steps[order[order.index(contract) - 1]].title)


def _row(scope: Scope, candidacy: UUID, part: Part) -> Any:
    """The candidacy, where the asker may read this part of its file; `mine`: they may write it too. One query."""
    allowed, mine = access.allowed_of(scope, part), access.allowed_of(scope, part, writing=True)
    if not allowed:
        return None
    writes = ExpressionWrapper(mine, BooleanField()) if mine else Value(False)
    row = access.with_parts(Candidacy.objects.filter(allowed, pk=candidacy), scope).annotate(mine=writes).first()
    if row is not None:
        access.keep_parts(row)  # the tabs of the page need them
    return row


def _meetings(rows: Sequence[Appointment], release_on: date | None, until: date | None, today: date) -> list[Meeting]:
    """Newest day first; which took the place of one that was moved is found among them."""
    at = {row.pk: row.at for row in rows}
    found = []
    for row in rows:
        day = timezone.localtime(row.at).date()
        in_time = release_on <= day <= until if row.kind == FIRST and release_on and until else None
        found.append(
            Meeting(
                id=row.pk, at=row.at, place=row.place, with_whom=row.with_whom, state=row.state, kind=row.kind, version=row.version,
                came=day <= today, moved_to=at.get(row.moved_to_id) if row.moved_to_id else None, in_time=in_time,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, kw_only=True)
class Open:
    """An appointment of which it is not recorded yet whether it took place."""

    id: UUID
    candidacy: UUID
    name: str
    pseudonym: str
    at: datetime
    version: int
    late: bool
    """Its day is over."""


def my_appointments(rows: QuerySet[Appointment], scope: Scope) -> QuerySet[Appointment]:
    """Those of the asker's own candidates; a lead's are those of candidates whom nobody guides."""
    mine = Q(candidacy__counsellor=scope.user)
    nobody = Q(candidacy__counsellor=None)
    if scope.has(Role.COUNSELLOR):
        mine |= nobody & Q(with_user=scope.user)
    if scope.has(Role.LEAD):
        mine |= nobody & Q(candidacy__provider__in=scope.where(Role.LEAD))
    return access.visible(rows.filter(mine), scope)


def open_appointments(scope: Scope, *, today: date) -> list[Open]:
    """What is to be kept today, or was to be and is not recorded yet: the oldest first, and at most 100. Two queries."""
    rows = my_appointments(Appointment.objects.filter(state="planned", at__date__lte=today), scope).order_by("at", "id")
    found = list(rows.select_related("candidacy__person")[:MOST])
    names = {
        one.candidacy_id: one for one in access.visible(Identity.objects.filter(candidacy__in={row.candidacy_id for row in found}), scope)
    }
    return [
        Open(
            id=row.pk, candidacy=row.candidacy_id, name=name_of(names.get(row.candidacy_id), of=row.candidacy_id),
            pseudonym=row.candidacy.person.pseudonym,
            at=row.at, version=row.version, late=timezone.localtime(row.at).date() < today,
        )
        for row in found
    ]  # fmt: skip


def appointment(scope: Scope, key: UUID) -> tuple[UUID, Meeting] | None:
    """One appointment and whose file it is of, where the asker may write it."""
    row = access.writable(Appointment.objects.filter(pk=key), scope).first()
    return (row.candidacy_id, _meetings([row], None, None, timezone.localdate())[0]) if row else None


def first_of(scope: Scope, candidacy: UUID) -> Meeting | None:
    """The first appointment as it stands now: what is planned or was kept before what was missed. One query."""
    rows = access.visible(Appointment.objects.filter(candidacy=candidacy, kind=FIRST), scope).exclude(state__in=["moved", "cancelled"])
    found = _meetings(list(rows.order_by("-at")), None, None, timezone.localdate())
    return next((one for one in found if one.state != "missed"), found[0] if found else None)
