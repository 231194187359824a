"""What must be true of somebody before they have started, as the programme file says it, and what of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_steps import StartNeed
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Appointment, Candidacy, ContactRoute
from makegood_portal.ledger.queries.agreements import FIRST
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that a start needs."""

    kind: StartNeed
    title: str
    """What people of this programme call it; empty where the page has the word."""
    met: bool
    day: date | None
    """The end date; or of the first appointment: when it was kept, else for when it is planned."""
    kept: bool
    """The first appointment was kept, on `day`."""
    number: int
    """How many ways to keep contact there are."""
    at_least: int
    """How many there must be."""


def needs_of_start(row: Candidacy, delivery: Delivery, *, on: date) -> list[Need]:
    """What the start of this candidate on this day needs, in the order of the programme file; none at another step."""
    step = delivery.steps.get(row.step)
    return [_looked_at(need, row, delivery, on) for need in step.start_needs] if step else []


def of_candidate(scope: Scope, candidacy: UUID, *, on: date) -> list[Need]:
    """The same for a page, of a candidate whom the asker may see."""
    row = access.visible(Candidacy.objects.filter(pk=candidacy), scope).first()
    delivery = terms.deliveries_on({row.programme_id}, on).get(row.programme_id) if row else None
    return needs_of_start(row, delivery, on=on) if row and delivery else []


def rests_on_end_date(row: Candidacy) -> bool:
    """Whether this candidate started under terms by which nobody starts before the end date."""
    return row.started_on is not None and "end_date" in _needed_then(row, row.started_on)


def rests_on_appointment(row: Candidacy, day: date) -> bool:
    """Whether this candidate's start has no other first appointment to rest on than those that were kept on this day."""
    if row.started_on is None or "first_appointment" not in _needed_then(row, row.started_on):
        return False
    return day <= row.started_on and not (_kept_days(row, row.started_on) - {day})


def _needed_then(row: Candidacy, on: date) -> list[StartNeed]:
    delivery = terms.deliveries_on({row.programme_id}, on).get(row.programme_id)
    return [need for step in delivery.steps.values() for need in step.start_needs] if delivery else []


def _kept_days(row: Candidacy, until: date) -> set[date]:
    """The days up to this one on which a first appointment after the end date was kept."""
    kept = Appointment.objects.filter(candidacy=row, kind=FIRST, state="kept")
    days = {timezone.localtime(at).date() for at in kept.values_list("at", flat=True)}
    return {day for day in days if day <= until and (row.release_on is None or row.release_on <= day)}


def _need(
    kind: StartNeed, *, met: bool, title: str = "", day: date | None = None, kept: bool = False, number: int = 0, at_least: int = 0
) -> Need:
    return Need(kind=kind, title=title, met=met, day=day, kept=kept, number=number, at_least=at_least)


def _looked_at(need: StartNeed, row: Candidacy, delivery: Delivery, on: date) -> Need:
    if need == "end_date":
        title = said(delivery.end_date.title) if delivery.end_date else ""
        return _need(need, title=title, met=row.release_on is not None and row.release_on <= on, day=row.release_on)
    if need == "contact_routes":
        at_least = delivery.contact.at_least if delivery.contact else 0
        number = ContactRoute.objects.filter(candidacy=row, ended_on=None).count()
        return _need(need, met=number >= at_least, number=number, at_least=at_least)
    first = min(_kept_days(row, date.max), default=None)
    if first is not None:
        return _need(need, met=first <= on, day=first, kept=True)
    planned = Appointment.objects.filter(candidacy=row, kind=FIRST, state="planned").order_by("-at").values_list("at", flat=True).first()
    return _need(need, met=False, day=timezone.localtime(planned).date() if planned else None)
