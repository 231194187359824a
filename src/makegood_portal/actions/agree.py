"""What is agreed with a candidate: the contract after the acquaintance, ways to keep contact, the first appointment."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.selection import pass_step
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Appointment, Candidacy, ContactRoute, Contract, State
from makegood_portal.ledger.queries import agreements
from makegood_portal.ledger.queries.agreements import FIRST, ContactPage, ContractPage
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

SIGNERS = (Role.COUNSELLOR, Role.LEAD)
KEEPERS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)


def open_contract(*, by: Scope, on: UUID) -> ContractPage | None:
    """The contract as far as the asker may see it; written down."""
    found = agreements.contract_page(by, on, today=timezone.localdate())
    _read(by, on, Part.CONTRACT, found.person if found else None)
    return found


def open_contact(*, by: Scope, on: UUID) -> ContactPage | None:
    """The ways to reach somebody, as far as the asker may see them; written down."""
    found = agreements.contact_page(by, on, today=timezone.localdate())
    _read(by, on, Part.CONTACT, found.person if found else None)
    return found


@action(*SIGNERS)
def sign_contract(*, by: Scope, on: UUID, track: str, signed_on: date, seen: int) -> Contract:
    """The contract is signed, and with it the step of the contract is done; or what was recorded is put right."""
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
        contract.candidacy = row
        change(contract, track=track, signed_on=signed_on)
    change(row, seen=seen, contract_on=signed_on, track=track)
    if row.state == State.OPEN and row.step in delivery.steps and delivery.steps[row.step].kind == "contract":
        pass_step(by=by, on=on, step=row.step, happened_on=signed_on)
    return contract


@action(*KEEPERS)
def add_route(*, by: Scope, on: UUID, kind: str, value: str, holder: str = "", works_from: date | None = None) -> ContactRoute:
    """A way to reach the candidate after release; only what the candidate agreed to today."""
    row = _mine(by, on)
    rules = terms.delivery_on(row.programme_id, timezone.localdate()).contact
    if rules is None or kind not in rules.routes:
        raise Refusal("unknown_route", _("Choose a way to keep contact."), field="kind")
    if not value.strip():
        raise Refusal("no_value", _("Fill in the number or the address."), field="value")
    return add(
        ContactRoute(
            candidacy=row, kind=kind, value=value.strip(), holder=holder.strip(), works_from=works_from, consent_on=timezone.localdate()
        )
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
def plan_first_appointment(*, by: Scope, on: UUID, at: datetime, place: str, with_whom: str = "") -> Appointment:
    """The first meeting after release; an earlier one that was planned is moved."""
    row = _mine(by, on)
    if row.release_on is not None and timezone.localtime(at).date() < row.release_on:
        raise Refusal("before_release", _("This is before the release."), field="at")
    for planned in Appointment.objects.filter(candidacy=row, kind=FIRST, state="planned").select_related("candidacy"):
        change(planned, state="moved")
    return add(Appointment(candidacy=row, kind=FIRST, at=at, place=place.strip(), with_whom=with_whom.strip(), with_user_id=by.user))


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
