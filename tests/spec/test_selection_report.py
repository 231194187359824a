"""Who takes part, out of whom: participants beside the pool, starters beside the selected, easy and hard cases, other criteria.

Needs 18, 44, 47 and 85 of the process evaluation, and 123-125 on how a comparison is reported.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from comparison_builders import a_matching, compare
from effect_builders import a_crowd, an_effect
from makegood.comparison.selectivity import fisher_p, standardised, welch_p

People = dict[str, list[Any]]
Arms = NDArray[np.bool_]
STARTED: dict[str, Any] = {"columns": {"person": "person", "started": "started"}, "outcomes": {"work": {"value": "mean"}}}
RULES: dict[str, Any] = {
    "mix": {
        "easy": {"all_of": [{"variable": "months", "at_least": 8}]},
        "hard": {"all_of": [{"variable": "months", "at_most": 2}, {"variable": "age", "at_least": 30}]},
        "target": {},
    },
    "expected_mix": {"easy": "10%", "hard": "20%", "target": "70%"},
    "criteria": {
        "as_it_ran": {},
        "not_the_easy_ones": {"all_of": [{"variable": "months", "at_most": 7}]},
        "north_or_young": {"all_of": [{"any_of": [{"variable": "region", "is_one_of": "north"}, {"variable": "age", "at_most": 30}]}]},
        "nobody": {"all_of": [{"variable": "age", "at_least": 200}]},
    },
}
POWER: dict[str, Any] = {"power": "80%", "expected": [{"metric": "work", "sd": 4, "effect": 2}]}


def selection(folder: Path, people: People, arms: Arms, **terms: Any) -> dict[str, Any]:
    found = compare(folder, people, arms, **{**STARTED, "matching": a_matching(caliper="0.2"), **terms})
    assert found.code == 0
    return dict(found.design["selectivity"])


def rows(content: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in content}


# Need 44: participants beside those they came from.


def test_participants_stand_beside_the_pool_with_standardised_differences_and_intervals(tmp_path: Path) -> None:
    people, arms = a_crowd()
    found = rows(selection(tmp_path, people, arms)["participants_beside_pool"])
    ages = np.array(people["age"])
    ours, theirs = ages[arms], ages[~arms]
    d = (ours.mean() - theirs.mean()) / math.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / 2)
    reach = stats.norm.ppf(0.975) * math.sqrt((60 + 400) / (60 * 400) + d * d / (2 * 460))  # Hedges and Olkin (1985)
    assert float(found["age"]["treated"]) == pytest.approx(ours.mean(), abs=1e-4)
    assert float(found["age"]["smd"]) == pytest.approx(d, abs=1e-4)
    assert (float(found["age"]["ci_low"]), float(found["age"]["ci_high"])) == pytest.approx((d - reach, d + reach), abs=1e-4)
    north = np.array(people["region"]) == "north"
    assert float(found["region[north]"]["treated"]) == pytest.approx(north[arms].mean(), abs=1e-4)


def test_a_trait_that_is_not_matched_on_is_reported_too(tmp_path: Path) -> None:
    """Need 123: also for traits that are not matched on."""
    people, arms = a_crowd()
    people["shoe"] = np.random.default_rng(4).normal(42 + 2 * arms, 2).round(1).tolist()
    variables = {"age": {"kind": "number"}, "months": {"kind": "number"}, "shoe": {"kind": "number", "matching": "no"}}
    thresholds = {"smd": "0.25", "variance_ratio": 3}
    found = compare(tmp_path, people, arms, variables=variables, matching=a_matching(caliper="0.2"), balance=thresholds)
    balance = rows(found.settled["balance"])
    assert float(balance["shoe"]["smd_after"]) > 0.3
    assert found.settled["verdict"]["good"]  # it is reported, and the verdict is about what is matched on
    assert "Shoe (not matched on)" in (tmp_path / "out" / "design.html").read_text("utf-8")


def test_p_values_are_those_of_scipy_and_corrected_for_their_number(tmp_path: Path) -> None:
    """Need 124: exact tests, intervals and a correction for many tests by default."""
    people, arms = a_crowd()
    ages = np.array(people["age"])
    assert welch_p(ages[arms], ages[~arms]) == pytest.approx(stats.ttest_ind(ages[arms], ages[~arms], equal_var=False).pvalue)
    for table in ([[3, 57], [60, 340]], [[0, 60], [9, 391]], [[12, 1], [2, 9]]):
        assert fisher_p(*table[0], *table[1]) == pytest.approx(stats.fisher_exact(table).pvalue)
    plain = rows(selection(tmp_path, people, arms)["participants_beside_pool"])
    held = rows(selection(tmp_path, people, arms, multiple_testing={"method": "holm"})["participants_beside_pool"])
    assert all(float(held[name]["p_adjusted"]) >= float(plain[name]["p_adjusted"]) for name in plain)
    assert any(float(held[name]["p_adjusted"]) > float(plain[name]["p_adjusted"]) for name in plain)


def test_a_difference_without_spread_is_not_known() -> None:
    assert all(math.isnan(value) for value in standardised(1.0, sd=0.0, first_n=10, second_n=10))


# Needs 18 and 85: started beside selected.


def test_starters_stand_beside_those_who_were_selected_and_did_not_start(tmp_path: Path) -> None:
    people, arms = a_crowd()
    started = np.array(people["started"]) == "yes"
    found = rows(selection(tmp_path, people, arms)["started_beside_not_started"])
    months = np.array(people["months"])
    assert float(found["months"]["started"]) == pytest.approx(months[arms & started].mean(), abs=1e-4)
    assert float(found["months"]["not_started"]) == pytest.approx(months[arms & ~started].mean(), abs=1e-4)


def test_without_the_word_started_nothing_is_said_of_it(tmp_path: Path) -> None:
    people, arms = a_crowd()
    assert "started_beside_not_started" not in selection(tmp_path, people, arms, columns={"person": "person"})


def test_whether_somebody_started_must_be_said_of_everybody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people, arms = a_crowd()
    for words, says in (("maybe", "'maybe' is neither yes nor no"), ("", "it is not said whether they started")):
        odd = {**people, "started": [words, *people["started"][1:]]}
        found = compare(tmp_path, odd, arms, err=capsys, **STARTED)
        assert found.code == 2
        assert says in found.told


# Need 47: easy, target and hard cases.


def test_the_mix_of_cases_is_counted_against_what_was_expected(tmp_path: Path) -> None:
    people, arms = a_crowd()
    found = selection(tmp_path, people, arms, selectivity=RULES)["mix"]
    months, ages = np.array(people["months"]), np.array(people["age"])
    easy = months >= 8
    hard = ~easy & (months <= 2) & (ages >= 30)
    for name, mask in (("easy", easy), ("hard", hard), ("target", ~easy & ~hard)):
        assert found[name]["treated"] == str(int((mask & arms).sum()))
        assert found[name]["pool"] == str(int((mask & ~arms).sum()))
    assert [found[name]["expected_share"] for name in ("easy", "hard", "target")] == ["0.1", "0.2", "0.7"]


def test_a_case_whose_class_cannot_be_told_is_not_put_into_one(tmp_path: Path) -> None:
    people, arms = a_crowd()
    people["skill"] = ["" if row % 10 == 0 else str(row % 3) for row in range(arms.size)]
    variables = {"age": {"kind": "number"}, "months": {"kind": "number"}, "skill": {"kind": "number", "matching": "no"}}
    mix = {"mix": {"easy": {"all_of": [{"variable": "skill", "at_least": 2}]}, "target": {}}}
    found = selection(tmp_path, people, arms, variables=variables, selectivity=mix)["mix"]
    assert found["unknown"]["treated"] == str(sum(row % 10 == 0 for row in range(60)))


# What other criteria would have done.


def test_what_if_says_who_would_have_been_in_and_what_it_does_to_balance_and_power(tmp_path: Path) -> None:
    people, arms = a_crowd()
    found = {item["criteria"]: item for item in selection(tmp_path, people, arms, selectivity=RULES, power=POWER)["what_if"]}
    months = np.array(people["months"])
    inside = months <= 7
    strict = found["not_the_easy_ones"]
    assert strict["treated"] == {"in": str(int((inside & arms).sum())), "out": str(int((~inside & arms).sum())), "unknown": "0"}
    assert strict["pool"]["in"] == str(int((inside & ~arms).sum()))
    kept = {name: [value for value, keep in zip(values, inside, strict=True) if keep] for name, values in people.items()}
    alone = compare(tmp_path, kept, arms[inside], **STARTED, matching=a_matching(caliper="0.2"), power=POWER)
    assert strict["matched"] == alone.settled["sizes"]["matched"]
    assert strict["power"] == alone.settled["power"]
    assert strict["worst"]["name"] == alone.settled["verdict"]["worst"]["name"]
    assert float(strict["power"][0]["detectable_effect"]) > float(found["as_it_ran"]["power"][0]["detectable_effect"])


def test_criteria_may_offer_ways_and_may_leave_nobody(tmp_path: Path) -> None:
    people, arms = a_crowd()
    found = {item["criteria"]: item for item in selection(tmp_path, people, arms, selectivity=RULES)["what_if"]}
    either = (np.array(people["region"]) == "north") | (np.array(people["age"]) <= 30)
    assert found["north_or_young"]["treated"]["in"] == str(int((either & arms).sum()))
    assert found["nobody"]["treated"]["in"] == "0"
    assert found["nobody"]["matched"] == "0"
    assert "power" not in found["nobody"]


def test_the_pages_tell_it_in_both_languages(tmp_path: Path) -> None:
    people, arms = a_crowd()
    an_effect(tmp_path, people, arms, selectivity=RULES, power=POWER, **STARTED)
    english = (tmp_path / "out" / "design.html").read_text("utf-8")
    dutch = (tmp_path / "out" / "design.nl.html").read_text("utf-8")
    assert "Who takes part, out of whom" in english
    assert "Wie meedoet, uit welke groep" in dutch
    assert "Not the easy ones" in english
    assert "would have been in" in english
    counted = {
        item["criteria"]: item for item in json.loads((tmp_path / "out" / "design.json").read_text("utf-8"))["selectivity"]["what_if"]
    }
    assert f"Van de deelnemers waren er {counted['not_the_easy_ones']['treated']['in']} in gekomen" in dutch


def test_small_groups_are_not_compared(tmp_path: Path) -> None:
    """Need 125: below the minimum a comparison is not shown."""
    people, arms = a_crowd()
    rare = [("island" if row in (1, 2, 100) else region) for row, region in enumerate(people["region"])]
    cells = {"minimum": 10, "dominance": "none", "round_counts_to": 1, "decimals": 3}
    terms: dict[str, Any] = {"columns": {"person": "person"}, "matching": a_matching(), "small_cells": cells}
    found = rows(selection(tmp_path, {**people, "region": rare}, arms, **terms)["participants_beside_pool"])
    assert set(found["region[island]"]) == {"name"}
    assert "smd" in found["age"]
