"""The directory of municipalities, kept by everybody who may have to ask one, and by the municipality itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import LocalProgramme, MunicipalityContact, UsualCare
from makegood_portal.ledger.queries import municipalities
from makegood_portal.ledger.queries.municipalities import KEEPERS, Municipality
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.terms import said

FIRST_YEAR = 2000


@action(*KEEPERS)
def still_right(*, by: Scope, on: UUID, today: date) -> MunicipalityContact:
    """Somebody checked today that this contact person is still the right one."""
    return change(_contact(by, on, today), checked_on=today)


@action(*KEEPERS)
def contact_left(*, by: Scope, on: UUID, today: date) -> MunicipalityContact:
    """This person is not the contact any more."""
    return change(_contact(by, on, today), ended_on=today)


@action(*KEEPERS)
def contact_back(*, by: Scope, on: UUID, today: date) -> MunicipalityContact:
    """This person was taken out today by mistake, and is the contact as before."""
    return change(_contact(by, on, today, ended_on=today), ended_on=None)


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
    *, by: Scope, on: UUID, programme: UUID, year: int, kinds: Collection[str], source: str, seen: Mapping[int, int], today: date
) -> UsualCare:
    """What the municipality does without the programme, in a year; said again for the same year, it is put right.

    `seen`: year -> version of what the page showed, so that the second of two editors is told.
    """
    municipality = _municipality(by, on, today)
    care = next((one for one in municipality.usual_care if one.programme == programme), None)
    if care is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    rules = terms.delivery_on(programme, today).usual_care
    known, sources = (terms.in_use(rules.kinds, today), terms.in_use(rules.sources, today)) if rules else ({}, {})
    if not FIRST_YEAR <= year <= today.year:
        what = _("Fill in a year from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": today.year}
        raise Refusal("year_impossible", what, field="year")
    if not kinds or not set(kinds) <= set(known):
        raise Refusal("no_kind", _("Choose what the municipality does, or that it is not known."), field="kinds")
    alone = next((kind for kind in kinds if known[kind].alone), None)
    if alone is not None and len(set(kinds)) > 1:
        what = _("Choose what the municipality does, or only: %(alone)s. Not both.") % {"alone": said(known[alone].title)}
        raise Refusal("contradicts_itself", what, field="kinds")
    if source not in sources:
        raise Refusal("no_source", _("Choose who says so."), field="source")
    chosen = [kind for kind in known if kind in kinds]
    row = UsualCare.objects.select_for_update().filter(municipality=municipality.id, programme=programme, year=year).first()
    if row is not None:
        return change(row, seen=seen.get(year, 0), kinds=chosen, source=source)
    return add(
        UsualCare(
            municipality_id=municipality.id, programme_id=programme, year=year, kinds=chosen, source=source, recorded_by_id=by.user,
        )
    )  # fmt: skip


def _municipality(by: Scope, on: UUID, today: date) -> Municipality:
    found = municipalities.one(by, on, today=today)
    if found is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    return found


def _contact(by: Scope, on: UUID, today: date, *, ended_on: date | None = None) -> MunicipalityContact:
    row = MunicipalityContact.objects.filter(pk=on, ended_on=ended_on).first()
    if row is None:
        raise NotYours("not_yours", _("You cannot change this record."))
    _municipality(by, row.municipality_id, today)
    return row
