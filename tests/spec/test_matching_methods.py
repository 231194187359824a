"""What each method promises: weights, strata, totals, moments; and what is said when the data cannot be matched."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.comparison import strata as strata_room
from makegood.comparison.design import Category, Covariates, covariates
from makegood.comparison.matched import Matched, Plan
from makegood.comparison.matching import match
from makegood.comparison.strata import cuts_of


def people(*, treated: int = 40, pool: int = 400, seed: int = 0, shift: float = 0.4) -> Covariates:
    generator = np.random.default_rng(seed)
    arms = np.arange(treated + pool) < treated
    columns = {
        "age": np.round(generator.normal(36 + 3 * shift * arms, 9), 1),
        "months": generator.poisson(8, arms.size).astype(float),
        "region": generator.choice(["north", "south", "east"], arms.size),
    }
    order = generator.permutation(arms.size)
    made, problems = covariates(arms[order], columns={name: values[order] for name, values in columns.items()}, categories=("region",))
    assert made is not None
    assert not problems
    return made


def codes(matched: Matched, severity: str = "error") -> list[str]:
    return [problem.code for problem in matched.problems if problem.severity == severity]


# Pairs and their weights


def test_one_to_one_pairs_weigh_one_each() -> None:
    matched = match(people(), plan=Plan(caliper=0.2))
    treated, controls, weight = matched.pairs()
    assert treated.size == len(set(controls.tolist()))
    assert set(weight.tolist()) == {1.0}
    assert set(matched.weights.tolist()) <= {0.0, 1.0}
    assert (matched.subclass[treated] == matched.subclass[controls]).all()
    assert matched.effective_size() == pytest.approx(controls.size)


def test_with_two_controls_each_counts_half_and_the_sum_is_the_number_of_controls() -> None:
    matched = match(people(), plan=Plan(ratio=2))
    assert matched.weights[matched.matched_controls].sum() == pytest.approx(80)
    assert Counter(matched.subclass[matched.subclass >= 0].tolist()) == dict.fromkeys(range(40), 3)


def test_a_control_that_serves_three_weighs_as_three() -> None:
    arms = np.array([True, True, True, False, False])
    made, _problems = covariates(arms, columns={"x": np.array([1.0, 1.1, 0.9, 1.0, 9.0])}, categories=())
    assert made is not None
    matched = match(made, plan=Plan(distance="mahalanobis", replacement=True))
    assert matched.controls[:, 0].tolist() == [3, 3, 3]
    assert matched.weights.tolist() == [1.0, 1.0, 1.0, 1.0, 0.0]  # scaled: one control was drawn
    assert (matched.subclass == -1).all()


def test_the_caliper_is_measured_again_on_the_finished_pairs() -> None:
    matched = match(people(shift=2.0), plan=Plan(caliper=0.05))
    assert matched.caliper is not None
    assert matched.score is not None
    treated, controls, _weight = matched.pairs()
    apart = np.abs(matched.score.linear[treated] - matched.score.linear[controls])
    assert matched.caliper.width == pytest.approx(0.05 * np.std(matched.score.linear, ddof=1))
    assert matched.caliper.widest == apart.max() <= matched.caliper.width
    assert matched.caliper.outside == 0
    assert matched.unmatched_treated.size > 0


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["propensity", "probability", "mahalanobis"]),
    st.sampled_from(["nearest", "optimal"]),
    st.sampled_from(["", "closest", "farthest", "smallest", "data"]),
    st.booleans(),
    st.integers(1, 3),
    st.floats(0.01, 1.0),
)
def test_no_plan_ever_draws_a_pair_beyond_the_caliper_or_across_strata(
    seed: int, distance: str, method: str, order: str, replacement: bool, ratio: int, caliper: float
) -> None:
    register = people(treated=15, pool=60, seed=seed, shift=1.0)
    plan = Plan(method=method, distance=distance, order=order, replacement=replacement, ratio=ratio, caliper=caliper, exact=("region",))
    matched = match(register, plan=plan)
    treated, controls, _weight = matched.pairs()
    region = register.category("region").codes
    assert (region[treated] == region[controls]).all()
    assert register.treated[treated].all()
    assert not register.treated[controls].any()
    if not replacement or method == "optimal":
        assert len(set(controls.tolist())) == controls.size
    if controls.size:
        assert matched.caliper is not None
        assert matched.caliper.holds
    else:
        assert codes(matched) == ["nobody_matched"]


# Optimal pairs


def test_optimal_pairs_have_the_least_total_of_all_assignments() -> None:
    register = people(treated=4, pool=7, seed=3)
    matched = match(register, plan=Plan(method="optimal"))
    assert matched.score is not None
    linear = matched.score.linear
    ours, theirs = np.flatnonzero(register.treated), np.flatnonzero(~register.treated)
    least = min(
        sum(abs(linear[one] - linear[two]) for one, two in zip(ours, chosen, strict=True)) for chosen in itertools.permutations(theirs, 4)
    )
    treated, controls, _weight = matched.pairs()
    assert np.abs(linear[treated] - linear[controls]).sum() == pytest.approx(least)


def test_optimal_refuses_a_table_that_does_not_fit() -> None:
    register = people(treated=3_000, pool=30_000)
    matched = match(register, plan=Plan(method="optimal"))
    assert "too_many_pairs" in codes(matched)
    assert not matched.weights.any()


# Strata


def test_exact_strata_hold_equal_people_only_and_weigh_to_the_treated() -> None:
    register = people(treated=30, pool=300)
    matched = match(register, plan=Plan(method="exact", exact=("region", "months")))
    region, months = register.category("region").codes, register.number("months")
    for stratum in range(int(matched.subclass.max()) + 1):
        rows = np.flatnonzero(matched.subclass == stratum)
        assert len({(int(region[row]), float(months[row])) for row in rows}) == 1
        ours, theirs = rows[register.treated[rows]], rows[~register.treated[rows]]
        assert ours.size
        assert theirs.size
        share = ours.size / matched.matched_treated.size
        assert matched.weights[theirs].sum() / matched.weights[~register.treated].sum() == pytest.approx(share)
    assert matched.weights[~register.treated].sum() == pytest.approx(matched.matched_controls.size)


@pytest.mark.parametrize("large", [0, 10**9])
def test_coarsened_strata_are_those_of_bins_counted_by_hand(large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strata_room, "LARGE", large)
    register = people(treated=60, pool=2_000)
    matched = match(register, plan=Plan(method="coarsened_exact"))
    count = math.ceil(math.log2(register.rows) + 1)

    def bins(values: np.ndarray) -> list[int]:
        low, high = values.min(), values.max()
        cuts = [low + step * ((high - low) / count) for step in range(1, count)]
        return [sum(value >= cut for cut in cuts) for value in values.tolist()]

    keys = list(zip(bins(register.number("age")), bins(register.number("months")), register.category("region").codes.tolist(), strict=True))
    ours = {key for key, arm in zip(keys, register.treated, strict=True) if arm}
    both = ours & {key for key, arm in zip(keys, register.treated, strict=True) if not arm}
    assert (matched.weights > 0).tolist() == [key in both for key in keys]
    named: dict[int, set[tuple[int, int, int]]] = {}
    for key, stratum in zip(keys, matched.subclass.tolist(), strict=True):
        if stratum >= 0:
            named.setdefault(stratum, set()).add(key)
    assert len(named) == len(both)
    assert all(len(found) == 1 for found in named.values())


def test_a_value_on_a_cut_falls_into_the_higher_bin() -> None:
    arms = np.array([True, False, False])
    made, _problems = covariates(arms, columns={"x": np.array([5.0, 4.9, 9.0])}, categories=())
    assert made is not None
    matched = match(made, plan=Plan(method="coarsened_exact", bins=(("x", (5.0, 10.0)),)))
    assert (matched.weights > 0).tolist() == [True, False, True]


def test_numbers_of_bins_as_r_counts_them() -> None:
    values = np.arange(1.0, 101.0)
    # nclass.Sturges(1:100) = 8, nclass.scott(1:100) = 5, nclass.FD(1:100) = 5 in R.
    for word, count in (("sturges", 8), ("scott", 5), ("fd", 5), (4, 4)):
        cuts = cuts_of(values, word)
        assert cuts is not None
        assert cuts.inner.size + 1 == count
    quartiles = cuts_of(values, "q4")
    assert quartiles is not None
    assert quartiles.inner.tolist() == [25.75, 50.5, 75.25]
    assert cuts_of(values, "many") is None


# Entropy balancing


def test_entropy_weights_bring_means_and_variances_to_the_treated() -> None:
    register = people(treated=80, pool=900)
    matched = match(register, plan=Plan(method="entropy", moments=2))
    ours, theirs = register.treated, ~register.treated
    weight = matched.weights[theirs] / matched.weights[theirs].sum()
    for name in ("age", "months"):
        values = register.number(name)
        assert weight @ values[theirs] == pytest.approx(values[ours].mean())
        assert weight @ values[theirs] ** 2 == pytest.approx((values[ours] ** 2).mean())
    for level in range(3):
        assert weight @ (register.category("region").codes[theirs] == level) == pytest.approx(
            np.mean(register.category("region").codes[ours] == level)
        )
    assert matched.weights[theirs].sum() == pytest.approx(900)
    assert (matched.weights[theirs] > 0).all()


def test_entropy_says_when_no_weights_can_do_it() -> None:
    arms = np.arange(50) < 10
    made, _problems = covariates(arms, columns={"x": np.where(arms, 5.0, 1.0) + np.arange(50) / 100}, categories=())
    assert made is not None
    matched = match(made, plan=Plan(method="entropy"))
    assert "not_balanced" in codes(matched)
    assert not matched.weights.any()


# What cannot be matched


def refused(arms: list[bool], **columns: object) -> list[str]:
    made, problems = covariates(arms, columns=columns, categories=("c",))
    assert made is None
    return [problem.code for problem in problems if problem.severity == "error"]


def test_columns_that_cannot_be_used_are_all_named_together() -> None:
    arms = [True, False, False]
    assert refused(arms, x=[1.0, math.nan, math.inf], y=["a", "b", "c"], z=[1.0], c=["u", None, "v"]) == [
        "missing_covariate",
        "infinite_covariate",
        "not_a_number",
        "length_differs",
        "missing_covariate",
    ]
    assert refused([False, False, False], x=[1.0, 2.0, 3.0]) == ["nobody_treated"]
    assert refused([True, True, True], x=[1.0, 2.0, 3.0]) == ["empty_pool"]
    assert refused(arms) == ["no_covariates"]


def test_a_person_who_stands_twice_is_refused() -> None:
    made, problems = covariates(
        [True, False, False], columns={"x": [1.0, 2.0, 3.0]}, categories=(), persons=np.array(["anna", "bram", "anna"])
    )
    assert made is None
    assert [problem.code for problem in problems if problem.severity == "error"] == ["duplicated_person"]
    assert "1 person stands more than once: rows 1, 3" in str(problems[-1])
    assert "anna" not in str(problems[-1])  # a message names no person


def test_a_level_that_the_pool_has_not_is_said() -> None:
    arms = [True, True, False, False, False, False]
    made, problems = covariates(
        arms, columns={"c": ["new", "old", "old", "old", "other", "other"], "x": [1.0, 2.0, 1.5, 2.5, 3.0, 0.5]}, categories=("c",)
    )
    assert made is not None
    assert [(problem.code, problem.severity) for problem in problems] == [("unseen_in_pool", "warning")]
    matched = match(made, plan=Plan(exact=("c",)))
    assert matched.matched_treated.tolist() == [1]
    assert "empty_strata" in codes(matched, "warning")


def test_one_treated_and_more_treated_than_controls() -> None:
    made, problems = covariates([True, False, False, False], columns={"x": [1.0, 2.0, 0.5, 3.0]}, categories=())
    assert made is not None
    assert [problem.code for problem in problems] == ["one_treated"]
    assert match(made, plan=Plan()).matched_treated.tolist() == [0]
    many, _problems = covariates([True, True, True, False], columns={"x": [1.0, 2.0, 0.5, 1.4]}, categories=())
    assert many is not None
    matched = match(many, plan=Plan())
    assert matched.matched_treated.size == 1
    assert "fewer_controls" in codes(matched, "warning")
    assert match(many, plan=Plan(replacement=True)).matched_treated.size == 3


def test_no_overlap_leaves_nobody_within_the_caliper_and_says_so() -> None:
    arms = np.arange(60) < 20
    made, _problems = covariates(arms, columns={"x": np.where(arms, 10.0, 0.0) + np.arange(60) / 60}, categories=())
    assert made is not None
    matched = match(made, plan=Plan(caliper=0.1))
    assert "separation" in codes(matched, "warning")
    assert codes(matched) == ["nobody_matched"]
    assert matched.controls.tolist() == [[-1]] * 20


def test_a_constant_covariate_alone_leaves_nothing_to_match_on() -> None:
    made, problems = covariates([True, False, False], columns={"x": [2.0, 2.0, 2.0]}, categories=())
    assert made is not None
    assert [problem.code for problem in problems if problem.severity == "warning"] == ["one_treated", "constant_covariate"]
    assert "no_distance" in codes(match(made, plan=Plan(distance="mahalanobis")))
    assert "no_distance" in codes(match(made, plan=Plan()), "warning")


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (Plan(method="nearst"), "unknown_word"),
        (Plan(distance="euclid"), "unknown_word"),
        (Plan(exact=("regoin",)), "unknown_covariate"),
        (Plan(ratio=0), "ratio_too_small"),
        (Plan(caliper=-0.1), "negative_caliper"),
        (Plan(caliper=math.nan), "negative_caliper"),
        (Plan(order="random"), "no_seed"),
        (Plan(method="entropy", moments=0), "moments_too_few"),
        (Plan(method="coarsened_exact", bins=(("age", "many"),)), "unknown_bins"),
        (Plan(method="coarsened_exact", bins=(("region", 2),)), "bins_of_category"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(plan: Plan, code: str) -> None:
    matched = match(people(), plan=plan)
    assert code in codes(matched)
    assert not matched.weights.any()


def test_words_that_a_method_passes_over_are_said() -> None:
    matched = match(people(), plan=Plan(method="entropy", caliper=0.2, ratio=2))
    assert codes(matched, "warning") == ["unused_words"]
    assert "ratio, caliper have no meaning for the method 'entropy'" in str(matched.problems[0])
    assert not codes(match(people(), plan=Plan(caliper=0.2, ratio=2)), "warning")


def test_a_category_that_is_a_name_is_refused_in_a_model_and_taken_in_strata() -> None:
    arms = np.arange(6_000) % 3 == 0
    made, _problems = covariates(arms, columns={"name": np.arange(6_000) // 2, "x": np.arange(6_000.0) % 7}, categories=("name",))
    assert made is not None
    assert codes(match(made, plan=Plan())) == ["too_many_levels"]
    assert codes(match(made, plan=Plan(method="entropy"))) == ["too_many_levels"]
    assert not codes(match(made, plan=Plan(score_on=("x",), exact=("name",))))


def test_categories_of_any_type() -> None:
    arms = [True, False, False]
    for values in (["b", "a", "b"], [2, 1, 2], [2.0, 1.0, 2.0], [True, False, True], np.array(["b", "a", "b"], dtype=object)):
        made, _problems = covariates(arms, columns={"c": values}, categories=("c",))
        assert made is not None
        assert made.category("c").codes.tolist() == [1, 0, 1]
    given, _problems = covariates(arms, columns={"c": Category(np.array([1, 0, 1]), ("a", "b"))}, categories=())
    assert given is not None
    assert given.category("c").levels == ("a", "b")


def test_a_distance_over_two_categories_says_that_matchit_takes_another() -> None:
    arms = np.arange(60) % 4 == 0
    draw = np.random.default_rng(2)
    columns = {"x": draw.normal(size=60), "c": draw.integers(0, 2, 60), "d": draw.integers(0, 3, 60)}
    made, _problems = covariates(arms, columns=columns, categories=("c", "d"))
    assert made is not None
    assert codes(match(made, plan=Plan(distance="mahalanobis")), "warning") == ["unlike_matchit"]
    assert not codes(match(made, plan=Plan(distance="mahalanobis", distance_on=("x", "c"))), "warning")
