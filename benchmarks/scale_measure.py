"""`make scale`: what `makegood measure` costs from ten thousand to ten million persons, by engine, into docs/explanation/scale.md.

Each run is a process of its own that reads Parquet, measures 24 months and writes results, provenance and data quality;
seconds of the clock and of processors, and the most memory that its largest process held. `ARGS="1000000 columns"` runs one
size and engine and only prints.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bench_measure import command_of, process
from benchmarks.crowd_of_records import people_and_spells
from makegood.measurement.databases import Spark
from makegood.values.problem import Refused

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "scale.md"
BEGIN, END = "<!-- figures of make scale -->", "<!-- end of figures -->"
SIZES = {"columns": (10**4, 10**5, 10**6, 10**7), "duckdb": (10**4, 10**5, 10**6), "spark": (10**5,), "referee": (10**4,)}
"""Persons by engine; beyond its last size an engine is not the one to choose on a machine like this."""
SPELLS = 3


def main(words: list[str]) -> int:
    """Measure, print, and, without words, write the page."""
    sizes = {engine: most for engine, most in SIZES.items() if not words or engine in words[1:] or not words[1:]}
    wanted = [int(words[0])] if words else None
    table = []
    for row in rows({engine: tuple(wanted or most) for engine, most in sizes.items()}):
        print(row, flush=True)
        table.append(row)
    if not words:
        written(table)
    return 0


def rows(sizes: dict[str, tuple[int, ...]]) -> Iterator[str]:
    """Lines of a table in Markdown."""
    yield "| persons | spells | engine | seconds | of processors | MiB |"
    yield "|---:|---:|---|---:|---:|---:|"
    for persons in sorted({size for those in sizes.values() for size in those}):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            people_and_spells(folder, persons=persons, spells=SPELLS * persons, seed=1)
            for engine in [engine for engine, those in sizes.items() if persons in those]:
                missing = _missing(engine)
                if missing:
                    yield f"| {persons:,} | {SPELLS * persons:,} | {engine} | not run: {missing} | | |"
                    continue
                times = 3 if persons <= 10**6 and engine == "columns" else 1
                took, memory, worked = min(process([*command_of(folder), "--engine", engine]) for _ in range(times))
                yield f"| {persons:,} | {SPELLS * persons:,} | {engine} | {took:.1f} | {worked:.1f} | {memory:,.0f} |"


def _missing(engine: str) -> str:
    """Why an engine cannot run here."""
    if engine == "spark":
        try:
            Spark().close()
        except Refused as refused:
            return refused.problems[0].what
    return ""


def written(table: list[str]) -> None:
    """Put the table into the page, with the machine and the day."""
    text = PAGE.read_text("utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    told = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}:"
    PAGE.write_text("\n".join([f"{before}{BEGIN}", told, "", *table, f"{END}{after}"]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
