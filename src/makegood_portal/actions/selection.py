"""The steps of the selection procedure: passing one, leaving with a coded reason, coming back.

Which step comes next, who acts in it, with which reasons one may leave it and when it is due says the programme file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.programme.delivery import Delivery
from makegood.selection.steps import due_on, next_step, reasons_at
from makegood_portal.actions.acting import TakenBack, Together, action, add, change, mark_together
from makegood_portal.actions.hand_over import not_closed, the_provider
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.starting import ready_to_start
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import (
    Appointment,
    Candidacy,
    Contract,
    Outcome,
    PermissionRequest,
    PermissionState,
    SelectionEvent,
    State,
)
from makegood_portal.ledger.models.contract import WITH_EXIT
from makegood_portal.ledger.queries import audit_trail, consents
from makegood_portal.ledger.queries.candidates import ends_for
from makegood_portal.ledger.queries.caseload import waits_for_a_guide
from makegood_portal.ledger.queries.memberships import has_role
from makegood_portal.ledger.queries.permissions import ASKED_OF, is_granted, permission_of
from makegood_portal.ledger.queries.questionnaires import instruments_of_step
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Role

ACTORS = (Role.HEAD_OFFICE, Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
MOST_AT_ONCE = 200


@action(*ACTORS)
def pass_step(*, by: Scope, on: UUID, step: str, happened_on: date, channel: str = "") -> Candidacy:
    """The step is done; the candidate comes to the next. `step` is the one that the page showed: a stale page is refused."""
    row = _mine(by, on)
    return _pass(row, by, step=step, happened_on=happened_on, channel=channel)


@action(*ACTORS)
def pass_step_together(*, by: Scope, on: Sequence[UUID], step: str, happened_on: date, channel: str = "") -> Together:
    """The same for many at once, where the programme file says that the step may be done so. All or none."""
    return _together(by, on, happened_on, lambda row: _pass(row, by, step=step, happened_on=happened_on, channel=channel))


@action(*ACTORS)
def leave(*, by: Scope, on: UUID, step: str, happened_on: date, reasons: Mapping[str, str]) -> Candidacy:
    """The candidate does not start. `reasons`: list of reasons -> code; at least one list must say why."""
    return _leave(_mine(by, on), by, step=step, happened_on=happened_on, reasons=reasons)


@action(*ACTORS)
def leave_together(*, by: Scope, on: Sequence[UUID], step: str, happened_on: date, reasons: Mapping[str, str]) -> Together:
    """The same for many who leave at one step for one reason, where the step may be done for many. All or none."""
    return _together(by, on, happened_on, lambda row: _leave(row, by, step=step, happened_on=happened_on, reasons=reasons))


def _leave(row: Candidacy, by: Scope, *, step: str, happened_on: date, reasons: Mapping[str, str]) -> Candidacy:
    _at(row, step)
    delivery = _delivery(row, happened_on)
    if not ends_for(by, row):
        _acts(delivery, row.step, by)
    _not_before(row, happened_on)
    given = {listing: code for listing, code in reasons.items() if code}
    known = reasons_at(delivery, row.step, on=happened_on)
    if not given:
        raise Refusal("no_reason", _("Choose the reason. Without it nobody can learn from it."), field="reasons")
    for listing, code in given.items():
        if code not in known.get(listing, ()):
            raise Refusal("unknown_reason", _("This reason cannot be chosen at this step."), field="reasons")
    contract = access.writable(Contract.objects.filter(candidacy=row, withdrawn_on=None), by).first()
    if contract is not None:  # who signs contracts ends it too; a prison does neither
        end_contract(contract, row, reason=WITH_EXIT, happened_on=max(happened_on, contract.signed_on))
    return let_leave(row, by, happened_on=happened_on, reasons=given, seen=row.version, contract=contract is None)


def let_leave(row: Candidacy, by: Scope, *, happened_on: date, reasons: Mapping[str, str], seen: int, contract: bool) -> Candidacy:
    """Write down that somebody leaves, with each list's own reason; what was asked or agreed for later falls away.

    `contract`: the file goes on to name the contract.
    """
    for listing, code in reasons.items():
        add(_event(row, by, outcome=Outcome.EXITED, happened_on=happened_on, reason=code, reason_source=listing))
    for asked in PermissionRequest.objects.filter(candidacy=row, state=PermissionState.ASKED).select_related("candidacy"):
        change(asked, state=PermissionState.WITHDRAWN)  # the municipality need not answer any more
    for planned in Appointment.objects.filter(candidacy=row, state="planned").select_related("candidacy"):
        change(planned, state="cancelled")
    first = next(iter(reasons.values()))
    new: dict[str, Any] = {} if contract else {"contract_on": None}
    return change(row, seen=seen, state=State.LEFT, exit_reason=first, left_on=happened_on, step_due_on=None, **new)


def end_contract(contract: Contract, row: Candidacy, *, reason: str, happened_on: date) -> Contract:
    """The contract is not in force any more; at which step the candidate was is kept, so that it can be undone."""
    contract.candidacy = row
    return change(
        contract,
        columns={"withdrawn_on": happened_on, "withdrawn_reason": reason, "withdrawn_at": timezone.now(), "withdrawn_step": row.step},
    )


@action(*ACTORS)
def come_back(*, by: Scope, on: UUID, happened_on: date, reason: str = "") -> Candidacy:
    """Whoever left is taken up again at the step where they left; why they left stays in the history.

    On the day on which the exit was recorded it is undone as it was, with the contract that ended by it. Later it is a
    correction, and says why (`reason`); a contract is then signed again.
    """
    return _come_back(_mine(by, on), by, happened_on=happened_on, reason=reason)


@action(*ACTORS)
def come_back_together(*, by: Scope, on: UUID, happened_on: date) -> TakenBack:
    """Undo, on the same day, that the asker had several leave at once; `on` is the mark of that act.

    Whoever came back meanwhile, or left another time, stays as they are.
    """

    def undo(row: Candidacy, done: Collection[UUID]) -> bool:
        last = _last(row, Outcome.EXITED) if row.state == State.LEFT else None
        if last is None or last.pk not in done:
            return False
        _come_back(row, by, happened_on=happened_on, reason="")
        return True

    return _undo_together(by, on, undo)


def _come_back(row: Candidacy, by: Scope, *, happened_on: date, reason: str) -> Candidacy:
    if row.state != State.LEFT:
        raise Refusal("not_left", _("This candidate has not left."))
    delivery = _delivery(row, happened_on)
    if not ends_for(by, row):
        _acts(delivery, row.step, by)
    same_day = recorded_today(_last(row, Outcome.EXITED))
    if not same_day and not reason.strip():
        raise Refusal("why", _("Say why the candidate comes back."), field="reason")
    step, contract = row.step, {}
    ended = Contract.objects.filter(candidacy=row, withdrawn_reason=WITH_EXIT, withdrawn_on__isnull=False).order_by("-withdrawn_at").first()
    if same_day and ended is not None and ended.withdrawn_at is not None and _is_today(ended.withdrawn_at):
        contract = {"contract_on": put_contract_back(ended, row).signed_on}
    else:
        step = _not_past_the_contract(row, delivery)
    if same_day:
        plan_again(row)
    return resume(row, by, step=step, happened_on=happened_on, reason=reason.strip(), named=contract)


def resume(
    row: Candidacy, by: Scope, *, step: str, happened_on: date, reason: str, named: Mapping[str, Any], signed: bool = False
) -> Candidacy:
    """Somebody is on the way again, at this step; an event says so.

    `named`: what the file says of the contract. `signed`: the step of the contract is done after all.
    """
    delivery = _delivery(row, happened_on)
    event = _event(row, by, outcome=Outcome.PASSED if signed else Outcome.REOPENED, happened_on=happened_on)
    event.step = contract_step(delivery) if signed else step
    add(event)
    due = due_on(delivery.steps[step], step_before_on=happened_on, end_date=row.release_on)
    at: dict[str, Any] = {
        "step": step,
        "step_since": happened_on,
        "step_due_on": due,
        "state": State.OPEN,
        "exit_reason": "",
        "left_on": None,
    }
    if row.counsellor_id and row.provider_id and not has_role(row.counsellor_id, Role.COUNSELLOR, at=row.provider_id):
        at["counsellor_id"] = None  # who guided them is gone meanwhile
    return change(row, seen=row.version, reason=reason, columns={**at, **named})


def plan_again(row: Candidacy) -> None:
    """An exit that is undone gives back the appointment that it cancelled; called before the file forgets the day of the exit."""
    later = Appointment.objects.filter(candidacy=row, state="cancelled", at__date__gte=row.left_on)
    cancelled = later.order_by("-recorded_at")[:1]
    for one in cancelled.select_related("candidacy"):
        change(one, state="planned")


def put_contract_back(contract: Contract, row: Candidacy, *, reason: str = "") -> Contract:
    """A contract that was ended by mistake is in force again."""
    contract.candidacy = row
    empty = {"withdrawn_on": None, "withdrawn_reason": "", "withdrawn_at": None, "withdrawn_step": ""}
    return change(contract, reason=reason, columns=empty)


def recorded_today(event: SelectionEvent | None) -> bool:
    """Whether it was written down today: what was, may be undone without a reason."""
    return event is not None and _is_today(event.recorded_at)


def _is_today(moment: datetime) -> bool:
    return timezone.localtime(moment).date() == timezone.localdate()


def _last(row: Candidacy, outcome: Outcome) -> SelectionEvent | None:
    return SelectionEvent.objects.filter(candidacy=row, outcome=outcome).order_by("-recorded_at").first()


def contract_step(delivery: Delivery) -> str:
    """The step in which the contract is signed; empty where the programme has none."""
    return next((name for name in delivery.order if delivery.steps[name].kind == "contract"), "")


def _not_past_the_contract(row: Candidacy, delivery: Delivery) -> str:
    """The step of somebody who comes back: where they left, but without a contract not past the step of the contract."""
    signs, order = contract_step(delivery), delivery.order
    if not signs or row.step not in order or order.index(row.step) <= order.index(signs):
        return row.step
    return row.step if Contract.objects.filter(candidacy=row, withdrawn_on=None).exists() else signs


def back_to_contract(row: Candidacy, by: Scope, *, happened_on: date, seen: int) -> Candidacy:
    """Without a contract somebody stands before the step of the contract again: an event that corrects, never an edit."""
    delivery = _delivery(row, happened_on)
    signs = contract_step(delivery)
    passed = {"candidacy": row, "step": signs, "outcome": Outcome.PASSED, "corrected_by": None}
    last = SelectionEvent.objects.filter(**passed).order_by("-recorded_at").first()
    event = _event(row, by, outcome=Outcome.REOPENED, happened_on=happened_on)
    event.step, event.corrects = signs, last
    add(event)
    due = due_on(delivery.steps[signs], step_before_on=happened_on, end_date=row.release_on)
    return change(row, seen=seen, step=signs, step_since=happened_on, step_due_on=due, contract_on=None)


@action(*ACTORS)
def take_step_back(*, by: Scope, on: UUID, step: str, happened_on: date) -> Candidacy:
    """Undo the last step, passed by mistake: a new event that corrects it, never an edit.

    `step` is the one that is meant: once another was done after it, it is refused. The candidate stands there as before it
    was done, since the same day and due on the same day, so that the day on which it truly was done can be recorded.
    """
    row = _mine(by, on)
    last = last_done(row)
    if last is None:
        raise Refusal("nothing_to_undo", _("There is no step to take back."))
    _acts(_delivery(row, happened_on), last.step, by)
    if last.step != step:
        what = _("This step is not the last one any more, so it was not taken back.")
        raise Refusal("another_step", what, remedy=_("Open the file and see what was done since."))
    return _take_back(row, last, by, happened_on=happened_on)


@action(*ACTORS)
def take_steps_back(*, by: Scope, on: UUID, happened_on: date) -> TakenBack:
    """Undo a step that the asker did for several at once; `on` is the mark of that act.

    It is taken back of each for whom it still is the last step. Whoever went on, left or came to somebody else stays.
    """

    def undo(row: Candidacy, done: Collection[UUID]) -> bool:
        last = last_done(row)
        if last is None or last.pk not in done:
            return False
        _acts(_delivery(row, happened_on), last.step, by)
        _take_back(row, last, by, happened_on=happened_on)
        return True

    return _undo_together(by, on, undo)


def last_done(row: Candidacy) -> SelectionEvent | None:
    """The step that was done last and was not taken back; none of somebody who left."""
    if row.state == State.LEFT:
        return None
    return SelectionEvent.objects.filter(candidacy=row, outcome=Outcome.PASSED, corrected_by=None).order_by("-recorded_at").first()


def _take_back(row: Candidacy, last: SelectionEvent, by: Scope, *, happened_on: date) -> Candidacy:
    delivery, since = _delivery(row, happened_on), _since(row, last)
    due = due_on(delivery.steps[last.step], step_before_on=since, end_date=row.release_on)
    event = _event(row, by, outcome=Outcome.REOPENED, happened_on=happened_on)
    event.step, event.corrects = last.step, last
    add(event)
    new: dict[str, Any] = {"step": last.step, "state": State.OPEN, "started_on": None, "step_since": since, "step_due_on": due}
    until_here = delivery.order[: delivery.order.index(last.step) + 1] if last.step in delivery.order else []
    theirs = any("counsellor" in delivery.steps[one].acts for one in until_here)
    if row.counsellor_id is None and row.handed_over_on is None and not theirs:
        new["provider_id"] = None  # it saw the file because of the step that is taken back
    return change(row, seen=row.version, columns=new)


def _since(row: Candidacy, passed: SelectionEvent) -> date:
    """Since when the candidate stood at a step before it was passed.

    The step before it was done then, or the candidate came back to it; else the first event says when it was reached.
    """
    before = SelectionEvent.objects.filter(candidacy=row, recorded_at__lte=passed.recorded_at).exclude(pk=passed.pk)
    done = Q(outcome=Outcome.PASSED, corrected_by=None) & ~Q(step=passed.step)
    again = Q(outcome=Outcome.REOPENED, corrects=None, step=passed.step)  # one that corrects left the day as it was
    came = before.filter(done | again).order_by("-recorded_at", "-happened_on").first()
    came = came or before.filter(outcome=Outcome.REACHED).order_by("happened_on").first()
    return came.happened_on if came is not None else passed.happened_on


@action(Role.LEAD)
def assign_counsellor(*, by: Scope, on: UUID, counsellor: UUID, seen: int) -> Candidacy:
    """Who guides this candidate; only somebody who is a counsellor of the same provider."""
    row = _mine(by, on)
    if row.provider_id is None or not has_role(counsellor, Role.COUNSELLOR, at=row.provider_id):
        raise Refusal("not_a_counsellor", _("Choose a counsellor of your own organisation."), field="counsellor")
    return change(row, seen=seen, counsellor_id=counsellor)


@action(Role.LEAD)
def assign_counsellor_together(*, by: Scope, on: Sequence[UUID], counsellor: UUID) -> int:
    """The same counsellor for several who have none, or one who cannot guide them any more. All or none."""
    if len(on) > MOST_AT_ONCE:
        raise Refusal("too_many", _("Choose at most 200 candidates at a time."))
    rows = dict(access.writable(Candidacy.objects.filter(waits_for_a_guide(by), pk__in=set(on)), by).values_list("pk", "version"))
    if len(rows) != len(set(on)):
        raise Refusal("guided_already", _("Somebody of them has a counsellor already."), remedy=_("Open the page again."))
    for key, version in sorted(rows.items()):
        assign_counsellor(by=by, on=key, counsellor=counsellor, seen=version)
    return len(rows)


def _together(by: Scope, keys: Sequence[UUID], on: date, do: Callable[[Candidacy], object]) -> Together:
    """Do something with each of many, all of them the asker's, at a step that may be done so."""
    if len(keys) > MOST_AT_ONCE:
        raise Refusal("too_many", _("Choose at most 200 candidates at a time."))
    rows = list(access.writable(Candidacy.objects.filter(pk__in=set(keys)), by).select_for_update(of=("self",)).order_by("pk"))
    if len(rows) != len(set(keys)) or not rows:
        raise NotYours("not_yours", _("Some of these candidates are not yours."))
    mark = mark_together()
    for row in rows:
        if not _delivery(row, on).steps[row.step].bulk:
            raise Refusal("one_by_one", _("This step is done for one candidate at a time."))
        do(row)
    return Together(len(rows), mark)


def _undo_together(by: Scope, mark: UUID, undo: Callable[[Candidacy, Collection[UUID]], bool]) -> TakenBack:
    """Undo what the asker did with several at once; `undo` gets each, and the events of that act, and says whether it did."""
    done = audit_trail.written_together(by, mark, table=SelectionEvent._meta.db_table)
    if not done:
        raise NotYours("not_yours", _("You cannot change this record."))
    whose = set(done.values())
    rows = access.writable(Candidacy.objects.filter(pk__in=whose), by).select_for_update(of=("self",)).order_by("pk")
    back = sum(undo(row, done) for row in rows)
    if not back:
        what = _("Nobody still stands as this left them, so nothing was taken back.")
        raise Refusal("nothing_to_undo", what, remedy=_("Open the file and see what was done since."))
    return TakenBack(back, len(whose) - back)


def _mine(by: Scope, key: UUID) -> Candidacy:
    row = access.writable(Candidacy.objects.filter(pk=key), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return row


def _delivery(row: Candidacy, on: date) -> Delivery:
    return terms.delivery_on(row.programme_id, on)


def _at(row: Candidacy, step: str) -> None:
    if row.state != State.OPEN:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    if row.step != step:
        raise Refusal("moved_on", _("Somebody else has done this step in the meantime."), remedy=_("Open the file again."))


def _acts(delivery: Delivery, step: str, by: Scope) -> None:
    """Whether one of the asker's roles acts in the step; the lead may always step in for a counsellor."""
    acts = set(delivery.steps[step].acts)
    if "counsellor" in acts:
        acts.add("lead")
    if not any(by.has(role) for role in Role if str(role) in acts) and not (acts == {"candidate"} and by.has(*ACTORS)):
        raise NotYours("not_your_step", _("This step is done by somebody else."))


def _not_before(row: Candidacy, happened_on: date) -> None:
    if happened_on < row.step_since:
        what = _("This day is too early. The step began on %(day)s.") % {"day": date_format(row.step_since, "j F Y")}
        raise Refusal("too_early", what, field="happened_on")


def _pass(row: Candidacy, by: Scope, *, step: str, happened_on: date, channel: str) -> Candidacy:
    _at(row, step)
    delivery = _delivery(row, happened_on)
    here = delivery.steps[row.step]
    _acts(delivery, row.step, by)
    _not_before(row, happened_on)
    _permitted(row, delivery, on=happened_on)
    _filled_in(row, delivery, by, on=happened_on)
    if here.kind == "contract" and not Contract.objects.filter(candidacy=row, withdrawn_on=None).exists():
        raise Refusal("no_contract", _("The contract is not signed yet."), remedy=_("Record the contract first."))
    ready_to_start(row, delivery, on=happened_on)
    if channel and channel not in delivery.channels:
        raise Refusal("unknown_channel", _("Choose how the candidate heard of it."), field="channel")
    add(_event(row, by, outcome=Outcome.PASSED, happened_on=happened_on))
    new: dict[str, Any] = {"channel": channel} if channel else {}
    following = next_step(delivery, row.step)
    if here.kind == "start" or following is None:
        not_closed(row)
        new["handed_over_on"] = row.handed_over_on or happened_on  # from now on the prison sees that somebody started, and no more
        return change(row, seen=row.version, state=State.STARTED, started_on=happened_on, step_due_on=None, **new)
    if "counsellor" in delivery.steps[following].acts:
        not_closed(row)
        if row.provider_id is None and not consents.asks_whether(delivery, following, "provider"):
            new["provider_id"] = _the_provider(row)
    due = due_on(delivery.steps[following], step_before_on=happened_on, end_date=row.release_on)
    return change(row, seen=row.version, step=following, step_since=happened_on, step_due_on=due, **new)


def _permitted(row: Candidacy, delivery: Delivery, *, on: date) -> None:
    """No step is done before whoever must permit it has done so, and not the step in which it is asked either."""
    needed = [one for one in delivery.permissions.values() if one.needed_before == row.step and one.asked_of == ASKED_OF]
    asked_here = permission_of(row.programme_id, on) if delivery.steps[row.step].kind == "permission" else None
    for permission in (*needed, *([asked_here] if asked_here else [])):
        if not is_granted(row.pk):
            what = _("%(permission)s is not there yet.") % {"permission": said(permission.title)}
            raise Refusal("not_permitted", what, remedy=_("Ask for it, or remind them."))


def _filled_in(row: Candidacy, delivery: Delivery, by: Scope, *, on: date) -> None:
    """No step is done while a form of it is open: a required question has its answer or its reason (needs 2, 5)."""
    for one in instruments_of_step(by, row, delivery, today=on):
        if not one.done:
            what = _("“%(questionnaire)s” is not finished yet.") % {"questionnaire": one.title}
            raise Refusal("not_filled_in", what, remedy=_("Answer the questions, or say why there is no answer. Then finish it."))


def _the_provider(row: Candidacy) -> UUID:
    found = the_provider(row)
    if found is None:
        raise Refusal("no_provider", _("No provider is chosen."), remedy=_("Choose the provider first."), field="provider")
    return found


def _event(row: Candidacy, by: Scope, *, outcome: Outcome, happened_on: date, reason: str = "", reason_source: str = "") -> SelectionEvent:
    return SelectionEvent(
        candidacy=row,
        step=row.step,
        outcome=outcome,
        reason=reason,
        reason_source=reason_source,
        actor_id=by.user,
        happened_on=happened_on,
        deadline_on=row.step_due_on,
    )
