"""Need 14: what is hard for somebody stands on their file as help that they need, for who may read their answers and nobody else."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.models import Answer, AuditEntry, Candidacy, Response
from makegood_portal.ledger.queries import support
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import World, a_questionnaire, client_of

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


@pytest.fixture
def response(world: World) -> Response:
    form = a_questionnaire(world.ours.programme)
    return Response.objects.create(candidacy=world.ours.candidacy, questionnaire=form, started_on=ON, state="finished")


def says(response: Response, on: date = ON, **words: str) -> None:
    """The candidate answers; a word with a dash is a reason for no answer."""
    for item, word in words.items():
        status, value = (word[1:], None) if word.startswith("-") else ("given", word)
        told = {"status": status, "value": value, "reference_time": "now", "happened_on": on}
        Answer.objects.update_or_create(response=response, candidacy=response.candidacy, item=item, source="self", defaults=told)


def seen(world: World, role: Role, language: str = "en", page: str = "candidate", **key: object) -> str:
    client = client_of(world.ours.users[role])
    client.cookies["django_language"] = language
    address = reverse(page, kwargs=key or {"candidacy": world.ours.candidacy.pk})
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", client.get(address).content.decode())).split())


@pytest.fixture
def finds_reading_hard(response: Response) -> None:
    says(response, may_ask_about_learning="yes", hard_things="reading planning", dutch_speaking="good")


@pytest.mark.usefixtures("finds_reading_hard")
def test_the_file_says_what_is_hard_who_said_so_and_when(world: World) -> None:
    page = seen(world, Role.COUNSELLOR)
    assert "Needs help with reading and writing; planning said by the candidate on 2 March 2026" in page
    assert "No help needed with: speaking Dutch; numbers; forms; meeting new people" in page
    dutch = seen(world, Role.COUNSELLOR, "nl")
    assert "Hulp nodig bij lezen en schrijven; plannen gezegd door de kandidaat op 2 maart 2026" in dutch
    entry = AuditEntry.objects.filter(verb="read", part="screening", table="ledger_answer").latest("at")
    assert entry.candidacy == world.ours.candidacy.pk


@pytest.mark.usefixtures("finds_reading_hard")
def test_the_finished_questionnaire_says_it_too(world: World, response: Response) -> None:
    assert "Needs help with reading and writing; planning" in seen(world, Role.LEAD, page="response_answers", response=response.pk)
    consent = a_questionnaire(world.ours.programme, "consent")
    other = Response.objects.create(candidacy=response.candidacy, questionnaire=consent, started_on=ON, state="finished")
    assert "Needs help with" not in seen(world, Role.LEAD, page="response_answers", response=other.pk)


@pytest.mark.usefixtures("finds_reading_hard")
@pytest.mark.parametrize("role", [*Role])
def test_only_who_may_read_the_answers_sees_it(world: World, role: Role) -> None:
    may_read = role in roles_that_read(Part.SCREENING)
    assert ("Needs help with" in seen(world, role)) == may_read
    with scoped(scope := scope_of(world.ours.users[role])):
        ours, theirs = world.ours, world.theirs
        assert (support.of_candidate(scope, ours.candidacy.pk, programme=ours.programme.pk, today=ON) is not None) == may_read
        assert support.of_candidate(scope, theirs.candidacy.pk, programme=theirs.programme.pk, today=ON) is None


@pytest.mark.usefixtures("finds_reading_hard")
def test_after_the_hand_over_the_prison_sees_it_no_more(world: World) -> None:
    assert "planning" in seen(world, Role.COORDINATOR)
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(handed_over_on=ON)
    page = seen(world, Role.COORDINATOR)
    assert "Needs help with" not in page
    assert "planning" not in page


def test_who_was_not_asked_needs_no_less_than_who_said_nothing_is_hard(world: World, response: Response) -> None:
    assert "Needs help with Not asked yet" in seen(world, Role.LEAD)
    says(response, may_ask_about_learning="no", dutch_speaking="-not_known")
    page = seen(world, Role.LEAD)
    assert "Does not want to say: reading and writing; numbers; planning; forms; meeting new people" in page
    assert "Does not know: speaking Dutch" in page
    says(response, may_ask_about_learning="yes", hard_things="nothing", dutch_speaking="good", dutch_reading="good", dutch_writing="fair")
    assert "No help needed with: reading and writing; speaking Dutch; numbers" in seen(world, Role.LEAD)


def test_the_newest_answer_counts_and_no_answer_takes_none_away(world: World, response: Response) -> None:
    says(response, dutch_speaking="poor")
    later = Response.objects.create(candidacy=response.candidacy, questionnaire=response.questionnaire, started_on=ON)
    says(later, date(2026, 4, 1), dutch_speaking="-not_asked")
    assert "speaking Dutch said by the candidate on 2 March 2026" in seen(world, Role.LEAD)
    says(later, date(2026, 4, 1), dutch_speaking="good")
    assert "No help needed with: speaking Dutch said by the candidate on 1 April 2026" in seen(world, Role.LEAD)
