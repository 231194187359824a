"""The directory of municipalities, kept by everybody who may have to ask one, and by the municipality itself."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from makegood_portal.actions.acting import action, add, change
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger.models import LocalProgramme, MunicipalityContact
from makegood_portal.ledger.queries import municipalities
from makegood_portal.ledger.queries.municipalities import STAFF, Municipality
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role

KEEPERS = (*STAFF, Role.MUNICIPAL_CONTACT)


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
