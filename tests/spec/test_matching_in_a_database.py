"""Scores and blocks from a database give the pairs that the columns give; Spark runs the same text as DuckDB."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comparison_builders import a_matching, compare
from makegood.comparison import in_database
from makegood.comparison.design import Covariates, covariates
from makegood.comparison.matched import Plan
from makegood.comparison.matching import match
from makegood.comparison.prepare import everything_compiled
from makegood.measurement.databases import DuckDB, Spark

NO_SPARK = importlib.util.find_spec("pyspark") is None or (shutil.which("java") is None and "JAVA_HOME" not in os.environ)
PLANS = {
    "propensity": Plan(caliper=0.2),
    "probability": Plan(distance="probability", caliper=0.02, caliper_unit="raw"),
    "exact, 1:2": Plan(caliper=0.3, exact=("region", "months"), ratio=2),
    "replacement": Plan(caliper=0.1, ratio=3, replacement=True, exact=("region",)),
    "closest": Plan(caliper=0.1, order="closest"),
    "mahalanobis": Plan(caliper=0.2, distance="mahalanobis", distance_on=("age", "months"), exact=("region",)),
    "discard": Plan(caliper=0.2, discard="both"),
    "no caliper": Plan(),
}


@pytest.fixture(scope="module")
def people() -> Covariates:
    draw = np.random.default_rng(21)
    treated = draw.random(3_000) < 0.03
    columns = {
        # A number without steps: where two people lie at the very same distance on either side, rounding decides.
        "income": draw.normal(7 - 0.3 * treated, 0.8),
        "age": np.round(draw.normal(36 + 3 * treated, 9), 1),
        "months": draw.poisson(3 + treated).astype(float),
        "region": draw.choice(["north", "south", "east", "west"], treated.size),
        "origin": draw.integers(0, 5, treated.size),
    }
    made, _problems = covariates(treated, columns=columns, categories=("region", "origin"))
    assert made is not None
    return made


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.skipif(NO_SPARK, reason="no pyspark or no Java"))]
)
def database(request: pytest.FixtureRequest) -> Iterator[DuckDB | Spark]:
    opened: DuckDB | Spark = DuckDB() if request.param == "duckdb" else Spark()
    yield opened
    opened.close()


@pytest.mark.parametrize("name", PLANS)
def test_the_pairs_are_those_of_the_columns(name: str, people: Covariates, database: DuckDB | Spark) -> None:
    here, there = match(people, plan=PLANS[name]), match(people, plan=PLANS[name], database=database)
    assert np.array_equal(here.controls, there.controls)
    assert np.allclose(here.weights, there.weights)
    assert here.score is not None
    assert there.score is not None
    assert np.abs(here.score.linear - there.score.linear).max() < 1e-9
    assert here.score.passes == there.score.passes


def test_where_all_go_in_steps_every_engine_breaks_the_same_ties() -> None:
    # A month more and a month less are equally far: without care the last bit of a sum would decide.
    database = DuckDB()
    for seed in range(6):
        draw = np.random.default_rng(seed)
        treated = draw.random(1_500) < 0.06
        columns = {"age": np.round(draw.normal(36 + 3 * treated, 9)), "months": draw.poisson(4 + treated).astype(float)}
        columns |= {"region": draw.integers(0, 4, treated.size), "origin": draw.integers(0, 3, treated.size)}
        made, _problems = covariates(treated, columns=columns, categories=("region", "origin"))
        assert made is not None
        for plan in (Plan(caliper=0.2), Plan(caliper=0.3, distance="mahalanobis", distance_on=("age", "months"))):
            plain = match(made, plan=plan)
            with everything_compiled():
                compiled = match(made, plan=plan)
            elsewhere = match(made, plan=plan, database=database)
            assert np.array_equal(plain.controls, compiled.controls)
            assert np.array_equal(plain.controls, elsewhere.controls)
    database.close()


def test_only_candidates_reach_the_loop(people: Covariates, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []
    whole = in_database.InDatabase.candidates

    def watched(*args: object, **words: object) -> np.ndarray:
        seen.append(whole(*args, **words))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(in_database.InDatabase, "candidates", watched)
    plan = Plan(caliper=0.02, exact=("region", "origin"))
    matched = match(people, plan=plan, database=DuckDB())
    assert matched.score is not None
    assert matched.caliper is not None
    score, group = matched.score.linear, people.category("region").codes * 5 + people.category("origin").codes
    near = np.abs(score[:, None] - score[people.treated][None, :]) <= matched.caliper.width * (1 + 1e-6)
    same = group[:, None] == group[people.treated][None, :]
    assert np.array_equal(seen[0], people.treated | (near & same).any(axis=1))
    assert seen[0].sum() < people.rows / 4


@pytest.mark.skipif(NO_SPARK, reason="no pyspark or no Java")
def test_the_command_line_gives_the_same_result_on_spark(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    treated = np.arange(400) < 30
    columns = {
        "person": [f"p{row}" for row in range(400)],
        "age": draw.normal(36 + 3 * treated, 9).tolist(),
        "months": draw.poisson(5, 400).tolist(),
        "region": draw.choice(["north", "south"], 400).tolist(),
    }
    (tmp_path / "spark").mkdir()
    here = compare(tmp_path, columns, treated, matching=a_matching(caliper="0.2"))
    there = compare(tmp_path / "spark", columns, treated, "--engine", "spark", matching=a_matching(caliper="0.2"))
    assert there.code == 0
    assert there.pairs == here.pairs
    assert there.settled["balance"] == here.settled["balance"]
    assert there.settled["caliper"] == here.settled["caliper"]


@pytest.mark.skipif(not NO_SPARK, reason="pyspark and Java are here")
def test_without_spark_the_command_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns: dict[str, Any] = {"person": ["a", "b", "c"], "age": [1, 2, 3], "months": [1, 2, 4], "region": ["n", "s", "n"]}
    found = compare(tmp_path, columns, np.array([True, False, False]), "--engine", "spark", err=capsys)
    assert found.code == 2
    assert "uv sync --extra spark" in found.told or "Java" in found.told
