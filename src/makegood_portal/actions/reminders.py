"""Reminders, each morning: what is late or about to end is told to whoever works with the person, once each.

A notice stands on the first page of whoever it is to; in one e-mail a day, without a name, they hear that there is
something. Municipalities are reminded of a question on the days that the programme file names. That nothing is told twice
is kept by the database: one notice a person, kind, candidate and day on which it was due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from makegood.programme.delivery import Delivery
from makegood.selection.steps import asked_for
from makegood_portal.actions.acting import action, add
from makegood_portal.actions.permission import address_of, everywhere, write_to
from makegood_portal.ledger import audit, terms
from makegood_portal.ledger.models import (
    Appointment,
    Candidacy,
    Consent,
    ConsentState,
    ContactRoute,
    Membership,
    Notice,
    PermissionReminder,
    PermissionRequest,
    PermissionState,
    State,
    User,
)
from makegood_portal.ledger.queries import permissions
from makegood_portal.ledger.queries.consents import ENDS_SOON
from makegood_portal.ledger.scope import Scope, scoped
from makegood_portal.ledger.words import Role

DUTY = "remind"
BATCH = 2_000
LOOKS_BACK = timedelta(days=7)
"""Steps that became late while nothing ran are told afterwards, within a week."""
Key = tuple[UUID, str, UUID | None, date]


@dataclass(frozen=True)
class Due:
    """Something to tell: what, of whom (nobody: a number of people), and the day on which it was or is due."""

    to: UUID
    kind: str
    candidacy: UUID | None
    due_on: date
    number: int = 0


@dataclass(frozen=True)
class Colleagues:
    """Who has a role where, today."""

    of: dict[tuple[str, UUID], list[UUID]]

    @cached_property
    def known(self) -> frozenset[UUID]:
        """All of them."""
        return frozenset(user for users in self.of.values() for user in users)

    def working_with(self, counsellor: UUID | None, prison: UUID | None, provider: UUID | None, *, handed_over: bool) -> list[UUID]:
        """The counsellor who can guide them; before the hand-over the prison's coordinators; where nobody is, the provider's leads."""
        if counsellor is not None and provider is not None and counsellor in self.of.get((Role.COUNSELLOR, provider), ()):
            return [counsellor]
        coordinators = [] if handed_over or prison is None else self.of.get((Role.COORDINATOR, prison), [])
        return coordinators or (self.of.get((Role.LEAD, provider), []) if provider else [])


def remind_everybody(today: date) -> dict[str, int]:
    """All reminders of a day: kind -> how many were new. Run again on the same day it tells nothing twice."""
    by = everywhere(DUTY)
    told: dict[str, int] = {}
    with scoped(by):
        colleagues = _colleagues(today)
        for find in FINDERS:
            for kind, number in _tell(find(today, colleagues)).items():
                told[kind] = told.get(kind, 0) + number
        if told:
            audit.record(by, "remind", facts={"told": told})
    for key in _municipalities_to_remind(by, today):
        with scoped(by):  # a transaction each: a letter that went out is never forgotten
            remind_municipality(by=by, on=key, today=today)
            told["municipality"] = told.get("municipality", 0) + 1
    return told


@action()
def remind_municipality(*, by: Scope, on: UUID, today: date) -> None:  # noqa: ARG001 - every action says who
    """The portal's own duty: on the days that the programme file names a municipality is asked again."""
    rows = PermissionRequest.objects.filter(pk=on, state=PermissionState.ASKED).select_related("candidacy")
    request = rows.select_for_update(of=("self",)).first()  # a colleague may be reminding them at this moment
    if request is None or PermissionReminder.objects.filter(request=request, sent_on=today).exists():
        return
    to = address_of(request.municipality_id)
    if to:
        add(PermissionReminder(request=request, sent_on=today, to=to))
        write_to(request)


def _late_permissions(today: date, colleagues: Colleagues) -> Iterator[Due]:
    rows = PermissionRequest.objects.filter(state=PermissionState.ASKED, deadline_on__lt=today)
    columns = ("candidacy", "deadline_on", "asked_by", *_whose("candidacy__"))
    for candidacy, due_on, asked_by, *whose in rows.values_list(*columns):
        asked = [asked_by] if asked_by in colleagues.known and not Whose(*whose).closed_to_provider else []
        for user in asked or _colleagues_of(colleagues, Whose(*whose)):
            yield Due(user, "permission_late", candidacy, due_on)


def _ending_consents(today: date, colleagues: Colleagues) -> Iterator[Due]:
    soon = Q(until_on__gt=today, until_on__lte=today + ENDS_SOON, candidacy__state__in=[State.OPEN, State.STARTED])
    rows = Consent.objects.filter(soon, state=ConsentState.GIVEN)
    for candidacy, due_on, *whose in rows.values_list("candidacy", "until_on", *_whose("candidacy__")):
        for user in _colleagues_of(colleagues, Whose(*whose)):
            yield Due(user, "consent_ends", candidacy, due_on)


def _without_a_route(today: date, colleagues: Colleagues) -> Iterator[Due]:
    """As near to release as the programme file calls late, and no way to reach them."""
    reachable = ContactRoute.objects.filter(candidacy=OuterRef("pk"), ended_on=None)
    on_the_way = Candidacy.objects.filter(state__in=[State.OPEN, State.STARTED], release_on__gte=today)
    rows = on_the_way.filter(Q(contract_on__isnull=False) | ~Q(provider=None)).exclude(Exists(reachable))
    delivered = terms.deliveries_on(set(on_the_way.values_list("programme", flat=True).distinct()), today)
    for programme, delivery in delivered.items():
        if delivery.contact is not None:
            near = delivery.contact.warn_before.after(today)
            for candidacy, due_on, *whose in rows.filter(programme=programme, release_on__lte=near).values_list(
                "pk", "release_on", *_whose()
            ):
                for user in _colleagues_of(colleagues, Whose(*whose)):
                    yield Due(user, "no_route", candidacy, due_on)


def _late_steps(today: date, colleagues: Colleagues) -> Iterator[Due]:
    """So many steps became late on a day: one notice a person and day, not one a candidate."""
    rows = Candidacy.objects.filter(state=State.OPEN, step_due_on__lt=today, step_due_on__gte=today - LOOKS_BACK).order_by()
    found = list(rows.values_list("programme", "step", "step_due_on", *_whose()).annotate(Count("pk")))
    delivered = terms.deliveries_on({row[0] for row in found}, today)
    numbers: dict[tuple[UUID, date], int] = {}
    for programme, step, due_on, *whose, number in found:
        for user in _who_acts(delivered.get(programme), step, Whose(*whose), colleagues):
            numbers[user, due_on] = numbers.get((user, due_on), 0) + number
    for (user, due_on), number in numbers.items():
        yield Due(user, "steps_late", None, due_on, number)


def _who_acts(delivery: Delivery | None, step: str, of: Whose, colleagues: Colleagues) -> list[UUID]:
    """Who does a step, says the programme file; of a file that is closed to the provider, the prison."""
    acts: str = delivery.steps[step].acts[0] if delivery is not None and step in delivery.steps else ""
    if acts == Role.COORDINATOR or (of.closed_to_provider and acts in (Role.COUNSELLOR, Role.LEAD)):
        return colleagues.of.get((Role.COORDINATOR, of.prison), []) if of.prison else []
    if acts in (Role.COUNSELLOR, Role.LEAD):
        return colleagues.working_with(of.counsellor if acts == Role.COUNSELLOR else None, None, of.provider, handed_over=True)
    return []


def _appointments(today: date, colleagues: Colleagues) -> Iterator[Due]:
    """Appointments of today; and once, those of the days before of which nobody said whether they took place."""
    rows = Appointment.objects.filter(state="planned", at__date__lte=today, at__date__gte=today - LOOKS_BACK)
    for candidacy, at, *whose in rows.values_list("candidacy", "at", *_whose("candidacy__")):
        day = timezone.localtime(at).date()
        for user in _colleagues_of(colleagues, Whose(*whose)):
            yield Due(user, "appointment_today" if day == today else "appointment_open", candidacy, day)


FINDERS: tuple[Callable[[date, Colleagues], Iterable[Due]], ...] = (
    _late_permissions,
    _ending_consents,
    _without_a_route,
    _late_steps,
    _appointments,
)


class Whose(NamedTuple):
    """Who has a file, as the columns of a candidacy say it."""

    counsellor: UUID | None
    prison: UUID | None
    provider: UUID | None
    handed_over_on: date | None
    closed_to_provider: bool


def _whose(prefix: str = "") -> tuple[str, ...]:
    return tuple(f"{prefix}{column}" for column in Whose._fields)


def _colleagues_of(colleagues: Colleagues, of: Whose) -> list[UUID]:
    if of.closed_to_provider:  # nobody there may know them: the prison has the file
        of = of._replace(counsellor=None, provider=None)
    return colleagues.working_with(of.counsellor, of.prison, of.provider, handed_over=of.handed_over_on is not None)


def _colleagues(today: date) -> Colleagues:
    running = Membership.objects.filter(role__in=[Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD], user__is_active=True, from_on__lte=today)
    found: dict[tuple[str, UUID], list[UUID]] = {}
    for role, where, user in running.filter(Q(until_on=None) | Q(until_on__gt=today)).values_list("role", "organisation", "user"):
        found.setdefault((role, where), []).append(user)
    return Colleagues(found)


def _tell(due: Iterable[Due]) -> dict[str, int]:
    """Write the notices that are new, and one letter to each who got some."""
    wanted: dict[Key, Due] = {(one.to, one.kind, one.candidacy, one.due_on): one for one in due}
    if not wanted:
        return {}
    since = min(one.due_on for one in wanted.values())
    told = Notice.objects.filter(kind__in={one.kind for one in wanted.values()}, due_on__gte=since)
    before = set(told.values_list("to", "kind", "candidacy", "due_on"))
    rows = [_notice(one) for key, one in wanted.items() if key not in before]
    Notice.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    _write({row.to_id for row in rows})
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    return counts


def _notice(one: Due) -> Notice:
    details = {"number": one.number} if one.number else {}
    return Notice(to_id=one.to, kind=one.kind, candidacy_id=one.candidacy, due_on=one.due_on, details=details)


def _write(users: set[UUID]) -> None:
    """An e-mail without anything about anybody: only that something waits."""
    letters = []
    for email, language in User.objects.filter(pk__in=users, is_active=True).values_list("email", "language"):
        with translation.override(language):
            letters.append((_("Something waits for you in Makegood"), _("Please log in. It stands under Today."), email))

    def send() -> None:
        for subject, text, to in letters:
            send_mail(subject, text, None, [to], fail_silently=True)

    transaction.on_commit(send)


def _municipalities_to_remind(by: Scope, today: date) -> list[UUID]:
    """Open requests of which a day of reminding came, and nobody reminded since."""
    with scoped(by):
        rows = PermissionRequest.objects.filter(state=PermissionState.ASKED, asked_on__lt=today)
        reminded = dict(
            PermissionReminder.objects.filter(request__state=PermissionState.ASKED).order_by("sent_on").values_list("request", "sent_on")
        )
        found = []
        for key, programme, asked_on in rows.values_list("pk", "candidacy__programme", "asked_on"):
            permission = permissions.permission_of(programme, asked_on) if asked_on else None
            planned = asked_for(permission, asked_on=asked_on).remind_on if permission and asked_on else ()
            days = [day for day in planned if day <= today]
            if days and reminded.get(key, date.min) < max(days):
                found.append(key)
        return found
