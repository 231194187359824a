"""Every result says in words what it means for the payment and what not, in English and Dutch, and what can be done."""

# ruff: noqa: E501 - what a finding holds stands on one line
from __future__ import annotations

import re
import string
from typing import Any

import pytest

from makegood.comparison.effect import WITHHELD
from makegood.comparison.uncertainty import NOT_RESAMPLED
from makegood.report.comparison_phrases import COMPARISON
from makegood.report.comparison_voice import Voice
from makegood.report.effect_words import PARTS, in_words, verdict
from makegood.report.language import Language
from tools.reference.refusals import all_said

TERMS: dict[str, Any] = {
    "protocol": "trial",
    "title": None,
    "participants": "intention_to_treat",
    "cohorts": False,
    "unmatched": "excluded",
    "confidence": "0.95",
    "multiple_testing": "holm",
    "minimum_sample": "30",
    "power": "0.8",
    "variables": {},
    "outcomes": {
        "work": {"title": {"en": "Months of work", "nl": "Maanden werk"}, "value": "mean", "better": "more", "pays_on": "point_estimate", "expected_effect": "2"},
        "crime": {"title": None, "value": "share", "better": "fewer", "pays_on": "significant_difference", "expected_effect": None},
        "benefit": {"title": None, "value": "mean", "better": "fewer", "pays_on": "nothing", "expected_effect": None},
    },
}  # fmt: skip


def a_finding(**change: Any) -> dict[str, Any]:
    usual = {
        "metric": "work", "cohort": "all", "basis": "intention_to_treat", "settled": True, "state": "stated", "reading": "more",
        "estimator": "difference_in_means", "fallback": False, "notes": [], "n": "103", "comparison_n": "103", "unmatched_n": "0",
        "unknown_n": "0", "value": "3.5", "comparison_value": "1.5", "effect": "2", "se": "0.5", "ci_low": "1", "ci_high": "3",
        "p": "0.001", "p_adjusted": "0.002", "rosenbaum_gamma": None, "e_value": None, "e_value_of_limit": None,
    }  # fmt: skip
    return {**usual, **change}


INCONCLUSIVE = {"reading": "inconclusive", "effect": "0.5", "value": "2", "ci_low": "-1", "ci_high": "2", "p": "0.4", "p_adjusted": "0.8"}
WRONG_WAY = {"reading": "fewer", "effect": "-1", "value": "0.5", "ci_low": "-2", "ci_high": "-0.2"}


def told(part: str, *, code: str = "en", **change: Any) -> str:
    (finding,) = in_words([a_finding(**change)], terms=TERMS)
    return " ".join(finding["words"][code][part])


def test_a_result_is_told_with_both_levels_and_its_interval() -> None:
    found = told("found")
    assert "3.5 for the 103 people who are compared, and 1.5 without the programme" in found
    assert "The difference is 2 (95% interval: 1 to 3)." in found
    assert "Maanden werk: 3,5 bij de 103 mensen die zijn vergeleken" in told("found", code="nl")


def test_a_share_is_told_in_percentages_and_percentage_points() -> None:
    shares = {
        "metric": "crime",
        "value": "0.33",
        "comparison_value": "0.455",
        "effect": "-0.125",
        "ci_low": "-0.2",
        "ci_high": "-0.05",
        "reading": "fewer",
    }
    found = told("found", **shares)
    assert "33% for the 103 people" in found
    assert "45.5% without the programme" in found
    assert "The difference is −12.5 percentage points (95% interval: −20 to −5 percentage points)." in found
    assert "improvement" in found  # fewer is better
    assert "−12,5 procentpunt" in told("found", code="nl", **shares)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "improvement"),
        (INCONCLUSIVE, "inconclusive"),
        (WRONG_WAY, "worsening"),
        ({"ci_low": None, "ci_high": None, "reading": "unknown"}, "unknown"),
    ],
)
def test_the_verdict_follows_the_interval_and_which_way_is_better(change: dict[str, Any], expected: str) -> None:
    assert verdict(a_finding(**change), TERMS) == expected


# An inconclusive result, on which people must be able to act.


def test_inconclusive_is_not_no_effect() -> None:
    found = told("found", **INCONCLUSIVE)
    assert "This is inconclusive. The data fit no effect at all, but just as well an effect of −1 or of 2." in found
    assert "That is not proof that the programme does nothing." in found
    assert "no effect was found" not in found.lower()
    assert "Dit geeft geen uitsluitsel." in told("found", code="nl", **INCONCLUSIVE)


def test_it_says_how_many_people_the_expected_effect_needs() -> None:
    power = {"detectable": "2.8", "needed": "198"}
    assert "A group of this size finds a difference of 2.8 or more in 80% of cases." in told("found", **INCONCLUSIVE, power=power)
    following = told("next", **INCONCLUSIVE, power=power)
    assert "To find the effect that was expected (2), about 198 matched participants are needed; here are 103." in following


def test_where_the_group_was_large_enough_it_says_so() -> None:
    assert "The group is large enough for the effect that was expected (2)" in told(
        "next", **INCONCLUSIVE, power={"detectable": "1.1", "needed": "60"}
    )


def test_where_nothing_varies_nothing_is_read_into_it() -> None:
    same: dict[str, Any] = {
        "reading": "unknown",
        "effect": "0",
        "value": "3",
        "comparison_value": "3",
        "ci_low": None,
        "ci_high": None,
        "p": None,
        "p_adjusted": None,
    }
    following = told("next", **same, power={"detectable": "1", "needed": "50"})
    assert "everybody has the same value" in following
    assert "what was hoped for is probably not there" not in following
    assert "The interval" not in told("payment", **same)


def test_it_says_to_wait_where_months_are_still_unknown_and_else_not() -> None:
    assert "Of 7 people not all is known yet." in told("next", **INCONCLUSIVE, unknown_n="7")
    assert "not all is known yet" not in told("next", **INCONCLUSIVE)
    assert "when later cohorts, or later months of the same people, are in" in told("next", **INCONCLUSIVE)


def test_it_points_to_the_pool_where_many_have_no_match() -> None:
    assert "22% of the participants have no match. A wider pool" in told("next", **INCONCLUSIVE, unmatched_n="29")
    assert "A wider pool" not in told("next", **INCONCLUSIVE, unmatched_n="3")


def test_it_points_to_the_terms_and_warns_against_another_method() -> None:
    following = told("next", **INCONCLUSIVE)
    assert "Look up what the terms say of an uncertain result" in following
    assert "Do not choose another method now." in following
    assert "Read the result of everybody together first" in told("next", **INCONCLUSIVE, cohort="spring")


# What it means for the payment.


def test_paying_on_the_point_estimate_says_what_the_interval_does_not_change() -> None:
    words = told("payment")
    assert "The agreement pays on the difference itself, 2, whatever the interval." in words
    assert "The interval does not change the amount." in words
    assert "no proof that the programme works" not in words
    assert "it is no proof that the programme works" in told("payment", **INCONCLUSIVE)


def test_the_wrong_way_earns_nothing_and_an_unsure_one_is_no_proof_of_harm() -> None:
    assert told("payment", **WRONG_WAY) == "The difference goes the wrong way, so nothing is earned on it."
    unsure = {**INCONCLUSIVE, "effect": "-0.5", "value": "1"}
    assert told("payment", **unsure).endswith("That is no proof that the programme does harm.")


def test_paying_only_if_significant_says_whether_the_condition_is_met() -> None:
    met = {
        "metric": "crime",
        "effect": "-0.1",
        "value": "0.3",
        "comparison_value": "0.4",
        "reading": "fewer",
        "ci_low": "-0.15",
        "ci_high": "-0.05",
    }
    assert "(p at most 0.05). p is 0.002 after the correction for several tests, so the condition is met." in told("payment", **met)
    missed = told("payment", **met, p_adjusted="0.2")
    assert "so the condition is not met and nothing is paid on it" in missed
    assert "It is not a finding that nothing was achieved." in missed
    wrong = {**met, "effect": "0.1", "reading": "more", "ci_low": "0.05", "ci_high": "0.15"}
    assert "Chance hardly explains it, but the difference goes the wrong way" in told("payment", **wrong)
    assert "p is not known" in told("payment", **met, p_adjusted=None)


def test_what_pays_nothing_and_what_stands_beside_say_so() -> None:
    assert told("payment", metric="benefit", **INCONCLUSIVE).startswith("Nothing is paid on this outcome.")
    assert "The agreement settles on all who were selected, not on this group." in told("payment", basis="started", settled=False)


# What it does not say.


def test_limits_name_those_without_a_match_and_what_the_protocol_does_with_them() -> None:
    assert "16 have none; by the protocol the settlement leaves them out." in told("limits", unmatched_n="16")
    at_mean = {**TERMS, "unmatched": "at_mean"}
    (finding,) = in_words([a_finding(unmatched_n="16")], terms=at_mean)
    assert "counts them at the mean of the others" in " ".join(finding["words"]["en"]["limits"])


def test_limits_say_how_strong_a_hidden_trait_would_have_to_be() -> None:
    words = told("limits", e_value="2.7", e_value_of_limit="1.9", rosenbaum_gamma="1.67")
    assert (
        "would have to multiply both the chance to take part and the outcome by 2.70; to bring the interval to no effect, by 1.90" in words
    )
    assert "at most 1.67 times as likely" in words
    assert "to bring the interval" not in told("limits", **INCONCLUSIVE, e_value="1.4", e_value_of_limit="1")


# What is not stated.


@pytest.mark.parametrize("why", WITHHELD)
@pytest.mark.parametrize("cohort", ["all", "spring"])
def test_an_effect_that_is_not_stated_says_why_and_what_then(why: str, cohort: str) -> None:
    bare = {"metric": "work", "cohort": cohort, "basis": "intention_to_treat", "settled": True, "state": "withheld", "why": why, "n": "12"}
    (finding,) = in_words([bare], terms=TERMS)
    for code in ("en", "nl"):
        words = finding["words"][code]
        assert len(words["found"]) == len(words["payment"]) == len(words["next"]) == 1
    assert "no effect is stated" in finding["words"]["en"]["found"][0]
    assert "not a finding that the programme did nothing" in finding["words"]["en"]["payment"][0]


def test_an_effect_that_may_not_leave_tells_nothing_of_itself() -> None:
    bare = {"metric": "work", "cohort": "all", "basis": "intention_to_treat", "settled": True, "state": "refused"}
    (finding,) = in_words([bare], terms=TERMS)
    everything = " ".join(" ".join(part) for part in finding["words"]["en"].values())
    assert not re.search(r"\d", everything)
    assert "says nothing about its size or its direction" in everything


# Both languages, for everything that can be said.


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", COMPARISON)
def test_a_phrase_says_the_same_in_both_languages(key: str) -> None:
    english, dutch = COMPARISON[key]
    assert english
    assert dutch
    assert blanks(english) == blanks(dutch)
    if english.endswith("."):
        assert dutch.endswith(".")


@pytest.mark.parametrize("note", ["fallback", "no_spread", "one_pair", "no_exact_test", "bootstrap_differs"])
@pytest.mark.parametrize("code", ["en", "nl"])
def test_every_note_has_its_sentence(note: str, code: str) -> None:
    assert Voice(Language(code), TERMS).say(f"note_{note}", minimum="30") in told("found", code=code, notes=[note])  # type: ignore[arg-type]


def test_every_reason_and_remark_has_its_phrase() -> None:
    assert {f"why_{reason}" for reason in WITHHELD} <= set(COMPARISON)
    assert {f"bootstrap_{reason}" for reason in NOT_RESAMPLED} <= set(COMPARISON)
    of_a_result = {"protocol_amended", "not_countersigned"}
    remarks = {said.code for said in all_said() if said.room == "comparison" and said.warning and said.code != "treated"}
    assert {f"remark_{code}" for code in remarks - of_a_result} <= set(COMPARISON)
    assert "remark_one_treated" in COMPARISON  # its code stands where the page of refusals does not look


def test_no_sentence_is_left_without_its_words() -> None:
    for change in (
        {},
        INCONCLUSIVE,
        WRONG_WAY,
        {"metric": "crime"},
        {"metric": "benefit"},
        {"cohort": "spring"},
        {"ci_low": None, "ci_high": None, "reading": "unknown"},
    ):
        for code in ("en", "nl"):
            for part in PARTS:
                words = told(part, code=code, **change)
                assert "{" not in words
                assert "None" not in words
