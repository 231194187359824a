"""What waits for the asker today, counted; what they were told; and the steps of their programmes.

Each kind of waiting work is one function that gives rows of the same shape. They are joined by UNION: the first page asks
once, however many kinds there are. A new kind is a function here, a line in `COUNTS`, and its words in `web/start.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField as Chars
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models import DateField as Dates
from django.db.models import UUIDField as Keys
from django.db.models.functions import Cast

from makegood.programme.delivery import Delivery
from makegood.programme.root import Programme as Terms
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    Appointment,
    Candidacy,
    ContactRoute,
    GrossListImport,
    Identity,
    ImportState,
    Notice,
    PermissionRequest,
    PermissionState,
    ProgrammeVersion,
    State,
    User,
)
from makegood_portal.ledger.queries import agreements, consents, permissions, questionnaires
from makegood_portal.ledger.queries.candidates import NAME, name_of, steps_of
from makegood_portal.ledger.queries.caseload import GUIDED, guide_gone
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

Rows = QuerySet[Any, dict[str, Any]]
MOST_NOTICES = 8


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """So much of one kind; `late` of it is past its date, `due_on` the first date that is still to come or was missed."""

    kind: str
    number: int
    late: int
    due_on: date | None
    programme: UUID | None = None
    step: str = ""


def _shaped(kind: str, rows: QuerySet[Any], *, due: str = "", today: date, step: str = "") -> Rows:
    """Rows of one kind, grouped: the shape that all kinds share. Without `due` nothing of it is ever late."""
    words: dict[str, Any] = {
        "what": Value(kind, output_field=Chars()),
        "whose": Cast(F("programme") if step else Value(None), Keys()),
        "where": Cast(F(step) if step else Value(""), Chars()),
        "by_day": Cast(F(due) if due else Value(None), Dates()),
    }
    grouped = rows.order_by().annotate(**words).values("what", "whose", "where")
    found: Rows = grouped.annotate(many=Count("pk"), too_late=Count("pk", filter=Q(by_day__lt=today)), first_day=Min("by_day"))
    return found


Far = Callable[[Delivery, date], date | None]


def near_end(deliveries: Mapping[UUID, Delivery], today: date, far: Far) -> Q:
    """Whose end date comes before the first that is far enough, by their own programme; nobody of one that names none."""
    found = Q(pk__in=[])
    for programme, delivery in deliveries.items():
        limit = far(delivery, today)
        if limit is not None:
            found |= Q(programme=programme, release_on__gte=today, release_on__lt=limit)
    return found


def far_enough_to_prepare(delivery: Delivery, today: date) -> date | None:
    """The first end date for which no warning is due that little time is left (need 35); `time_left` counts the same."""
    return delivery.end_date.warn_below.after(today) if delivery.end_date else None


def far_enough_to_reach(delivery: Delivery, today: date) -> date | None:
    """The first end date for which a way to keep contact need not be known yet (need 40); the page of contact counts the same."""
    return delivery.contact.warn_before.after(today) + timedelta(days=1) if delivery.contact else None


def _deliveries(scope: Scope, today: date) -> dict[UUID, Delivery]:
    return terms.deliveries_on({key for keys in (scope.programmes or {}).values() for key in keys}, today)


def _steps(scope: Scope, today: date) -> Rows:
    asked = permissions.waits_for_an_answer(_deliveries(scope, today))
    rows = access.visible(Candidacy.objects.filter(state=State.OPEN).exclude(asked), scope)
    return _shaped("step", rows, due="step_due_on", today=today, step="step")


def _permissions_waiting(scope: Scope, today: date) -> Rows:
    """The municipality was asked, and has its time still: nothing to do but to know of it. Who is late is told of apart."""
    late = PermissionRequest.objects.filter(candidacy=OuterRef("pk"), state=PermissionState.ASKED, deadline_on__lt=today)
    asked = permissions.waits_for_an_answer(_deliveries(scope, today))
    rows = Candidacy.objects.filter(asked, state=State.OPEN).exclude(Exists(late))
    return _shaped("permission_waits", access.visible(rows, scope), today=today)


def _permissions_to_answer(scope: Scope, today: date) -> Rows:
    rows = PermissionRequest.objects.filter(municipality__in=scope.where(Role.MUNICIPAL_CONTACT), state=PermissionState.ASKED)
    return _shaped("permission_to_answer", access.visible(rows, scope), due="deadline_on", today=today)


def _permissions_late(scope: Scope, today: date) -> Rows:
    rows = PermissionRequest.objects.filter(state=PermissionState.ASKED, deadline_on__lt=today)
    return _shaped("permission_late", access.visible(rows, scope), due="deadline_on", today=today)


def _late_for_release(scope: Scope, today: date) -> Rows:
    """Released before what must come first can be done: need 35."""
    rows = Candidacy.objects.filter(near_end(_deliveries(scope, today), today, far_enough_to_prepare), state=State.OPEN)
    return _shaped("late_for_release", access.visible(rows, scope), due="release_on", today=today)


def _without_a_route(scope: Scope, today: date) -> Rows:
    """Nobody knows how to reach them after release, and release is near."""
    reachable = ContactRoute.objects.filter(candidacy=OuterRef("pk"), ended_on=None)
    near = near_end(_deliveries(scope, today), today, far_enough_to_reach)
    rows = Candidacy.objects.filter(near, state__in=[State.OPEN, State.STARTED])
    rows = rows.filter(Q(contract_on__isnull=False) | ~Q(provider=None)).exclude(Exists(reachable))
    return _shaped("no_route", access.visible(rows, scope), due="release_on", today=today)


def _without_a_counsellor(scope: Scope, today: date) -> Rows:
    """They are with the provider, and nobody guides them."""
    rows = Candidacy.objects.filter(state__in=GUIDED, counsellor=None, provider__in=scope.where(Role.LEAD))
    return _shaped("no_counsellor", access.visible(rows, scope), due="step_due_on", today=today)


def _guide_gone(scope: Scope, today: date) -> Rows:
    """Somebody still stands as their counsellor who is not any more, or cannot log in."""
    rows = access.visible(Candidacy.objects.filter(guide_gone(scope), state__in=GUIDED), scope)
    return _shaped("guide_gone", rows, due="step_due_on", today=today)


def _appointments(scope: Scope, today: date) -> Rows:
    """Today, or not recorded yet whether it took place."""
    rows = agreements.my_appointments(Appointment.objects.filter(state="planned", at__date__lte=today), scope)
    return _shaped("appointment", rows, due="at__date", today=today)


def _consents(scope: Scope, today: date) -> Rows:
    """Soon ending, or asked and not answered."""
    return _shaped("consent", consents.to_ask_again(scope, today=today), due="until_on", today=today)


def _forms_opened_again(scope: Scope, today: date) -> Rows:
    """A questionnaire that was opened to put something right, after its step: no step waits for it."""
    return _shaped("form_open", questionnaires.opened_again(scope, today=today), today=today)


def _lists(scope: Scope, today: date) -> Rows:
    rows = GrossListImport.objects.filter(prison__in=scope.where(Role.COORDINATOR), state__in=[ImportState.MAPPING, ImportState.PREVIEW])
    return _shaped("list", rows, today=today)


COUNTS: dict[Callable[[Scope, date], Rows], frozenset[Role]] = {
    _steps: frozenset({Role.COORDINATOR, Role.HEAD_OFFICE, Role.COUNSELLOR, Role.LEAD}),
    _permissions_to_answer: frozenset({Role.MUNICIPAL_CONTACT}),
    _permissions_waiting: frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD}),
    _permissions_late: frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD}),
    _late_for_release: frozenset({Role.COORDINATOR, Role.COUNSELLOR}),
    _without_a_route: frozenset({Role.COUNSELLOR, Role.LEAD}),
    _without_a_counsellor: frozenset({Role.LEAD}),
    _guide_gone: frozenset({Role.LEAD}),
    _appointments: frozenset({Role.COUNSELLOR, Role.LEAD}),
    _consents: frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD}),
    _forms_opened_again: frozenset({Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD}),
    _lists: frozenset({Role.COORDINATOR}),
}
"""Kind of waiting work -> whose it is."""


def waiting(scope: Scope, *, today: date) -> list[Waiting]:
    """All that waits for the asker, by kind: one query."""
    parts = [count(scope, today) for count, roles in COUNTS.items() if scope.has(*roles)]
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return [
        Waiting(
            kind=row["what"], number=row["many"], late=row["too_late"], due_on=row["first_day"], programme=row["whose"], step=row["where"]
        )
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice that was not put away yet."""

    id: UUID
    kind: str
    candidacy: UUID | None
    who: str
    """The name as far as the asker may know it, else the pseudonym; empty where it is about nobody in particular."""
    details: dict[str, Any]
    by: str
    """The name of the colleague who did it, where a notice says so."""
    due_on: date | None
    at: datetime


TELLS = {
    "permission_answered": Part.PERMISSION,
    "permission_changed": Part.PERMISSION,
    "permission_late": Part.PERMISSION,
    "consent_ends": Part.CONSENT,
    "appointment_today": Part.CONTACT,
    "appointment_open": Part.CONTACT,
    "no_route": Part.CONTACT,
}
"""Kind of notice -> the part of the file of which it tells; others tell of the candidacy itself."""


def _still_theirs(scope: Scope) -> Q:
    """Of whom the asker may still read that part: a file that was handed over tells its former readers nothing more."""
    found = Q(candidacy=None)
    for part in {*TELLS.values(), Part.CANDIDACY}:
        if allowed := access.allowed_of(scope, part):
            kinds = [kind for kind, of in TELLS.items() if of is part]
            of_part = ~Q(kind__in=list(TELLS)) if part is Part.CANDIDACY else Q(kind__in=kinds)
            found |= of_part & Q(candidacy__in=Candidacy.objects.filter(allowed).order_by())
    return found


def told(scope: Scope) -> list[Told]:
    """The newest notices to the asker: one query, and one for the colleagues whom they name."""
    newest = Notice.objects.filter(to=scope.user, read_at=None).select_related("candidacy__person").order_by("-recorded_at")
    known = access.visible(Identity.objects.filter(candidacy=OuterRef("candidacy")), scope).values(parts=NAME)[:1]
    rows = list(newest.filter(_still_theirs(scope)).annotate(known=Subquery(known))[:MOST_NOTICES])
    users = {row.details["by"] for row in rows if row.details.get("by")}
    names = {str(key): name for key, name in User.objects.filter(pk__in=users).values_list("pk", "name")} if users else {}
    return [
        Told(
            id=row.pk,
            kind=row.kind,
            candidacy=row.candidacy_id,
            who=_who(row),
            details=row.details,
            by=names.get(row.details.get("by", ""), ""),
            due_on=row.due_on,
            at=row.recorded_at,
        )
        for row in rows
    ]


def _who(row: Any) -> str:
    if row.candidacy is None:
        return ""
    return name_of(Identity(**row.known) if row.known else None, of=row.candidacy_id) or str(row.candidacy.person.pseudonym)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a programme, in words; `mine`: the asker acts in it."""

    code: str
    title: str
    task: str
    """What is to be done, where the title says that it is done."""
    does: str
    mine: bool


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A programme in which the asker has a part, and its steps from list to start."""

    id: UUID
    title: str
    duties: tuple[str, ...]
    steps: tuple[Step, ...]


def programmes(scope: Scope, *, today: date) -> dict[UUID, Programme]:
    """The programmes of the asker's organisations, under the terms of today; those without terms are left out. One query."""
    organisations = {key for where in scope.organisations.values() for key in where}
    newest = ProgrammeVersion.objects.filter(programme__parties__organisation__in=organisations, programme__active=True)
    newest = newest.order_by("programme", "-recorded_at").distinct("programme")
    found = {key: terms.agreement_under(key, sha256) for key, sha256 in newest.values_list("programme", "sha256")}
    return {key: one for key, agreement in found.items() if (one := _programme(key, agreement.on(today).programme, scope)) is not None}


def _programme(key: UUID, agreed: Terms, scope: Scope) -> Programme | None:
    delivery = agreed.delivery
    if delivery is None:
        return None
    steps, mine = [(code, delivery.steps[code]) for code in delivery.order], set(steps_of(delivery, scope))
    return Programme(
        id=key,
        title=terms.said(agreed.title),
        duties=tuple(terms.said(duty.does) for role, duty in delivery.roles.items() if role in scope.roles),
        steps=tuple(
            Step(
                code=code,
                title=terms.said(step.title),
                task=terms.said(step.task or step.title),
                does=terms.said(step.does),
                mine=code in mine,
            )
            for code, step in steps
        ),
    )
