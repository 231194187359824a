"""Matching beside its peers: R's MatchIt where R is installed, else what Python offers. Ratios of one run only."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from scipy.spatial import cKDTree
from sklearn.linear_model import LogisticRegression

from makegood.comparison.design import Covariates, covariates
from makegood.comparison.matched import Matched, Plan
from makegood.comparison.matching import match
from makegood.comparison.turning import turned

NUMBERS, CATEGORIES = ("age", "months", "income"), ("sex", "origin", "offence", "benefit", "region")
PLANS = {
    "propensity": Plan(caliper=0.2),
    "mahalanobis": Plan(caliper=0.2, distance="mahalanobis", distance_on=NUMBERS),
    "coarsened": Plan(method="coarsened_exact"),
}
AGREED = {"propensity": 0.160, "mahalanobis": 0.696, "coarsened": 0.0084}
"""Seconds that matching 10,000 to a pool of 1,000,000 may take: what was agreed, and no measurement of anybody's."""
R = """
suppressMessages(library(MatchIt)); options(warn=-1)
args <- commandArgs(TRUE); d <- read.csv(args[1]); out <- args[2]
for (v in c("sex", "origin", "offence", "benefit", "region")) d[[v]] <- factor(d[[v]])
f <- treated ~ age + months + income + sex + origin + offence + benefit + region
how <- list(
  coarsened = function() matchit(f, d, method = "cem"),
  propensity = function() matchit(f, d, method = "nearest", distance = "glm", link = "linear.logit", caliper = 0.2),
  mahalanobis = function() matchit(f, d, method = "nearest", distance = "glm", link = "linear.logit", caliper = 0.2,
                                   mahvars = ~ age + months + income))
cat("version", as.character(packageVersion("MatchIt")), "\\n")
flush(stdout())
for (name in names(how)) {
  took <- system.time(m <- how[[name]]())[["elapsed"]]
  if (name == "coarsened") write.csv(data.frame(w = format(m$weights, digits = 17)), file.path(out, name), row.names = FALSE)
  else write.csv(data.frame(t = rownames(m$match.matrix), c = m$match.matrix[, 1]), file.path(out, name), row.names = FALSE)
  cat(name, took, "\\n"); flush(stdout())
}
"""


PROTOCOL = """protocol: bench
programme: werk-na-detentie
population: everybody
treatment: the programme
index_date: release
comparison_index_date: release
variables:
  age: {kind: number}
  months: {kind: number}
  income: {kind: number}
  sex: {kind: category}
  origin: {kind: category}
  offence: {kind: category}
  benefit: {kind: category}
  region: {kind: category}
matching: {method: nearest, distance: propensity, caliper: 0.2, ratio: 1, replacement: no, order: largest}
estimand: att
participants: intention_to_treat
outcomes: {work: {value: mean, unit: month}}
effect:
  {estimator: difference, standard_errors: cluster_pairs, confidence: 95%, bootstrap: 0, exact_test_below: 0, missing_outcomes: refused}
multiple_testing: {method: none}
minimum_sample: 20
unmatched: excluded
small_cells: {minimum: 5, dominance: none, round_counts_to: 1, decimals: 3}
balance: {smd: 0.1, variance_ratio: 2}
seed: 1
"""


def a_register(*, treated: int, pool: int, seed: int) -> dict[str, np.ndarray]:
    """Invented people: three numbers, five categories, treatment by need."""
    draw = np.random.default_rng(seed)
    count = treated + pool
    columns = {
        "age": np.round(np.clip(draw.normal(36, 11, count), 18, 70), 1),
        "months": np.clip(draw.poisson(9, count), 0, 24).astype(float),
        "income": draw.normal(6.5, 0.8, count),
        "sex": (draw.random(count) < 0.9).astype(np.int64),
        "origin": draw.choice(5, count, p=[0.5, 0.2, 0.15, 0.1, 0.05]),
        "offence": draw.integers(0, 9, count),
        "benefit": draw.integers(0, 4, count),
        "region": draw.integers(0, 12, count),
    }
    need = -0.04 * columns["age"] - 0.05 * columns["months"] - 0.3 * columns["income"] + 0.3 * columns["sex"]
    need += 0.2 * (columns["origin"] == 2) - 0.2 * (columns["offence"] == 3) + 0.3 * (columns["benefit"] == 1) + draw.gumbel(size=count)
    arms = np.zeros(count, dtype=np.int64)
    arms[np.argpartition(-need, treated)[:treated]] = 1
    return {"treated": arms} | columns


def loaded(columns: dict[str, np.ndarray]) -> Covariates:
    """The columns as matching takes them."""
    made, problems = covariates(
        columns["treated"] == 1, columns={name: columns[name] for name in (*NUMBERS, *CATEGORIES)}, categories=CATEGORIES
    )
    assert made is not None, problems
    return made


def best(work: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def by_matchit(columns: dict[str, np.ndarray], folder: Path, *, patience: float) -> Iterator[tuple[str, str]]:
    """What MatchIt took, (method, seconds) as each is known, ("version", its version) first; at most `patience` seconds.

    Empty where R or MatchIt is absent. The pairs or weights stand in `folder`, in a file named after the method.
    """
    if shutil.which("Rscript") is None:
        return
    pa.csv.write_csv(pa.table(columns), folder / "people.csv")
    (folder / "match.R").write_text(R)
    command = ["Rscript", str(folder / "match.R"), str(folder / "people.csv"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        late = threading.Timer(patience, running.kill)
        late.start()
        try:
            assert running.stdout is not None
            for line in running.stdout:
                if len(words := line.split()) == 2:
                    yield words[0], words[1]
        finally:
            late.cancel()
            running.kill()


def beside_matchit(*, treated: int, pool: int, patience: float) -> Iterator[str]:
    """Rows of one size: MatchIt's time for each method, ours, and how many pairs are the same."""
    columns = a_register(treated=treated, pool=pool, seed=1)
    people = loaded(columns)
    size = f"{treated:,} treated, pool of {pool:,}"
    # Ours first and alone: beside R, which goes on with its next method, two processors are no longer two.
    ours = {name: (best(partial(match, people, plan=plan)), match(people, plan=plan)) for name, plan in PLANS.items()}
    waiting = list(PLANS)
    version = ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for word, value in by_matchit(columns, folder, patience=patience):
            if word == "version":
                version = value
                yield f"beside MatchIt {version}, {size}; waiting for R, at most {patience:.0f} s"
                if not version.startswith("4.7"):
                    yield f"  (MatchIt {version} is a speed peer only: below 4.6 its propensity pairs are not always the nearest)"
                continue
            waiting.remove(word)
            took, matched = ours[word]
            same = agreement(matched, folder / word)
            yield f"  {word}: {float(value):.2f} s, {float(value) / took:.0f} times our {took * 1000:.1f} ms; {same}"
    if not version:
        yield "MatchIt: absent (no R, or no MatchIt in it)"
    for word in waiting if version else ():
        yield f"  {word}: not done when R ended, at the latest after {patience:.0f} s; ours took {ours[word][0] * 1000:.1f} ms"


def agreement(matched: Matched, file: Path) -> str:
    """How many of MatchIt's pairs, or weights, are ours."""
    lines = [line.replace('"', "").split(",") for line in file.read_text().splitlines()[1:]]
    if matched.controls.shape[1] == 0:
        theirs = np.array([float(line[0]) for line in lines])
        return f"{np.count_nonzero(np.abs(theirs - matched.weights) < 1e-9):,} of {theirs.size:,} weights equal"
    pairs = {int(line[0]) - 1: int(line[1]) - 1 for line in lines if line[1] not in ("", "NA")}
    ours = {int(row): int(one) for row, one in zip(matched.treated_rows, matched.controls[:, 0], strict=True) if one >= 0}
    return f"{sum(ours.get(row) == one for row, one in pairs.items()):,} of {len(pairs):,} pairs equal"


def dense(people: Covariates) -> np.ndarray:
    """A column for each number and level, standardised numbers, as a careful user of scikit-learn prepares them."""
    columns = [(values - values.mean()) / values.std() for values in people.numbers]
    for place, levels in enumerate(people.levels):
        columns += [(people.codes[place] == level).astype(float) for level in range(1, len(levels))]
    return np.stack(columns, axis=1)


def learning(people: Covariates) -> float:
    """What scikit-learn's logistic regression takes once its columns stand ready."""
    matrix = dense(people)
    return best(lambda: LogisticRegression(C=np.inf, max_iter=200).fit(matrix, people.treated), 1)


def compiling() -> tuple[float, float]:
    """Seconds that a fresh process takes to compile every loop, and to load them once they are compiled."""
    took = []
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            start = time.perf_counter()
            environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
            subprocess.run([sys.executable, "-m", "makegood.comparison.prepare"], check=True, env=environment)
            took.append(time.perf_counter() - start)
    return took[0], took[1]


def cold(*, treated: int = 119, pool: int = 100_000) -> float:
    """Seconds of `makegood compare` from a cold shell, files and all, the shortest of three."""
    columns = a_register(treated=treated, pool=pool, seed=3)
    columns = {"person": np.arange(treated + pool), **columns}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for arm, file in ((1, "treated.csv"), (0, "pool.csv")):
            chosen = {each: values[columns["treated"] == arm] for each, values in columns.items()}
            pa.csv.write_csv(pa.table(chosen), folder / file)
        (folder / "protocol.yaml").write_text(PROTOCOL)
        words = ["compare", "--quiet", "protocol.yaml", "--treated", "treated.csv", "--pool", "pool.csv", "--out", "design"]
        command = [str(Path(sys.executable).with_name("makegood")), *words]
        return best(lambda: subprocess.run(command, check=True, cwd=folder, stderr=subprocess.DEVNULL), 3)


def crowded(pool: int) -> tuple[float, float]:
    """Seconds of a propensity match after loading, and GiB at most, of 1 treated for 100 in the pool, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_comparison", "--crowd", str(pool)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took, peak = done.stdout.split()
    return float(took), float(peak)


def rows(*, treated: int = 10_000, pool: int = 1_000_000, crowd: int = 10_000_000, patience: float = 240.0) -> Iterator[str]:
    """The lines of the bench: ours, Python's peers, then R, each when it is known. `patience`: seconds for R at the full size."""
    columns = a_register(treated=treated, pool=pool, seed=1)
    people = loaded(columns)
    start = time.perf_counter()
    match(people, plan=PLANS["propensity"])
    first = time.perf_counter() - start
    yield f"compare: {treated:,} treated, pool of {pool:,}; 3 numbers, 5 categories (first run, compiling or loading: {first:.1f} s)"
    ours = {}
    for name, plan in PLANS.items():
        ours[name] = best(partial(match, people, plan=plan), 15 if name == "coarsened" else 5)
        agreed = f" (agreed: at most {AGREED[name] * 1000:.1f} ms)" if (treated, pool) == (10_000, 1_000_000) else ""
        yield f"  {name}: {ours[name] * 1000:.1f} ms warm{agreed}"
    learned = learning(people)
    told = f"{learned:.2f} s, {learned / ours['propensity']:.1f} times fit and pairs together (agreed: at least 8)"
    yield f"  scikit-learn's fit alone, columns ready: {told}"
    points = turned(people, on=NUMBERS).T
    pool_points, own = points[~people.treated], points[people.treated]
    built = best(lambda: cKDTree(pool_points).query(own, k=1), 1)
    yield f"  scipy's k-d tree for one neighbour each, without fit and caliper: {built:.2f} s, {built / ours['mahalanobis']:.1f} times ours"
    if crowd:
        took, peak = crowded(crowd)
        told = f"{took:.2f} s, {peak:.1f} GiB at most (agreed: 3 s, 4 GiB)"
        yield f"  {crowd // 100:,} treated, pool of {crowd:,}, propensity, after loading: {told}"
    yield f"  makegood compare, 119 treated, pool of 100,000, from a cold shell: {cold():.2f} s (agreed: under 2 s)"
    compiled, read = compiling()
    yield f"  compiling every loop at set-up: {compiled:.1f} s; a process that finds them compiled: {read:.1f} s"
    yield from beside_matchit(treated=treated // 10, pool=pool // 10, patience=patience / 2)
    yield from beside_matchit(treated=treated, pool=pool, patience=patience)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--crowd"]:
        many = loaded(a_register(treated=int(sys.argv[2]) // 100, pool=int(sys.argv[2]), seed=2))
        shortest = best(lambda: match(many, plan=PLANS["propensity"]), 3)
        print(shortest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    else:
        sizes = [int(word) for word in sys.argv[1:3]]
        for line in rows(**dict(zip(("pool", "treated"), sizes, strict=False))):
            print(line, flush=True)
