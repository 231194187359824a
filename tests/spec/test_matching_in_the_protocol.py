"""Every way of matching, asked for in a protocol file and run by `makegood compare`; each held beside another's arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import linear_sum_assignment

from comparison_builders import a_matching, compare
from makegood.comparison.random_order import r_permutation

TREATED, POOL = 24, 160


@pytest.fixture(scope="module")
def people() -> tuple[dict[str, Any], np.ndarray]:
    """Treated and pool mixed in one data set of invented people, numbered in its order."""
    draw = np.random.default_rng(11)
    treated = np.zeros(TREATED + POOL, dtype=bool)
    treated[draw.choice(treated.size, TREATED, replace=False)] = True
    columns = {
        "person": [f"p{row}" for row in range(treated.size)],
        "row": list(range(1, treated.size + 1)),
        "age": np.round(draw.normal(36 + 4 * treated, 9), 2).tolist(),
        "months": draw.poisson(8 + 2 * treated).tolist(),
        "region": draw.choice(["north", "south", "east"], treated.size).tolist(),
    }
    return columns, treated


def by_statsmodels(columns: dict[str, Any], treated: np.ndarray) -> np.ndarray:
    """(rows,) the log odds of being treated, from the maximum of the likelihood that statsmodels finds."""
    region = np.array(columns["region"])
    design = np.column_stack([np.ones(treated.size), columns["age"], columns["months"], region == "north", region == "south"])
    fitted = sm.GLM(treated.astype(float), design.astype(float), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=50)
    return np.asarray(design.astype(float) @ fitted.params)


def rows_of(pairs: dict[str, list[str]]) -> dict[int, list[int]]:
    return {int(one[1:]): [int(other[1:]) for other in others] for one, others in pairs.items()}


def greedy(far: np.ndarray, treated: np.ndarray, *, order: np.ndarray, width: float, ratio: int = 1) -> dict[int, list[int]]:
    """Nearest first come, without replacement, by a table of all distances; round after round."""
    free = ~treated
    pairs: dict[int, list[int]] = {}
    for _round in range(ratio):
        for row in order.tolist():
            open_to = np.flatnonzero(free & (far[row] <= width))
            if open_to.size:
                chosen = int(open_to[np.argmin(far[row][open_to])])
                free[chosen] = False
                pairs.setdefault(row, []).append(chosen)
    return pairs


def descending(score: np.ndarray, treated: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(treated)
    return np.asarray(rows[np.argsort(-score[rows], kind="stable")])


@pytest.mark.parametrize("ratio", [1, 3])
def test_nearest_within_a_caliper_of_standard_deviations(people: Any, tmp_path: Path, ratio: int) -> None:
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(caliper="0.2", ratio=ratio))
    score = by_statsmodels(columns, treated)
    width = 0.2 * float(score.std(ddof=1))
    far = np.abs(score[:, None] - score[None, :])
    assert rows_of(found.pairs) == greedy(far, treated, order=descending(score, treated), width=width, ratio=ratio)
    caliper = found.settled["caliper"]
    assert float(caliper["width"]) == pytest.approx(width, abs=1e-6)
    widest = max(far[one][other] for one, others in rows_of(found.pairs).items() for other in others)
    assert (caliper["holds"], caliper["pairs_outside"]) == (True, "0")
    assert float(caliper["widest"]) == pytest.approx(widest, abs=1e-6)


@pytest.mark.parametrize("order", ["smallest", "data"])
def test_a_caliper_on_the_probability_in_its_own_unit(people: Any, tmp_path: Path, order: str) -> None:
    columns, treated = people
    words = a_matching(distance="probability", caliper="0.02", caliper_unit="raw", order=order)
    found = compare(tmp_path, columns, treated, matching=words, columns={"row": "row"})
    score = 1 / (1 + np.exp(-by_statsmodels(columns, treated)))
    turns = np.flatnonzero(treated) if order == "data" else descending(-score, treated)
    assert rows_of(found.pairs) == greedy(np.abs(score[:, None] - score[None, :]), treated, order=turns, width=0.02)
    assert found.settled["caliper"]["width"] == "0.02"


def test_a_random_order_is_that_of_r_after_set_seed(people: Any, tmp_path: Path) -> None:
    # R 3.6 and later: set.seed(42); sample(10) gives 1 5 10 8 2 4 6 9 7 3; after set.seed(123) 3 10 2 8 6 9 1 7 5 4.
    assert (r_permutation(10, seed=42) + 1).tolist() == [1, 5, 10, 8, 2, 4, 6, 9, 7, 3]
    assert (r_permutation(10, seed=123) + 1).tolist() == [3, 10, 2, 8, 6, 9, 1, 7, 5, 4]
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(order="random"), seed=42)
    score = by_statsmodels(columns, treated)
    turns = np.flatnonzero(treated)[r_permutation(TREATED, seed=42)]
    assert rows_of(found.pairs) == greedy(np.abs(score[:, None] - score[None, :]), treated, order=turns, width=np.inf)


def test_with_replacement_each_takes_their_nearest(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(ratio=2, replacement="yes"))
    score = by_statsmodels(columns, treated)
    pool = np.flatnonzero(~treated)
    expected = {int(row): pool[np.argsort(np.abs(score[pool] - score[row]))[:2]].tolist() for row in np.flatnonzero(treated)}
    assert rows_of(found.pairs) == expected
    assert len({other for others in expected.values() for other in others}) < 2 * TREATED  # some serve twice


def test_equal_on_what_the_protocol_names(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(exact=["region"], caliper="0.5"))
    score, region = by_statsmodels(columns, treated), np.array(columns["region"])
    far = np.where(region[:, None] == region[None, :], np.abs(score[:, None] - score[None, :]), np.inf)
    width = 0.5 * float(score.std(ddof=1))
    assert rows_of(found.pairs) == greedy(far, treated, order=descending(score, treated), width=width)


def test_mahalanobis_within_a_caliper(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    words = a_matching(distance="mahalanobis", distance_on=["age", "months"], caliper="0.3")
    found = compare(tmp_path, columns, treated, matching=words)
    score = by_statsmodels(columns, treated)
    numbers = np.column_stack([columns["age"], columns["months"]]).astype(float)
    within = sum(
        np.cov(numbers[arm], rowvar=False) * (np.count_nonzero(arm) - 1) for arm in (treated, ~treated)
    ) / (treated.size - 2)  # fmt: skip
    apart = numbers[:, None, :] - numbers[None, :, :]
    far = np.sqrt(np.einsum("abi,ij,abj->ab", apart, np.linalg.inv(within), apart))
    far[np.abs(score[:, None] - score[None, :]) > 0.3 * score.std(ddof=1)] = np.inf
    assert rows_of(found.pairs) == greedy(far, treated, order=descending(score, treated), width=1e9)


def test_optimal_pairs_are_the_assignment_of_least_total(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(method="optimal"))
    score = by_statsmodels(columns, treated)
    far = np.abs(score[np.flatnonzero(treated), None] - score[None, np.flatnonzero(~treated)])
    ours, theirs = linear_sum_assignment(far)
    total = sum(abs(score[one] - score[other]) for one, others in rows_of(found.pairs).items() for other in others)
    assert len(found.pairs) == TREATED
    assert total == pytest.approx(far[ours, theirs].sum(), abs=1e-9)


def weights_by_strata(keys: list[Any], treated: np.ndarray) -> np.ndarray:
    """What Iacus, King and Porro weigh: a control as its stratum's treated over its controls, scaled to the controls kept."""
    weights = np.zeros(treated.size)
    for key in set(keys):
        inside = np.array([other == key for other in keys])
        ours, theirs = inside & treated, inside & ~treated
        if ours.any() and theirs.any():
            weights[ours] = 1.0
            weights[theirs] = ours.sum() / theirs.sum()
    kept = ~treated & (weights > 0)
    weights[kept] *= kept.sum() / weights[kept].sum()
    return weights


def test_coarsened_exact_by_bins_and_cut_points(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    variables = {"age": {"kind": "number", "cut_at": [30, 45]}, "months": {"kind": "number", "bins": 3}, "region": {"kind": "category"}}
    found = compare(tmp_path, columns, treated, matching=a_matching(method="coarsened_exact", order="data"), variables=variables)
    age, months = np.array(columns["age"]), np.array(columns["months"], dtype=float)
    edges = months.min() + (months.max() - months.min()) / 3 * np.array([1, 2])
    keys = list(zip(np.digitize(age, [30, 45]), np.digitize(months, edges), columns["region"], strict=True))
    expected = weights_by_strata(keys, treated)
    assert {int(person[1:]): weight for person, weight in found.weights.items()} == pytest.approx(
        {row: weight for row, weight in enumerate(expected) if weight > 0}
    )


def test_exact_on_all_or_nobody(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    variables = {"months": {"kind": "number"}, "region": {"kind": "category"}}
    found = compare(tmp_path, columns, treated, matching=a_matching(method="exact", order="data"), variables=variables)
    expected = weights_by_strata(list(zip(columns["months"], columns["region"], strict=True)), treated)
    assert {int(person[1:]): weight for person, weight in found.weights.items()} == pytest.approx(
        {row: weight for row, weight in enumerate(expected) if weight > 0}
    )


def test_entropy_weights_bring_the_pool_to_the_treated(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(method="entropy", moments=2, order="data"))
    weight = np.array([found.weights.get(f"p{row}", 0.0) for row in range(treated.size)])
    pool = ~treated
    for column in (columns["age"], columns["months"], np.array(columns["region"]) == "north"):
        values = np.asarray(column, dtype=float)
        for power in (1, 2):
            mean = np.average(values[pool] ** power, weights=weight[pool])
            assert mean == pytest.approx((values[treated] ** power).mean(), rel=1e-5)


def test_those_beyond_the_other_sides_scores_are_left_out(people: Any, tmp_path: Path) -> None:
    columns, treated = people
    found = compare(tmp_path, columns, treated, matching=a_matching(discard="both", caliper="0.2"))
    score = by_statsmodels(columns, treated)
    low, high = max(score[treated].min(), score[~treated].min()), min(score[treated].max(), score[~treated].max())
    inside = (score >= low) & (score <= high)
    assert np.count_nonzero(~inside) > 0
    used = {row for one, others in rows_of(found.pairs).items() for row in (one, *others)}
    assert all(inside[row] for row in used)
    assert float(found.settled["caliper"]["width"]) == pytest.approx(0.2 * score[inside].std(ddof=1), abs=1e-6)
    assert "discarded" in found.remarks


def test_equal_scores_are_broken_in_the_order_of_the_whole_data_set(tmp_path: Path) -> None:
    # Four people who are alike but for their place in the data: the search goes left first, to the row just before.
    treated = np.array([False, False, True, False, False, False])
    columns: dict[str, Any] = {"person": list("abcdef"), "row": [1, 2, 3, 4, 5, 6], "age": [30, 30, 30, 30, 40, 50]}
    terms: dict[str, Any] = {"variables": {"age": {"kind": "number"}}, "matching": a_matching()}
    (tmp_path / "parted").mkdir()
    assert compare(tmp_path / "parted", columns, treated, **terms).pairs == {"c": ["a"]}  # the treated stand first
    assert compare(tmp_path, columns, treated, columns={"row": "row"}, **terms).pairs == {"c": ["b"]}


def test_a_row_number_that_stands_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    treated = np.array([False, False, True])
    columns: dict[str, Any] = {"person": list("abc"), "row": [1, 1, 2], "age": [30, 31, 30]}
    found = compare(tmp_path, columns, treated, err=capsys, variables={"age": {"kind": "number"}}, columns={"row": "row"})
    assert found.code == 2
    assert "p.csv row: 1 stands twice" in found.told
    assert "number the rows of the whole data set before it is parted" in found.told
