"""The steps of the selection procedure: passing one, leaving with a coded reason, coming back.

Which step comes next, who acts in it, with which reasons one may leave it and when it is due says the programme file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from makegood.programme.delivery import Delivery
from makegood.selection.steps import due_on, next_step, reasons_at
from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access, terms
from makegood_portal.ledger.models import Candidacy, Contract, Outcome, Party, PermissionRequest, PermissionState, SelectionEvent, State
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said
from makegood_portal.ledger.words import Kind, Role

ACTORS = (Role.HEAD_OFFICE, Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
MOST_AT_ONCE = 200


@action(*ACTORS)
def pass_step(*, by: Scope, on: UUID, step: str, happened_on: date, channel: str = "") -> Candidacy:
    """The step is done; the candidate comes to the next. `step` is the one that the page showed: a stale page is refused."""
    row = _mine(by, on)
    return _pass(row, by, step=step, happened_on=happened_on, channel=channel)


@action(*ACTORS)
def pass_step_together(*, by: Scope, on: Sequence[UUID], step: str, happened_on: date, channel: str = "") -> int:
    """The same for many at once, where the programme file says that the step may be done so. All or none."""
    if len(on) > MOST_AT_ONCE:
        raise Refusal("too_many", _("Choose at most 200 candidates at a time."))
    rows = list(access.writable(Candidacy.objects.filter(pk__in=set(on)), by).select_for_update(of=("self",)).order_by("pk"))
    if len(rows) != len(set(on)) or not rows:
        raise NotYours("not_yours", _("Some of these candidates are not yours."))
    for row in rows:
        if not _delivery(row, happened_on).steps[row.step].bulk:
            raise Refusal("one_by_one", _("This step is done for one candidate at a time."))
        _pass(row, by, step=step, happened_on=happened_on, channel=channel)
    return len(rows)


@action(*ACTORS)
def leave(*, by: Scope, on: UUID, step: str, happened_on: date, reasons: Mapping[str, str]) -> Candidacy:
    """The candidate does not start. `reasons`: list of reasons -> code; at least one list must say why."""
    row = _mine(by, on)
    _at(row, step)
    delivery = _delivery(row, happened_on)
    _acts(delivery, row.step, by)
    _not_before(row, happened_on)
    given = {listing: code for listing, code in reasons.items() if code}
    known = reasons_at(delivery, row.step, on=happened_on)
    if not given:
        raise Refusal("no_reason", _("Choose the reason. Without it nobody can learn from it."), field="reasons")
    for listing, code in given.items():
        if code not in known.get(listing, ()):
            raise Refusal("unknown_reason", _("This reason cannot be chosen at this step."), field="reasons")
    for listing, code in given.items():
        add(_event(row, by, outcome=Outcome.EXITED, happened_on=happened_on, reason=code, reason_source=listing))
    first = next(iter(given.values()))
    for asked in PermissionRequest.objects.filter(candidacy=row, state=PermissionState.ASKED).select_related("candidacy"):
        change(asked, state=PermissionState.WITHDRAWN)  # the municipality need not answer any more
    return change(row, seen=row.version, state=State.LEFT, exit_reason=first, left_on=happened_on, step_due_on=None)


@action(*ACTORS)
def come_back(*, by: Scope, on: UUID, happened_on: date) -> Candidacy:
    """Whoever left is taken up again at the step where they left; the reason stays in the history."""
    row = _mine(by, on)
    if row.state != State.LEFT:
        raise Refusal("not_left", _("This candidate has not left."))
    delivery = _delivery(row, happened_on)
    _acts(delivery, row.step, by)
    add(_event(row, by, outcome=Outcome.REOPENED, happened_on=happened_on))
    due = due_on(delivery.steps[row.step], step_before_on=happened_on, end_date=row.release_on)
    return change(row, seen=row.version, state=State.OPEN, exit_reason="", left_on=None, step_since=happened_on, step_due_on=due)


@action(*ACTORS)
def take_step_back(*, by: Scope, on: UUID, happened_on: date) -> Candidacy:
    """Undo the last step that was passed by mistake: a new event that corrects it, never an edit."""
    row = _mine(by, on)
    last = SelectionEvent.objects.filter(candidacy=row, outcome=Outcome.PASSED, corrected_by=None).order_by("-recorded_at").first()
    if last is None or row.state == State.LEFT:
        raise Refusal("nothing_to_undo", _("There is no step to take back."))
    _acts(_delivery(row, happened_on), last.step, by)
    event = _event(row, by, outcome=Outcome.REOPENED, happened_on=happened_on)
    event.step, event.corrects = last.step, last
    add(event)
    return change(row, seen=row.version, step=last.step, state=State.OPEN, started_on=None, step_since=happened_on, step_due_on=None)


@action(Role.LEAD)
def assign_counsellor(*, by: Scope, on: UUID, counsellor: UUID, seen: int) -> Candidacy:
    """Who guides this candidate; only somebody who is a counsellor of the same provider."""
    from makegood_portal.ledger.queries.memberships import has_role  # noqa: PLC0415 - a query of the ledger, used here alone

    row = _mine(by, on)
    if row.provider_id is None or not has_role(counsellor, Role.COUNSELLOR, at=row.provider_id):
        raise Refusal("not_a_counsellor", _("Choose a counsellor of your own organisation."), field="counsellor")
    return change(row, seen=seen, counsellor_id=counsellor)


@action(Role.LEAD)
def assign_counsellor_together(*, by: Scope, on: Sequence[UUID], counsellor: UUID) -> int:
    """The same counsellor for several who have none yet. All or none."""
    if len(on) > MOST_AT_ONCE:
        raise Refusal("too_many", _("Choose at most 200 candidates at a time."))
    rows = dict(access.writable(Candidacy.objects.filter(pk__in=set(on), counsellor=None), by).values_list("pk", "version"))
    if len(rows) != len(set(on)):
        raise Refusal("guided_already", _("Somebody of them has a counsellor already."), remedy=_("Open the page again."))
    for key, version in sorted(rows.items()):
        assign_counsellor(by=by, on=key, counsellor=counsellor, seen=version)
    return len(rows)


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
        raise Refusal("too_early", _("This lies before the day on which the step began."), field="happened_on")


def _pass(row: Candidacy, by: Scope, *, step: str, happened_on: date, channel: str) -> Candidacy:
    _at(row, step)
    delivery = _delivery(row, happened_on)
    here = delivery.steps[row.step]
    _acts(delivery, row.step, by)
    _not_before(row, happened_on)
    _permitted(row, delivery, before=row.step)
    if here.kind == "contract" and not Contract.objects.filter(candidacy=row, withdrawn_on=None).exists():
        raise Refusal("no_contract", _("The contract is not signed yet."), remedy=_("Record the contract first."))
    if channel and channel not in delivery.channels:
        raise Refusal("unknown_channel", _("Choose how the candidate heard of it."), field="channel")
    add(_event(row, by, outcome=Outcome.PASSED, happened_on=happened_on))
    new: dict[str, Any] = {"channel": channel} if channel else {}
    following = next_step(delivery, row.step)
    if here.kind == "start" or following is None:
        new["handed_over_on"] = row.handed_over_on or happened_on  # from now on the prison sees that somebody started, and no more
        return change(row, seen=row.version, state=State.STARTED, started_on=happened_on, step_due_on=None, **new)
    if "counsellor" in delivery.steps[following].acts and row.provider_id is None:
        new["provider_id"] = _the_provider(row)
    due = due_on(delivery.steps[following], step_before_on=happened_on, end_date=row.release_on)
    return change(row, seen=row.version, step=following, step_since=happened_on, step_due_on=due, **new)


def _permitted(row: Candidacy, delivery: Delivery, *, before: str) -> None:
    """No step is done before whoever must permit it has done so."""
    for permission in delivery.permissions.values():
        if permission.needed_before != before or permission.asked_of != "municipal_contact":
            continue
        granted = (PermissionState.GRANTED, PermissionState.GRANTED_WITH_CONDITIONS)
        if not PermissionRequest.objects.filter(candidacy=row, state__in=granted).exists():
            what = _("%(permission)s is not there yet.") % {"permission": said(permission.title)}
            raise Refusal("not_permitted", what, remedy=_("Ask for it, or remind them."))


def _the_provider(row: Candidacy) -> UUID:
    providers = list(
        Party.objects.filter(programme=row.programme_id, organisation__kind=Kind.PROVIDER).values_list("organisation_id", flat=True)[:2]
    )
    if len(providers) != 1:
        raise Refusal("no_provider", _("No provider is chosen."), remedy=_("Choose the provider first."), field="provider")
    return providers[0]


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
