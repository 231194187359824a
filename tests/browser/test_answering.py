"""Answers are kept while somebody goes on to the next: on a slow line, by touch, by keyboard, and beside a colleague."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.looking import Opens, follow
from browser.test_story import Cast, cast
from makegood_portal.actions.questionnaire import Typed, keep_answers
from makegood_portal.ledger.models import Answer, Response
from makegood_portal.ledger.scope import scope_of, scoped
from portal.builders import TODAY, a_candidacy

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["cast"]
MANY = 5


@pytest.fixture
def page(opens: Opens, cast: Cast) -> Page:
    """The first part of the screening questionnaire that has questions."""
    one = a_candidacy(programme=cast.programme, prison=cast.prison, step="questionnaire")
    page = opens(cast.coordinator).new_page()
    page.goto(f"/candidates/{one.pk}/questionnaires/")
    follow(page.get_by_role("button", name="Beginnen Screeningsvragenlijst"))
    part_with(page, MANY)
    return page


def part_with(page: Page, number: int) -> None:
    """On to the next part that asks so much."""
    while closed(page).count() < number:
        follow(page.get_by_role("button", name="Bewaren en verder"))


def part(page: Page, name: str) -> None:
    page.goto(f"/questionnaires/{Response.objects.get().pk}/?section={name}")


def closed(page: Page) -> Locator:
    """The questions with one answer of several."""
    return page.locator("#items fieldset").filter(has=page.locator("input[type=radio][name^=value_]"))


def slow(page: Page, milliseconds: int) -> None:
    line = {"offline": False, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)


def all_is_kept(page: Page) -> None:
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("#kept")).to_have_text("Bewaard.")


def item_of(question: Locator) -> str:
    return question.locator("[name=item]").input_value()


@pytest.mark.parametrize("latency", [300, 1500])
def test_whoever_is_faster_than_the_line_loses_no_answer(page: Page, latency: int) -> None:
    slow(page, latency)
    names = [item_of(closed(page).nth(number)) for number in range(MANY)]
    for name in names:
        page.locator(f"#q-{name} .choice").first.click()
        page.wait_for_timeout(150)
    all_is_kept(page)
    for name in names:
        expect(page.locator(f"#q-{name} input[type=radio]").first).to_be_checked()
    assert {*Answer.objects.values_list("item", flat=True)} == {*names}
    expect(page.locator("#far")).to_contain_text(f"{MANY} van ")


def test_what_is_typed_while_an_answer_is_kept_stays(page: Page) -> None:
    part(page, "home")
    page.locator("#q-place_after_release .choice", has_text="Ja").first.click()
    box = page.locator("#q-municipality_after_release input[type=text]")
    expect(box).to_be_visible()
    all_is_kept(page)
    slow(page, 400)
    page.locator("#q-housing_situation .choice").first.click()
    box.press_sequentially("Utrecht of Zeist", delay=60)
    expect(box).to_be_focused()
    page.locator("#q-housing_situation .choice").nth(1).click()  # straight from the text to a tap
    expect(page.locator("#q-housing_situation input[type=radio]").nth(1)).to_be_checked()
    all_is_kept(page)
    expect(box).to_have_value("Utrecht of Zeist")
    assert Answer.objects.get(item="municipality_after_release").value == "Utrecht of Zeist"


def test_with_the_keyboard_alone_the_next_question_is_next(page: Page) -> None:
    first, second = item_of(closed(page).first), item_of(closed(page).nth(1))
    page.locator(f"#q-{first} input[type=radio]").first.focus()
    page.keyboard.press("Space")
    all_is_kept(page)
    expect(page.locator(f"#q-{first} input[type=radio]").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"#q-{second} input[type=radio]").first).to_be_focused()


def test_a_colleague_who_answers_another_question_is_not_in_the_way(page: Page, cast: Cast) -> None:
    mine, theirs = item_of(closed(page).first), item_of(closed(page).nth(1))
    code = page.locator(f"#q-{theirs} input[type=radio]").first.get_attribute("value") or ""
    by = scope_of(cast.coordinator)
    with scoped(by):
        keep_answers(by=by, on=Response.objects.get().pk, typed={theirs: Typed(code, seen="")}, happened_on=TODAY)
    page.locator(f"#q-{mine} .choice").first.click()
    all_is_kept(page)
    expect(page.locator(f"#q-{theirs} input[type=radio]").first).to_be_checked()
    expect(page.locator(".utrecht-form-field--invalid")).to_have_count(0)


def test_an_answer_that_a_colleague_gave_meanwhile_is_replaced_on_purpose_only(page: Page, cast: Cast) -> None:
    mine, theirs = item_of(closed(page).first), item_of(closed(page).nth(1))
    codes = [page.locator(f"#q-{theirs} input[type=radio]").nth(number).get_attribute("value") or "" for number in (0, 1)]
    by = scope_of(cast.coordinator)
    with scoped(by):
        keep_answers(by=by, on=Response.objects.get().pk, typed={theirs: Typed(codes[0], seen="")}, happened_on=TODAY)
    page.locator(f"#q-{theirs} .choice").nth(1).click()
    expect(page.locator(f"#q-{theirs}")).to_contain_text("Iemand anders vulde intussen in")
    page.locator(f"#q-{mine} .choice").first.click()
    all_is_kept(page)
    assert Answer.objects.get(item=theirs).value == codes[0], "another answer does not take it along"
    follow(page.get_by_role("button", name="Bewaren en verder"))
    assert Answer.objects.get(item=theirs).value == codes[1]


def test_what_did_not_arrive_goes_along_with_the_next_answer(page: Page) -> None:
    first, second = item_of(closed(page).first), item_of(closed(page).nth(1))
    page.route("**/keep/", lambda route: route.abort())
    page.locator(f"#q-{first} .choice").first.click()
    expect(page.locator("#kept")).to_contain_text("er is geen verbinding")
    page.unroute_all()
    page.locator(f"#q-{second} .choice").first.click()
    all_is_kept(page)
    assert {*Answer.objects.values_list("item", flat=True)} == {first, second}


def test_a_follow_up_question_comes_where_it_belongs_and_goes_again(page: Page) -> None:
    part(page, "about_you")
    page.locator("#q-children .choice", has_text="Ja").first.click()
    expect(page.locator("#q-children + #q-children_at_home")).to_be_visible()
    page.locator("#q-children_at_home input[type=text]").fill("drie")
    page.locator("#q-children .choice").first.focus()
    page.locator("#q-children_at_home input[type=text]").blur()
    expect(page.locator("#q-children_at_home")).to_have_class("utrecht-form-field utrecht-form-field--invalid")
    page.locator("#q-children_at_home input[type=text]").fill("3")
    page.locator("#q-children_at_home input[type=text]").blur()
    all_is_kept(page)
    expect(page.locator(".utrecht-form-field--invalid")).to_have_count(0)
    page.locator("#q-children .choice", has_text="Nee").first.click()
    expect(page.locator("#q-children_at_home")).to_have_count(0)


def test_what_a_colleague_answered_while_somebody_typed_is_not_replaced_without_a_word(page: Page, cast: Cast) -> None:
    part(page, "home")
    page.locator("#q-place_after_release .choice", has_text="Ja").first.click()
    box = page.locator("#q-municipality_after_release input[type=text]")
    expect(box).to_be_visible()
    all_is_kept(page)
    by = scope_of(cast.coordinator)
    with scoped(by):
        theirs = {"municipality_after_release": Typed("Zeist", seen="")}
        keep_answers(by=by, on=Response.objects.get().pk, typed=theirs, happened_on=TODAY)
    slow(page, 1000)
    page.locator("#q-housing_situation .choice").first.click()
    box.press_sequentially("Utrecht")
    all_is_kept(page)
    expect(box).to_have_value("Utrecht")
    box.blur()
    expect(page.locator("#q-municipality_after_release")).to_contain_text("Iemand anders vulde intussen in: Zeist")
    assert Answer.objects.get(item="municipality_after_release").value == "Zeist"


def test_one_choice_says_whose_the_answers_of_a_part_are(page: Page) -> None:
    """Also of those that were given before, and of those that come after; one of them can be another's."""
    part(page, "about_you")
    whole = page.get_by_label("Wie geeft de antwoorden in dit deel?")
    expect(whole).to_have_value("self")
    page.locator("#q-marital_status .choice").first.click()
    all_is_kept(page)
    whole.select_option("case_manager")
    all_is_kept(page)
    page.locator("#q-education .choice").first.click()
    all_is_kept(page)
    expect(page.locator("#q-education [data-said-by]")).to_have_text("de casemanager")
    page.locator("#q-children summary").click()
    page.locator("#q-children select").select_option("counsellor")
    page.locator("#q-children .choice").first.click()
    all_is_kept(page)
    expect(whole).to_have_value("")
    said = {"marital_status": "case_manager", "education": "case_manager", "children": "counsellor"}
    assert dict(Answer.objects.values_list("item", "source")) == said
