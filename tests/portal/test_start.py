"""The first page: per role what waits, why, and by when (needs 30 and 32: the work of recruiting, step by step)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from makegood_portal.ledger.models import Candidacy, ContactRoute, Notice, Party, PermissionRequest, Programme
from makegood_portal.ledger.queries import queue, start
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from makegood_portal.web.start import tasks
from portal.builders import World, a_candidacy, a_consent, a_loaded_programme, a_programme, client_of

TODAY = timezone.localdate()


def cards(world: World, role: Role) -> dict[str, tuple[int, str]]:
    """Title -> number and urgency, as this role gets them in English."""
    scope = scope_of(world.ours.users[role])
    with scoped(scope), translation.override("en"):
        known = start.programmes(scope, today=TODAY)
        return {card.title: (card.number, card.urgency) for card in tasks(start.waiting(scope, today=TODAY), known, today=TODAY)}


@pytest.fixture
def under_terms(world: World) -> Programme:
    """Our programme, under the terms of the reference case; the world's own candidate has started and waits for nothing."""
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(state="started", started_on=date(2026, 2, 1))
    return world.ours.programme


def a_candidate(world: World, programme: Programme, **more: Any) -> Candidacy:
    return a_candidacy(programme=programme, prison=world.ours.at(Kind.PRISON), provider=world.ours.at(Kind.PROVIDER), **more)


def test_the_coordinator_sees_each_step_that_is_theirs_with_what_is_late(world: World, under_terms: Programme) -> None:
    for due in (TODAY - timedelta(days=2), TODAY + timedelta(days=3), TODAY + timedelta(days=60)):
        a_candidate(world, under_terms, step="informed", step_due_on=due)
    a_candidate(world, under_terms, step="list_checked", step_due_on=TODAY + timedelta(days=1))
    a_candidate(world, under_terms, step="acquaintance", step_due_on=TODAY - timedelta(days=9))  # the counsellor's step
    assert cards(world, Role.COORDINATOR) == {"To inform": (3, "urgent"), "To check": (1, "soon")}


def test_work_without_a_near_date_is_not_pressing(world: World, under_terms: Programme) -> None:
    a_candidate(world, under_terms, step="informed", step_due_on=TODAY + timedelta(days=8))
    assert cards(world, Role.COORDINATOR) == {"To inform": (1, "")}


def test_the_counsellor_is_warned_of_who_cannot_be_reached_as_long_before_release_as_the_programme_file_says(
    world: World, under_terms: Programme
) -> None:
    mine = {"counsellor": world.ours.users[Role.COUNSELLOR], "step": "talk", "step_due_on": None}
    reachable = a_candidate(world, under_terms, release_on=TODAY + timedelta(days=10), **mine)
    ContactRoute.objects.create(candidacy=reachable, kind="phone", value="06 12345678")
    a_candidate(world, under_terms, release_on=TODAY + timedelta(weeks=2), **mine)
    a_candidate(world, under_terms, release_on=TODAY + timedelta(weeks=2, days=1), **mine)
    a_candidate(world, under_terms, release_on=TODAY - timedelta(days=1), **mine)
    found = cards(world, Role.COUNSELLOR)
    assert found["Participant whom nobody can reach after release"] == (1, "urgent")
    assert found["To talk with"] == (4, "")


def test_the_municipality_sees_what_is_asked_of_it_and_the_prison_what_was_not_answered(world: World, under_terms: Programme) -> None:
    asked = {"municipality": world.ours.at(Kind.MUNICIPALITY), "state": "asked", "asked_on": TODAY - timedelta(days=20)}
    for late in (1, 0):
        one = a_candidate(world, under_terms, step="permission_asked", step_due_on=None)
        a_consent(one, world.ours.at(Kind.MUNICIPALITY))
        PermissionRequest.objects.create(candidacy=one, deadline_on=TODAY - timedelta(days=late), **asked)
    assert cards(world, Role.MUNICIPAL_CONTACT) == {"Requests for permission": (2, "urgent")}
    assert cards(world, Role.COORDINATOR)["Municipality has not answered"] == (1, "urgent")


def test_the_counsellor_sees_for_the_own_people_who_is_released_soon_and_which_municipality_is_late(
    world: World, under_terms: Programme
) -> None:
    mine = {"counsellor": world.ours.users[Role.COUNSELLOR], "step": "permission_asked", "step_due_on": None}
    for of in (mine, mine | {"counsellor": None}):
        one = a_candidate(world, under_terms, release_on=TODAY + timedelta(days=2), **of)
        a_consent(one, world.ours.at(Kind.MUNICIPALITY))
        late = {"asked_on": TODAY - timedelta(days=30), "deadline_on": TODAY - timedelta(days=17)}
        PermissionRequest.objects.create(candidacy=one, municipality=world.ours.at(Kind.MUNICIPALITY), state="asked", **late)
    found = cards(world, Role.COUNSELLOR)
    assert found["Municipality has not answered"] == (1, "urgent")
    assert found["Candidate is released soon"] == (1, "soon")


def test_programmes_that_go_the_same_way_have_one_guide(world: World) -> None:
    """Need 30: each step is explained, once."""
    user = world.ours.users[Role.COORDINATOR]
    same = a_programme(name="Practice")
    Party.objects.create(programme=same, organisation=world.ours.at(Kind.PRISON))
    page = client_of(user).get("/").content.decode()
    assert page.count('class="guide"') == 1
    other = a_loaded_programme("home-after-care")
    Party.objects.create(programme=other, organisation=world.ours.at(Kind.PRISON))
    page = client_of(user).get("/").content.decode()
    assert page.count('class="guide"') == 2
    assert page.count("Uw rol") == 1
    assert "Een thuis na de jeugdzorg" in page


def test_an_investor_has_no_tasks(world: World, under_terms: Programme) -> None:
    a_candidate(world, under_terms, step="informed", step_due_on=TODAY)
    assert cards(world, Role.INVESTOR) == {}


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        ("permission_answered", {"municipality": "Zwolle", "answer": "refused"}, "Zwolle zegt nee tegen Sanne Van Ours"),
        ("release_moved", {"from": "2026-06-01", "to": "2026-07-01"}, "komt vrij op 1 juli 2026, niet op 1 juni 2026"),
    ],
)
def test_a_notice_tells_only_who_may_still_know_it(world: World, kind: str, details: dict[str, str], said: str) -> None:
    """After the hand-over the prison sees whether somebody starts, and no more; elsewhere the file is nobody's."""
    coordinator, of = world.ours.users[Role.COORDINATOR], world.ours.candidacy
    Notice.objects.create(to=coordinator, kind=kind, candidacy=of, details=details)
    client = client_of(coordinator)
    assert said in client.get("/").content.decode()
    change = {"handed_over_on": TODAY} if kind.startswith("permission") else {"prison": world.theirs.at(Kind.PRISON)}
    Candidacy.objects.filter(pk=of.pk).update(**change)
    page = client.get("/").content.decode()
    assert said not in page
    assert str(of.pk) not in page


def test_a_notice_is_told_once_and_put_away_by_its_reader_only(world: World) -> None:
    lead, other = world.ours.users[Role.LEAD], world.ours.users[Role.COUNSELLOR]
    notice = Notice.objects.create(to=lead, kind="glass_broken", candidacy=world.ours.candidacy)
    page, away = client_of(lead), f"/notices/{notice.pk}/put-away/"
    assert "A colleague opened the file" in page.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert client_of(other).post(away).status_code == 404
    assert page.post(away).status_code == 302
    assert "A colleague opened the file" not in page.get("/", headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.parametrize("role", Role)
def test_at_most_twelve_queries(
    world: World, under_terms: Programme, role: Role, django_assert_max_num_queries: Callable[..., AbstractContextManager[None]]
) -> None:
    for _ in range(3):
        a_candidate(world, under_terms, step="informed", step_due_on=TODAY)
    client = client_of(world.ours.users[role])
    client.get("/")
    with django_assert_max_num_queries(12):
        assert client.get("/").status_code == 200


def test_who_was_asked_about_waits_and_is_not_to_be_asked(world: World, under_terms: Programme) -> None:
    """The card, and the queue behind it: one to ask, due in a week; the one that was most pressing waits for the municipality."""
    for due, asked in ((1, 5), (7, None), (2, -1)):
        one = a_candidate(world, under_terms, step="permission_asked", step_due_on=TODAY + timedelta(days=due))
        if asked is not None:
            deadline = {"asked_on": TODAY - timedelta(days=20), "deadline_on": TODAY + timedelta(days=asked)}
            a_consent(one, world.ours.at(Kind.MUNICIPALITY))
            PermissionRequest.objects.create(candidacy=one, municipality=world.ours.at(Kind.MUNICIPALITY), state="asked", **deadline)
    found = cards(world, Role.COORDINATOR)
    assert found["To ask the municipality"][0] == 1
    assert found["Municipality was asked, and may still answer"] == (1, "")
    assert found["Municipality has not answered"] == (1, "urgent")
    with scoped(scope := scope_of(world.ours.users[Role.COORDINATOR])):
        there = queue.queue(scope, today=TODAY, step="permission_asked")
    assert there.chosen is not None
    assert (there.chosen.waiting, there.chosen.asked, there.chosen.overdue) == (1, 2, 0)
    assert [line.answering is not None for line in there.lines] == [False, True, True]
