"""How far matching comes back to an experiment: the National Supported Work demonstration with controls from the CPS.

LaLonde (1986), American Economic Review 76(4); Dehejia and Wahba (1999), JASA 94(448). 185 men were drawn to take part
and 260 were not; their earnings in 1978 differ by USD 1,794. The same 185 beside 15,992 men of the Current Population
Survey earn USD 8,498 less: those who take part are not like the rest. The data come with the package `causaldata`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comparison_builders import Compared, a_matching, compare

causaldata = pytest.importorskip("causaldata", reason="the data of the National Supported Work come with causaldata")

EXPERIMENT, NAIVE = 1_794, -8_498
NUMBERS = ("age", "educ", "re74", "re75")
CATEGORIES = ("black", "hisp", "marr", "nodegree", "no74", "no75")


@pytest.fixture(scope="module")
def men() -> dict[str, Any]:
    """All men of both data sets; `arm`: 1 took part, 0 was drawn not to, -1 stands in the CPS."""
    drawn, survey = causaldata.nsw_mixtape.load_pandas().data, causaldata.cps_mixtape.load_pandas().data
    together = {name: np.concatenate([drawn[name], survey[name]]) for name in ("age", "educ", "black", "hisp", "marr", "nodegree")}
    together |= {name: np.concatenate([drawn[name], survey[name]]).astype(float) for name in ("re74", "re75", "re78")}
    together |= {f"no{year}": (together[f"re{year}"] == 0).astype(int) for year in (74, 75)}
    arm = np.concatenate([drawn["treat"].to_numpy().astype(int), np.full(len(survey), -1)])
    return {**together, "arm": arm, "person": np.array([f"m{row}" for row in range(arm.size)])}


def matched(men: dict[str, Any], folder: Path, **terms: Any) -> Compared:
    """Participants beside the CPS through the whole line: lock, compare with outcomes."""
    inside = men["arm"] != 0
    people = {name: men[name][inside].tolist() for name in ("person", *NUMBERS, *CATEGORIES)}
    variables = {name: {"kind": "number"} for name in NUMBERS} | {name: {"kind": "category"} for name in CATEGORIES}
    earned = {"person": people["person"], "earnings": men["re78"][inside].tolist()}
    terms = {"variables": variables, "outcomes": {"earnings": {"value": "mean", "unit": "USD"}}, **terms}
    return compare(folder, people, men["arm"][inside] == 1, measured=earned, **terms)


def test_the_experiment_and_the_naive_difference(men: dict[str, Any]) -> None:
    took_part, drawn_not, survey = (men["re78"][men["arm"] == arm] for arm in (1, 0, -1))
    assert (took_part.size, drawn_not.size, survey.size) == (185, 260, 15_992)
    assert took_part.mean() - drawn_not.mean() == pytest.approx(EXPERIMENT, abs=0.5)
    assert took_part.mean() - survey.mean() == pytest.approx(NAIVE, abs=0.5)


def effect_of(found: Compared) -> tuple[float, float, float]:
    row = found.results[0]
    return float(row["value"]) - float(row["comparison_value"]), float(row["ci_low"]), float(row["ci_high"])


def test_matching_comes_back_to_the_experiment_and_says_that_the_men_are_not_quite_alike(men: dict[str, Any], tmp_path: Path) -> None:
    found = matched(men, tmp_path, matching=a_matching(caliper="0.2"))
    effect, low, high = effect_of(found)
    assert found.results[0]["n"] == "185"
    assert abs(effect - EXPERIMENT) < 0.05 * abs(NAIVE - EXPERIMENT)  # more than 95% of the way back
    assert low < EXPERIMENT < high
    assert high - low > 2_000  # and not sure of it: the interval is wider than the effect
    balance = {row["name"]: row for row in found.settled["balance"]}
    assert float(balance["black[1]"]["smd_before"]) > 2  # 84% of the participants are black, 7% of the survey
    assert abs(float(balance["black[1]"]["smd_after"])) < 0.05
    # Honest: not every mean is within a tenth of a standard deviation, and the verdict names those that are not.
    beyond = {name for name, row in balance.items() if row["kind"] != "score" and abs(float(row["smd_after"])) > 0.1}
    assert "re74" in beyond
    assert found.settled["verdict"]["good"] is False


def test_weights_that_balance_every_mean_come_back_too(men: dict[str, Any], tmp_path: Path) -> None:
    found = matched(men, tmp_path, matching=a_matching(method="entropy", order="data"))
    effect, low, high = effect_of(found)
    assert low < EXPERIMENT < high
    assert abs(effect - EXPERIMENT) < 0.05 * abs(NAIVE - EXPERIMENT)
    after = [abs(float(row["smd_after"])) for row in found.settled["balance"]]
    assert max(after) < 1e-4
