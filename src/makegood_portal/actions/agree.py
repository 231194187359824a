"""What is agreed with a candidate: the contract after the acquaintance, ways to keep contact, the first appointment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.actions.selection import back_to_contract, end_contract, let_leave, pass_step, plan_again, put_contract_back, resume
from makegood_portal.actions.starting import may_be_taken_back
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Appointment, Candidacy, ContactRoute, Contract, State
from makegood_portal.ledger.queries import agreements
from makegood_portal.ledger.queries.agreements import FIRST, ContactPage, ContractPage, Open
from makegood_portal.ledger.queries.contact_in_form import contact_in_form
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

SIGNERS = (Role.COUNSELLOR, Role.LEAD)
KEEPERS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)
DIGITS = 6
"""A telephone number has at least so many: without the code of its area a local one may have six."""


def open_contract(*, by: Scope, on: UUID) -> ContractPage | None:
    """The contract as far as the asker may see it; written down."""
    found = agreements.contract_page(by, on, today=timezone.localdate())
    _read(by, on, Part.CONTRACT, found.person if found else None)
    return found


def open_contact(*, by: Scope, on: UUID, with_form: bool = True) -> ContactPage | None:
    """The ways to reach somebody, as far as the asker may see them, and what a form names; written down."""
    found = agreements.contact_page(by, on, today=timezone.localdate(), with_form=with_form)
    if found is None or found.in_form is None:
        _read(by, on, Part.CONTACT, found.person if found else None)
        return found
    entry = partial(audit.Entry, verb="read", candidacy=on, person=found.person)
    answers = entry(part=Part.SCREENING, table="ledger_answer")
    audit.record_together(by, [entry(part=Part.CONTACT, table="ledger_candidacy", row=on), answers])
    return found


@action(*SIGNERS)
def sign_contract(*, by: Scope, on: UUID, track: str, signed_on: date, seen: int, reason: str = "") -> Contract:
    """The contract is signed, and with it the step of the contract is done; or what was recorded is put right.

    What was recorded on an earlier day is put right with the reason for it.
    """
    row = _mine(by, on)
    delivery = terms.delivery_on(row.programme_id, signed_on)
    if track not in delivery.tracks:
        raise Refusal("unknown_track", _("Choose a track."), field="track")
    first = agreements.before_contract(delivery, row.step)
    if first:
        raise Refusal("too_early", _("First comes: %(step)s.") % {"step": first}, remedy=_("The contract is signed after that."))
    if row.started_on is not None and signed_on > row.started_on:
        raise Refusal("after_the_start", _("The contract was signed before the start."), field="signed_on")
    if by.user is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    contract = Contract.objects.filter(candidacy=row, withdrawn_on=None).first()
    if contract is None:
        contract = add(Contract(candidacy=row, track=track, signed_on=signed_on, signed_with_id=by.user))
    else:
        if timezone.localtime(contract.recorded_at).date() != timezone.localdate() and not reason.strip():
            raise Refusal("why", _("Say why this is put right."), field="reason")
        contract.candidacy = row
        change(contract, reason=reason.strip(), track=track, signed_on=signed_on)
    change(row, seen=seen, contract_on=signed_on, track=track)
    if row.state == State.OPEN and row.step in delivery.steps and delivery.steps[row.step].kind == "contract":
        pass_step(by=by, on=on, step=row.step, happened_on=signed_on)
    return contract


@action(*SIGNERS)
def withdraw_contract(*, by: Scope, on: UUID, reason: str, happened_on: date, seen: int, today: date) -> Candidacy:
    """A signed contract is taken back before the start, for a coded reason of the programme file.

    The reason says whether the candidate leaves with it, and with which reason of each list; else the step of the
    contract is open again.
    """
    row = _mine(by, on)
    contract = Contract.objects.filter(candidacy=row, withdrawn_on=None).first()
    if contract is None:
        raise Refusal("no_contract", _("There is no contract to take back."))
    if row.state == State.STARTED:
        raise Refusal("started", _("The track has begun. A contract is taken back before the start."))
    known = terms.in_use(terms.delivery_on(row.programme_id, happened_on).contract_withdrawals, happened_on)
    if reason not in known:
        raise Refusal("no_reason", _("Choose the reason. Without it nobody can learn from it."), field="reason")
    if happened_on > today:
        raise Refusal("still_to_come", _("This day is still to come. Choose today or an earlier day."), field="happened_on")
    if happened_on < contract.signed_on or happened_on < row.step_since:
        raise Refusal("too_early", _("This lies before the day on which the contract was signed."), field="happened_on")
    end_contract(contract, row, reason=reason, happened_on=happened_on)
    exits = known[reason].exits
    if exits:
        return let_leave(row, by, happened_on=happened_on, reasons=exits, seen=seen, contract=False)
    return back_to_contract(row, by, happened_on=happened_on, seen=seen)


@action(*SIGNERS)
def reinstate_contract(*, by: Scope, on: UUID, today: date, reason: str = "") -> Contract:
    """The contract that was taken back last counts again, and the candidate stands where they stood.

    On the day on which it was recorded it is simply undone; later it is a correction, and says why.
    """
    row = access.writable(Candidacy.objects.filter(pk=on), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    contracts = Contract.objects.filter(candidacy=row)
    contract = contracts.exclude(withdrawn_at=None).order_by("-withdrawn_at").first()
    if contract is None or contract.withdrawn_at is None or row.state == State.STARTED or contracts.filter(withdrawn_on=None).exists():
        raise Refusal("nothing_to_undo", _("There is no contract that was taken back."))
    same_day = timezone.localtime(contract.withdrawn_at).date() == today
    if not same_day and not reason.strip():
        raise Refusal("why", _("Say why the contract counts again."), field="reason")
    delivery = terms.delivery_on(row.programme_id, today)
    step = contract.withdrawn_step if contract.withdrawn_step in delivery.steps else row.step
    put_contract_back(contract, row, reason=reason.strip())
    if same_day and row.state == State.LEFT:
        plan_again(row)
    named = {"contract_on": contract.signed_on, "track": contract.track}
    resume(row, by, step=step, happened_on=today, reason=reason.strip(), signed=row.state == State.OPEN, named=named)
    return contract


@action(*KEEPERS)
def add_route(*, by: Scope, on: UUID, kind: str, value: str, holder: str = "", works_from: date | None = None) -> ContactRoute:
    """A way to reach the candidate after release; only what the candidate agreed to today."""
    row = _mine(by, on)
    return _add_route(row, kind=kind, value=value, holder=holder, works_from=works_from, consent_on=timezone.localdate())


@action(*KEEPERS)
def keep_from_form(*, by: Scope, on: UUID, ways: Mapping[str, tuple[str, str]]) -> int:
    """Ways that the candidate named in a finished form: kind -> the number or address, and whose it is. All or none.

    They obey the rules of any other way; the history says of which form they come.
    """
    row = _mine(by, on)
    today, kept = timezone.localdate(), list(ContactRoute.objects.filter(candidacy=row))
    found = contact_in_form(by, row, terms.delivery_on(row.programme_id, today), kept, today=today, met=True)
    named = {one.kind for one in found.ways} if found else set()
    if found is None or not named.issuperset(ways):
        raise Refusal("not_in_the_form", _("The form does not name this, or it is kept already."), remedy=_("Open the page again."))
    fact(form=found.form)
    for kind, (value, holder) in ways.items():
        try:
            _add_route(row, kind=kind, value=value, holder=holder, works_from=None, consent_on=found.on)
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.what, remedy=refusal.remedy, field=f"{refusal.field}_{kind}") from refusal
    return len(ways)


def _add_route(row: Candidacy, *, kind: str, value: str, holder: str, works_from: date | None, consent_on: date) -> ContactRoute:
    rules = terms.delivery_on(row.programme_id, timezone.localdate()).contact
    if rules is None or kind not in rules.routes:
        raise Refusal("unknown_route", _("Choose a way to keep contact."), field="kind")
    if not value.strip():
        raise Refusal("no_value", _("Fill in the number or the address."), field="value")
    if rules.routes[kind].telephone and "@" not in value and sum(sign.isdigit() for sign in value) < DIGITS:
        raise Refusal(
            "no_number", _("This is no telephone number and no e-mail address. Leave it out if you do not have one."), field="value"
        )
    if rules.routes[kind].of_another and not holder.strip():
        raise Refusal("no_holder", _("Write down whose number or address it is."), field="holder")
    return add(
        ContactRoute(candidacy=row, kind=kind, value=value.strip(), holder=holder.strip(), works_from=works_from, consent_on=consent_on)
    )


@action(*KEEPERS)
def end_route(*, by: Scope, on: UUID, today: date) -> ContactRoute:
    """This way does not lead anywhere any more."""
    rows = access.writable(ContactRoute.objects.filter(pk=on, ended_on=None), by)
    route = rows.select_related("candidacy").first()
    if route is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return change(route, ended_on=today)


@action(*KEEPERS)
def plan_first_appointment(
    *, by: Scope, on: UUID, at: datetime, place: str, with_whom: str = "", seen: UUID | None = None, took_place: bool = False
) -> Appointment:  # fmt: skip
    """The first meeting after release; an earlier one that was planned is moved. `seen`: the one that the page showed, if any.

    `took_place`: it was kept already, so that somebody who came without an appointment is recorded too.
    """
    row = _mine(by, on)
    _after_release(row, at)
    if took_place and timezone.localtime(at).date() > timezone.localdate():
        raise Refusal("still_to_come", _("This appointment is still to come."), field="on")
    planned = list(Appointment.objects.filter(candidacy=row, kind=FIRST, state="planned"))
    if planned and seen not in {one.pk for one in planned}:
        raise Stale("changed_meanwhile", _("Somebody else planned this appointment meanwhile."), remedy=_("Compare, and save again."))
    words = {"place": place.strip(), "with_whom": with_whom.strip(), "with_user_id": by.user}
    new = add(Appointment(candidacy=row, kind=FIRST, at=at, state="kept" if took_place else "planned", **words))
    for one in planned:
        one.candidacy = row
        change(one, state="moved", moved_to_id=new.pk)
    return new


@action(*KEEPERS)
def record_appointment(*, by: Scope, on: UUID, state: str, seen: int, today: date) -> Appointment:
    """Whether an appointment took place: `kept` or `missed`; `planned` takes that back."""
    row = _appointment(by, on)
    if state not in ("kept", "missed", "planned"):
        raise Refusal("unknown_state", _("Say whether the appointment took place."))
    allowed = ("kept", "missed") if state == "planned" else ("planned",)
    if row.state not in allowed:
        raise Refusal("recorded_already", _("This is recorded already."), remedy=_("Open the page again."))
    if state != "planned" and timezone.localtime(row.at).date() > today:
        raise Refusal("still_to_come", _("This appointment is still to come."), remedy=_("Move it where the day changes."))
    others = Appointment.objects.filter(candidacy=row.candidacy_id, kind=row.kind, state="planned")
    if state == "planned" and others.exists():
        raise Refusal("planned_again", _("Another appointment is planned in its place."))
    if row.state == "kept":
        may_be_taken_back(row.candidacy, timezone.localtime(row.at).date())
    return change(row, seen=seen, state=state)


@action(*KEEPERS)
def move_appointment(*, by: Scope, on: UUID, at: datetime, place: str, with_whom: str, seen: int) -> Appointment:
    """An appointment gets another day: the old one stays as moved, and names the new one."""
    row = _appointment(by, on)
    if row.state != "planned":
        raise Refusal("recorded_already", _("This is recorded already."), remedy=_("Open the page again."))
    if row.candidacy.state == State.LEFT:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    _after_release(row.candidacy, at)
    words = {"place": place.strip(), "with_whom": with_whom.strip(), "with_user_id": by.user}
    new = add(Appointment(candidacy=row.candidacy, kind=row.kind, at=at, **words))
    change(row, seen=seen, state="moved", moved_to_id=new.pk)
    return new


def open_my_appointments(*, by: Scope, today: date) -> list[Open]:
    """The asker's appointments that wait to be recorded; that the list was read is written down."""
    found = agreements.open_appointments(by, today=today)
    if found:
        audit.record(by, "read", part=Part.CONTACT, table="ledger_appointment", facts={"rows": len(found)})
    return found


def _appointment(by: Scope, key: UUID) -> Appointment:
    row = access.writable(Appointment.objects.filter(pk=key), by).select_related("candidacy").first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return row


def _after_release(row: Candidacy, at: datetime) -> None:
    if row.release_on is not None and timezone.localtime(at).date() < row.release_on:
        raise Refusal("before_release", _("This is before the release."), field="on")


def _mine(by: Scope, key: UUID) -> Candidacy:
    row = access.writable(Candidacy.objects.filter(pk=key), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    if row.state == State.LEFT:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    return row


def _read(by: Scope, on: UUID, part: Part, person: UUID | None) -> None:
    outcome = "done" if person else "refused"
    audit.record(by, "read", part=part, table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome)
