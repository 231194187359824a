"""Working together around one candidate: with the municipality, beside other help, and each contact in a moment."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.selection.phases import BEFORE_START
from makegood_portal.actions.acting import action, add, change, write_note
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import (
    Candidacy,
    ContactMoment,
    Coordination,
    LocalProgramme,
    MunicipalityContact,
    ParallelHelp,
    State,
)
from makegood_portal.ledger.queries import cooperation
from makegood_portal.ledger.queries.cooperation import Choices, Cooperation, Who
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

KEEPERS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)


def open_cooperation(*, by: Scope, on: UUID) -> Cooperation | None:
    """What is done together, and written down that it was opened; None: not there and not yours are the same answer."""
    found = cooperation.page(by, on, today=timezone.localdate())
    _read(by, on, found.who if found else None, notes=sum(bool(one.note) for one in found.moments) if found else 0)
    return found


def open_choices(*, by: Scope, on: UUID) -> Choices | None:
    """What may be chosen in the forms, and written down that it was opened; None: not there, or not yours to write."""
    found = cooperation.choices(by, on, today=timezone.localdate())
    _read(by, on, found.who if found else None)
    return found


@action(*KEEPERS)
def record_coordination(
    *, by: Scope, on: UUID, status: str, with_role: str = "", contact: UUID | None = None, happened_on: date, today: date
) -> Coordination:
    """How far the municipality is involved from a day on. The earlier ones stay, and the newest counts."""
    row = _open(by, on)
    rules = terms.delivery_on(row.programme_id, today).coordination
    statuses, with_roles = (terms.in_use(rules.statuses, today), terms.in_use(rules.with_roles, today)) if rules else ({}, {})
    if status not in statuses:
        raise Refusal("unknown_status", _("Choose how far the municipality is involved."), field="status")
    stage = statuses[status].means
    if with_role and with_role not in with_roles:
        raise Refusal("unknown_role", _("Choose a task from the list."), field="with_role")
    _not_to_come(happened_on, today, "happened_on")
    if stage != "not_known" and row.municipality_id is None:
        what = _("It is not known which municipality this is.")
        raise Refusal("no_municipality", what, remedy=_("First ask a municipality, under Permission."), field="status")
    if contact and not MunicipalityContact.objects.filter(pk=contact, municipality=row.municipality_id, ended_on=None).exists():
        raise Refusal("unknown_contact", _("Choose a contact person of this municipality."), field="contact")
    if stage == "agreed" and not with_role and not contact:
        raise Refusal("with_nobody", _("Choose with whom it is agreed."), field="with_role")
    if stage == "not_known":
        with_role, contact = "", None  # nobody was spoken with
    return add(
        Coordination(
            candidacy=row, municipality_id=row.municipality_id, status=status, stage=stage, with_role=with_role, contact_id=contact,
            recorded_by_id=by.user, happened_on=happened_on,
        )
    )  # fmt: skip


@action(*KEEPERS)
def add_parallel_help(
    *, by: Scope, on: UUID, kind: str, programme: UUID | None = None, from_on: date, until_on: date | None, today: date
) -> ParallelHelp:
    """Other help that runs beside ours; a programme of the municipality comes from the directory."""
    row = _open(by, on)
    kinds = terms.in_use(terms.delivery_on(row.programme_id, today).other_help, today)
    if kind not in kinds:
        raise Refusal("unknown_kind", _("Choose which help it is."), field="kind")
    if kinds[kind].local_programme:
        runs = Q(until_on=None) | Q(until_on__gt=today)
        if programme is None or not LocalProgramme.objects.filter(runs, pk=programme, municipality=row.municipality_id).exists():
            raise Refusal("no_programme", _("Choose which programme of the municipality it is."), field="programme")
    elif programme is not None:
        raise Refusal("programme_of_nobody", _("Only a programme of the municipality is chosen here."), field="programme")
    if until_on is not None and until_on < from_on:
        raise Refusal("ends_before", _("The help ends before it begins. Check both days."), field="until_on")
    return add(ParallelHelp(candidacy=row, kind=kind, programme_id=programme, from_on=from_on, until_on=until_on, recorded_by_id=by.user))


@action(*KEEPERS)
def end_parallel_help(*, by: Scope, on: UUID, today: date) -> ParallelHelp:
    """The help is over as of today; what had not begun yet never ran."""
    rows = access.writable(ParallelHelp.objects.filter(pk=on), by)
    row = rows.filter(Q(until_on=None) | Q(until_on__gt=today)).select_related("candidacy").first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return change(row, until_on=max(today, row.from_on))


@action(*KEEPERS)
def log_contact(
    *, by: Scope, on: UUID, kind: str, minutes: int, phase: str, happened_on: date, note: str = "", today: date
) -> ContactMoment:
    """One contact. What is hardly possible is kept, and the page warns (`queries.cooperation.oddities`).

    `note`: what the codes do not say, kept apart from them and encrypted.
    """
    row = _mine(by, on)
    delivery = terms.delivery_on(row.programme_id, today)
    if kind not in terms.in_use(delivery.contact_kinds, happened_on):
        raise Refusal("unknown_kind", _("Choose what kind of contact it was."), field="kind")
    if not 1 <= minutes <= 24 * 60:
        raise Refusal("minutes_impossible", _("Fill in the minutes: from 1 to 1440."), field="minutes")
    phases = cooperation.phases_of(delivery, row.track)
    if phase != BEFORE_START and phase not in phases:
        raise Refusal("unknown_phase", _("Choose the phase."), field="phase")
    _not_to_come(happened_on, today, "happened_on")
    if row.left_on is not None and happened_on > row.left_on:
        raise Refusal("after_leaving", _("The candidate had left by this day."), field="happened_on")
    moment = ContactMoment(candidacy=row, kind=kind, minutes=minutes, phase=phase, happened_on=happened_on, recorded_by_id=by.user)
    kept = add(moment)
    write_note(row, note, about=kept)
    return kept


@action(*KEEPERS)
def strike_contact(*, by: Scope, on: UUID, today: date) -> ContactMoment:
    """A contact that was recorded wrongly counts no more; it stays in the history."""
    row = access.writable(ContactMoment.objects.filter(pk=on, struck_on=None), by).select_related("candidacy").first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return change(row, struck_on=today)


def _read(by: Scope, on: UUID, who: Who | None, *, notes: int = 0) -> None:
    """`notes`: how many stood on the page beside what it shows in codes."""
    person, outcome = (who.person, "done") if who else (None, "refused")
    part, facts = Part.COOPERATION, {"notes": notes} if notes else {}
    audit.record(by, "read", part=part, table="ledger_candidacy", row=on, candidacy=on, person=person, outcome=outcome, facts=facts)


def _not_to_come(day: date, today: date, field: str) -> None:
    if day > today:
        raise Refusal("still_to_come", _("This day is still to come. Choose today or an earlier day."), field=field)


def _mine(by: Scope, key: UUID) -> Candidacy:
    row = access.writable(Candidacy.objects.filter(pk=key), by).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return row


def _open(by: Scope, key: UUID) -> Candidacy:
    row = _mine(by, key)
    if row.state == State.LEFT:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    return row
