"""The delivery part of a programme file: what it refuses, with the line and what would do; a second programme without code."""

from __future__ import annotations

import copy
import functools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from a_candidate import the_agreement, the_delivery
from makegood.cli import main
from makegood.instrument.questionnaire import Answer
from makegood.programme.checking import check_terms
from makegood.programme.reading import agreement_from, shipped
from makegood.programme.yaml_text import parse_yaml_text
from makegood.selection.assess import assess
from makegood.selection.intake import planned_by
from makegood.selection.steps import next_step, reasons_at, time_left
from makegood.values.problem import Problem, Refused

HOME = "home-after-care"


@functools.cache
def _as_written() -> dict[str, Any]:
    text = (shipped()[HOME] / "programme.yaml").read_text(encoding="utf-8")
    terms: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes text only
    return terms


def the_terms() -> dict[str, Any]:
    return copy.deepcopy(_as_written())


def problems_with(path: str, value: Any) -> list[Problem]:
    """What is said when a term of a sound programme is replaced, or taken away by None."""
    terms = the_terms()
    *outer, last = path.split("/")
    around: Any = terms
    for step in outer:
        around = around[int(step)] if isinstance(around, list) else around[step]
    if value is None:
        del around[last]
    elif isinstance(around, list):
        around[int(last)] = value
    else:
        around[last] = value
    try:
        text = parse_yaml_text(yaml.safe_dump(terms, sort_keys=False).encode(), file="home.yaml")
        return list(agreement_from(text, check=check_terms).warnings)
    except Refused as refused:
        return list(refused.problems)


D = "delivery"
CITY = f"{D}/criteria/city/criteria"
ANOTHER = {"title": "Another", "effect": "requires", "when": {"item": "age", "from": "1"}}
COACHES = f"{D}/criteria/coaches/criteria"
SUPPORT = f"{D}/support_needs"


@pytest.mark.parametrize(
    ("path", "value", "code", "says"),
    [
        (f"{D}/steps/coach_met/acts", "councellor", "not_typed", "did you mean 'counsellor'?"),
        (f"{D}/steps/coach_met/acts", "head_office", "unknown_role", "'head_office' is not a role of this programme"),
        (f"{D}/roles/boss", {"title": "Boss", "does": "Decides."}, "not_typed", "'boss' is not one of the words"),
        (f"{D}/steps/coach_met/exits", {"youth_teem": ["says_no"]}, "unknown_reasons", "did you mean 'youth_team'?"),
        (f"{D}/steps/coach_met/exits", {"youth_team": ["say_no"]}, "unknown_reason", "did you mean 'says_no'?"),
        (f"{D}/steps/first_talk/instruments", "talk", "unknown_instrument", "'first_talk'"),
        (f"{D}/steps/first_talk/criteria", "coach", "unknown_criteria", "did you mean 'coaches'?"),
        (f"{D}/items/place_to_go/asked_in", "talk", "unknown_instrument", "'first_talk'"),
        (f"{COACHES}/wants_it/when/item", "wants_coach", "unknown_item", "did you mean 'wants_a_coach'?"),
        (f"{COACHES}/wants_it/when/is", "maybe", "not_its_answer", "'maybe' is not an answer to 'wants_a_coach'"),
        (f"{COACHES}/no_lasting_home/when/none_of/0/is", ["no_idea_yet"], "not_its_answer", "says that there is no answer"),
        (f"{CITY}/was_long_in_care/when", {"item": "months_in_care", "is": "yes"}, "not_its_answer", "is a number"),
        (f"{SUPPORT}/income/shown_by", {"has_incme": "no"}, "unknown_item", "did you mean 'has_income'?"),
        (f"{SUPPORT}/income/shown_by", {"has_income": "never"}, "not_its_answer", "'never' is not an answer to 'has_income'"),
        (f"{SUPPORT}/people/shown_by", {"people_to_call": ["nobody", "no_body"]}, "not_its_answer", "did you mean 'nobody'?"),
        (f"{SUPPORT}/a_place/shown_by", {"place_to_go": "no_idea_yet"}, "not_its_answer", "says that there is no answer"),
        (f"{SUPPORT}/income/shown_by", {"age": "young"}, "not_its_answer", "'age' is a number"),
        (f"{SUPPORT}/income/shown_by", {}, "not_typed", "this is empty"),
        (f"{SUPPORT}/income/title", None, "missing_term", "`title` is missing"),
        (f"{D}/items/people_to_call/asked_if", "wants_coach", "unknown_item", "did you mean 'wants_a_coach'?"),
        (f"{D}/items/people_to_call/asked_if", "place_to_go", "not_its_answer", "is not answered with yes or no"),
        (f"{D}/items/wants_a_coach/asked_if", "has_income", "asked_for_support", "asked only of who allows it"),
        (f"{COACHES}/wants_it/when", {"item": "people_to_call", "is": "nobody"}, "not_its_answer", "may have several answers"),
        (f"{COACHES}/wants_it/when", {"item": "wants_a_coach", "from": "1"}, "not_its_answer", "is no number"),
        (f"{CITY}/leaves_care_young/when", {"item": "age", "from": "22", "below": "17"}, "not_typed", "nothing lies between 22 and 17"),
        (f"{CITY}/leaves_care_young/when", {"item": "age"}, "not_typed", "an item is asked by"),
        (f"{CITY}/leaves_care_young/when", {"item": "age", "from": "1", "above": "2"}, "not_typed", "an edge stands once"),
        (f"{COACHES}/wants_it/when", {"criterion": "wants_it"}, "circle", "rests on itself"),
        (f"{COACHES}/wants_it/when", {"criterion": "nothing"}, "unknown_criterion", "'nothing' is not a criterion"),
        (f"{COACHES}/wants_it/track", "coaching", "not_typed", "`track` stands with"),
        (
            f"{CITY}/wants_it",
            {"title": "x", "effect": "requires", "when": {"item": "age", "from": "1"}},
            "two_meanings",
            "stands in 'city'",
        ),
        (f"{D}/items/age/choices", {"young": {"title": "Young"}}, "not_typed", "`choices` stand with"),
        (f"{D}/order", ["signed_up", "coach_met", "first_talk", "moved_in"], "step_order", "'promise_made' has no place"),
        (f"{D}/order", ["signed_up", "coach_met", "moved_in", "first_talk", "promise_made"], "step_order", "do not end with one of kind"),
        (f"{D}/order", ["signed_up", "signed_up", "coach_met", "first_talk", "promise_made", "moved_in"], "step_order", "2 times"),
        (f"{D}/instruments/first_talk/file", "../first_talk.xlsx", "not_typed", "lies beside the programme file"),
        (f"{D}/instruments/first_talk/file", "first_talk.docx", "not_typed", "ends in .xlsx"),
        (f"{D}/plan/intake/0/site", "south", "unknown_site", "'south' is not a site"),
        (f"{D}/plan/intake/1/site", "north", "stretches_overlap", "before another of the same site has ended"),
        (f"{D}/plan/intake/0/until", "2024-02-01", "not_typed", "does not come after"),
        (f"{D}/plan/uptake", "110%", "not_a_share", "is not a share"),
        (f"{D}/plan/early_warning/to", "director", "unknown_role", "'director' is not a role"),
        (f"{D}/tracks/coaching/phases/before/weeks_at_most", "5", "not_typed", "weeks_at_least 6 is more than weeks_at_most 5"),
        (f"{D}/reasons/youth_team/reasons/says_no/history_only", "yes", "history_only", "for imported history only"),
        (f"{D}/reasons/youth_team/reasons/odd", {"title": "Odd", "group": "circumstances"}, "never_chosen", "no step lets 'odd' be chosen"),
        (f"{D}/contact_kinds/walk/one_tap", ["30", "0"], "not_within_a_day", "0 minutes cannot be"),
        (f"{D}/contract_withdrawals/moved_away/exits", {"youth_team": "gone"}, "unknown_reason", "'gone' is not a reason"),
        (f"{D}/contract_withdrawals/moved_away/exits", {"prison": "says_no"}, "unknown_reasons", "'prison' is not a list of reasons"),
        (f"{D}/reasons/youth_team/reasons/moved_away/history_only", "yes", "history_only_reason", "imported history only"),
        (f"{D}/steps/promise_made/kind", "talk", "no_contract_step", "no step of this programme is one of a contract"),
        (f"{D}/measured_elsewhere/age", {"title": "Age", "measured_by": "x", "why": "y"}, "asked_and_measured_elsewhere", "under `items`"),
        (f"{D}/measured_elsewhere/school_results/why", None, "missing_term", "`why` is missing"),
        (f"{D}/coordination/statuses/on_the_list/means", "perhaps", "not_typed", "use one of 'agreed', 'known', 'not_known'"),
        (f"{D}/coordination/statuses", {}, "not_typed", "this is empty"),
        (f"{D}/usual_care/kinds/nothing/alone", "maybe", "not_typed", "neither yes nor no"),
        (f"{D}/usual_care/sources", None, "missing_term", "`sources` is missing"),
        (f"{D}/end_date/sources", {}, "half_a_correction", "`corrections` stand here, and no `sources`"),
        (f"{D}/end_date/corrections", {}, "half_a_correction", "`sources` stand here, and no `corrections`"),
        (f"{D}/end_date/corrections", {"open_end": {"title": "x", "not_known": "yes"}}, "no_other_date", "Another date could not"),
        ("amendments/older_leavers/analysis", None, "no_analysis", "without an analysis"),
        ("amendments/older_leavers/analysis", {"not_made": "yes"}, "not_typed", "says why"),
        ("amendments/older_leavers/analysis/on", None, "not_typed", "an analysis has `on`"),
        (f"{D}/steps/moved_in/dead_line", "7 days", "unknown_key", "did you mean 'deadline'?"),
        (f"{D}/tracks", {}, "not_typed", "this is empty"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_would_do(path: str, value: Any, code: str, says: str) -> None:
    found = [problem for problem in problems_with(path, value) if problem.code == code]
    assert found, path
    assert any(says in str(problem) for problem in found), [str(problem) for problem in found]
    assert all(problem.where.line > 0 and problem.remedy for problem in found)


def test_all_mistakes_are_told_together() -> None:
    terms = the_terms()
    terms["delivery"]["steps"]["coach_met"]["acts"] = "head_office"
    terms["delivery"]["criteria"]["coaches"]["criteria"]["wants_it"]["when"]["item"] = "wants"
    text = parse_yaml_text(yaml.safe_dump(terms, sort_keys=False).encode(), file="home.yaml")
    with pytest.raises(Refused) as refused:
        agreement_from(text, check=check_terms)
    assert {problem.code for problem in refused.value.problems} == {"unknown_role", "unknown_item"}


def test_the_reference_programme_warns_that_nobody_looked_before_criteria_were_dropped() -> None:
    warnings = the_agreement().warnings
    assert [warning.where.path for warning in warnings] == ["amendments/criteria_dropped", "amendments/criteria_of_practice"]
    assert the_agreement().warnings_of_money() == ()


def test_no_payment_rests_on_delivery_so_a_settlement_does_not_repeat_its_assumptions() -> None:
    terms = the_agreement().on(None)
    assert not any(row["path"].startswith("delivery") for row in terms.assumptions())
    assert any(row["path"] == "delivery" for row in terms.assumptions(of_delivery=True))


def test_the_eight_published_steps_the_contract_and_the_start() -> None:
    delivery = the_delivery(date(2017, 7, 1))
    kinds = [delivery.steps[name].kind for name in delivery.order]
    eight = ["list", "send", "check", "inform", "questionnaire", "talk", "permission", "acquaintance"]
    assert kinds == [*eight, "contract", "start"]


@pytest.mark.parametrize(("track", "weeks"), [("basic", (26, 32)), ("plus", (39, 45))])
def test_the_tracks_last_as_long_as_published(track: str, weeks: tuple[int, int]) -> None:
    phases = the_delivery().tracks[track].phases
    guided = [phase for name, phase in phases.items() if name != "follow_up"]
    assert (sum(phase.weeks_at_least for phase in guided), sum(phase.weeks_at_most for phase in guided)) == weeks
    assert phases["follow_up"].weeks_at_most == 39


def test_another_programme_needs_no_code() -> None:
    before, after = date(2024, 3, 1), date(2024, 11, 1)
    delivery = the_delivery(before, HOME)
    young = {"age": Answer("22"), "months_in_care": Answer("8"), "wants_a_coach": Answer("yes"), "round_the_clock_care": Answer("no")}
    answers = {**young, "place_to_go": Answer("nowhere")}
    assert assess(delivery, answers, on=before).may_take_part == "no"
    assert assess(the_delivery(after, HOME), answers, on=after).may_take_part == "yes"
    unclear = assess(the_delivery(after, HOME), {**young, "place_to_go": Answer("no_idea_yet")}, on=after)
    assert (unclear.may_take_part, unclear.missing) == ("unknown", ("place_to_go",))
    assert str(unclear.advice.says) == "No criterion advises a track."
    assert next_step(delivery, "signed_up") == "coach_met"
    assert reasons_at(delivery, "first_talk", on=before)["youth_team"] == (
        "has_a_home",
        "outside_ages",
        "needs_more_care",
        "moved_away",
        "says_no",
        "lost_from_view",
    )
    assert delivery.end_date is not None
    assert time_left(delivery.end_date, end_date=date(2024, 5, 1), on=before) == "short"
    assert delivery.plan is not None
    assert planned_by(delivery.plan, date(2025, 2, 1)) == 36
    assert planned_by(delivery.plan, date(2025, 2, 1), site="villages") == 10


def test_a_form_that_does_not_lie_there_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home.yaml").write_bytes((shipped()[HOME] / "programme.yaml").read_bytes())
    assert main(["check", str(tmp_path / "home.yaml")]) == 0
    assert "there is no 'instruments/first_talk.xlsx' beside the programme file" in capsys.readouterr().out
    assert main(["check", HOME]) == 0
    assert "first_talk.xlsx" not in capsys.readouterr().out
