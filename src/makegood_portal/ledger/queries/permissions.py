"""Permissions of municipalities: what is asked and due, what a municipality has to answer, and how long answers take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_steps import Permission
from makegood.selection.municipality import meant
from makegood.selection.steps import asked_for
from makegood.selection.waiting import Request as Waited
from makegood.selection.waiting import Turnaround, turnaround
from makegood_portal.ledger import access, history, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    Answer,
    AnswerStatus,
    Candidacy,
    Identity,
    MunicipalityContact,
    MunicipalityDetails,
    Organisation,
    PermissionReminder,
    PermissionRequest,
    PermissionState,
)
from makegood_portal.ledger.models.permission import ANOTHER_GRANTED, ANSWERS
from makegood_portal.ledger.queries import excluding
from makegood_portal.ledger.queries.candidates import WHO, identity_of, name_of
from makegood_portal.ledger.queries.consents import last_no, yes_in_form
from makegood_portal.ledger.queries.excluding import Excluding
from makegood_portal.ledger.remembered import remembered
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.shown import note
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Kind, Role

PAGE = 50
LOOKS_BACK = timedelta(days=365)
"""The turnaround is that of what was asked in the last year."""
ASKED_OF = "municipal_contact"
"""Who permits, as the programme file says it: only such a permission is asked in the portal."""
GRANTED = (PermissionState.GRANTED, PermissionState.GRANTED_WITH_CONDITIONS)
__all__ = ["ANSWERS"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A request in a list. The name is what the request itself says."""

    id: UUID
    name: str
    municipality: str
    state: str
    asked_on: date | None
    deadline_on: date | None
    overdue: bool
    days: int
    """Days that the request waits, or waited, for its answer."""
    answered_on: date | None
    reminders: int
    parallel: bool
    place: UUID
    conditions: str
    """Under which a municipality permits it."""
    silent: bool
    """It waits, and no e-mail address of the municipality is known: nobody there is told."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Open requests (those due soonest first) or closed ones (the last first), and how long answers take."""

    lines: tuple[Line, ...]
    open: int
    overdue: int
    closed: bool
    answers: bool
    """Whether the asker is of a municipality, and answers; else they ask."""
    waiting: Turnaround | None
    number: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Says:
    """All that a municipality reads of a person."""

    name: str
    born_on: date | None
    prison: str
    release_on: date | None
    programme: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request with everything about it."""

    line: Line
    person: UUID
    candidacy: UUID
    version: int
    says: Says | None
    conditions: str
    reason: str
    answers: bool
    """Whether the asker may answer it now."""
    changes: bool
    """Whether the asker's municipality answered, and may still change that."""
    call: str
    """Whom to call when it may not any more."""
    ours: bool
    """Whether the asker may remind and withdraw it, and open the candidate's file."""
    reminded_on: Sequence[date]
    reminded_today: bool
    """Then no other reminder goes out today."""
    remind_on: Sequence[date]
    """Days on which the programme file wants a reminder."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """The municipality as the candidate wrote it in a questionnaire, and what was found of it in the directory."""

    words: str
    found: Sequence[tuple[UUID, str]]
    left: Sequence[str]
    """The words in which no municipality was found."""

    @property
    def names(self) -> str:
        """Those that were found, in words."""
        return ", ".join(name for _key, name in self.found)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A candidate for whom permission may be asked."""

    person: UUID
    candidacy: UUID
    pseudonym: str
    open: bool
    title: str
    """What the programme calls the permission; empty where it asks none."""
    several: bool
    """Whether several municipalities may be asked when it is not known which one."""
    due_on: date | None
    says: Says
    municipality: UUID | None
    municipalities: Sequence[tuple[UUID, str]]
    silent: frozenset[UUID]
    """Municipalities of which no e-mail address is known."""
    written: Written | None
    excluding: Mapping[UUID, Sequence[Excluding]]
    """Municipality -> local programmes of it that may exclude the candidate; of every one that may be asked."""
    lines: Sequence[Line]
    granted: bool
    yes_on: date | None
    """The day on which the candidate said in a form that a municipality may be asked, where that still counts: not asked again."""
    again: Sequence[str]
    """The names of the municipalities that need not answer any more since another one said yes, which it took back."""


def permission_of(programme: UUID, day: date) -> Permission | None:
    """The permission that a programme asks of municipalities on a day."""
    delivery = terms.deliveries_on({programme}, day).get(programme)
    for one in delivery.permissions.values() if delivery else ():
        if one.asked_of == ASKED_OF and (one.from_ or day) <= day and (one.retired_on is None or day < one.retired_on):
            return one
    return None


def is_granted(candidacy: UUID) -> bool:
    """Whether a municipality permits that this candidate takes part."""
    return PermissionRequest.objects.filter(candidacy=candidacy, state__in=GRANTED).exists()


def kept_from_answering(requests: Iterable[PermissionRequest]) -> list[UUID]:
    """Of one candidate's requests: the municipalities that need not answer any more since another one said yes, where none says
    yes now. Who was asked again since, or answered, is not among them.
    """
    last = {one.municipality_id: one for one in sorted(requests, key=lambda one: one.recorded_at)}
    if any(one.state in GRANTED for one in last.values()):
        return []
    return [key for key, one in last.items() if (one.state, one.withdrawn_because) == (PermissionState.WITHDRAWN, ANOTHER_GRANTED)]


def waits_for_an_answer(deliveries: Mapping[UUID, Delivery]) -> Q:
    """Candidates of whom a municipality was asked, at the step at which that is done: the answer is its work, not the asker's."""
    at = Q(pk__in=[])
    for programme, delivery in deliveries.items():
        at |= Q(programme=programme, step__in=[code for code, step in delivery.steps.items() if step.kind == "permission"])
    return at & Q(Exists(PermissionRequest.objects.filter(candidacy=OuterRef("pk"), state=PermissionState.ASKED)))


@dataclass(frozen=True, kw_only=True)
class Answering:
    """Where the asking of municipalities about one candidate stands: one waits for an answer, or no answer was a yes."""

    waits: bool
    deadline_on: date | None
    """The first of those that wait, where one is set."""
    late: bool


def answering(scope: Scope, candidacies: Collection[UUID], *, today: date) -> dict[UUID, Answering]:
    """Of the candidates about whom a municipality was asked and none said yes. One query."""
    rows = access.visible(PermissionRequest.objects.filter(candidacy__in=candidacies), scope)
    rows = rows.exclude(state__in=[PermissionState.DRAFT, PermissionState.WITHDRAWN])
    found: dict[UUID, list[tuple[str, date | None]]] = {}
    for key, state, deadline in rows.values_list("candidacy", "state", "deadline_on"):
        found.setdefault(key, []).append((state, deadline))
    return {key: _answering(asked, today) for key, asked in found.items() if not any(state in GRANTED for state, _ in asked)}


def _answering(asked: Sequence[tuple[str, date | None]], today: date) -> Answering:
    deadlines = [deadline for state, deadline in asked if state == PermissionState.ASKED]
    first = min(filter(None, deadlines), default=None)
    return Answering(waits=bool(deadlines), deadline_on=first, late=first is not None and first < today)


def with_person(rows: QuerySet[PermissionRequest]) -> QuerySet[Any]:
    """The requests with whose they are: a municipality sees a request and not the file behind it."""
    return rows.annotate(person=Func(F("candidacy_id"), function="ledger_person_of", output_field=UUIDField()))


def with_way(rows: QuerySet[PermissionRequest]) -> QuerySet[Any]:
    """The same, and whether the candidate is on the way: neither started nor left. Until then an answer can be changed."""
    way = Func(F("candidacy_id"), function="ledger_on_the_way", output_field=BooleanField())
    return with_person(rows.annotate(on_the_way=way))


def reached(municipality: str) -> ExpressionWrapper[Any]:
    """Whether an e-mail address of a municipality is known, so that somebody there is told: as `actions.permission.address_of`."""
    contacts = MunicipalityContact.objects.filter(municipality=OuterRef(municipality), ended_on=None).exclude(email="")
    wanted = MunicipalityDetails.objects.filter(municipality=OuterRef(municipality)).exclude(address_for_requests="")
    return ExpressionWrapper(Exists(contacts) | Exists(wanted), BooleanField())


def page(scope: Scope, *, today: date, closed: bool = False, number: int = 1) -> Page:
    """A page of requests; five queries, however many there are."""
    rows = access.visible(PermissionRequest.objects.exclude(state=PermissionState.DRAFT), scope)
    waits = Q(state=PermissionState.ASKED)
    counts = rows.order_by().aggregate(
        all=Count("id"), open=Count("id", filter=waits), overdue=Count("id", filter=waits & Q(deadline_on__lt=today))
    )
    order = ("-answered_on", "id") if closed else ("deadline_on", "asked_on", "id")
    there = (rows.exclude(waits) if closed else rows.filter(waits)).order_by(*order)
    start = (max(number, 1) - 1) * PAGE
    here = PermissionRequest.objects.filter(pk__in=there.values("pk")[start : start + PAGE + 1])
    found = list(
        with_person(here)
        .select_related("municipality")
        .annotate(reminded=Count("reminders"), reached=reached("municipality"))
        .order_by(*order)
    )
    said_ = history.unseal_many({row.pk: (row.person, row.says) for row in found[:PAGE]})
    note(*(row.candidacy_id for row in found[:PAGE]), named=True)
    answers = not scope.has(Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
    return Page(
        lines=tuple(_line(row, said_.get(row.pk, {}), today) for row in found[:PAGE]),
        open=counts["open"],
        overdue=counts["overdue"],
        closed=closed,
        answers=answers,
        waiting=None if answers else remembered(scope, "turnaround", counts["all"], lambda: _turnaround(rows, today))[0],
        number=max(number, 1),
        more=len(found) > PAGE,
    )


def one(scope: Scope, key: UUID, *, today: date) -> Request | None:
    """One request. Call it through `actions.permission.open_request`, which writes it down."""
    rows = access.visible(PermissionRequest.objects.filter(pk=key), scope)
    counted = with_way(rows).select_related("municipality", "asked_by").annotate(reminded=Count("reminders"))
    row = counted.annotate(reached=reached("municipality")).first()
    if row is None:
        return None
    words = history.unseal_many({row.pk: (row.person, row.says)}).get(row.pk)
    waits = row.state == PermissionState.ASKED
    mine = access.allowed_of(scope, Part.PERMISSION, writing=True)  # a municipality writes its answer, and has no part in the file
    candidacy = Candidacy.objects.filter(mine, pk=row.candidacy_id).first() if mine else None
    permission = permission_of(candidacy.programme_id, row.asked_on) if candidacy and row.asked_on else None
    own = row.municipality_id in scope.where(Role.MUNICIPAL_CONTACT)
    answered = own and row.state in ANSWERS
    reminded_on = list(PermissionReminder.objects.filter(request=row).order_by("sent_on").values_list("sent_on", flat=True))
    return Request(
        line=_line(row, words or {}, today),
        person=row.person,
        candidacy=row.candidacy_id,
        version=row.version,
        says=_says(words) if words else None,
        conditions=row.conditions,
        reason=row.reason,
        answers=waits and own,
        changes=answered and row.on_the_way,
        call=f"{row.asked_by.name} ({row.asked_by.email})" if answered and not row.on_the_way and row.asked_by else "",
        ours=candidacy is not None,
        reminded_on=reminded_on,
        reminded_today=today in reminded_on,
        remind_on=asked_for(permission, asked_on=row.asked_on).remind_on if permission else (),
    )


def asking(scope: Scope, candidacy: UUID, *, today: date) -> Asking | None:
    """What may be asked for a candidate, or None: not there and not yours are the same answer."""
    readable = access.allowed_of(scope, Part.PERMISSION)
    mine = access.allowed_of(scope, Part.PERMISSION, writing=True)
    rows = Candidacy.objects.filter(readable, pk=candidacy) if readable else Candidacy.objects.none()
    known = access.visible(Identity.objects.filter(candidacy=OuterRef("pk")), scope).values(parts=WHO)[:1]
    no_on = Subquery(last_no(OuterRef("pk"), access.ASKED_FOR))
    rows = access.with_parts(rows, scope).annotate(mine=ExpressionWrapper(mine, BooleanField()), called=Subquery(known), no_on=no_on)
    row: Any = rows.select_related("person", "prison", "programme").first()
    if row is None:
        return None
    access.keep_parts(row)  # the tabs of the page need them
    permission = permission_of(row.programme_id, today)
    asks = permission is not None and (row.handed_over_on is not None or scope.has(Role(permission.asked_by), Role.LEAD))
    requests = access.visible(PermissionRequest.objects.filter(candidacy=row).exclude(state=PermissionState.DRAFT), scope)
    found = list(requests.select_related("municipality").annotate(reminded=Count("reminders"), reached=reached("municipality")))
    rows_ = Organisation.objects.filter(kind=Kind.MUNICIPALITY, active=True).order_by("name")
    told = list(rows_.annotate(reached=reached("pk")).values_list("id", "name", "details__merged_into", "reached"))
    towns = [(key, name, into) for key, name, into, _reached in told]
    waiting = set(kept_from_answering(found))
    return Asking(
        person=row.person_id,
        candidacy=row.pk,
        pseudonym=row.person.pseudonym,
        open=row.state == "open" and row.mine and asks,
        title=said(permission.title) if permission else "",
        several=permission is not None and permission.when_unknown == "ask_several",
        due_on=asked_for(permission, asked_on=today).due_on if permission else None,
        says=_says(_told(row, identity_of(row.called))),
        municipality=row.municipality_id,
        municipalities=[(key, name) for key, name, into in towns if into is None],
        silent=frozenset(key for key, _name, _into, reached_ in told if not reached_),
        written=_written(scope, row, permission, towns),
        excluding=excluding.by_municipality(scope, candidacy, today=today),
        lines=[_line(one, {}, today) for one in found],
        granted=any(one.state in GRANTED for one in found),
        yes_on=_yes_on(scope, row, today),
        again=sorted({one.municipality.name for one in found if one.municipality_id in waiting}),
    )


def _yes_on(scope: Scope, row: Any, today: date) -> date | None:
    said = yes_in_form(scope, row, access.ASKED_FOR, no_on=row.no_on, today=today)
    return said.on if said else None


def _written(scope: Scope, row: Candidacy, permission: Permission | None, towns: Sequence[tuple[UUID, str, UUID | None]]) -> Written | None:
    """What the candidate wrote last where the programme asks for the municipality; None where nothing was. One query.

    `towns`: key, name and, of a municipality that merged, the one that took its place: its name still means that one.
    """
    if permission is None or permission.named_in is None:
        return None
    asked = {"candidacy": row, "item": permission.named_in, "response__asked__contains": [permission.named_in]}
    answers = access.visible(Answer.objects.filter(status=AnswerStatus.GIVEN, **asked), scope)
    words = answers.order_by("-happened_on", "-recorded_at").values_list("value", flat=True).first()
    if not words:
        return None
    names, into = {key: name for key, name, _into in towns}, {key: into for key, _name, into in towns if into is not None}
    answer = meant(str(words), {name: into.get(key, key) for key, name, _into in towns})
    there = [(key, names[key]) for key in answer.found if key in names and key not in into]
    return Written(words=str(words), found=there, left=answer.left)


def says(scope: Scope, row: Candidacy) -> dict[str, Any]:
    """What a request tells a municipality: who it is, where they are and when they leave. Nothing of the file else."""
    return _told(row, access.visible(Identity.objects.filter(candidacy=row), scope).first())


def _told(row: Candidacy, identity: Identity | None) -> dict[str, Any]:
    return {
        "name": name_of(identity, of=row.pk),
        "born_on": identity.born_on.isoformat() if identity and identity.born_on else "",
        "prison": row.prison.name if row.prison else "",
        "release_on": row.release_on.isoformat() if row.release_on else "",
        "programme": terms.title_in_both(row.programme_id, timezone.localdate(), else_=row.programme.name),
    }


def _says(words: Mapping[str, Any]) -> Says:
    return Says(
        name=words.get("name", ""),
        born_on=parse_date(words.get("born_on") or ""),
        prison=words.get("prison", ""),
        release_on=parse_date(words.get("release_on") or ""),
        programme=_in_language(words.get("programme", "")),
    )


def _in_language(title: str | Mapping[str, str]) -> str:
    """What the request says that the programme is called, to its reader. A request of before says it in one language."""
    if isinstance(title, str):
        return title
    return title.get((get_language() or "en")[:2]) or title["en"]


def _line(row: Any, words: Mapping[str, Any], today: date) -> Line:
    waits = row.state == PermissionState.ASKED
    until = today if waits else row.answered_on
    return Line(
        id=row.pk,
        name=words.get("name", ""),
        municipality=row.municipality.name,
        state=row.state,
        asked_on=row.asked_on,
        deadline_on=row.deadline_on,
        overdue=waits and row.deadline_on is not None and row.deadline_on < today,
        days=(until - row.asked_on).days if until and row.asked_on else 0,
        answered_on=row.answered_on,
        reminders=row.reminded,
        parallel=row.parallel,
        place=row.municipality_id,
        conditions=row.conditions if row.state == PermissionState.GRANTED_WITH_CONDITIONS else "",
        silent=waits and not row.reached,
    )


def _turnaround(rows: QuerySet[PermissionRequest], today: date) -> Turnaround | None:
    asked = rows.filter(asked_on__gt=today - LOOKS_BACK).exclude(state=PermissionState.WITHDRAWN).order_by()
    found = asked.values_list("asked_on", "deadline_on", "answered_on", "candidacy__release_on")
    rows_ = [Waited(begun, due, answered, needed) for begun, due, answered, needed in found if begun and due]
    return turnaround(rows_, as_of=today) if rows_ else None
