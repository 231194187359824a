"""Compile every loop once, so that the first large run finds its machine code on disk. Called at set-up."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from makegood.cases import compiled
from makegood.cases.records import read_records
from makegood.measurement.measuring import measure
from makegood.programme.measured import Measured

METRICS = {"months": Measured.model_validate({"months_of": "employment", "counts_when": {"average_hours": "24"}})}
LONG = "-a-name-of-more-than-fifteen-letters"


def prepare() -> None:
    """Measure a handful of invented people as if they were a crowd."""
    with everything_compiled(), tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for suffix in ("", LONG):
            names = [f"p{number}{suffix}" for number in range(6)]
            _write(folder, names, [names[number] for number in (0, 5, 1, 1, 4, 2)])
            records, _ = read_records(folder / "people.parquet", spells=folder / "spells.parquet")
            measure(METRICS, records=records, window_months=24, as_of=date(2018, 6, 1))


@contextmanager
def everything_compiled() -> Iterator[None]:
    """While open, the compiled loops take every input, however small."""
    before = compiled.PLAIN_UP_TO
    compiled.PLAIN_UP_TO = -1
    try:
        yield
    finally:
        compiled.PLAIN_UP_TO = before


def _write(folder: Path, names: list[str], of: list[str]) -> None:
    """People in order; spells not in that order, one of them twice."""
    days = pa.array([16_953] * len(names), pa.int32()).cast(pa.date32())
    people = {"person": names, "cohort": ["all"] * len(names), "arm": ["programme"] * len(names), "index_date": days}
    pq.write_table(pa.table(people), folder / "people.parquet")
    starts = pa.array([17_000, 17_100, 17_050, 17_060, 17_060, 17_500], pa.int32()).cast(pa.date32())
    ends = pa.array([17_200, 17_300, None, 17_090, 17_090, 17_600], pa.int32()).cast(pa.date32())
    spells = {"spell": ["s9", "s8", "s1", "s1", "s2", "s3"], "person": of, "kind": ["employment"] * 6, "start": starts, "end": ends}
    pq.write_table(pa.table(spells | {"hours_per_week": [24.0, 40.0, None, 12.5, 36.0, 8.0]}), folder / "spells.parquet")


if __name__ == "__main__":
    prepare()
