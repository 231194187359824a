"""How complete files are, by counsellor; and where two sources answered otherwise. Needs 2, 7."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
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
