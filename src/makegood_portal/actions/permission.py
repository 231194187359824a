"""A municipality's permission: asked, reminded, answered, withdrawn. How long an answer may take says the programme file.

What the municipality reads is written into the request when it is asked, encrypted with the person's key: later changes
of the file do not change what was asked, and nothing else of the file is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.programme.delivery_steps import Permission
from makegood.selection.steps import asked_for
from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.consent import agreed
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.selection import last_done, pass_step, take_step_back
from makegood_portal.ledger import access, audit, history, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    Candidacy,
    MunicipalityContact,
    MunicipalityDetails,
    Notice,
    Organisation,
    PermissionReminder,
    PermissionRequest,
    PermissionState,
    State,
)
from makegood_portal.ledger.models.permission import ANOTHER_GRANTED
from makegood_portal.ledger.queries import permissions
from makegood_portal.ledger.queries.memberships import at_the_provider, with_role
from makegood_portal.ledger.queries.permissions import GRANTED, Asking, Request
from makegood_portal.ledger.scope import Scope, scope_of_system, scoped
from makegood_portal.ledger.words import Kind, Role

STAFF = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
READERS = (*STAFF, Role.MUNICIPAL_CONTACT)
MOST_AT_ONCE = 4


def open_asking(*, by: Scope, on: UUID) -> Asking | None:
    """What can be asked for a candidate, with what a municipality will read; written down as reading the identity."""
    found = permissions.asking(by, on, today=timezone.localdate())
    if found is not None:
        entry = partial(audit.Entry, verb="read", candidacy=on, person=found.person)
        entries = [entry(part=Part.IDENTITY, table="ledger_candidacy", row=on)]
        if found.lines:
            entries.append(entry(part=Part.PERMISSION, table="ledger_permissionrequest"))
        if found.written is not None or found.yes_on is not None:
            entries.append(entry(part=Part.SCREENING, table="ledger_answer"))
        audit.record_together(by, entries)
    return found


def open_request(*, by: Scope, on: UUID) -> Request | None:
    """One request as the asker may see it; reading it is written down."""
    found = permissions.one(by, on, today=timezone.localdate())
    about: dict[str, Any] = {"candidacy": found.candidacy, "person": found.person} if found else {"outcome": "refused"}
    audit.record(by, "read", part=Part.PERMISSION, table="ledger_permissionrequest", row=on, **about)
    return found


@action(*STAFF)
def ask_permission(*, by: Scope, on: UUID, of: Sequence[UUID], asked_on: date, agrees: bool = False) -> list[PermissionRequest]:
    """Ask one municipality, or several at the same time where it is not known which one it is.

    `agrees`: the candidate consents now that each of them is told; without it a consent must be there that counts.
    """
    row = access.writable(Candidacy.objects.filter(pk=on), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    if row.state != State.OPEN:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    permission = permissions.permission_of(row.programme_id, asked_on)
    if permission is None:
        raise Refusal("no_permission_needed", _("This programme asks no permission of a municipality."))
    _may_ask(row, permission, by)
    chosen = list(
        Organisation.objects.filter(pk__in=set(of), kind=Kind.MUNICIPALITY, active=True, details__merged_into=None).order_by("name")
    )
    if not chosen or len(chosen) != len(set(of)):
        raise Refusal("no_municipality", _("Choose the municipality that must permit it."), field="municipality")
    if len(chosen) > 1 and (permission.when_unknown != "ask_several" or len(chosen) > MOST_AT_ONCE):
        raise Refusal("too_many", _("Ask one municipality, or first find out which one it is."), field="municipality")
    before = PermissionRequest.objects.filter(candidacy=row)
    if before.filter(state__in=GRANTED).exists():
        raise Refusal("granted_already", _("The permission is there already."))
    if before.filter(state=PermissionState.ASKED, municipality__in=chosen).exists():
        raise Refusal("asked_already", _("This municipality was asked already."), remedy=_("Remind them instead."), field="municipality")
    agreed(by=by, on=row, parties=chosen, says_so=agrees, happened_on=asked_on)
    several = len(chosen) > 1 or before.filter(state=PermissionState.ASKED).exists()
    due = asked_for(permission, asked_on=asked_on).due_on
    says = permissions.says(by, row)
    requests = []
    for municipality in chosen:
        request = PermissionRequest(
            candidacy=row, municipality=municipality, state=PermissionState.ASKED, parallel=several, asked_by_id=by.user,
            asked_on=asked_on, deadline_on=due, says=history.seal(row.person_id, says),
        )  # fmt: skip
        requests.append(add(request))
        write_to(request)
    if several:
        for other in before.filter(state=PermissionState.ASKED, parallel=False):
            change(other, parallel=True)
    if len(chosen) == 1 and not several and row.municipality_id is None:
        change(row, municipality_id=chosen[0].pk)
    return requests


@action(*STAFF)
def ask_again(*, by: Scope, on: UUID, asked_on: date) -> list[PermissionRequest]:
    """Ask the municipalities that need not answer any more since another one said yes, after that yes was taken back.

    Each gets a new request, and the whole time for its answer.
    """
    waiting = permissions.kept_from_answering(access.visible(PermissionRequest.objects.filter(candidacy=on), by))
    if not waiting:
        raise Refusal("nobody_to_ask", _("There is no municipality to ask again."))
    return ask_permission(by=by, on=on, of=waiting, asked_on=asked_on)


@action(*STAFF)
def remind(*, by: Scope, on: UUID, today: date) -> PermissionReminder:
    """Ask the municipality again, by e-mail; at most once a day."""
    request = _open_of_ours(by, on)
    to = address_of(request.municipality_id)
    if not to:
        raise Refusal("no_address", _("No e-mail address of this municipality is known."), remedy=_("Add a contact person first."))
    if PermissionReminder.objects.filter(request=request, sent_on=today).exists():
        raise Refusal("reminded_today", _("A reminder was sent today already."), remedy=_("Call them, or wait until tomorrow."))
    reminder = add(PermissionReminder(request=request, sent_on=today, to=to))
    write_to(request)
    return reminder


@action(*STAFF)
def withdraw(*, by: Scope, on: UUID) -> PermissionRequest:
    """The question is no longer asked; it disappears from what the municipality has to answer."""
    return change(_open_of_ours(by, on), state=PermissionState.WITHDRAWN)


@action(Role.MUNICIPAL_CONTACT)
def answer_permission(*, by: Scope, on: UUID, seen: int, answer: str, words: str, today: date) -> PermissionRequest:
    """The municipality's answer. `words`: the conditions, or why it refuses.

    When one of several grants, the others need not answer any more, and it is known which municipality it is.
    """
    request = _of_municipality(by, on)
    if request.state != PermissionState.ASKED:
        raise Refusal("answered_already", _("This question is answered, or is not asked any more."))
    change(request, seen=seen, columns={**_said(answer, words), "answered_on": today, "answered_by_id": by.user})
    duty = everywhere("permission_answered")
    with scoped(duty):
        if answer in GRANTED:
            settle_granted(by=duty, on=request.pk)
        tell_of_answer(by=duty, on=request.pk)
    answered: PermissionRequest = request
    return answered


@action(Role.MUNICIPAL_CONTACT)
def change_answer(*, by: Scope, on: UUID, seen: int, answer: str, words: str, why: str, today: date) -> PermissionRequest:
    """The municipality puts its answer right until the candidate started or left; what it was stays in the history, with `why`.

    The answer that stands is of today where it is another one; where only its words changed, of the day on which it came.
    """
    request = _of_municipality(by, on)
    was = PermissionState(request.state)
    if was not in permissions.ANSWERS:
        raise Refusal("not_answered", _("This question has no answer, or is not asked any more."))
    if not request.on_the_way:
        what = _("The candidate started or does not go on, so this answer stands.")
        raise Refusal("went_on", what, remedy=_("Call who asked you."))
    given = _said(answer, words)
    if all(getattr(request, name) == value for name, value in given.items()):
        raise Refusal("same_answer", _("This is the answer that you gave before."), field="answer")
    if not why.strip():
        raise Refusal("why", _("Say why you change the answer."), field="why")
    of = {"answered_by_id": by.user} | ({"answered_on": today} if answer != was else {})
    change(request, seen=seen, reason=why.strip(), columns=given | of)
    duty = everywhere("permission_changed")
    with scoped(duty):
        settle_changed(by=duty, on=request.pk, was=was, today=today)
    changed: PermissionRequest = request
    return changed


@action()
def settle_granted(*, by: Scope, on: UUID) -> None:
    """The portal's own duty: a municipality granted, so the file names it, and the candidate goes on.

    Where others were asked at the same time, they are left in peace. Whoever closed the file to the provider stays where they
    are: the yes is kept, and the municipality hears nothing of why.
    """
    granted = access.visible(PermissionRequest.objects.filter(pk=on, state__in=GRANTED), by).select_related("candidacy").first()
    if granted is None:
        return
    others = PermissionRequest.objects.filter(candidacy=granted.candidacy_id, state=PermissionState.ASKED).exclude(pk=granted.pk)
    for other in others.select_related("candidacy"):
        change(other, state=PermissionState.WITHDRAWN, withdrawn_because=ANOTHER_GRANTED, reason=ANOTHER_GRANTED)
    row = change(granted.candidacy, municipality_id=granted.municipality_id)
    today = granted.answered_on or timezone.localdate()
    delivery = terms.delivery_on(row.programme_id, today)
    waits = row.state == State.OPEN and row.step in delivery.steps and delivery.steps[row.step].kind == "permission"
    if waits and not row.closed_to_provider:
        pass_step(by=by, on=row.pk, step=row.step, happened_on=max(today, row.step_since))


@action()
def tell_of_answer(*, by: Scope, on: UUID) -> None:
    """The portal's own duty: who asked and who works with the candidate are told; the municipality does not see who that is."""
    request = access.visible(PermissionRequest.objects.filter(pk=on), by).select_related("candidacy", "municipality").first()
    if request is not None:
        _tell(request, kind="permission_answered")


@action()
def settle_changed(*, by: Scope, on: UUID, was: PermissionState, today: date) -> None:
    """The portal's own duty: another answer has its consequences, and who asked and who works with the candidate are told.

    A yes does what a yes always does. Without it the step that the yes did is taken back, where it still is the last; whoever
    is further keeps the place, and waits before the step that needs the permission.
    """
    request = access.visible(PermissionRequest.objects.filter(pk=on), by).select_related("candidacy", "municipality").first()
    if request is None:
        return
    row = request.candidacy
    again: dict[str, int] = {}
    if request.state in GRANTED and was not in GRANTED:
        if PermissionRequest.objects.filter(candidacy=row, state__in=GRANTED).exclude(pk=on).exists():
            # What another municipality said is not told.
            raise Refusal("granted_already", _("This answer cannot be changed here any more."), remedy=_("Call who asked you."))
        settle_granted(by=by, on=on)
    elif was in GRANTED and request.state not in GRANTED:
        if request.parallel:  # then it is not known any more which municipality it is
            change(row, municipality_id=None)
        steps, last = terms.delivery_on(row.programme_id, today).steps, last_done(row)
        if last is not None and last.step in steps and steps[last.step].kind == "permission":
            take_step_back(by=by, on=row.pk, step=last.step, happened_on=today)
        waiting = permissions.kept_from_answering(PermissionRequest.objects.filter(candidacy=row))
        again = {"again": len(waiting)} if waiting else {}
    _tell(request, kind="permission_changed", **again)


def address_of(municipality: UUID) -> str:
    """Where a municipality wants its requests, or else the contact person who was checked last."""
    wanted = MunicipalityDetails.objects.filter(municipality=municipality).values_list("address_for_requests", flat=True).first()
    contacts = MunicipalityContact.objects.filter(municipality=municipality, ended_on=None).exclude(email="")
    return wanted or contacts.values_list("email", flat=True).first() or ""


def _of_municipality(by: Scope, on: UUID) -> Any:
    """A request that was sent to the asker's municipality."""
    rows = access.visible(PermissionRequest.objects.filter(pk=on, municipality__in=by.where(Role.MUNICIPAL_CONTACT)), by)
    request: Any = permissions.with_way(rows).first()
    if request is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    # The municipality cannot read the file; the history of the answer needs to know whose it is.
    request.candidacy = Candidacy(pk=request.candidacy_id, person_id=request.person)
    return request


def _said(answer: str, words: str) -> dict[str, Any]:
    """The columns of an answer; what says too little, or more than the answer can hold, is refused."""
    if answer not in {str(one) for one in permissions.ANSWERS}:
        raise Refusal("no_answer", _("Choose an answer."), field="answer")
    if answer == PermissionState.GRANTED_WITH_CONDITIONS and not words.strip():
        raise Refusal("no_conditions", _("Write down under which conditions."), field="words")
    if answer == PermissionState.GRANTED and words.strip():  # a yes has no place for them, and they may be a condition
        what = _("A plain yes has no conditions, and these words would be lost.")
        raise Refusal("conditions_with_yes", what, remedy=_("Choose “Yes, under conditions”, or clear the text."), field="words")
    if answer == PermissionState.REFUSED and not words.strip():
        raise Refusal("no_reason", _("Write down why not. Without it nobody can learn from it."), field="words")
    conditions = words.strip() if answer == PermissionState.GRANTED_WITH_CONDITIONS else ""
    return {"state": PermissionState(answer), "conditions": conditions, "reason": "" if answer in GRANTED else words.strip()}


def _tell(request: PermissionRequest, *, kind: str, **more: int) -> None:
    """Who asked, and who works with the candidate; where nobody at a provider may know them, the prison."""
    said = {"answer": str(request.state), "municipality": request.municipality.name, **more}
    row = request.candidacy
    whom = set(at_the_provider(row) or (with_role(Role.COORDINATOR, at=row.prison_id) if row.prison_id else []))
    whom |= {request.asked_by_id} if request.asked_by_id else set()
    for user in whom:
        Notice(to_id=user, kind=kind, candidacy_id=request.candidacy_id, details=said).save(force_insert=True)


def _may_ask(row: Candidacy, permission: Permission, by: Scope) -> None:
    """Who asks says the programme file; after the hand-over it is who has the file then."""
    if row.handed_over_on is None and not by.has(Role(permission.asked_by), Role.LEAD):
        raise NotYours("not_your_task", _("This is asked by somebody else."))


def _open_of_ours(by: Scope, on: UUID) -> PermissionRequest:
    rows = access.writable(PermissionRequest.objects.filter(pk=on), by).select_related("candidacy")
    request = rows.select_for_update(of=("self",)).first()
    if request is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    if request.state != PermissionState.ASKED:
        raise Refusal("answered_already", _("This question is answered, or is not asked any more."))
    return request


def everywhere(duty: str) -> Scope:
    """For a duty of the portal itself about any candidate: it sees what prisons and providers see."""
    prisons, providers = (
        frozenset(Organisation.objects.filter(kind=kind).values_list("id", flat=True)) for kind in (Kind.PRISON, Kind.PROVIDER)
    )
    return scope_of_system(duty, everywhere={Role.COORDINATOR: prisons, Role.LEAD: providers})


def write_to(request: PermissionRequest) -> None:
    """An e-mail without anything about the person: only that a question waits, and until when."""
    to = address_of(request.municipality_id)
    if not to or request.deadline_on is None:
        return
    subject = _("A question about permission waits for your municipality")
    text = _("Please log in and open 'Permissions'. The answer is due by %(day)s. It takes a minute.") % {"day": request.deadline_on}
    transaction.on_commit(lambda: send_mail(subject, text, None, [to], fail_silently=True))
