"""What is counted over everybody is counted by the worker: readers of many find it, and it is what they would have counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from makegood.instrument.questionnaire import ItemMissing
from makegood_portal.actions.count_day import count_day
from makegood_portal.actions.keep_counts import keep_counts
from makegood_portal.ledger import remembered
from makegood_portal.ledger.models import Answer, Candidacy, Organisation, Party, Response
from makegood_portal.ledger.queries import funnel, funnel_counts, questionnaires
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, a_questionnaire, an_event, an_organisation, client_of

pytestmark = pytest.mark.django_db
COUNTERS = (Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR, Role.COORDINATOR)


@pytest.fixture
def ours(world: World) -> Side:
    """Seven of one prison, three of another."""
    side, other = world.ours, an_organisation(Kind.PRISON)
    Party.objects.create(programme=side.programme, organisation=other)
    for prison, number in ((side.at(Kind.PRISON), 6), (other, 3)):
        for _ in range(number):
            _listed(side, prison)
    return side


def _listed(side: Side, prison: Organisation) -> None:
    candidacy = a_candidacy(programme=side.programme, prison=prison, provider=side.at(Kind.PROVIDER))
    an_event(candidacy, step="list_checked", outcome="passed")


def told(side: Side, role: Role, day: date | None = None) -> funnel.Funnel:
    scope = scope_of(side.users[role])
    with scoped(scope):
        found = funnel.funnel(scope, as_of=day or timezone.localdate())
    assert found is not None
    return found


def test_no_reader_waits_for_the_count_and_each_sees_what_they_would_have_counted(ours: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = {role: told(ours, role) for role in COUNTERS}
    monkeypatch.setattr(funnel_counts, "KEPT_ABOVE", 3)
    assert keep_counts(timezone.localdate()) > 0
    for role in COUNTERS:
        with CaptureQueriesContext(connection) as captured:
            kept = told(ours, role)
        assert not [query for query in captured.captured_queries if "ledger_funnel(" in query["sql"]], role
        assert replace(kept, counted_at=fresh[role].counted_at) == fresh[role], role
    assert told(ours, Role.COORDINATOR).listed == 7
    assert told(ours, Role.HEAD_OFFICE).listed == 10


def test_the_days_that_the_page_offers_are_counted_beforehand_too(ours: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """People look at the end of a month: of a whole programme that is counted before, too; each prison finds its part of it."""
    Candidacy.objects.update(list_month=date(2020, 1, 1))
    today = timezone.localdate()
    today_, last, before_last = funnel.days_offered(today)
    assert (today_, last.month, before_last < last) == (today, (today.replace(day=1) - timedelta(days=1)).month, True)
    monkeypatch.setattr(funnel_counts, "KEPT_ABOVE", 3)
    fresh = {(role, day): told(ours, role, day) for role in COUNTERS for day in (last, before_last)}
    keep_counts(today)
    for (role, day), was in fresh.items():
        with CaptureQueriesContext(connection) as captured:
            kept = told(ours, role, day)
        assert not [query for query in captured.captured_queries if "ledger_funnel(" in query["sql"]], (role, day)
        assert replace(kept, counted_at=was.counted_at) == was, (role, day)
    page = client_of(ours.users[Role.LEAD]).get(reverse("funnel"), {"as_of": last.isoformat()}).content.decode()
    assert "?as_of=2017-08-01" in page, "of an intake that ended long ago, on the day of the programme file, that day is offered"


@pytest.mark.parametrize(("day", "shows"), [(timezone.localdate() - timedelta(days=100), "Op de lijst"), (date(2019, 6, 1), "nog niemand")])
def test_of_very_many_another_day_is_counted_by_the_worker_while_the_page_says_so(
    ours: Side, monkeypatch: pytest.MonkeyPatch, day: date, shows: str
) -> None:
    """Also a day on which there were few, or nobody: it takes as long to find that out."""
    Candidacy.objects.update(list_month=date(2020, 1, 1))
    monkeypatch.setattr(funnel_counts, "KEPT_ABOVE", 3)
    asked: list[Any] = []
    monkeypatch.setattr(count_day, "later", lambda *, by, lock, **what: asked.append((by, lock, what)))
    address, lead = f"{reverse('funnel')}?as_of={day}", client_of(ours.users[Role.LEAD])
    assert shows in lead.get(address).content.decode(), "nothing is kept of today: no worker, so the reader counts"
    cache.clear()
    keep_counts(timezone.localdate())
    with CaptureQueriesContext(connection) as captured:
        page = lead.get(address).content.decode()
    assert "worden gemaakt" in page
    assert not [query for query in captured.captured_queries if "ledger_funnel(" in query["sql"]]
    assert "worden gemaakt" in lead.get(address).content.decode()
    assert lead.get(address, headers={"HX-Request": "true"}).status_code == 204
    (by, lock, what), *more = asked
    assert (what["as_of"], lock, more) == (day.isoformat(), f"asked:{what['programme']}:{day}", []), "to look again asks nothing"
    assert shows in client_of(ours.users[Role.COORDINATOR]).get(address).content.decode(), "one prison is counted at once"
    count_day.now(by=by, **what)
    assert lead.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    with CaptureQueriesContext(connection) as captured:
        assert shows in lead.get(address).content.decode()
    assert not [query for query in captured.captured_queries if "ledger_funnel(" in query["sql"]]


def test_counting_again_takes_the_place_of_what_was_kept(ours: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel_counts, "KEPT_ABOVE", 3)
    keep_counts(timezone.localdate())
    _listed(ours, ours.at(Kind.PRISON))
    assert [told(ours, role).listed for role in (Role.COORDINATOR, Role.HEAD_OFFICE)] == [7, 10]
    keep_counts(timezone.localdate())
    assert [told(ours, role).listed for role in (Role.COORDINATOR, Role.HEAD_OFFICE)] == [8, 11]


def test_what_is_missing_in_questionnaires_is_counted_before_somebody_asks(ours: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    form = a_questionnaire(ours.programme)
    response = Response.objects.create(candidacy=ours.candidacy, questionnaire=form, started_on=timezone.localdate(), asked=["sex"])
    words = {"status": "given", "value": "male", "source": "self", "reference_time": "now", "happened_on": timezone.localdate()}
    Answer.objects.create(candidacy=ours.candidacy, response=response, item="sex", **words)
    monkeypatch.setattr(remembered, "MANY", 1)
    keep_counts(timezone.localdate())
    with CaptureQueriesContext(connection) as captured:
        page = client_of(ours.users[Role.EVALUATOR]).get(reverse("questionnaires"))
    assert page.status_code == 200
    assert not [query for query in captured.captured_queries if "ledger_missing(" in query["sql"]]


def test_an_answer_in_own_words_is_not_counted_for_who_may_not_read_it(ours: Side) -> None:
    form = a_questionnaire(ours.programme)
    item = "dream"
    response = Response.objects.create(candidacy=ours.candidacy, questionnaire=form, started_on=timezone.localdate(), asked=[item])
    words = {"status": "given", "value": "a bakery", "source": "self", "reference_time": "now", "happened_on": timezone.localdate()}
    Answer.objects.create(candidacy=ours.candidacy, response=response, item=item, free_text=True, **words)
    counted: dict[Role, ItemMissing] = {}
    for role in (Role.LEAD, Role.EVALUATOR):
        scope = scope_of(ours.users[role])
        with scoped(scope):
            counted[role] = questionnaires._counts(scope)[1][form.pk][item]
    assert (counted[Role.LEAD].answered, counted[Role.EVALUATOR].answered) == (1, 0)


def test_a_function_that_looks_for_names_gives_only_whom_the_asker_may_know(world: World) -> None:
    key, number = world.ours.candidacy.pk, world.ours.candidacy.person.pseudonym
    found: dict[tuple[str, str], bool] = {}
    askers = {str(role): scope_of(world.ours.users[role]) for role in Role}
    askers |= {"stranger": Scope(), "theirs": scope_of(world.theirs.users[Role.LEAD])}
    for who, scope in askers.items():
        with scoped(scope), connection.cursor() as cursor:
            for words in ("Van Ours", number[:4], "%"):
                cursor.execute("SELECT ledger_named(%s)", [words])
                found[who, words] = key in {row[0] for row in cursor.fetchall()}
    by_name = {who for (who, words), there in found.items() if words == "Van Ours" and there}
    by_number = {who for (who, words), there in found.items() if words == number[:4] and there}
    assert by_name == {Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.PROBATION_OFFICER, Role.AGENCY_CONTACT}
    assert by_number == by_name | {Role.HEAD_OFFICE, Role.EVALUATOR}
    assert not [who for (who, words), there in found.items() if words == "%" and there]  # a sign of the pattern is a letter
