"""Another release date: who says so and why, kept in its history, and told to whoever works with the candidate."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.selection.steps import due_on
from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.starting import still_started
from makegood_portal.ledger import access, audit, terms
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, Notice, ReleaseDate, State
from makegood_portal.ledger.queries import planner
from makegood_portal.ledger.queries.memberships import at_the_provider, with_role
from makegood_portal.ledger.queries.planner import Release
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

CORRECTORS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD)

FURTHEST = timedelta(days=366 * 30)
LONG_AGO = timedelta(days=366)


def open_release(*, by: Scope, on: UUID) -> Release | None:
    """The release date with its history, and written down that it was opened; None: not there, or not yours."""
    found = planner.release(by, on, today=timezone.localdate())
    outcome = "done" if found else "refused"
    audit.record(by, "read", part=Part.RELEASE, table="ledger_releasedate", row=on, candidacy=on, outcome=outcome)
    return found


@action(*CORRECTORS)
def correct_release_date(*, by: Scope, on: UUID, seen: int, release_on: date | None, source: str, reason: str, today: date) -> Candidacy:
    """Record another release date; None: it is not known any more. The step that is due counts down to the new date."""
    row = access.writable(Candidacy.objects.filter(pk=on), by).select_for_update(of=("self",)).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    if row.state == State.LEFT:
        raise Refusal("not_open", _("This candidate is not on the way any more."))
    rules = terms.delivery_on(row.programme_id, today).end_date
    sources, corrections = (terms.in_use(rules.sources, today), terms.in_use(rules.corrections, today)) if rules else ({}, {})
    if source not in sources:
        raise Refusal("no_source", _("Choose who says so."), field="source")
    if reason not in corrections:
        raise Refusal("no_reason", _("Choose why the date changes."), field="reason")
    if (release_on is None) != corrections[reason].not_known:
        what = _("Fill in the date, or choose that it is not known any more. Not both.")
        raise Refusal("date_or_not_known", what, field="release_on")
    if release_on is not None and not today - LONG_AGO <= release_on <= today + FURTHEST:
        raise Refusal("date_impossible", _("This date cannot be right. Check the year."), field="release_on")
    if release_on == row.release_on:
        raise Refusal("same_date", _("This is the date that stands there already."), field="release_on")
    still_started(row, release_on)
    before = row.release_on
    add(ReleaseDate(candidacy=row, release_on=release_on, source=source, reason=reason, recorded_by_id=by.user, happened_on=today))
    changed = change(row, seen=seen, release_on=release_on, step_due_on=_due(row, release_on, today))
    for user in _who_works_with(row) - {by.user}:
        details = {"from": before.isoformat() if before else "", "to": release_on.isoformat() if release_on else ""}
        Notice(to_id=user, kind="release_moved", candidacy=row, details=details).save(force_insert=True)
    return changed


def _due(row: Candidacy, release_on: date | None, today: date) -> date | None:
    """When the step is due now; as it was where the programme file does not let it depend on the release."""
    delivery = terms.deliveries_on({row.programme_id}, today).get(row.programme_id)
    step = delivery.steps.get(row.step) if delivery else None
    if row.state != State.OPEN or step is None or step.before_end_date is None:
        return row.step_due_on
    return due_on(step, step_before_on=row.step_since, end_date=release_on)


def _who_works_with(row: Candidacy) -> set[UUID]:
    """Who works with them at the provider, and the coordinators of the prison until the hand-over."""
    prison = with_role(Role.COORDINATOR, at=row.prison_id) if row.prison_id and row.handed_over_on is None else []
    return {*at_the_provider(row), *prison}
