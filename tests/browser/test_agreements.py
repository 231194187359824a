"""A contract that is taken back and an appointment that is kept, missed or moved: without scripts, and with the keyboard alone.

A signed contract and the first appointment are what a counsellor records in a corridor, on whatever there is at hand.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from browser.looking import Opens
from browser.test_without import tab_to
from makegood_portal.actions.agree import sign_contract
from makegood_portal.ledger.models import Appointment, Candidacy, Contract
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import Side, World

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


@pytest.fixture
def ours(world: World) -> Side:
    """Somebody who signed yesterday, is released today, and has a first appointment today."""
    yesterday = TODAY - timedelta(days=1)
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(step="contract_signed", release_on=TODAY, step_since=yesterday)
    scope = scope_of(world.ours.users[Role.COUNSELLOR])
    with scoped(scope):
        sign_contract(by=scope, on=world.ours.candidacy.pk, track="basic", signed_on=yesterday, seen=1)
    at = timezone.make_aware(datetime.combine(TODAY, time(9, 30)))
    Appointment.objects.create(candidacy=world.ours.candidacy, kind="first_week", at=at, place="Stadskantoor", state="planned")
    return world.ours


def standing(side: Side) -> tuple[str, str]:
    """Where the candidate stands."""
    row = Candidacy.objects.get(pk=side.candidacy.pk)
    return row.state, row.step


def states(side: Side) -> list[str]:
    """Of the appointments, oldest first."""
    return list(Appointment.objects.filter(candidacy=side.candidacy).order_by("at").values_list("state", flat=True))


def a_contract_is_taken_back_and_that_is_undone(page: Page, ours: Side) -> None:
    page.goto(f"/candidates/{ours.candidacy.pk}/contract/")
    page.get_by_role("link", name="Contract intrekken").click()
    page.get_by_role("button", name="Contract intrekken").click()
    expect(page.get_by_role("alert")).to_contain_text("Waarom?")  # the reason was forgotten: nothing happened
    assert standing(ours) == ("open", "started")
    page.get_by_label("Het is toch niet getekend").check(force=True)
    page.get_by_role("button", name="Contract intrekken").click()
    expect(page.get_by_text("Het contract is ingetrokken")).to_be_visible()
    assert standing(ours) == ("open", "contract_signed")
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.get_by_text("Het contract geldt weer")).to_be_visible()
    assert standing(ours) == ("open", "started")


def a_candidate_withdraws_by_keyboard_and_that_is_undone(page: Page, ours: Side) -> None:
    page.goto(f"/candidates/{ours.candidacy.pk}/contract/")
    tab_to(page, "Contract intrekken")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Contract intrekken", level=1)).to_be_visible()
    tab_to(page, "De kandidaat wil niet meer meedoen")
    page.keyboard.press("Space")
    tab_to(page, "Contract intrekken")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Het contract is ingetrokken").first).to_be_visible()
    assert standing(ours)[0] == "left"
    assert Contract.objects.get(candidacy=ours.candidacy).withdrawn_reason
    tab_to(page, "Ongedaan maken")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Het contract geldt weer")).to_be_visible()
    assert standing(ours) == ("open", "started")


def an_appointment_was_missed_that_is_undone_and_it_is_moved(page: Page, ours: Side) -> None:
    page.goto("/")
    page.get_by_role("link", name="Afspraak van vandaag").click()
    page.get_by_role("button", name="Niet doorgegaan").click()
    expect(page.get_by_text("Vastgelegd: de afspraak is niet doorgegaan")).to_be_visible()
    expect(page.get_by_role("heading", name="Er wacht geen afspraak op u")).to_be_visible()
    assert states(ours) == ["missed"]
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.get_by_text("de afspraak staat weer gepland")).to_be_visible()
    page.get_by_role("link", name="Andere dag").click()
    page.get_by_label("Dag", exact=True).fill("")
    page.get_by_role("button", name="Afspraak verzetten").click()
    expect(page.get_by_role("alert")).to_contain_text("Dag")
    expect(page.get_by_label("Waar", exact=True)).to_have_value("Stadskantoor")  # what was filled in stays
    page.get_by_label("Dag", exact=True).fill(f"{TODAY + timedelta(days=2):%Y-%m-%d}")
    page.get_by_role("button", name="Afspraak verzetten").click()
    expect(page.get_by_text("De afspraak is verzet")).to_be_visible()
    assert states(ours) == ["moved", "planned"]


def an_appointment_is_recorded_by_keyboard_and_that_is_undone(page: Page, ours: Side) -> None:
    page.goto("/")
    tab_to(page, "Afspraak van vandaag")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Afspraken", level=1)).to_be_visible()
    tab_to(page, "Doorgegaan")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Vastgelegd: de afspraak is doorgegaan")).to_be_visible()
    assert states(ours) == ["kept"]
    tab_to(page, "Ongedaan maken")
    page.keyboard.press("Enter")
    expect(page.get_by_text("de afspraak staat weer gepland")).to_be_visible()
    assert states(ours) == ["planned"]


def test_without_scripts(opens: Opens, ours: Side) -> None:
    page = opens(ours.users[Role.COUNSELLOR], scripts=False).new_page()
    a_contract_is_taken_back_and_that_is_undone(page, ours)
    an_appointment_was_missed_that_is_undone_and_it_is_moved(page, ours)


def test_with_the_keyboard_alone(opens: Opens, ours: Side) -> None:
    page = opens(ours.users[Role.COUNSELLOR], size="desk").new_page()
    a_candidate_withdraws_by_keyboard_and_that_is_undone(page, ours)
    an_appointment_is_recorded_by_keyboard_and_that_is_undone(page, ours)
