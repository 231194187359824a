"""How complete files are, by counsellor; and where two sources answered otherwise. Needs 2, 7."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import override

from makegood_portal.ledger.models import Answer, Candidacy, Response
from makegood_portal.ledger.queries.completeness import completeness
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, a_questionnaire, a_user, client_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def answered(side: Side, candidacy: Candidacy, asked: list[str], **words: str) -> None:
    response = Response.objects.create(candidacy=candidacy, questionnaire=a_questionnaire(side.programme), started_on=DAY, asked=asked)
    for item, said in words.items():
        source, value = said.split(":")
        given = {"status": "refused"} if value == "refused" else {"status": "given", "value": value}
        Answer.objects.create(candidacy=candidacy, response=response, item=item, source=source, happened_on=DAY, **given)


@pytest.fixture
def ours(world: World) -> Side:
    side = world.ours
    other = a_user(Role.COUNSELLOR, at=side.at(Kind.PROVIDER), name="Zoë")
    theirs: dict[str, Any] = {"programme": side.programme, "prison": side.at(Kind.PRISON), "provider": side.at(Kind.PROVIDER)}
    second = a_candidacy(counsellor=other, **theirs)
    a_candidacy(counsellor=other, **theirs)
    answered(side, side.candidacy, ["debts", "housing", "wants_to_work"], debts="self:yes", housing="self:refused", not_asked_here="self:x")
    answered(side, second, ["debts"])
    answered(side, second, ["work_potential"], work_potential="counsellor:low")
    answered(side, second, ["work_potential"], work_potential="file:high")
    answered(side, side.candidacy, ["work_potential"], work_potential="counsellor:low")
    answered(side, side.candidacy, ["work_potential"], work_potential="file:low")
    answered(world.theirs, world.theirs.candidacy, ["debts"])
    return side


def test_by_counsellor_a_reason_is_an_answer_and_a_blank_is_not(ours: Side) -> None:
    """Need 2."""
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        found = completeness(scope, number=1)
    of = {one.name: (one.files, one.asked, one.answered, one.without) for one in found.counsellors}
    assert of == {ours.users[Role.COUNSELLOR].name: (1, 5, 4, 0), "Zoë": (2, 3, 2, 1)}
    assert [(one.blank, one.asked) for one in found.files] in ([(1, 5), (1, 3)], [(1, 3), (1, 5)])


def test_where_two_sources_differ_the_files_are_named(ours: Side) -> None:
    """Need 7."""
    scope = scope_of(ours.users[Role.EVALUATOR])
    with scoped(scope), override("nl"):
        (item,) = completeness(scope, number=1).items
    assert (item.title, item.files, item.differ, len(item.of)) == ("Arbeidspotentieel", 2, 1, 1)


def test_a_counsellor_sees_the_own_files_alone(ours: Side) -> None:
    scope = scope_of(ours.users[Role.COUNSELLOR])
    with scoped(scope):
        found = completeness(scope, number=1)
    assert [one.name for one in found.counsellors] == [ours.users[Role.COUNSELLOR].name]
    assert [one.differ for one in found.items] == [0]


def test_by_hand(ours: Side, world: World) -> None:
    client = client_of(ours.users[Role.LEAD])
    page = client.get(reverse("questionnaires_complete")).content.decode()
    assert "Zoë" in page
    assert world.theirs.candidacy.person.pseudonym not in page
    assert client.get(reverse("questionnaires_complete"), {"page": "x"}).status_code == 200


def test_what_a_response_counts_follows_every_change_of_its_answers(world: World) -> None:
    """Need 2: also a change past the pages, and an erasure, is counted."""
    side, form = world.ours, a_questionnaire(world.ours.programme)
    words = next(item["name"] for item in form.definition["items"] if item["kind"] == "text")
    response = Response.objects.create(candidacy=side.candidacy, questionnaire=form, started_on=DAY, asked=["debts", "housing"])

    def counted() -> tuple[int, int, int, int]:
        response.refresh_from_db()
        return response.asked_count, response.answered_count, response.asked_closed, response.answered_closed

    def answer(item: str, source: str = "self") -> Answer:
        given = {"status": "given", "value": "yes", "source": source, "happened_on": DAY}
        return Answer.objects.create(candidacy=side.candidacy, response=response, item=item, **given)

    assert counted() == (2, 0, 2, 0)
    answer("debts")
    answer("debts", source="file")
    assert counted() == (2, 1, 2, 1), "two sources of one question are one answer"
    answer(words)
    assert counted() == (2, 1, 2, 1), "an answer to what is not asked any more does not count"
    Response.objects.filter(pk=response.pk).update(asked=["debts", "housing", words])
    assert counted() == (3, 2, 2, 1)
    Answer.objects.filter(response=response, item="debts", source="file").delete()
    assert counted() == (3, 2, 2, 1)
    Answer.objects.filter(response=response).delete()
    assert counted() == (3, 0, 2, 0)


def test_a_response_counts_the_answers_that_were_given_and_not_the_reasons(world: World) -> None:
    """What the funnel says of how far questionnaires are filled in rests on it."""
    side, form = world.ours, a_questionnaire(world.ours.programme)
    response = Response.objects.create(candidacy=side.candidacy, questionnaire=form, started_on=DAY, asked=["debts", "housing"])
    of_it = {"candidacy": side.candidacy, "response": response, "happened_on": DAY}

    def given() -> int:
        response.refresh_from_db()
        return response.given_count

    said = Answer.objects.create(item="debts", status="given", value="yes", source="self", **of_it)
    Answer.objects.create(item="housing", status="refused", source="self", **of_it)
    assert given() == 1
    Answer.objects.create(item="debts", status="given", value="no", source="file", **of_it)
    assert given() == 2, "each source that answered"
    Answer.objects.filter(pk=said.pk).update(status="not_known", value=None)
    assert given() == 1
    Response.objects.filter(pk=response.pk).update(asked=["housing"])
    assert given() == 0, "what is not asked any more"


def test_what_is_written_in_own_words_does_not_seem_blank_to_who_may_not_read_it(world: World) -> None:
    """Need 2."""
    side, form = world.ours, a_questionnaire(world.ours.programme)
    words = next(item["name"] for item in form.definition["items"] if item["kind"] == "text")
    answered(side, side.candidacy, ["debts", words], debts="self:yes")
    seen = {}
    for role in (Role.LEAD, Role.EVALUATOR):
        scope = scope_of(side.users[role])
        with scoped(scope):
            (seen[role],) = [(one.asked, one.answered) for one in completeness(scope, number=1).files]
    assert seen == {Role.LEAD: (2, 1), Role.EVALUATOR: (1, 1)}


def test_many_files_are_counted_once_for_a_while_and_who_is_closed_meanwhile_is_not_shown(
    ours: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("makegood_portal.ledger.remembered.MANY", 1)
    cache.clear()
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        before = completeness(scope, number=1)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(provider=None, counsellor=None)
    with scoped(scope):
        after = completeness(scope, number=1)
    cache.clear()
    assert (before.counted_at, after.counted_at is None) == (None, False)
    assert [one.files for one in after.counsellors] == [one.files for one in before.counsellors]
    assert {one.candidacy for one in before.files} - {one.candidacy for one in after.files} == {ours.candidacy.pk}
