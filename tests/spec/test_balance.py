"""Balance as a reader checks it by hand: eight people, two treated lost, every figure worked out here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ks_2samp

from makegood.comparison.balance import Balance, balance, verdict
from makegood.comparison.design import Covariates, covariates
from makegood.comparison.matched import Matched, Plan
from makegood.comparison.matching import match
from makegood.comparison.plots import love_plot, overlap_plot, svg


def set_of(arms: list[bool], weights: list[float], **columns: object) -> tuple[Covariates, Matched]:
    made, _problems = covariates(arms, columns=columns, categories=("c",))
    assert made is not None
    treated = np.array(arms)
    matched = Matched(
        plan=Plan(method="entropy"),
        treated=treated,
        controls=np.empty((int(treated.sum()), 0), dtype=np.int64),
        subclass=np.full(treated.size, -1),
        weights=np.array(weights),
    )
    return made, matched


def row(found: Balance, name: str) -> dict[str, float]:
    return vars(next(one for one in found.rows if one.name == name))


ARMS = [True, True, True, False, False, False, False, False]
WEIGHTS = [1.0, 1.0, 0.0, 1.0, 0.5, 0.5, 0.0, 0.0]


def test_means_spreads_and_ratios_by_hand() -> None:
    made, matched = set_of(ARMS, WEIGHTS, x=[2.0, 4.0, 9.0, 1.0, 3.0, 5.0, 7.0, 4.0], c=["a", "b", "b", "a", "a", "b", "b", "b"])
    found = balance(made, matched=matched)
    x = row(found, "x")
    assert x["treated_before"] == 5
    assert x["control_before"] == 4
    spread = math.sqrt((9 + 1 + 16) / 2)
    assert x["spread"] == pytest.approx(spread)
    assert x["smd_before"] == pytest.approx(1 / spread)
    # After: treated (2 + 4) / 2, controls (1 + 0.5 * 3 + 0.5 * 5) / 2; the denominator stays that of all treated before.
    assert x["treated_after"] == 3
    assert x["control_after"] == 2.5
    assert x["smd_after"] == pytest.approx(0.5 / spread)
    assert x["variance_ratio_before"] == pytest.approx(13 / 5)
    # Weighted variance: sum w (x - m)^2 / (W - sum w^2 / W) = (2.25 + 0.125 + 3.125) / (2 - 1.5 / 2).
    assert x["variance_ratio_after"] == pytest.approx(2 / (5.5 / 1.25))
    c = row(found, "c[a]")
    assert c["treated_before"] == pytest.approx(1 / 3)
    assert c["control_before"] == pytest.approx(2 / 5)
    assert c["smd_before"] == pytest.approx((1 / 3 - 2 / 5) / math.sqrt(1 / 3 * 2 / 3))
    assert c["control_after"] == 0.75
    assert math.isnan(c["variance_ratio_after"])


@pytest.mark.parametrize(
    ("denominator", "variance"), [("treated", 13.0), ("control", 5.0), ("pooled", 9.0), ("all", np.var([2, 4, 9, 1, 3, 5, 7, 4], ddof=1))]
)
def test_the_denominator_is_the_one_named(denominator: str, variance: float) -> None:
    made, matched = set_of(ARMS, WEIGHTS, x=[2.0, 4.0, 9.0, 1.0, 3.0, 5.0, 7.0, 4.0])
    found = balance(made, matched=matched, denominator=denominator)
    assert row(found, "x")["smd_before"] == pytest.approx(1 / math.sqrt(variance))


def test_the_distance_between_distributions_is_that_of_kolmogorov_and_smirnov() -> None:
    generator = np.random.default_rng(0)
    arms = generator.random(500) < 0.3
    values = np.round(generator.normal(arms * 0.5), 1)
    made, matched = set_of(arms.tolist(), np.ones(500).tolist(), x=values)
    x = row(balance(made, matched=matched), "x")
    assert x["ks_before"] == pytest.approx(ks_2samp(values[arms], values[~arms]).statistic)
    assert x["ks_after"] == pytest.approx(x["ks_before"])
    at = np.unique(values)
    apart = [abs(np.mean(values[arms] <= value) - np.mean(values[~arms] <= value)) for value in at]
    assert x["ecdf_mean_before"] == pytest.approx(np.mean(apart))


def test_who_could_not_be_matched_is_set_beside_who_could() -> None:
    made, matched = set_of(ARMS, WEIGHTS, x=[2.0, 4.0, 9.0, 1.0, 3.0, 5.0, 7.0, 4.0])
    found = balance(made, matched=matched)
    (lost,) = found.unmatched
    assert (lost.treated_before, lost.control_before) == (9.0, 3.0)
    assert found.sizes.unmatched_treated == 1
    assert found.sizes.effective_controls == pytest.approx(4 / 1.5)
    sentences = verdict(found, unmatched=0.2).sentences
    assert any("1 of 3 treated (33.3%) could not be matched, more than the 20.0% that the protocol allows" in one for one in sentences)
    assert any("x 9 against 3" in one for one in sentences)


def test_the_verdict_names_what_is_beyond_a_threshold() -> None:
    made, matched = set_of(ARMS, WEIGHTS, x=[2.0, 4.0, 9.0, 1.0, 3.0, 5.0, 7.0, 4.0])
    found = balance(made, matched=matched)
    assert verdict(found, smd=0.2, variance_ratio=3.0).good
    strict = verdict(found, smd=0.1)
    assert not strict.good
    assert strict.beyond == ("x",)
    assert "all treated before matching" in strict.sentences[0]
    assert verdict(found, smd=0.2, variance_ratio=2.0).beyond == ("x",)
    assert not verdict(found, smd=0.2, variance_ratio=3.0, ks=0.1).good


def test_a_difference_that_cannot_be_computed_is_not_taken_for_none() -> None:
    # The treated are all 1, so their spread is 0 while the pool differs.
    made, matched = set_of([True, True, False, False], [1.0, 1.0, 1.0, 1.0], x=[1.0, 1.0, 0.0, 3.0])
    found = balance(made, matched=matched)
    assert math.isnan(row(found, "x")["smd_after"])
    assert verdict(found).beyond == ("x",)


def test_nobody_matched_is_a_verdict_too() -> None:
    made, matched = set_of([True, False], [0.0, 0.0], x=[1.0, 2.0])
    found = balance(made, matched=matched)
    assert not verdict(found).good
    assert "Nobody could be matched" in verdict(found).sentences[0]


def test_a_real_match_is_better_balanced_and_draws_its_pictures() -> None:
    generator = np.random.default_rng(4)
    arms = np.arange(2_000) < 150
    columns = {"age": generator.normal(40 + 4 * arms, 10), "c": generator.choice(["u", "v", "w"], 2_000)}
    made, _problems = covariates(arms, columns=columns, categories=("c",))
    assert made is not None
    matched = match(made, plan=Plan(caliper=0.2))
    found = balance(made, matched=matched)
    before, after = row(found, "age")["smd_before"], row(found, "age")["smd_after"]
    assert abs(after) < 0.1 < abs(before)
    assert found.overlap is not None
    assert found.overlap.treated.sum() == 150
    assert found.overlap.pool.sum() == 1_850
    assert svg(love_plot(found)).startswith("<svg")
    assert "matched controls" in svg(overlap_plot(found.overlap))
