"""What matching cannot use, or uses with a warning, through `makegood compare`: a clear message or a result that says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comparison_builders import Compared, a_matching, compare

Capture = pytest.CaptureFixture[str]
VARIABLES = {"age": {"kind": "number"}, "region": {"kind": "category"}}


def people(age: Any, *, region: Any = None, person: Any = None) -> dict[str, Any]:
    count = len(age)
    return {
        "person": [f"p{row}" for row in range(count)] if person is None else person,
        "age": list(age),
        "region": ["north", "south"] * (count // 2) + ["north"] * (count % 2) if region is None else region,
    }


def arms(treated: int, pool: int) -> np.ndarray:
    return np.arange(treated + pool) < treated


def compared(folder: Path, err: Capture, columns: dict[str, Any], treated: np.ndarray, **words: Any) -> Compared:
    return compare(folder, columns, treated, err=err, variables=VARIABLES, matching=a_matching(**words))


def test_no_overlap_leaves_nobody_within_the_caliper(tmp_path: Path, capsys: Capture) -> None:
    ages = [*np.linspace(60, 70, 10), *np.linspace(20, 30, 40)]
    found = compared(tmp_path, capsys, people(ages), arms(10, 40), caliper="0.05")
    assert found.code == 1  # the answer is no: there is nobody to compare with
    assert {"separation", "nobody_matched"} <= set(found.remarks)
    page = (tmp_path / "out" / "design.html").read_text("utf-8")
    assert "Do not lock this protocol" in page
    assert "narrow the caliper" not in page
    assert found.settled["verdict"]["good"] is False
    assert found.pairs == {}
    assert "nobody could be matched: no control lies within" in found.told
    assert "look at the overlap plot before widening anything" in found.told


def test_perfect_separation_gives_finite_scores_and_says_so(tmp_path: Path, capsys: Capture) -> None:
    ages = [*np.linspace(60, 70, 10), *np.linspace(20, 30, 40)]
    found = compared(tmp_path, capsys, people(ages), arms(10, 40))
    assert found.code == 0
    assert len(found.pairs) == 10
    assert "separation" in found.remarks
    assert "tell treated and pool apart without exception" in found.told
    assert "ridge penalty" in found.told
    score = next(row for row in found.settled["balance"] if row["kind"] == "score")
    assert np.isfinite(float(score["treated_before"]))
    assert found.settled["verdict"]["good"] is False


def test_a_constant_covariate_is_left_out_and_named(tmp_path: Path, capsys: Capture) -> None:
    found = compared(tmp_path, capsys, people([30] * 50), arms(10, 40))
    assert found.code == 0
    assert "constant_covariate" in found.remarks
    assert "covariate 'age' is 30 for everybody and tells nobody apart" in found.told
    assert found.settled["verdict"]["spread_differs"] == found.settled["verdict"]["spread_unknown"] == []


def test_covariates_that_are_all_constant_leave_the_order_of_the_data(tmp_path: Path, capsys: Capture) -> None:
    found = compared(tmp_path, capsys, people([30] * 12, region=["north"] * 12), arms(3, 9))
    assert "no_distance" in found.remarks
    assert "everybody has the same propensity score, so the order of the data alone decides" in found.told
    assert list(found.pairs) == ["p0", "p1", "p2"]


@pytest.mark.parametrize(("word", "says"), [("", "missing for 1 of 10: row 1"), ("NA", "missing for 1 of 10: row 1"), ("inf", "infinite")])
def test_missing_and_infinite_values_are_refused_by_name(tmp_path: Path, capsys: Capture, word: str, says: str) -> None:
    ages = [word, *np.linspace(20, 60, 49)]
    found = compared(tmp_path, capsys, people(ages), arms(10, 40))
    assert found.code == 2
    assert says in found.told
    assert "age" in found.told
    assert not (tmp_path / "out").exists()


def test_a_missing_category_is_refused(tmp_path: Path, capsys: Capture) -> None:
    found = compared(tmp_path, capsys, people(np.linspace(20, 60, 20), region=["", *["north", "south"] * 9, "north"]), arms(5, 15))
    assert found.code == 2
    assert "category 'region' is missing for 1 of 5: row 1" in found.told
    assert "give 'unknown' a level of its own" in found.told


def test_one_treated_has_a_pair_and_no_certainty(tmp_path: Path, capsys: Capture) -> None:
    found = compared(tmp_path, capsys, people(np.linspace(20, 60, 20)), arms(1, 19))
    assert found.code == 0
    assert len(found.pairs) == 1
    assert "one person is treated: a comparison can be drawn, its uncertainty cannot" in found.told
    assert found.settled["verdict"]["good"] is False  # of one pair no spread is known


def test_more_treated_than_controls(tmp_path: Path, capsys: Capture) -> None:
    draw = np.random.default_rng(4)
    columns = people(draw.normal(40, 10, 30).tolist())
    found = compared(tmp_path, capsys, columns, arms(20, 10))
    assert len(found.pairs) == 10
    assert found.settled["sizes"]["unmatched"] == "10"
    assert "the pool of 10 cannot give 1 to each of 20 treated" in found.told
    assert "match with replacement, or widen the pool" in found.told
    (tmp_path / "again").mkdir()
    assert len(compared(tmp_path / "again", capsys, columns, arms(20, 10), replacement="yes").pairs) == 20


def test_one_pair_has_no_spread_and_the_design_says_so(tmp_path: Path, capsys: Capture) -> None:
    ages = [20, *np.linspace(60, 90, 9), 20, *np.linspace(25, 58, 39)]
    columns = people(ages, region=["north"] * 50)
    found = compared(tmp_path, capsys, columns, arms(10, 40), caliper="0.0000001")
    assert found.pairs == {"p0": ["p10"]}
    assert found.settled["verdict"]["spread_unknown"] == ["age"]
    assert found.settled["verdict"]["good"] is False
    text = (tmp_path / "out" / "design.md").read_text()
    assert "Of the 10 participants 1 has a match; the others have none." in text
    assert "The comparison is with 1 person out of a pool of 40." in text
    assert "The caliper of 0.0000001 standard deviations holds" in text


def test_duplicated_persons_are_refused(tmp_path: Path, capsys: Capture) -> None:
    names = [f"p{row}" for row in range(20)]
    twice = [*names[:19], "p18"]
    found = compared(tmp_path, capsys, people(np.linspace(20, 60, 20), person=twice), arms(5, 15))
    assert found.code == 2
    assert "1 person stands there more than once: rows 14, 15" in found.told
    both = [*names[:19], "p2"]
    found = compared(tmp_path, capsys, people(np.linspace(20, 60, 20), person=both), arms(5, 15))
    assert found.code == 2
    assert "1 person is treated and in the pool as well: row 15 of the pool" in found.told
    assert not (tmp_path / "out").exists()


def test_weights_that_would_run_off_are_refused(tmp_path: Path, capsys: Capture) -> None:
    ages = [*np.linspace(60, 70, 10), *np.linspace(20, 61, 40)]
    found = compared(tmp_path, capsys, people(ages), arms(10, 40), method="entropy", order="data")
    assert found.code in (1, 2)
    assert "no weights bring the pool to the treated's means: age stays" in found.told
    assert "the weights would grow without bound" in found.told
    assert found.weights == {}


def test_a_weight_that_carries_everything_is_said(tmp_path: Path, capsys: Capture) -> None:
    ages = [*np.linspace(50, 52, 10), *np.linspace(20, 30, 40), 60]
    found = compared(tmp_path, capsys, people(ages, region=["north"] * 51), arms(10, 41), method="entropy", order="data")
    assert found.code == 0
    assert "extreme_weight" in found.remarks
    assert "one person in the pool carries" in found.told
    assert max(found.weights.values()) < np.inf


def test_levels_that_the_pool_has_not(tmp_path: Path, capsys: Capture) -> None:
    draw = np.random.default_rng(7)
    region = ["island", "island", *["north", "south"] * 24]
    columns = people(draw.normal(40, 9, 50).tolist(), region=region)
    found = compared(tmp_path, capsys, columns, arms(10, 40))
    assert "unseen_in_pool" in found.remarks
    assert "category 'region' has levels that nobody in the pool has: 'island' (2 treated)" in found.told
    (tmp_path / "exact").mkdir()
    strict = compared(tmp_path / "exact", capsys, columns, arms(10, 40), exact=["region"])
    assert not {"p0", "p1"} & set(strict.pairs)
    assert "2 of 10 treated have nobody in the pool who is equal on region" in strict.told


def test_outcomes_of_other_people_are_refused(tmp_path: Path, capsys: Capture) -> None:
    columns = people(np.linspace(20, 60, 20))
    outcomes = {"person": [*columns["person"], "stranger"], "work": [3] * 21}
    found = compare(tmp_path, columns, arms(5, 15), err=capsys, measured=outcomes, variables=VARIABLES)
    assert found.code == 2
    assert "1 of 21 persons is neither treated nor in the pool: row 21" in found.told
    assert "stranger" not in found.told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"caliper": "-0.2"}, "a caliper lies above 0"),
        ({"caliper": "wide"}, "caliper"),
        ({"ratio": 0}, "1 or more"),
        ({"distance": "euclid"}, "distance"),
        ({"exact": ["regoin"]}, "'regoin' is no variable of this protocol"),
        ({"discard": "controls"}, "discard"),
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, capsys: Capture, words: dict[str, Any], says: str) -> None:
    found = compared(tmp_path, capsys, people(np.linspace(20, 60, 20)), arms(5, 15), **words)
    assert found.code == 2
    assert says in found.told
    line = next(
        number for number, text in enumerate((tmp_path / "protocol.yaml").read_text().splitlines(), 1) if text.startswith("matching:")
    )
    told_line = int(found.told.split("protocol.yaml:")[1].split(" ")[0].rstrip(":"))
    assert line <= told_line <= line + 12


def test_bins_that_cut_nothing_are_refused(tmp_path: Path, capsys: Capture) -> None:
    variables = {"age": {"kind": "number", "bins": "many"}, "region": {"kind": "category"}}
    found = compare(tmp_path, people(np.linspace(20, 60, 20)), arms(5, 15), err=capsys, variables=variables)
    assert found.code == 2
    assert "'many' cuts nothing: write a number, sturges, scott, fd, or q4" in found.told


def test_what_was_refused_leaves_no_half_written_result(tmp_path: Path, capsys: Capture) -> None:
    good = compared(tmp_path, capsys, people(np.linspace(20, 60, 20)), arms(5, 15))
    before = (tmp_path / "out" / "design.json").read_bytes()
    assert good.code == 0
    compared(tmp_path, capsys, people([""] * 20), arms(5, 15))
    assert (tmp_path / "out" / "design.json").read_bytes() == before
    assert json.loads(before)["bases"]
