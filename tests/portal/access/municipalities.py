"""Who may open what: `web/municipalities.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from makegood_portal.ledger.models import MunicipalityContact
from makegood_portal.ledger.words import Kind, Role
from portal.access.route import ACTORS, Route, nothing
from portal.builders import Side


def of_municipality(side: Side) -> dict[str, Any]:
    """A municipality in the directory."""
    return {"municipality_": side.at(Kind.MUNICIPALITY).pk}


def of_its_contact(side: Side) -> dict[str, Any]:
    """A contact person of a municipality."""
    contact, _ = MunicipalityContact.objects.get_or_create(
        municipality=side.at(Kind.MUNICIPALITY),
        ended_on=None,
        defaults={"name": "M. Loket", "phone": "050", "checked_on": date(2026, 3, 2)},
    )
    return {"contact": contact.pk}


def of_who_was_taken_out(side: Side) -> dict[str, Any]:
    """A contact person who was taken out today."""
    contact = MunicipalityContact.objects.get(pk=of_its_contact(side)["contact"])
    MunicipalityContact.objects.filter(pk=contact.pk).update(ended_on=timezone.localdate())
    return {"contact": contact.pk}


def of_usual_care(side: Side) -> dict[str, Any]:
    """What a municipality does without one programme."""
    return of_municipality(side) | {"programme": side.programme.pk}


DIRECTORY = ACTORS
CODES = frozenset({Role.HEAD_OFFICE, Role.LEAD})

ROUTES = {
    "municipalities": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}),
    "municipality_codes": Route(may=CODES),
    "municipality_codes_take": Route(may=CODES, post=nothing),
    "municipality": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_municipality, shared=DIRECTORY),
    "municipality_contact_new": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_municipality, shared=DIRECTORY),
    "municipality_programme_new": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_municipality, shared=DIRECTORY),
    "municipality_usual_care": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_usual_care),
    "contact_still_right": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_its_contact, post=nothing, shared=DIRECTORY),
    "contact_gone": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_its_contact, post=nothing, shared=DIRECTORY),
    "contact_put_back": Route(may=DIRECTORY | {Role.MUNICIPAL_CONTACT}, kwargs=of_who_was_taken_out, post=nothing, shared=DIRECTORY),
}
