"""What is agreed with a candidate: the contract, the ways to reach them after release, and the first appointment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Value
from django.utils import timezone

from makegood.programme.delivery import Delivery
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Appointment, Candidacy, ContactRoute, Contract, State
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said

FIRST = "first_week"
"""Kind of the first appointment after release."""


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
    tracks: Sequence[tuple[str, str]]
    may_sign: bool
    first: str
    """The step that comes before the contract and is not done yet; empty where it may be signed."""


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
    may_write: bool


def contract_page(scope: Scope, candidacy: UUID, *, today: date) -> ContractPage | None:
    """The contract of a candidate. Call it through `actions.agree.open_contract`, which writes it down."""
    row = _row(scope, candidacy, Part.CONTRACT)
    if row is None:
        return None
    contract = access.visible(Contract.objects.filter(candidacy=row, withdrawn_on=None), scope).first()
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    code = contract.track if contract else ""
    tracks = delivery.tracks.items() if delivery else ()
    return ContractPage(
        person=row.person_id,
        version=row.version,
        track=code,
        track_title=said(delivery.tracks[code].title) if delivery and code in delivery.tracks else code,
        signed_on=contract.signed_on if contract else None,
        advised=row.track,
        tracks=[(name, f"{said(track.title)}: {said(track.for_whom)}") for name, track in tracks if not _retired(track.retired_on, today)],
        may_sign=delivery is not None and row.state != State.LEFT and row.mine,
        first=before_contract(delivery, row.step) if delivery else "",
    )


def contact_page(scope: Scope, candidacy: UUID, *, today: date) -> ContactPage | None:
    """How a candidate is reached after release. Call it through `actions.agree.open_contact`, which writes it down."""
    row = _row(scope, candidacy, Part.CONTACT)
    if row is None:
        return None
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    rules = delivery.contact if delivery else None
    titles = {name: said(route.title) for name, route in rules.routes.items()} if rules else {}
    ways = list(access.visible(ContactRoute.objects.filter(candidacy=row, ended_on=None), scope).order_by("recorded_at"))
    meetings = list(access.visible(Appointment.objects.filter(candidacy=row), scope))
    span = rules.first_appointment_within if rules else None
    until = span.after(row.release_on) if span and row.release_on else None
    few = rules is not None and len(ways) < rules.at_least
    return ContactPage(
        person=row.person_id,
        kinds=[(name, titles[name]) for name in titles if rules and not _retired(rules.routes[name].retired_on, today)],
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
        meetings=[_meeting(one, row.release_on, until) for one in meetings],
        no_meeting=not any(one.kind == FIRST and one.state in ("planned", "kept") for one in meetings),
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
    return Candidacy.objects.filter(allowed, pk=candidacy).annotate(mine=writes).first()


def _retired(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _meeting(row: Appointment, release_on: date | None, until: date | None) -> Meeting:
    day = timezone.localtime(row.at).date()
    known = row.kind == FIRST and until is not None and release_on is not None
    return Meeting(
        id=row.pk, at=row.at, place=row.place, with_whom=row.with_whom, state=row.state,
        in_time=release_on <= day <= until if known and release_on and until else None,
    )  # fmt: skip
