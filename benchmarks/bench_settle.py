"""`settle` on a crowd of claims, beside pandas and beside the limit: DuckDB reading and sorting the same file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from makegood.doors import read_claims
from makegood.programme.checking import check_terms
from makegood.programme.reading import read_agreement
from makegood.settle import Settlement, settle

METRICS = ("attendance", "qualification", "first_job", "job_13_weeks", "job_26_weeks")
TERMS = Path(__file__).with_name("crowd.yaml")


def crowd_of_claims(path: Path, *, claims: int, persons: int, seed: int) -> None:
    """Write a file of random claims: dates over four years, five metrics, two classes."""
    draw = np.random.default_rng(seed)
    person = draw.integers(0, persons, claims)
    frame = pd.DataFrame({
        "claim": [f"c{number:08d}" for number in draw.permutation(claims)],
        "metric": np.array(METRICS)[draw.integers(0, len(METRICS), claims)],
        "achieved_on": (np.datetime64("2012-01-01") + draw.integers(0, 1460, claims)).astype("datetime64[D]").astype(str),
        "person": [f"p{number:06d}" for number in person],
        "class": np.where(person % 3 == 0, "young", "older"),
    })  # fmt: skip
    frame.to_csv(path, index=False)


def by_makegood(path: Path) -> Settlement:
    """The whole settlement from the file."""
    agreement = read_agreement(TERMS, check=check_terms)
    return settle(agreement, results=(), claims=read_claims(path), effect=(), transactions=(), paid_before=(), as_of=date(2016, 1, 1))


def by_pandas(path: Path) -> int:
    """The same sequencing and caps as a careful pandas user would write them; returns the total in pence."""
    frame = pd.read_csv(path, parse_dates=["achieved_on"])
    frame["order"] = frame["metric"].map({name: index for index, name in enumerate(METRICS)})
    frame = frame.sort_values(["achieved_on", "order", "claim"], kind="stable")
    kept = []
    turn = frame[frame["metric"] == "attendance"]
    kept.append(turn[turn.groupby("person").cumcount() < 3])
    for metric in ("qualification", "first_job"):
        kept.append(frame[frame["metric"] == metric].drop_duplicates("person"))
    for metric in ("job_13_weeks", "job_26_weeks"):
        start = kept[-1].groupby("person")["achieved_on"].min().rename("start")
        turn = frame[frame["metric"] == metric].join(start, on="person")
        kept.append(turn[turn["achieved_on"] >= turn["start"] + pd.Timedelta(weeks=13)].drop_duplicates("person"))
    paid = pd.concat(kept).sort_values(["achieved_on", "order", "claim"], kind="stable")
    price = {"attendance": 80000, "first_job": 50000, "job_13_weeks": 260000, "job_26_weeks": 100000}
    paid["left"] = paid["metric"].map(price).fillna(0).astype("int64")
    young = (paid["metric"] == "qualification") & (paid["class"] == "young")
    paid.loc[paid["metric"] == "qualification", "left"] = 110000
    paid.loc[young, "left"] = 220000
    for keys, cap in ((["person"], 400000), (["metric"], 6_000_000_000), ([], 24_000_000_000)):
        running = paid.groupby(keys)["left"].cumsum() if keys else paid["left"].cumsum()
        paid["left"] = (cap - (running - paid["left"])).clip(lower=0).clip(upper=paid["left"])
    return int(paid["left"].sum())


def the_limit(path: Path) -> None:
    """DuckDB reads and sorts the file, and does nothing else."""
    duckdb.read_csv(str(path)).order("achieved_on, metric, claim").to_table("sorted")
    duckdb.sql("drop table sorted")


def best(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def rows(*, claims: int = 1_000_000, persons: int = 100_000) -> list[str]:
    """The lines of the bench."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.csv"
        crowd_of_claims(path, claims=claims, persons=persons, seed=1)
        outcome = by_makegood(path)
        total = int(outcome.statement.total * 100)
        assert total == by_pandas(path), "makegood and pandas must pay the same"
        limit = best(lambda: the_limit(path))
        ours, pandas = best(lambda: by_makegood(path)), best(lambda: by_pandas(path), 2)
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "makegood", "settle", str(TERMS), "--claims", str(path), "--as-of", "2016-01-01", "--quiet"], check=True
        )
        cold = time.perf_counter() - start
    return [
        f"settle {claims:,} claims of {persons:,} persons: {ours:.2f} s warm, {cold:.2f} s cold command line",
        f"  DuckDB reading and sorting the file: {limit:.2f} s; settle takes {ours / limit:.1f} times that",
        f"  pandas, the same sequence and caps:  {pandas:.2f} s; settle is {pandas / ours:.1f} times as fast",
    ]


if __name__ == "__main__":
    print("\n".join(rows()))
