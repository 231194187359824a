"""Proof of the room `comparison`: intervals cover planted effects, the searches find what a slow walk finds, the scores
are those of R's own `glm` where R is installed.

Run with `python -m benchmarks.proof_comparison [RUNS]`.
"""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from benchmarks.bench_comparison import CATEGORIES, NUMBERS, a_register, loaded
from makegood.comparison.estimators import regression
from makegood.comparison.matched import Matched, Plan
from makegood.comparison.matching import match
from makegood.comparison.prepare import everything_compiled
from makegood.comparison.propensity import fit
from makegood.comparison.sample import sample_of
from makegood.comparison.turning import turned
from makegood.comparison.uncertainty import interval
from makegood.measurement.databases import opened
from makegood.values.problem import Refused
from matchit_walk import by_points, by_score

RUNS = 1_000
SIZES = {"small": (119, 1_500), "large": (1_000, 8_000)}
EFFECTS = {"0": (0.0, 0.0), "+2 months": (2.0, 0.0), "+2 months, +0.1 for each year below 36": (2.0, -0.1)}


def rows(runs: int = RUNS) -> Iterator[tuple[str, str]]:
    """What was shown, and the figure."""
    yield from coverage(runs)
    yield from walks()
    yield from scores()
    yield from engines()


def coverage(runs: int) -> Iterator[tuple[str, str]]:
    """Planted effects on months of work. The truth is the mean effect on people like the matched, over all runs; a single
    study draws its people too, so where effects differ between people its own mean is one draw of that."""
    cases = [(size, *people, effect, *planted) for size, people in SIZES.items() for effect, planted in EFFECTS.items()]
    # A process for each processor; a study depends on its seed alone, so their number changes no figure.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as workers:
        for size, treated, pool, effect, level, slope in cases:
            study = partial(one_study, treated, pool, level, slope)
            found = np.array(list(workers.map(study, range(runs), chunksize=25)))
            estimate, low, high, planted = found.T
            truth = planted.mean()
            covered = float(np.mean((low <= truth) & (truth <= high)))
            error = (covered * (1 - covered) / runs) ** 0.5
            bias = estimate - truth
            told = (
                f"coverage {covered:.1%} (Monte Carlo error {error:.1%}), mean width {np.mean(high - low):.2f}, "
                f"bias {bias.mean():+.3f} (Monte Carlo error {bias.std(ddof=1) / runs**0.5:.3f})"
            )
            yield f"planted {effect}, {size}: {treated:,} of {treated + pool:,}, {runs:,} runs", told


def one_study(treated: int, pool: int, level: float, slope: float, seed: int) -> tuple[float, float, float, float]:
    """Estimate, interval and mean planted effect of one invented study, matched one to one within a caliper, adjusted in pairs."""
    columns = a_register(treated=treated, pool=pool, seed=seed)
    people = loaded(columns)
    matched = match(people, plan=Plan(caliper=0.2))
    draw = np.random.default_rng([seed, treated, int(10 * level), int(100 * abs(slope))])
    arms = columns["treated"] == 1
    own = level + slope * (columns["age"] - 36)
    without = 8 + 0.35 * columns["months"] - 0.06 * (columns["age"] - 36) + 0.8 * (columns["offence"] == 3) + draw.normal(0, 4, arms.size)
    outcome = np.where(arms, without + own, without)
    traits = np.stack([people.number(name) for name in NUMBERS], axis=1)
    sample = sample_of(matched, outcome=outcome, traits=traits)
    assert sample is not None
    estimate = regression(sample)
    assert estimate is not None
    around = interval(sample, estimate, rule="cluster_pairs", confidence=0.95)
    assert around is not None
    return estimate.effect, around.low, around.high, float(own[matched.matched_treated].mean())


def walks(seeds: int = 12) -> Iterator[tuple[str, str]]:
    """Pairs of the fast searches, plain and compiled, beside a walk of one step at a time."""
    same = {name: [0, 0] for name in ("propensity", "propensity, 3 controls, exact", "mahalanobis in caliper", "mahalanobis, 2 controls")}
    for seed in range(seeds):
        people = loaded(a_register(treated=150, pool=3_000, seed=seed))
        plans = {
            "propensity": Plan(caliper=0.2),
            "propensity, 3 controls, exact": Plan(caliper=0.2, ratio=3, exact=("sex", "region")),
            "mahalanobis in caliper": Plan(caliper=0.2, distance="mahalanobis", distance_on=("age", "months")),
            "mahalanobis, 2 controls": Plan(caliper=0.2, distance="mahalanobis", distance_on=("age", "months"), ratio=2),
        }
        for name, plan in plans.items():
            plain = match(people, plan=plan)
            with everything_compiled():
                compiled = match(people, plan=plan)
            assert plain.score is not None
            assert plain.caliper is not None
            score, arms, limit = plain.score.linear.tolist(), people.treated.tolist(), plain.caliper.width
            if plan.distance == "mahalanobis":
                points = turned(people, on=plan.distance_on).T.tolist()
                expected = by_points(points, score, arms, limit=limit, ratio=plan.ratio, order="largest")
            else:
                strata = (people.category("sex").codes * 100 + people.category("region").codes).tolist() if plan.exact else None
                expected = by_score(score, arms, limit=limit, ratio=plan.ratio, strata=strata)
            count = sum(len(controls) for controls in expected.values())
            same[name][1] += 2 * count
            same[name][0] += sum(_shared(found, expected) for found in (plain, compiled))
    for name, (equal, total) in same.items():
        yield f"{name}: pairs equal to those of the walk, plain and compiled, {seeds} seeds", f"{equal:,} of {total:,}"


def _shared(found: Matched, expected: dict[int, list[int]]) -> int:
    ours = {int(row): [int(one) for one in picked if one >= 0] for row, picked in zip(found.treated_rows, found.controls, strict=True)}
    return sum(one == other for row, controls in expected.items() for one, other in zip(ours.get(row, []), controls, strict=False))


def scores(seeds: int = 6) -> Iterator[tuple[str, str]]:
    """Linear predictors beside those of R's glm; absent where R is."""
    title = f"linear predictors: largest difference from R's glm, {seeds} seeds"
    if shutil.which("Rscript") is None:
        yield title, "absent: R is not installed"
        return
    worst, passes = 0.0, []
    script = (
        "a <- commandArgs(TRUE); d <- read.csv(a[1]); "
        + "".join(f"d${name} <- factor(d${name}); " for name in CATEGORIES)
        + "g <- glm(treated ~ ., binomial, d); writeLines(c(format(g$iter), sprintf('%.17g', g$linear.predictors)), a[2])"
    )
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            columns = a_register(treated=119, pool=6_000 + 4_000 * seed, seed=seed)
            data, out = Path(folder) / "people.csv", Path(folder) / "scores.txt"
            pa.csv.write_csv(pa.table(columns), data)
            subprocess.run(["Rscript", "-e", script, str(data), str(out)], check=True, capture_output=True)
            lines = out.read_text().split()
            score, _problems = fit(loaded(columns))
            worst = max(worst, float(np.abs(score.linear - np.array(lines[1:], dtype=float)).max()))
            passes.append(int(lines[0]) == score.passes)
    yield title, f"{worst:.1e}; the same number of passes in {sum(passes)} of {seeds}"


def engines(seeds: int = 3) -> Iterator[tuple[str, str]]:
    """Pairs with scores and blocks from a database beside those of the columns; Spark where it is installed."""
    plans = {"propensity": Plan(caliper=0.2), "exact, 1:3": Plan(caliper=0.2, ratio=3, exact=("sex", "region"))}
    plans |= {"mahalanobis in caliper": Plan(caliper=0.2, distance="mahalanobis", distance_on=NUMBERS)}
    for engine in ("duckdb", "spark"):
        try:
            with opened(engine) as database:
                for name, plan in plans.items():
                    equal = total = 0
                    for seed in range(seeds):
                        people = loaded(a_register(treated=119, pool=10_000, seed=100 + seed))
                        here, there = match(people, plan=plan), match(people, plan=plan, database=database)
                        total += int(np.count_nonzero(here.controls >= 0))
                        equal += int(np.count_nonzero((here.controls == there.controls) & (here.controls >= 0)))
                    yield (
                        f"{name}: pairs on {engine} {database.version} equal to those of columns, {seeds} seeds",
                        f"{equal:,} of {total:,}",
                    )
        except Refused as missing:
            yield f"pairs on {engine}", f"absent: {missing.problems[0].what}"


if __name__ == "__main__":
    for what, figure in rows(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS):
        print(f"{what}: {figure}", flush=True)
