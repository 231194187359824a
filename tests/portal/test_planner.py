"""The planner: who is late for what must come before the release, and release dates that are put right.

Needs 34, 35 and 36: ranked by the time left, limits of the programme file, a date with its source, history and alert.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.actions.release_date import correct_release_date
from makegood_portal.ledger.models import AuditEntry, Candidacy, ContactRoute, Notice, ReleaseDate
from makegood_portal.ledger.queries import planner
from makegood_portal.ledger.queries.planner import Planner
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
WEEK = timedelta(weeks=1)


@pytest.fixture
def ours(world: World) -> Side:
    """One candidate for each way to stand to the release, in the order of their limits: 4 and 6 weeks in the programme file."""
    side = world.ours
    Candidacy.objects.filter(pk=side.candidacy.pk).update(release_on=TODAY - timedelta(days=3), step="informed")
    for days in (27, 28, 41, 42, 200):
        a_candidacy(
            programme=side.programme,
            prison=side.at(Kind.PRISON),
            provider=side.at(Kind.PROVIDER),
            step="informed",
            release_on=TODAY + timedelta(days),
        )
    a_candidacy(programme=side.programme, prison=side.at(Kind.PRISON), step="talk", release_on=None)
    return side


def planned(side: Side, role: Role, **more: object) -> Planner:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return planner.planner(scope, today=TODAY, **more)  # type: ignore[arg-type]


def test_candidates_stand_in_the_order_of_their_release_with_the_limits_of_the_programme_file(ours: Side) -> None:
    found = planned(ours, Role.COORDINATOR)
    assert found.counts == {"late": 1, "short": 2, "in_time": 2, "not_known": 1, "past": 1}
    assert [(line.days, line.left) for line in found.lines] == [
        (27, "late"), (28, "short"), (41, "short"), (42, "in_time"), (200, "in_time"), (None, "not_known"),
    ]  # fmt: skip
    assert [line.days for line in planned(ours, Role.COORDINATOR, left="short").lines] == [28, 41]
    assert [line.days for line in planned(ours, Role.COORDINATOR, left="past").lines] == [-3]
    assert planned(ours, Role.COORDINATOR, step="talk").lines[0].left == "not_known"
    with translation.override("en"):
        assert planned(ours, Role.COORDINATOR).lines[0].step == "Informed"


def test_groups_stand_apart_with_what_presses_most_first(ours: Side) -> None:
    client = client_of(ours.users[Role.COORDINATOR])
    client.cookies["django_language"] = "en"
    page = client.get(reverse("planner")).content.decode()
    headings = re.findall(r"<h2[^>]*>([^<]+?) <span[^>]*>(\d+)<", page)
    assert headings == [("Too late to prepare well", "1"), ("Little time left", "2"), ("Date not known", "1"), ("In time", "2")]
    assert len(re.findall("<h2", client.get(reverse("planner"), {"left": "short"}).content.decode())) == 1


def test_each_role_plans_its_own_candidates(ours: Side, world: World) -> None:
    assert sum(planned(ours, Role.HEAD_OFFICE).counts.values()) == 7
    assert sum(planned(ours, Role.LEAD).counts.values()) == 6  # nobody but the provider's own
    assert sum(planned(ours, Role.COUNSELLOR).counts.values()) == 1
    assert sum(planned(world.theirs, Role.COORDINATOR).counts.values()) == 1
    assert planned(ours, Role.HEAD_OFFICE).lines[0].name == ""
    assert planned(ours, Role.COORDINATOR).lines[0].name != ""


def test_who_cannot_be_reached_after_release_is_found_by_who_may_know(ours: Side) -> None:
    """Two weeks before the release in the programme file, that day included."""
    for days in (13, 14, 15):
        a_candidacy(
            programme=ours.programme, prison=ours.at(Kind.PRISON), provider=ours.at(Kind.PROVIDER), step="informed",
            release_on=TODAY + timedelta(days),
        )  # fmt: skip
    reachable = Candidacy.objects.get(release_on=TODAY + timedelta(days=13))
    ContactRoute.objects.create(candidacy=reachable, kind="own_phone", value="06 0000 0000")
    found = planned(ours, Role.LEAD, unreachable=True)
    assert (found.unreachable, [line.days for line in found.lines]) == (1, [14])
    assert [line.reachable for line in planned(ours, Role.LEAD).lines[:3]] == [True, False, None]
    office = planned(ours, Role.HEAD_OFFICE, unreachable=True)
    assert office.unreachable is None
    assert all(line.reachable is None for line in office.lines)


def corrects(side: Side, role: Role, **more: object) -> Candidacy:
    scope = scope_of(side.users[role])
    words: dict[str, object] = {"seen": 1, "release_on": TODAY + 5 * WEEK, "source": "court", "reason": "court_decided", "today": TODAY}
    with scoped(scope):
        return correct_release_date(by=scope, on=side.candidacy.pk, **words | more)  # type: ignore[arg-type]


def test_another_date_keeps_its_history_and_is_told_to_who_works_with_the_candidate(ours: Side) -> None:
    ReleaseDate.objects.create(candidacy=ours.candidacy, release_on=TODAY - timedelta(days=3), source="gross_list", happened_on=TODAY)
    row = corrects(ours, Role.COORDINATOR)
    assert (row.release_on, row.version) == (TODAY + 5 * WEEK, 2)
    history = list(ReleaseDate.objects.filter(candidacy=row).values_list("release_on", "source", "reason", "recorded_by"))
    assert history == [
        (TODAY + 5 * WEEK, "court", "court_decided", ours.users[Role.COORDINATOR].pk),
        (TODAY - timedelta(days=3), "gross_list", "", None),
    ]
    assert {notice.to for notice in Notice.objects.filter(kind="release_moved")} == {ours.users[Role.COUNSELLOR]}
    # The counsellor knows better, and the prison hears of it.
    corrects(ours, Role.COUNSELLOR, seen=2, release_on=None, source="case_manager", reason="not_known_any_more")
    assert Candidacy.objects.get(pk=row.pk).release_on is None
    told = Notice.objects.get(to=ours.users[Role.COORDINATOR], kind="release_moved")
    assert told.details == {"from": (TODAY + 5 * WEEK).isoformat(), "to": ""}
    page = client_of(ours.users[Role.COORDINATOR]).get("/", headers={"Accept-Language": "en"})
    assert "is not known any more" in page.content.decode()
    entry = AuditEntry.objects.filter(verb="correct_release_date", table="ledger_releasedate").first()
    assert entry is not None
    assert entry.candidacy == row.pk


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"source": "neighbour"}, "no_source"),
        ({"reason": ""}, "no_reason"),
        ({"release_on": None}, "date_or_not_known"),
        ({"reason": "not_known_any_more"}, "date_or_not_known"),
        ({"release_on": TODAY - timedelta(days=3)}, "same_date"),
        ({"release_on": date(2999, 1, 1)}, "date_impossible"),
        ({"release_on": date(1999, 1, 1)}, "date_impossible"),
    ],
)
def test_what_cannot_be_a_correction_is_refused_with_what_to_do(ours: Side, words: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        corrects(ours, Role.COORDINATOR, **words)
    assert refused.value.code == code
    assert not ReleaseDate.objects.filter(candidacy=ours.candidacy).exists()


def test_only_who_may_write_the_file_corrects_and_the_second_editor_is_told(ours: Side) -> None:
    with pytest.raises(NotYours):
        corrects(ours, Role.HEAD_OFFICE)
    corrects(ours, Role.COORDINATOR)
    with pytest.raises(Stale):
        corrects(ours, Role.COUNSELLOR, release_on=TODAY + 9 * WEEK)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=TODAY)
    with pytest.raises(NotYours):
        corrects(ours, Role.COORDINATOR, seen=2, release_on=TODAY + 9 * WEEK)


def test_the_pages_show_it_and_say_what_is_wrong_beside_the_field(ours: Side) -> None:
    client = client_of(ours.users[Role.COORDINATOR], headers={"Accept-Language": "en"})
    page = client.get(reverse("planner")).content.decode()
    assert "Too late to prepare well" in page
    assert page.index("27 days") < page.index("41 days") < page.index("200 days")
    for odd in ("?left=xx&page=zz&prison=1", "?step=%00&channel='--", "?page=99999"):
        assert client.get(reverse("planner") + odd).status_code == 200
    address = reverse("candidate_release", args=[ours.candidacy.pk])
    sent = {"seen": "1", "release_on": "", "source": "court", "reason": "court_decided"}
    answer = client.post(address, sent)
    assert (answer.status_code, "Not both." in answer.content.decode()) == (422, True)
    answer = client.post(address, sent | {"release_on": (TODAY + 8 * WEEK).isoformat()}, follow=True)
    assert "Court or public prosecutor" in answer.content.decode()


def test_the_first_page_counts_who_is_late_for_the_coordinator(ours: Side) -> None:
    page = client_of(ours.users[Role.COORDINATOR]).get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "Candidates are released soon" in page
    assert reverse("planner") in page
