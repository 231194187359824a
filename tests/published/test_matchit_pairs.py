"""The pairs that R's MatchIt 4.7.1 gave for a synthetic register of 119 treated and 10,000 controls."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from makegood.comparison import design, passes
from makegood.comparison.matched import Matched, Plan
from makegood.comparison.matching import match

REFERENCE = Path(os.environ.get("MAKEGOOD_REFERENCE_DIR", "")) / "matching"
pytestmark = pytest.mark.skipif(
    "MAKEGOOD_REFERENCE_DIR" not in os.environ or not REFERENCE.is_dir(),
    reason="MAKEGOOD_REFERENCE_DIR does not lead to the pairs of MatchIt 4.7.1",
)

CASES = {
    "pairs_propensity": Plan(caliper=0.2),
    "pairs_propensity_exact_sex_offence": Plan(caliper=0.2, exact=("sex", "off")),
    "pairs_propensity_1to5_replacement": Plan(caliper=0.2, ratio=5, replacement=True),
    "pairs_mahalanobis_in_caliper": Plan(caliper=0.2, distance="mahalanobis", distance_on=("age", "mon", "inc")),
}


@pytest.fixture(scope="module")
def register() -> design.Covariates:
    with (REFERENCE / "register_119_10000.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    treated = columns.pop("treat") == 1
    made, problems = design.covariates(treated, columns=columns, categories=("sex", "cob", "off", "ben", "reg"))
    assert made is not None
    assert not problems
    return made


def pairs_of(matched: Matched) -> dict[int, list[int]]:
    """Row numbers from 1, as R counts."""
    return {
        int(row) + 1: [int(one) + 1 for one in picked if one >= 0]
        for row, picked in zip(matched.treated_rows, matched.controls, strict=True)
        if (picked >= 0).any()
    }


def published(name: str) -> dict[int, list[int]]:
    with (REFERENCE / f"{name}.csv").open(newline="") as file:
        return {int(row[0]): [int(one) for one in row[1:] if one not in ("", "NA")] for row in list(csv.reader(file))[1:]}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("speed", ["plain", "compiled"])
def test_the_pairs_are_those_of_matchit(name: str, speed: str, register: design.Covariates, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("passes", "ordering", "nearest", "strata", "turning", "mahalanobis"):
        monkeypatch.setattr(f"makegood.comparison.{module}.LARGE", 0 if speed == "compiled" else 10**15)
    matched = match(register, plan=CASES[name])
    assert pairs_of(matched) == published(name)
    assert matched.caliper is not None
    assert matched.caliper.holds
    assert matched.caliper.widest <= matched.caliper.width


def test_shuffled_levels_and_columns_change_no_pair(register: design.Covariates) -> None:
    order = tuple(reversed(register.category_names))
    levels = {name: design.Category(register.category(name).codes, register.category(name).levels) for name in order}
    # Another reference level and another order of columns: another parametrisation of the same model.
    turned = {name: design.Category((len(one.levels) - 1 - one.codes).astype(np.int32), one.levels[::-1]) for name, one in levels.items()}
    columns = turned | {name: register.number(name) for name in reversed(register.number_names)}
    made, _problems = design.covariates(register.treated, columns=columns, categories=order)
    assert made is not None
    assert pairs_of(match(made, plan=CASES["pairs_propensity"])) == published("pairs_propensity")
    assert made.rows < passes.LARGE
