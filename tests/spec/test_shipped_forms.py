"""The forms that ship: made from their sheets, valid for pyxform, in two languages, and in step with the programme file."""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

from a_candidate import the_agreement, the_delivery
from makegood.instrument.questionnaire import NON_ANSWERS, Answer, Questionnaire, asked, progress
from makegood.instrument.xlsform import read_xlsform
from makegood.programme.reading import shipped
from makegood.selection.forms import form_problems
from tools.forms import form, made_of, rows_of, sources

pyxform = pytest.importorskip("pyxform", reason="pyxform is not installed")
FORMS = sources()
SCREENING = shipped()["werk-na-detentie"] / "instruments" / "screening"
MARGINS = shipped()["werk-na-detentie"] / "world" / "margins.csv"
NOT_OF_THE_FORM = {"last_prison", "age", "municipality", "offence_type", "months_in_programme", "track", "work_during_project"}


@cache  # a workbook takes a fifth of a second to read
def read(name: str = "screening") -> Questionnaire:
    return read_xlsform((SCREENING.parent / f"{name}.xlsx").read_bytes(), name=name)


@pytest.mark.parametrize("folder", FORMS, ids=lambda folder: f"{folder.parents[1].name}/{folder.name}")
def test_the_file_is_made_from_its_sheets(folder: Path) -> None:
    kept, made = (load_workbook(io.BytesIO(content)) for content in (made_of(folder).read_bytes(), form(folder)))
    for sheet in ("survey", "choices", "settings"):
        cells = [[str(cell or "") for cell in row] for row in kept[sheet].values]
        assert cells == rows_of(folder, sheet), "run `python -m tools.forms`"
        assert cells == [[str(cell or "") for cell in row] for row in made[sheet].values]


@pytest.mark.parametrize("folder", FORMS, ids=lambda folder: f"{folder.parents[1].name}/{folder.name}")
def test_pyxform_accepts_it_without_a_warning(folder: Path) -> None:
    convert = pytest.importorskip("pyxform.xls2xform").convert
    result = convert(io.BytesIO(made_of(folder).read_bytes()), file_type=".xlsx", validate=False)
    assert [warning for warning in result.warnings if "bind" in warning or "label" in warning or "translation" in warning] == []


@pytest.mark.parametrize("folder", FORMS, ids=lambda folder: f"{folder.parents[1].name}/{folder.name}")
def test_everything_stands_in_dutch_and_english(folder: Path) -> None:
    questionnaire = read_xlsform(made_of(folder).read_bytes(), name=folder.name)
    assert questionnaire.languages == ("nl", "en")
    words = [item.label for item in questionnaire.items] + [choice.label for item in questionnaire.items for choice in item.choices]
    words += list(questionnaire.sections.values())
    assert all(label.get("nl") and label.get("en") for label in words)
    assert all(item.reference_time in ("before", "now", "after") for item in questionnaire.items if item.kind != "note")


def test_ways_not_to_answer_stand_in_the_file_and_are_no_choices_here() -> None:
    codes = {row[1] for row in rows_of(SCREENING, "choices")[1:]}
    assert set(NON_ANSWERS) <= codes
    assert not any(choice.code in NON_ANSWERS for item in read().items for choice in item.choices)


@pytest.mark.parametrize("programme", ["werk-na-detentie", "home-after-care"])
def test_form_and_programme_file_ask_the_same_in_every_version(programme: str) -> None:
    for day in the_agreement(programme).versions():
        delivery = the_agreement(programme).on(day).programme.delivery
        assert delivery is not None
        for name, instrument in delivery.instruments.items():
            path = shipped()[programme] / instrument.file
            assert form_problems(delivery, name, read_xlsform(path.read_bytes(), name=name)) == []


def test_a_form_that_asks_otherwise_is_named() -> None:
    found = form_problems(the_delivery(), "screening", read("consent"))
    assert {problem.code for problem in found} == {"not_in_form"}
    items = dict(the_delivery().items)
    item = items["work_potential"]
    other = item.model_copy(update={"choices": {code: choice for code, choice in item.choices.items() if code != "very_high"}})
    delivery = the_delivery().model_copy(update={"items": {**items, "work_potential": other}})
    (problem,) = form_problems(delivery, "screening", read())
    assert (problem.code, problem.where.path) == ("other_choices", "delivery/items/work_potential/choices")
    assert "very_high" in problem.what


def test_the_screening_asks_every_item_of_the_published_tables_with_their_codes() -> None:
    published: dict[str, list[str]] = {}
    for row in csv.DictReader(MARGINS.open(encoding="utf-8")):
        if "appendix table" in row["source"] and any(f"appendix table {number}" in row["source"] for number in (6, 7, 8, 9)):
            published.setdefault(row["variable"], []).append(row["code"])
    for variable in published.keys() - NOT_OF_THE_FORM:
        item = read().item(variable)
        assert item is not None, variable
        assert item.required
        codes = {choice.code for choice in item.choices}
        silent = {"missing", "unknown", "no_or_unknown"}
        assert set(published[variable]) - silent <= codes, variable
    assert len(published.keys() - NOT_OF_THE_FORM) == 36


def test_who_may_estimate_is_as_published_and_what_the_candidate_is_asked_the_candidate_says() -> None:
    """Appendix tables 6 and 9 mark what the counsellor or case manager filled in; of table 7 that is everything. Here the
    candidate is asked what there is to ask (need 7): so these answers are the candidate's, unless somebody says otherwise.
    """
    items = {item.name: item for item in read().items}
    told = ("sex", "country_of_birth", "dutch_speaking", "loneliness", "addiction", "sense_of_control")
    estimated = ("education", "children", "marital_status", "housing_situation", "debts")
    judged = ("work_potential", "employee_skills")
    assert {items[name].sources for name in told} == {("self",)}
    assert {items[name].sources for name in estimated} == {("self", "counsellor", "case_manager")}
    assert {items[name].sources for name in judged} == {("counsellor", "case_manager")}


@pytest.mark.parametrize("folder", FORMS, ids=lambda folder: folder.name)
def test_whoever_is_addressed_is_whose_answer_it_is(folder: Path) -> None:
    """A question that says "u" or "je" is put to the candidate; what somebody else judges speaks of the candidate."""
    form = read_xlsform(made_of(folder).read_bytes(), name=folder.name)
    you = re.compile(r"\b(u|uw|je|jij|jou|jouw)\b", re.IGNORECASE)
    addressed = [item for item in form.items if item.kind != "note" and you.search(item.label["nl"])]
    assert [item.name for item in addressed if item.source != "self"] == []


@pytest.mark.parametrize(
    ("answers", "opens"),
    [
        ({"children": "yes"}, {"children_at_home"}),
        ({"debts": "yes"}, {"debts_size", "debts_help"}),
        ({"debts": "no"}, set()),
        ({"addiction": "past"}, {"addiction_substances"}),
        ({"interpreter_needed": "yes"}, {"interpreter_language"}),
        ({"place_after_release": "maybe"}, {"municipality_after_release"}),
        ({"may_ask_about_learning": "yes"}, {"hard_things"}),
        ({"may_ask_about_learning": "no"}, set()),
    ],
)
def test_a_follow_up_question_is_asked_only_of_whom_it_concerns(answers: dict[str, str], opens: set[str]) -> None:
    usual = {item.name for item in asked(read(), {})}
    given = {name: Answer(value) for name, value in answers.items()}
    assert {item.name for item in asked(read(), given)} - usual == opens


def test_required_is_required_and_a_reason_answers_it() -> None:
    blank = progress(read(), {})
    assert "work_potential" in blank.required_unanswered
    reasons = {name: Answer(non_answer="refused") for name in blank.required_unanswered}
    assert progress(read(), reasons).complete
