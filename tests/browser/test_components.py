"""Each component, in pages of a gallery: usable by everybody, and doing what it is for."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser import looking
from browser.looking import Opens

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("browser.gallery.urls")]


@pytest.fixture(autouse=True)
def _gallery(settings: Any) -> None:
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "gallery" / "templates"]
    settings.TEMPLATES = templates


@pytest.mark.parametrize("address", ["/", "/candidates/?done=1", "/candidates/?leeg=1&q=x", "/form/", "/file/"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_page_of_components_can_be_used_by_everybody(opens: Opens, address: str, size: str) -> None:
    context = opens(size=size)
    unseen = looking.listen(context)
    page = context.new_page()
    page.goto(address)
    faults = looking.shape(page, language="nl") + looking.overflow(page) + looking.axe(page) + looking.keyboard(page)
    faults += looking.small(page) if size == "phone" else []
    print(*faults, sep="\n")
    looking.picture(page, f"gallery-{address.strip('/?').replace('/?', '-') or 'today'}-{size}")
    assert faults + unseen == []


def sent_empty(page: Page) -> Page:
    page.goto("/form/")
    page.get_by_role("button", name="Bewaren en verder").click()
    return page


def test_errors_are_gathered_on_top_and_lead_to_their_fields(stranger: Page) -> None:
    page = sent_empty(stranger)
    expect(page).to_have_title("Fout: Nieuwe kandidaat – Makegood")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Had u werk voordat u vastzat? Vul dit in.").click()
    expect(page.get_by_label("Ja", exact=True)).to_be_focused()
    page.get_by_role("link", name="Geboortedatum: vul dit in.").click()
    expect(page.get_by_label("Dag")).to_be_focused()
    assert looking.axe(page) == []
    looking.picture(page, "gallery-form-errors-phone")


def test_a_form_works_without_scripts_and_says_the_same(opens: Opens) -> None:
    page = sent_empty(opens(scripts=False).new_page())
    expect(page.get_by_role("link", name="Naam: vul dit in.")).to_be_visible()


def test_a_wide_table_is_a_stack_of_cards_on_a_phone(opens: Opens) -> None:
    page = opens(size="phone").new_page()
    page.goto("/candidates/")
    cards = page.get_by_role("row")
    first, second = cards.nth(1).bounding_box(), cards.nth(2).bounding_box()
    assert first
    assert second
    assert second["y"] >= first["y"] + first["height"]
    expect(page.get_by_role("cell", name="Noorderhof").first).to_be_visible()
    assert page.get_by_role("cell", name="Noorderhof").first.evaluate("e => getComputedStyle(e, '::before').content") == '"Gevangenis"'


def test_a_question_before_a_big_step_opens_without_scripts(opens: Opens) -> None:
    page = opens(scripts=False).new_page()
    page.goto("/file/")
    expect(page.get_by_role("button", name="Ja, stopt")).to_be_hidden()
    page.get_by_role("button", name="Stopt met meedoen").click()
    expect(page.get_by_role("button", name="Ja, stopt")).to_be_visible()
    page.get_by_role("button", name="Terug, niets doen").click()
    expect(page.get_by_role("button", name="Ja, stopt")).to_be_hidden()


def test_the_main_action_stays_under_the_thumb(opens: Opens) -> None:
    page = opens(size="phone").new_page()
    page.goto("/form/")
    box = page.get_by_role("button", name="Bewaren en verder").bounding_box()
    assert box
    assert 844 - 160 < box["y"] < 844


def test_the_language_changes_on_the_spot(stranger: Page) -> None:
    stranger.goto("/candidates/?q=abc")
    stranger.get_by_role("button", name="English").click()
    expect(stranger.locator("html")).to_have_attribute("lang", "en")
    expect(stranger).to_have_url("/candidates/?q=abc")
    expect(stranger.get_by_role("button", name="Nederlands")).to_be_visible()


def test_what_was_just_done_can_be_taken_back(stranger: Page) -> None:
    stranger.goto("/candidates/?done=1")
    expect(stranger.get_by_role("status")).to_contain_text("staat nu bij")
    stranger.get_by_role("button", name="Ongedaan maken").click()
    expect(stranger).to_have_url("/file/")
