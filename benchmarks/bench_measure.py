"""`measure` on a country, beside DuckDB's SQL, pandas and Polars on the same files in the same run.

Warm: the best of several runs in one process. Cold: a new process that imports, reads, counts and writes. Memory: the
most that the cold process held.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from benchmarks import measured_by_duckdb, measured_by_pandas, measured_by_polars
from benchmarks.crowd_of_records import one_person, people_and_spells
from makegood.cases.records import Records, read_records
from makegood.measurement.measuring import measure
from makegood.programme.measured import Measured

AS_OF, WINDOW = date(2020, 7, 1), 24
Totals = dict[tuple[str, str], int]
METRICS = {"months": Measured.model_validate({"months_of": "employment", "counts_when": {"average_hours": "24"}, "value": "total"})}
TERMS = Path(__file__).with_name("country.yaml")
MAKEGOOD = Path(sys.executable).with_name("makegood")


def read(folder: Path) -> Records:
    """The records, with all that is odd in them looked for."""
    return read_records(folder / "people.parquet", spells=folder / "spells.parquet")[0]


def by_makegood(records: Records) -> Totals:
    """The figures of cohorts and arms."""
    found = measure(METRICS, records=records, window_months=WINDOW, as_of=AS_OF)
    return {(figure.key.group[0], figure.key.arm): int(figure.total) for figure in found.figures}


def rows(*, persons: int = 1_000_000, spells: int = 3_000_000, times: int = 5) -> Iterator[str]:
    """The lines of the bench."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        people_and_spells(folder, persons=persons, spells=spells, seed=1)
        yield f"measure {persons:,} persons, {spells:,} spells, {WINDOW} months, from Parquet"
        yield from _cold(folder)
        yield from _first_compile(folder)
        whole = {
            "makegood": lambda: by_makegood(read(folder)),
            "DuckDB SQL": lambda: measured_by_duckdb.by_duckdb_from_files(folder),
            "pandas": lambda: measured_by_pandas.by_pandas(measured_by_pandas.in_pandas(folder)),
            "Polars": lambda: measured_by_polars.by_polars(measured_by_polars.in_polars(folder)),
        }
        yield from _compared("warm, from the files", whole, times)
        records, tables = read(folder), measured_by_duckdb.in_duckdb(folder)
        frames, polars = measured_by_pandas.in_pandas(folder), measured_by_polars.in_polars(folder)
        counting = {
            "makegood": lambda: by_makegood(records),
            "DuckDB SQL": lambda: measured_by_duckdb.by_duckdb(tables),
            "pandas": lambda: measured_by_pandas.by_pandas(frames),
            "Polars": lambda: measured_by_polars.by_polars(polars),
        }
        yield from _compared("warm, records in memory", counting, times)
    yield from _of_one_person(10 * persons)


def _of_one_person(spells: int) -> Iterator[str]:
    """A file gone wrong: everything in it belongs to one person, and every spell is written out for `explain`."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        one_person(folder, spells=spells)
        took, most, _ = process(command_of(folder, details="programme"))
        figures = (folder / "measured" / "figures.csv").read_text("utf-8").splitlines()
        assert figures[1].split(",")[6] == "4", "122 days are four months, however many jobs were held in them"
        yield f"  {spells:,} spells of one person, all of them written for explain: {took:.2f} s, {most:,.0f} MiB"


def _first_compile(folder: Path) -> Iterator[str]:
    """With an empty cache of machine code and with the one that this leaves behind."""
    with tempfile.TemporaryDirectory() as cache:
        empty, *_ = process(command_of(folder), cache=cache)
        filled, *_ = process(command_of(folder), cache=cache)
        yield f"  with an empty cache of machine code: {empty:.2f} s, the next run {filled:.2f} s (set-up fills it)"


def _compared(what: str, contestants: dict[str, Callable[[], Totals]], times: int) -> Iterator[str]:
    """Each contestant's best, all in turn so that a busy machine is busy for everybody; equal answers."""
    took: dict[str, list[float]] = {name: [] for name in contestants}
    answers: dict[str, Totals] = {}
    for _ in range(times):
        for name, work in contestants.items():
            start = time.perf_counter()
            answers[name] = work()
            took[name].append(time.perf_counter() - start)
    assert all(answer == answers["makegood"] for answer in answers.values()), "all must count the same months"
    ours = min(took["makegood"])
    yield f"  {what}: {ours:.2f} s"
    for name in contestants:
        if name != "makegood":
            yield f"    {name}: {min(took[name]):.2f} s; makegood is {min(took[name]) / ours:.1f} times as fast"


PEERS = {
    "DuckDB SQL": "from benchmarks.measured_by_duckdb import *; by_duckdb_from_files(folder)",
    "pandas": "from benchmarks.measured_by_pandas import *; by_pandas(in_pandas(folder))",
    "Polars": "from benchmarks.measured_by_polars import *; by_polars(in_polars(folder))",
}


def _cold(folder: Path) -> Iterator[str]:
    ours, memory, _ = min(process(command_of(folder)) for _ in range(3))
    yield f"  cold command line, with provenance and data quality written: {ours:.2f} s, {memory:,.0f} MiB"
    for name, call in PEERS.items():
        code = f"from pathlib import Path; folder = Path({str(folder)!r}); {call}"
        took, most, _ = min(process([sys.executable, "-c", code]) for _ in range(3))
        yield f"    {name}, a new process: {took:.2f} s, {most:,.0f} MiB; makegood is {took / ours:.1f} times as fast"


def command_of(folder: Path, *, details: str = "none") -> list[str]:
    """The command that measures what lies in `folder`."""
    files = ["--people", str(folder / "people.parquet"), "--spells", str(folder / "spells.parquet")]
    return [
        str(MAKEGOOD),
        "measure",
        str(TERMS),
        *files,
        "--as-of",
        AS_OF.isoformat(),
        "--out",
        str(folder / "measured"),
        "--details",
        details,
        "--quiet",
    ]


ALONE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
took = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
"""
"""A small process that starts the one that is measured: what it held at most is not what we hold."""


def process(command: list[str], *, cache: str | None = None) -> tuple[float, float, float]:
    """Seconds, MiB and seconds of processors of a process of its own; Python's own byte code is kept, as on a user's machine."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = cache
    told = subprocess.run(
        [sys.executable, "-c", ALONE, *command],
        env=environment,
        cwd=Path(__file__).parents[1],
        check=True,
        capture_output=True,
        text=True,
    )
    took, most, worked = told.stdout.splitlines()[-1].split()
    return float(took), float(most), float(worked)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("\n".join(rows(persons=size, spells=3 * size)))
