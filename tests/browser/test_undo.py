"""What was pressed by mistake is taken back, or asked once more before it is done: in a browser, on a phone and without scripts."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from browser.looking import Opens, follow
from makegood_portal.ledger.models import Candidacy, Membership, MunicipalityContact, PermissionRequest
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ours(world: World) -> Side:
    return world.ours


def at_step(side: Side, step: str) -> int:
    return Candidacy.objects.filter(programme=side.programme, step=step).count()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_a_step_done_for_several_is_taken_back_from_its_notice(ours: Side, opens: Opens, scripts: bool) -> None:
    a_candidacy(programme=ours.programme, prison=ours.at(Kind.PRISON), name="De Wit")
    page = opens(ours.users[Role.COORDINATOR], scripts=scripts).new_page()
    page.goto("/queue/?step=list_checked")
    for box in page.locator("input[name=candidate]").all():
        box.check()
    follow(page.get_by_role("button", name="Stap gedaan voor wie is aangevinkt"))
    expect(page.get_by_role("status").first).to_contain_text("2 kandidaten: stap gedaan.")
    assert at_step(ours, "informed") == 2
    follow(page.get_by_role("button", name="Ongedaan maken"))
    expect(page.get_by_role("status").first).to_contain_text("2 kandidaten: stap teruggedraaid.")
    expect(page.locator("input[name=candidate]")).to_have_count(2)
    assert at_step(ours, "list_checked") == 2


def the_answer(page: Page, answer: str, words: str) -> None:
    page.get_by_label(answer, exact=True).check(force=True)
    page.get_by_label("De voorwaarden, of waarom niet").fill(words)


def test_a_municipality_puts_its_answer_right_on_a_phone(ours: Side, opens: Opens) -> None:
    municipality = ours.at(Kind.MUNICIPALITY)
    asked = {"asked_on": date(2026, 3, 2), "deadline_on": date(2026, 3, 16), "asked_by": ours.users[Role.COORDINATOR]}
    request = PermissionRequest.objects.create(candidacy=ours.candidacy, municipality=municipality, state="asked", **asked)
    page = opens(ours.users[Role.MUNICIPAL_CONTACT]).new_page()
    page.goto(f"/permissions/{request.pk}/")
    the_answer(page, "Nee", "Doet al mee bij ons")
    follow(page.get_by_role("button", name="Antwoord versturen"))
    page.goto(f"/permissions/{request.pk}/")
    follow(page.get_by_role("link", name="Antwoord veranderen"))
    expect(page.get_by_label("De voorwaarden, of waarom niet")).to_have_value("Doet al mee bij ons")
    the_answer(page, "Ja", "")
    page.get_by_label("Waarom verandert u het antwoord?").fill("Ik keek naar een ander")
    follow(page.get_by_role("button", name="Antwoord veranderen"))
    expect(page.get_by_role("status").first).to_contain_text("Uw antwoord is veranderd")
    assert PermissionRequest.objects.get().state == "granted"


def test_a_contact_person_comes_back_and_a_role_ends_after_a_question(ours: Side, opens: Opens) -> None:
    municipality, someone = ours.at(Kind.MUNICIPALITY), ours.users[Role.COUNSELLOR]
    MunicipalityContact.objects.create(municipality=municipality, name="M. Loket", phone="050 1234567", checked_on=timezone.localdate())
    page = opens(ours.users[Role.COORDINATOR]).new_page()
    page.goto(f"/municipalities/{municipality.pk}/")
    follow(page.get_by_role("button", name="Klopt niet meer M. Loket"))
    expect(page.get_by_text("050 1234567")).to_have_count(0)
    follow(page.get_by_role("button", name="Ongedaan maken"))
    expect(page.get_by_text("050 1234567")).to_be_visible()
    page = opens(ours.users[Role.ADMINISTRATOR]).new_page()
    page.goto(f"/users/{someone.pk}/")
    page.get_by_role("button", name="Beëindigen").click()
    page.get_by_role("button", name="Terug, niets doen").first.click()
    assert Membership.objects.get(user=someone).until_on is None
    page.get_by_role("button", name="Beëindigen").click()
    follow(page.get_by_role("button", name="Deze rol beëindigen"))
    assert Membership.objects.get(user=someone).until_on == timezone.localdate()
