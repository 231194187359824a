"""The directory of municipalities, kept by everybody who may have to ask one, and by the municipality itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger.models import LocalProgramme, MunicipalityContact, UsualCare
from makegood_portal.ledger.queries import municipalities
from makegood_portal.ledger.queries.municipalities import STAFF, Municipality
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

KEEPERS = (*STAFF, Role.MUNICIPAL_CONTACT)
FIRST_YEAR = 2000

ALONE = ("none", "not_known")
USUAL_CARE: Mapping[str, str | Promise] = {
    "work_coach": gettext_lazy("A work coach"),
    "housing": gettext_lazy("Help with housing"),
    "debt": gettext_lazy("Help with debts"),
    "benefit": gettext_lazy("Benefit from the day of release"),
    "none": gettext_lazy("None of these"),
    "not_known": gettext_lazy("Not known"),
}
"""What a municipality may do for people after prison without the programme; those in `ALONE` stand alone."""

USUAL_CARE_SOURCES: Mapping[str, str | Promise] = {
    "municipality": gettext_lazy("The municipality says so"),
    "policy": gettext_lazy("A policy document of the municipality"),
    "staff": gettext_lazy("Experience of our own staff"),
}
"""Who or what says so."""


@action(*KEEPERS)
def still_right(*, by: Scope, on: UUID, today: date) -> MunicipalityContact:
    """Somebody checked today that this contact person is still the right one."""
    return change(_contact(by, on, today), checked_on=today)


@action(*KEEPERS)
def contact_left(*, by: Scope, on: UUID, today: date) -> MunicipalityContact:
    """This person is not the contact any more."""
    return change(_contact(by, on, today), ended_on=today)


@action(*KEEPERS)
def add_contact(*, by: Scope, on: UUID, name: str, duty: str, email: str, phone: str, today: date) -> MunicipalityContact:
    """A contact person, whom one can reach."""
    municipality = _municipality(by, on, today)
    if not email and not phone:
        raise Refusal("no_way", _("Fill in an e-mail address or a telephone number."), field="email")
    return add(MunicipalityContact(municipality_id=municipality.id, name=name, duty=duty, email=email, phone=phone, checked_on=today))


@action(*KEEPERS)
def add_local_programme(*, by: Scope, on: UUID, name: str, for_whom: str, excludes: bool, from_on: date, today: date) -> LocalProgramme:
    """A programme of the municipality itself; `excludes`: who takes part there cannot take part here."""
    municipality = _municipality(by, on, today)
    return add(LocalProgramme(municipality_id=municipality.id, name=name, for_whom=for_whom, excludes=excludes, from_on=from_on))


@action(*KEEPERS)
def record_usual_care(
    *, by: Scope, on: UUID, year: int, kinds: Collection[str], source: str, seen: Mapping[int, int], today: date
) -> UsualCare:
    """What the municipality does without the programme, in a year; said again for the same year, it is put right.

    `seen`: year -> version of what the page showed, so that the second of two editors is told.
    """
    municipality = _municipality(by, on, today)
    if not FIRST_YEAR <= year <= today.year:
        what = _("Fill in a year from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": today.year}
        raise Refusal("year_impossible", what, field="year")
    if not kinds or not set(kinds) <= set(USUAL_CARE):
        raise Refusal("no_kind", _("Choose what the municipality does, or that it is not known."), field="kinds")
    if len(set(kinds)) > 1 and not set(kinds).isdisjoint(ALONE):
        what = _("Choose what the municipality does, or none of these, or not known. Not both.")
        raise Refusal("contradicts_itself", what, field="kinds")
    if source not in USUAL_CARE_SOURCES:
        raise Refusal("no_source", _("Choose who says so."), field="source")
    known = [kind for kind in USUAL_CARE if kind in kinds]
    row = UsualCare.objects.select_for_update().filter(municipality=municipality.id, year=year).first()
    if row is not None:
        return change(row, seen=seen.get(year, 0), kinds=known, source=source)
    return add(UsualCare(municipality_id=municipality.id, year=year, kinds=known, source=source, recorded_by_id=by.user))


def _municipality(by: Scope, on: UUID, today: date) -> Municipality:
    found = municipalities.one(by, on, today=today)
    if found is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return found


def _contact(by: Scope, on: UUID, today: date) -> MunicipalityContact:
    row = MunicipalityContact.objects.filter(pk=on, ended_on=None).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    _municipality(by, row.municipality_id, today)
    return row
