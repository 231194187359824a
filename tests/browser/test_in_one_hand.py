"""A lead with a phone in one hand: what presses most comes first and the rest is one tap away, with and without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from browser.looking import Opens, follow
from makegood_portal.ledger.models import Candidacy
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_candidacy

pytestmark = pytest.mark.django_db(transaction=True)
LATE, IN_TIME = 12, 4


@pytest.fixture
def many(world: World) -> World:
    """Twelve who are released next week, four who are not released for half a year; all wait for the talk."""
    side, today = world.ours, timezone.localdate()
    Candidacy.objects.filter(pk=side.candidacy.pk).update(state="left", left_on=today, exit_reason="not_suitable")
    for days in [7] * LATE + [180] * IN_TIME:
        a_candidacy(
            programme=side.programme, prison=side.at(Kind.PRISON), provider=side.at(Kind.PROVIDER), step="talk",
            release_on=today + timedelta(days),
        )  # fmt: skip
    return world


def rows(page: Page) -> int:
    """How many candidates are seen."""
    return sum(row.is_visible() for row in page.locator("main tbody tr").all())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_planner_shows_the_first_of_each_group_and_all_with_one_tap(many: World, opens: Opens, scripts: bool) -> None:
    page = opens(many.ours.users[Role.LEAD], language="en", scripts=scripts).new_page()
    page.goto(reverse("planner"))
    assert rows(page) == 5 + 2
    assert page.evaluate("document.documentElement.scrollHeight") < 3 * 844
    follow(page.get_by_role("link", name=re.compile(f"See all {LATE}")))
    assert rows(page) == LATE


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_queue_shows_the_first_who_are_due_and_all_with_one_tap(many: World, opens: Opens, scripts: bool) -> None:
    page = opens(many.ours.users[Role.LEAD], language="en", scripts=scripts).new_page()
    page.goto(reverse("queue"))
    assert rows(page) == 8
    follow(page.get_by_role("link", name=f"See all {LATE + IN_TIME}"))
    assert rows(page) == LATE + IN_TIME


def test_a_desk_shows_everybody_at_once(many: World, opens: Opens) -> None:
    page = opens(many.ours.users[Role.LEAD], size="desk", language="en").new_page()
    for name in ("planner", "queue"):
        page.goto(reverse(name))
        assert rows(page) == LATE + IN_TIME
        assert not page.get_by_role("link", name=re.compile("See all")).is_visible()


def test_a_release_date_is_corrected_from_the_file(many: World, opens: Opens) -> None:
    page = opens(many.ours.users[Role.LEAD], language="en").new_page()
    page.goto(reverse("planner"))
    page.locator("main tbody a").first.click()
    page.get_by_role("link", name="Change Release").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Release date")


def test_what_the_button_needs_stands_beside_it_and_not_below_the_list(opens: Opens, world: World) -> None:
    """With scripts and without: the day, the channel and the counsellor are in the bar under the thumb."""
    ours = world.ours
    here = {"programme": ours.programme, "prison": ours.at(Kind.PRISON), "provider": ours.at(Kind.PROVIDER)}
    for number in range(8):
        a_candidacy(name=f"Visser {number}", **{**here, "step": "informed"})
    for role, where, field in ((Role.COORDINATOR, "/queue/?step=informed", "channel"), (Role.LEAD, "/caseload/", "counsellor")):
        for scripts in (True, False):
            page = opens(ours.users[role], scripts=scripts).new_page()
            page.goto(where)
            expect(page.locator(f".actions [name={field}]")).to_be_in_viewport()
            expect(page.locator(".actions .nl-button--primary")).to_be_in_viewport()
    page.get_by_role("checkbox").nth(1).check(force=True)
    page.locator("[name=counsellor]").select_option(index=1)
    follow(page.locator(".actions button"))
    expect(page.get_by_role("status").first).to_contain_text("1 kandidaat heeft nu een begeleider")
