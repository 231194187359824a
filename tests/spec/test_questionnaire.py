"""A questionnaire from an XLSForm: branching, answers, reasons for no answer, what is missing.

Needs 5, 6, 7, 8 and 15: required is required, a blank is not an answer, every answer has a source, every item its time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date

import pytest
from openpyxl import Workbook

from makegood.instrument.condition import parse_condition
from makegood.instrument.questionnaire import Answer, Item, ItemMissing, Questionnaire, missingness, progress, read_answer
from makegood.instrument.stored import as_plain, from_plain
from makegood.instrument.xlsform import read_xlsform
from makegood.values.problem import Refused

pytest.importorskip("pyxform")
COLUMNS = ["type", "name", "label::Nederlands (nl)", "label::English (en)", "required", "relevant", "constraint",
           "constraint_message::Nederlands (nl)", "appearance", "reference_time", "source"]  # fmt: skip
WORK = [
    ["begin_group", "work", "Werk", "Work"],
    ["select_one yn", "had_job", "Had u werk voor detentie?", "Did you have work before detention?", "yes", "", "", "", "", "before"],
    ["integer", "hours", "Hoeveel uur per week?", "How many hours a week?", "yes", "${had_job} = 'yes'", ". >= 1 and . <= 80",
     "Schrijf een getal van 1 tot 80."],
    ["end_group"],
    ["select_multiple help", "help", "Waarbij wilt u hulp?", "What do you want help with?"],
    ["text", "which", "Welke hulp nog meer?", "Which other help?", "", "selected(${help}, 'other')", "", "", "multiline"],
]  # fmt: skip
CHOICES = [
    ["yn", "yes", "Ja", "Yes"],
    ["yn", "no", "Nee", "No"],
    ["help", "debts", "Schulden", "Debts"],
    ["help", "other", "Anders", "Other"],
]


def an_xlsform(*rows: list[str]) -> bytes:
    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    for row in (COLUMNS, *rows):
        survey.append(row)
    choices = book.create_sheet("choices")
    for row in (["list_name", "name", "label::Nederlands (nl)", "label::English (en)"], *CHOICES):
        choices.append(row)
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version", "default_language"])
    settings.append(["Kennismaking", "screening", "1", "Nederlands (nl)"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def form() -> Questionnaire:
    return read_xlsform(an_xlsform(*WORK), name="screening.xlsx")


def test_a_form_is_read_with_its_languages_headings_and_times(form: Questionnaire) -> None:
    assert form.languages == ("nl", "en")
    assert form.sections == {"work": {"nl": "Werk", "en": "Work"}}
    first = form.items[0]
    assert (first.name, first.kind, first.required, first.reference_time, first.section) == (
        "had_job",
        "select_one",
        True,
        "before",
        "work",
    )
    assert [choice.code for choice in first.choices] == ["yes", "no"]


@pytest.mark.parametrize(
    ("answers", "asked", "open_and_required"),
    [
        ({}, ["had_job", "help"], ["had_job"]),
        ({"had_job": Answer("yes")}, ["had_job", "hours", "help"], ["hours"]),
        ({"had_job": Answer("no")}, ["had_job", "help"], []),
        ({"had_job": Answer(non_answer="refused")}, ["had_job", "help"], []),
        ({"had_job": Answer("no"), "hours": Answer("30")}, ["had_job", "help"], []),
        ({"had_job": Answer("no"), "help": Answer("debts other")}, ["had_job", "help", "which"], []),
    ],
    ids=["nothing yet", "yes opens", "no skips", "refused answers, opens nothing", "an old answer opens nothing", "one of several"],
)  # fmt: skip
def test_what_is_asked_follows_from_the_answers(
    form: Questionnaire, answers: Mapping[str, Answer], asked: list[str], open_and_required: list[str]
) -> None:
    found = progress(form, answers)
    assert (list(found.asked), list(found.required_unanswered)) == (asked, open_and_required)
    assert found.complete is (open_and_required == [])


@pytest.mark.parametrize(
    ("item", "typed", "kept"),
    [("hours", " 32 ", "32"), ("hours", "032", "32"), ("had_job", "yes", "yes"), ("help", "other debts", "debts other"),
     ("which", "een\r\nhuis ", "een\nhuis"), ("hours", "", "")],
)  # fmt: skip
def test_an_answer_is_kept_in_one_form(form: Questionnaire, item: str, typed: str, kept: str) -> None:
    found = form.item(item)
    assert found is not None
    assert read_answer(found, typed, {}, language="nl", on=date(2026, 3, 2)) == kept


@pytest.mark.parametrize(
    ("item", "typed", "said"),
    [("hours", "veel", "Schrijf een heel getal"), ("hours", "90", "Schrijf een getal van 1 tot 80."),
     ("hours", "٣", "Schrijf een heel getal"),
     ("had_job", "maybe", "Kies een van de antwoorden"), ("help", "debts house", "Kies een"), ("which", "x" * 5_001, "hooguit 5000")],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_said_in_words(form: Questionnaire, item: str, typed: str, said: str) -> None:
    found = form.item(item)
    assert found is not None
    with pytest.raises(ValueError, match=said):
        read_answer(found, typed, {}, language="nl", on=date(2026, 3, 2))


def test_missingness_counts_only_who_was_asked(form: Questionnaire) -> None:
    responses = {
        "p1": {"had_job": Answer("yes"), "hours": Answer(non_answer="not_known")},
        "p2": {"had_job": Answer("no")},
        "p3": {"had_job": Answer("yes")},
        "p4": {},
    }
    found = {row.item: row for row in missingness(form, responses)}
    assert found["had_job"] == ItemMissing("had_job", asked=4, answered=3, refused=0, not_asked=0, not_known=0, blank=1)
    assert found["hours"] == ItemMissing("hours", asked=2, answered=0, refused=0, not_asked=0, not_known=1, blank=1)
    assert found["had_job"].fill_rate == 0.75
    assert found["which"].fill_rate is None


@pytest.mark.parametrize(
    ("text", "answers", "own", "holds"),
    [
        ("${a} = 'x' or ${b} > 3", {"b": "4"}, "", True),
        ("${a} = 'x' or ${b} > 3", {"b": "3"}, "", False),
        ("${a} != 'x'", {}, "", False),
        ("${a} != 'x'", {"a": "y"}, "", True),
        ("not(${a} = 'x') and ${b} = 1", {"b": "1.0"}, "", True),
        (". >= 0 and . <= 80", {}, "80", True),
        ("regex(., '[0-9]{4}')", {}, "123", False),
        ("(${a} = 'x' or ${a} = 'y') and selected(${c}, 'k')", {"a": "y", "c": "j k"}, "", True),
        ("${when} < '2016-06-03'", {"when": "2016-06-02"}, "", True),
        ("count-selected(${c}) > 1", {"c": "j k"}, "", True),
        (". > -1", {}, "0", True),
    ],
)  # fmt: skip
def test_a_condition_means_what_it_says(text: str, answers: dict[str, str], own: str, holds: bool) -> None:
    assert parse_condition(text).holds(answers, own) is holds


@pytest.mark.parametrize(
    ("text", "said"),
    [("pulldata('x')", "not known here"), ("${a} =", "breaks off"), ("${a} = 'x' ${b}", "not expected"), ("a; drop", "cannot be read"),
     ("(" * 60 + "true()" + ")" * 60, "nested"), ("selected(${a})", "takes 2")],
)  # fmt: skip
def test_a_condition_that_cannot_be_carried_out_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_condition(text)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["text", "b", "B", "B", "", "${a} = 'x'"], ["text", "a", "A", "A"]], "asked_later"),
        ([["text", "a", "A", "A", "", "", "", "", "", "", "neighbour"]], "unknown_source"),
        ([["geopoint", "where", "Waar", "Where"]], "unknown_kind"),
        ([["text", "a", "A", "A"], ["text", "b", "B", "B", "", "once(${a})"]], "unknown_relevant"),
        ([["select_one nothing", "a", "A", "A"]], "not_an_xlsform"),
        ([["text", "a", "A", "A"], ["text", "a", "A", "A"]], "not_an_xlsform"),
    ],
)
def test_a_form_that_cannot_be_carried_out_is_refused(rows: list[list[str]], code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_xlsform(an_xlsform(*rows), name="form.xlsx")
    assert {problem.code for problem in refused.value.problems} == {code}


@pytest.mark.parametrize(
    ("column", "sources"),
    [("", ("self",)), ("counsellor", ("counsellor",)), ("self counsellor file", ("self", "counsellor", "file"))],
)
def test_whose_answer_it_may_be_stands_in_the_form_the_usual_one_first(column: str, sources: tuple[str, ...]) -> None:
    found = read_xlsform(an_xlsform(["text", "a", "A", "A", "", "", "", "", "", "", column]), name="form.xlsx")
    for form in (found, from_plain(as_plain(found))):
        (item,) = form.items
        assert (item.source, item.sources) == (sources[0], sources)


def test_something_that_is_no_excel_file_is_refused() -> None:
    for content in (b"", b"hello", b"PK\x03\x04broken"):
        with pytest.raises(Refused):
            read_xlsform(content, name="form.xlsx")


def test_a_form_is_kept_as_plain_values_and_read_again(form: Questionnaire) -> None:
    again = from_plain(json.loads(json.dumps(as_plain(form))))
    assert as_plain(again) == as_plain(form)
    assert progress(again, {"had_job": Answer("yes")}) == progress(form, {"had_job": Answer("yes")})


@pytest.mark.parametrize(("day", "fits"), [("2026-03-01", False), ("2026-03-02", True), ("2026-03-03", True)])
def test_a_day_may_have_to_be_still_to_come(day: str, fits: bool) -> None:
    item = Item("first", "date", {"en": "When?"}, constraint=parse_condition(". >= today()", dated=True))
    if fits:
        assert read_answer(item, day, {}, language="en", on=date(2026, 3, 2)) == day
    else:
        with pytest.raises(ValueError, match="does not fit"):
            read_answer(item, day, {}, language="en", on=date(2026, 3, 2))


def test_whether_a_question_is_asked_does_not_change_with_the_day() -> None:
    with pytest.raises(ValueError, match="'today' is not known here"):
        parse_condition(". >= today()")
