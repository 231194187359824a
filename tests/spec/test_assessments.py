"""Who may take part: every criterion answered yes, no or unknown, with its reasons in words.

Needs 15, 18, 38, 41 and 46.
"""

from __future__ import annotations

import pytest

from a_candidate import AFTER_THE_CRITERIA_WERE_DROPPED, AT_THE_START, a_candidate, the_delivery
from makegood.instrument.questionnaire import Answer
from makegood.programme.delivery_criteria import Item, Need
from makegood.selection.answers import answer_from
from makegood.selection.assess import Assessment, assess
from makegood.selection.needs import decide
from makegood.selection.steps import next_step, reasons_at

YES, NO, SILENT = Answer("yes"), Answer("no"), Answer(non_answer="refused")
ITEMS = {name: Item.model_validate({"title": name, "answer": "yes_or_no"}) for name in ("a", "b", "c")}
ITEMS["age"] = Item.model_validate({"title": "Age", "answer": "number", "unit": "years"})


def decided(terms: object, **answers: Answer) -> tuple[str, tuple[str, ...]]:
    found = decide(Need.model_validate(terms), answers, items=ITEMS, whens={})
    return found.verdict, found.missing


def is_yes(item: str) -> dict[str, str]:
    return {"item": item, "is": "yes"}


@pytest.mark.parametrize(
    ("a", "b", "all_of", "any_of", "none_of"),
    [
        (YES, YES, "yes", "yes", "no"),
        (YES, NO, "no", "yes", "no"),
        (YES, SILENT, "unknown", "yes", "no"),
        (NO, NO, "no", "no", "yes"),
        (NO, SILENT, "no", "unknown", "unknown"),
        (SILENT, SILENT, "unknown", "unknown", "unknown"),
    ],
)
def test_three_values(a: Answer, b: Answer, all_of: str, any_of: str, none_of: str) -> None:
    for first, second in ((a, b), (b, a)):
        verdicts = [decided({way: [is_yes("a"), is_yes("b")]}, a=first, b=second)[0] for way in ("all_of", "any_of", "none_of")]
        assert verdicts == [all_of, any_of, none_of]


def test_only_what_would_decide_is_missing() -> None:
    either = {"any_of": [{"all_of": [is_yes("a"), is_yes("b")]}, is_yes("c")]}
    assert decided(either, a=NO) == ("unknown", ("c",))
    assert decided(either, a=YES) == ("unknown", ("b", "c"))
    assert decided(either, c=YES) == ("yes", ())


@pytest.mark.parametrize(
    ("edges", "inside", "outside"),
    [
        ({"above": "3", "below": "12"}, ["3.1", "11.9"], ["3", "12"]),
        ({"from": "18", "up_to": "65"}, ["18", "65"], ["17", "66"]),
        ({"above": "65"}, ["66"], ["65"]),
        ({"from": "0", "up_to": "0"}, ["0"], ["1"]),
    ],
)
def test_edges(edges: dict[str, str], inside: list[str], outside: list[str]) -> None:
    for number in [*inside, *outside]:
        assert decided({"item": "age", **edges}, age=Answer(number))[0] == ("yes" if number in inside else "no")


def assessed(**words: str) -> Assessment:
    return assess(the_delivery(AT_THE_START), a_candidate(**words), on=AT_THE_START)


def assessed_later(**words: str) -> Assessment:
    on = AFTER_THE_CRITERIA_WERE_DROPPED
    return assess(the_delivery(on), a_candidate(**words), on=on)


def test_who_meets_everything_may_take_part() -> None:
    result = assessed()
    assert (result.may_take_part, result.missing, str(result.says)) == ("yes", (), "Meets all criteria.")


@pytest.mark.parametrize(
    ("word", "answer", "criterion", "later"),
    [
        ("detention_months", "3", "detention_over_3_under_12_months", False),
        ("detention_months", "12", "detention_over_3_under_12_months", False),
        ("custody", "self_reporter", "self_reporters", False),
        ("placement", "unit_problem_behaviour", "unit_problem_behaviour", True),
        ("placement", "remand_prison", "remand_prison_or_criminal_foreign_nationals", True),
        ("placement", "criminal_foreign_nationals", "remand_prison_or_criminal_foreign_nationals", True),
        ("placement", "extra_care_unit", "extra_care_unit", True),
        ("placement", "psychiatric_centre", "psychiatric_centre", True),
        ("placement", "somatic_care_centre", "somatic_care_centre", True),
        ("placement", "systematic_offenders_institution", "systematic_offenders_institution", False),
        ("placement", "outside_prison", "outside_prison", True),
        ("citizen_service_number", "no", "no_citizen_service_number", False),
        ("conviction", "not_convicted", "pre_trial_not_convicted", True),
        ("residence_permit_prospect", "no", "no_prospect_of_residence_permit", False),
        ("clinical_treatment_first", "yes", "clinical_treatment_needed", True),
        ("municipality_permits", "no", "no_municipal_consent", False),
        ("work_potential", "very_high", "employability", False),
    ],
)
def test_each_published_criterion_keeps_out_whom_it_names(word: str, answer: str, criterion: str, later: bool) -> None:
    result = assessed(**{word: answer})
    assert result.may_take_part == "no"
    by_name = {finding.criterion: finding for finding in result.against}
    assert by_name[criterion].may_change is later


def test_a_missing_answer_makes_it_unknown_and_is_named() -> None:
    result = assessed(detention_months="", clinical_treatment_first="refused")
    assert (result.may_take_part, result.missing) == ("unknown", ("detention_months", "clinical_treatment_first"))
    assert result.says.nl == (
        "Nog niet te zeggen. Wat ontbreekt: Totale geplande detentie; "
        "Heeft eerst klinische behandeling nodig voor verslaving of psychische ziekte."
    )


def test_one_no_is_enough_whatever_else_is_missing() -> None:
    result = assessed(detention_months="", custody="self_reporter")
    assert (result.may_take_part, result.missing) == ("no", ())


def test_reasons_stand_in_words_of_both_languages() -> None:
    says = assessed(work_potential="very_high").says
    assert says.en == "May not take part. Work potential: very high (the criterion says: low or fair, or high)."
    assert says.nl == "Mag niet meedoen. Arbeidspotentieel: zeer hoog (het criterium zegt: laag of redelijk, of hoog)."
    assert assessed(placement="extra_care_unit").says.en.endswith("This may still change.")


def test_criteria_are_those_of_the_day() -> None:
    assert assessed(work_potential="very_high").may_take_part == "no"
    later = assessed_later(
        work_potential="very_high",
        clinical_treatment_first="yes",
        wants_to_work="yes",
        age="40",
        interpreter_needed="no",
        cannot_be_carried_out="no",
        probation_permits="yes",
    )
    assert later.may_take_part == "yes"
    assert assessed_later(age="66").may_take_part == "no"
    assert assessed_later(age="65").may_take_part == "unknown"


@pytest.mark.parametrize(
    ("words", "track", "could_become"),
    [
        ({"work_potential": "low", "self_reliance": "low"}, "plus", ()),
        ({"work_potential": "fair", "risk_social_isolation": "high"}, "plus", ()),
        ({"work_potential": "fair", "participation_ladder_step": "step1"}, "plus", ()),
        ({"work_potential": "fair"}, "basic", ()),
        ({"work_potential": "fair", "self_reliance": "missing"}, "basic", ("plus",)),
        ({"work_potential": "fair", "risk_social_isolation": "not_possible_to_estimate"}, "basic", ("plus",)),
        ({"work_potential": "high", "self_reliance": "low"}, "basic", ()),
        ({"work_potential": "high"}, None, ()),
        ({"work_potential": "very_high", "self_reliance": "low"}, None, ()),
        ({"work_potential": "missing"}, None, ("basic",)),
        ({"work_potential": "missing", "self_reliance": "low"}, None, ("basic", "plus")),
    ],
)
def test_the_track_is_advised_with_reasons(words: dict[str, str], track: str | None, could_become: tuple[str, ...]) -> None:
    advice = assessed(**words).advice
    assert (advice.track, advice.could_become) == (track, could_become)


def test_advice_says_why_and_what_could_change_it() -> None:
    advice = assessed(work_potential="fair", self_reliance="missing").advice
    assert advice.says.en == "Advice: Basic. Work potential: fair. It may become Plus; what is missing: Self-reliance."
    assert advice.says.nl == "Advies: Basis. Arbeidspotentieel: redelijk. Het kan nog Plus worden; wat ontbreekt: Zelfredzaamheid."


def test_an_answer_that_is_none_of_the_item_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="'hgih' is not an answer to 'Work potential'; did you mean 'high'"):
        answer_from(the_delivery().items["work_potential"], "hgih")


@pytest.mark.parametrize(
    ("word", "kind"), [("refused", "refused"), ("", "not_asked"), ("missing", "not_known"), ("not_known", "not_known")]
)
def test_each_kind_of_no_answer_is_kept_as_what_it_is(word: str, kind: str) -> None:
    assert answer_from(the_delivery().items["age"], word).non_answer == kind


def test_the_contract_comes_after_the_acquaintance_once_the_order_was_amended() -> None:
    assert next_step(the_delivery(AT_THE_START), "talk") == "contract_signed"
    later = the_delivery(AFTER_THE_CRITERIA_WERE_DROPPED)
    assert next_step(later, "talk") == "permission_asked"
    assert next_step(later, "acquaintance") == "contract_signed"
    assert next_step(later, "started") is None
    assert next_step(later, None) == "list_drawn_up"


def test_a_reason_must_be_chosen_from_each_list_and_history_cannot_be() -> None:
    found = reasons_at(the_delivery(), "permission_asked", on=AT_THE_START)
    assert "municipality_does_not_agree" in found["prison_service"]
    assert "no_municipal_consent" in found["provider"]
    assert "transferred" in found["prison_service"]
    every_step = [reasons_at(the_delivery(), step, on=AT_THE_START) for step in the_delivery().steps]
    assert not any("not_recorded" in codes for found in every_step for codes in found.values())
    assert reasons_at(the_delivery(), "list_drawn_up", on=AT_THE_START) == {}
