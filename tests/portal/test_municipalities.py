"""The directory of municipalities: a contact person with the day of the last check, and local programmes that exclude.

Needs 48, 55: who to ask stands in one place and is checked; overlapping local programmes are known.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.directory import add_contact, contact_left, still_right
from makegood_portal.actions.permission import address_of
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger.models import AuditEntry, LocalProgramme, MunicipalityContact, MunicipalityDetails
from makegood_portal.ledger.queries import municipalities
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, client_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 1)


@pytest.fixture
def ours(world: World) -> Side:
    return world.ours


def a_contact(side: Side, checked_on: date = TODAY, **more: str) -> MunicipalityContact:
    words = {"name": "M. Loket", "email": "loket@example.org"} | more
    return MunicipalityContact.objects.create(municipality=side.at(Kind.MUNICIPALITY), checked_on=checked_on, **words)


def test_a_contact_not_checked_for_half_a_year_asks_for_attention_until_it_is_checked(ours: Side) -> None:
    """Need 48. From 1 March to 1 September 2026 are 184 days; a check holds for 183."""
    contact = a_contact(ours, date(2026, 3, 1))
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        lines = {line.id: line for line in municipalities.page(scope, today=TODAY).lines}
        assert lines[contact.municipality_id].attention
        still_right(by=scope, on=contact.pk, today=TODAY)
        lines = {line.id: line for line in municipalities.page(scope, today=TODAY).lines}
    assert (lines[contact.municipality_id].attention, lines[contact.municipality_id].checked_on) == (False, TODAY)


def test_a_municipality_keeps_its_own_page_and_no_other(world: World) -> None:
    scope = scope_of(world.ours.users[Role.MUNICIPAL_CONTACT])
    theirs = a_contact(world.theirs)
    with scoped(scope):
        assert [line.id for line in municipalities.page(scope, today=TODAY).lines] == [world.ours.at(Kind.MUNICIPALITY).pk]
        with pytest.raises(NotYours):
            still_right(by=scope, on=theirs.pk, today=TODAY)


def test_a_contact_can_be_reached_and_who_left_is_not_written_to(ours: Side) -> None:
    scope, key = scope_of(ours.users[Role.COORDINATOR]), ours.at(Kind.MUNICIPALITY).pk
    with scoped(scope), pytest.raises(Refusal) as refused:
        add_contact(by=scope, on=key, name="M. Loket", duty="", email="", phone="", today=TODAY)
    assert refused.value.code == "no_way"
    with scoped(scope):
        contact = add_contact(by=scope, on=key, name="M. Loket", duty="", email="loket@example.org", phone="", today=TODAY)
    assert address_of(key) == "loket@example.org"
    with scoped(scope):
        contact_left(by=scope, on=contact.pk, today=TODAY)
    assert address_of(key) == ""
    MunicipalityDetails.objects.create(municipality_id=key, cbs_code="0014", cbs_year=2026, address_for_requests="vragen@example.org")
    assert address_of(key) == "vragen@example.org"


def test_a_contact_who_was_taken_out_by_mistake_is_put_back_from_the_notice_on_the_same_day(ours: Side) -> None:
    contact = a_contact(ours, date(2026, 3, 1))
    client = client_of(ours.users[Role.COORDINATOR])
    page = client.post(reverse("contact_gone", args=[contact.pk]), follow=True).content.decode()
    back = reverse("contact_put_back", args=[contact.pk])
    assert f'action="{back}"' in page
    assert contact.email not in page
    assert contact.email in client.post(back, follow=True).content.decode()
    there = MunicipalityContact.objects.get()
    assert (there.ended_on, there.checked_on) == (None, date(2026, 3, 1)), "put back, and nobody checked it by that"
    assert AuditEntry.objects.filter(verb="contact_back", row=contact.pk).count() == 1
    assert client.post(back).status_code == 403, "it stands there already"
    MunicipalityContact.objects.update(ended_on=timezone.localdate() - timedelta(days=1))
    assert client.post(back).status_code == 403, "who went on an earlier day is added anew"


def test_by_hand(ours: Side) -> None:
    client, municipality = client_of(ours.users[Role.COORDINATOR]), ours.at(Kind.MUNICIPALITY)
    MunicipalityDetails.objects.create(municipality=municipality, cbs_code="0014", cbs_year=2026)
    one = reverse("municipality", args=[municipality.pk])
    new, programme = (
        reverse("municipality_contact_new", args=[municipality.pk]),
        reverse("municipality_programme_new", args=[municipality.pk]),
    )
    assert client.post(new, {"name": "M. Loket"}).status_code == 422
    page = client.post(new, {"name": "M. Loket", "phone": "0500000000"}, follow=True).content.decode()
    assert "M. Loket" in page
    assert "0014 (2026)" in page
    contact = MunicipalityContact.objects.get()
    MunicipalityContact.objects.update(checked_on=date(2020, 1, 1))
    assert client.post(reverse("contact_still_right", args=[contact.pk]), follow=True).redirect_chain == [(one, 302)]
    assert MunicipalityContact.objects.get().checked_on == timezone.localdate()
    client.post(programme, {"name": "Werk Eerst", "from_on": "2026-01-01", "excludes": "on"})
    assert LocalProgramme.objects.get().excludes
    assert "Werk Eerst" in client.get(one).content.decode()
    assert municipality.name in client.get(reverse("municipalities"), {"name": municipality.name}).content.decode()
