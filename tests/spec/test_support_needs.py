"""With what somebody needs help, as the answers show it. Need 14: unknown is not no, and what was not allowed is not shown."""

from __future__ import annotations

import pytest

from a_candidate import AT_THE_START, the_delivery
from makegood.instrument.questionnaire import Answer
from makegood.selection.support import support_of

HOME = "home-after-care"
READS_WELL = {"dutch_reading": "good", "dutch_writing": "good"}


def needs(programme: str = "werk-na-detentie", **words: str) -> dict[str, str]:
    """Need -> yes, no, or why it is unknown; a word with a dash is a reason for no answer."""
    answers = {name: Answer(non_answer=word[1:]) if word.startswith("-") else Answer(word) for name, word in words.items()}  # type: ignore[arg-type]
    found = support_of(the_delivery(AT_THE_START, programme), answers, on=AT_THE_START)
    return {one.need: one.silence or one.verdict for one in found}


def test_what_somebody_finds_hard_is_a_need_and_the_rest_is_not() -> None:
    found = needs(may_ask_about_learning="yes", hard_things="reading planning", dutch_speaking="good", **READS_WELL)
    assert found == {
        "reading_and_writing": "yes",
        "speaking_dutch": "no",
        "numbers": "no",
        "planning": "yes",
        "forms": "no",
        "new_people": "no",
    }


def test_one_answer_is_enough_whatever_was_not_asked() -> None:
    assert needs(dutch_reading="poor")["reading_and_writing"] == "yes"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({}, "not_asked"),
        ({"may_ask_about_learning": "no"}, "refused"),
        ({"may_ask_about_learning": "-refused"}, "refused"),
        ({"may_ask_about_learning": "-not_known"}, "not_known"),
        ({"may_ask_about_learning": "yes"}, "not_asked"),
        ({"may_ask_about_learning": "yes", "hard_things": "-refused"}, "refused"),
        ({"may_ask_about_learning": "yes", "hard_things": "-not_known"}, "not_known"),
        ({"may_ask_about_learning": "yes", "hard_things": "nothing"}, "no"),
    ],
)
def test_unknown_is_not_no(words: dict[str, str], why: str) -> None:
    assert needs(**words)["planning"] == why
    assert needs(**words, **READS_WELL)["reading_and_writing"] == why


def test_what_was_said_before_is_not_shown_once_it_may_not_be_asked() -> None:
    assert needs(may_ask_about_learning="no", hard_things="planning")["planning"] == "refused"


def test_a_good_answer_beside_an_unknown_one_leaves_it_unknown() -> None:
    assert needs(**READS_WELL)["reading_and_writing"] == "not_asked"


def test_another_programme_names_other_needs_without_code() -> None:
    found = needs(HOME, place_to_go="no_idea_yet", has_income="no", people_to_call="parent friend")
    assert found == {"a_place": "not_known", "income": "yes", "people": "no"}
    assert needs(HOME, people_to_call="nobody")["people"] == "yes"
