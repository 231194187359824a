"""Nobody has started before what the programme file says a start needs is there: evidence comes before what rests on it."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.programme.delivery import Delivery
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.models import Candidacy
from makegood_portal.ledger.queries.starting import Need, needs_of_start, rests_on_appointment, rests_on_end_date


def ready_to_start(row: Candidacy, delivery: Delivery, *, on: date) -> None:
    """Refuse a start on this day while something that it needs is not there, and say where it is recorded."""
    for need in needs_of_start(row, delivery, on=on):
        if not need.met:
            raise _refusal(need)


def still_started(row: Candidacy, release_on: date | None) -> None:
    """Refuse an end date after the start of somebody who started when it had come."""
    if row.started_on is None or not rests_on_end_date(row):
        return
    came = row.release_on is not None and row.release_on <= row.started_on
    if came and (release_on is None or release_on > row.started_on):
        what = _("The start is recorded on %(day)s. Nobody starts before this date.") % {"day": _said(row.started_on)}
        raise Refusal("started_before", what, remedy=_("Take the start back first."), field="release_on")


def may_be_taken_back(row: Candidacy, day: date) -> None:
    """Refuse to take back that a first appointment was kept while the start rests on it."""
    if rests_on_appointment(row, day):
        what = _("The start rests on this appointment.")
        raise Refusal("start_rests_on_it", what, remedy=_("Take the start back first."))


def _refusal(need: Need) -> Refusal:
    if need.kind == "contact_routes":
        what = _("Not enough ways to keep contact are recorded: %(number)s of %(at_least)s.")
        remedy = _("Record them under Contact first.")
        return Refusal("too_few_routes", what % {"number": need.number, "at_least": need.at_least}, remedy=remedy)
    if need.kind == "end_date":
        if need.day is None:
            what, remedy = _("The date of “%(what)s” is not known."), _("Record it first: the time after the start is counted from it.")
            return Refusal("no_end_date", what % {"what": need.title}, remedy=remedy)
        what = _("“%(what)s” is on %(day)s. Nobody starts before that day.") % {"what": need.title, "day": _said(need.day)}
        return Refusal("before_end_date", what, remedy=_("Was it earlier? Then correct that date first."), field="happened_on")
    if need.kept and need.day is not None:
        what = _("The first appointment was on %(day)s. The start is not before it.") % {"day": _said(need.day)}
        return Refusal("before_first_appointment", what, field="happened_on")
    what = _("It is not recorded yet that the first appointment took place.")
    return Refusal("no_first_appointment", what, remedy=_("Record it under Contact first."))


def _said(day: date) -> str:
    return date_format(day, "j F Y")
