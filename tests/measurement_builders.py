"""Builders for measurement: a person, a spell, terms, and the records of a small programme, through the real reader."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from makegood.cases.quality import Quality
from makegood.cases.records import Records, read_records
from makegood.measurement.measuring import measure
from makegood.measurement.outcome import Measurement
from makegood.programme.measured import Measured

Row = Mapping[str, object]


def a_person(person: str = "anna", **told: object) -> dict[str, object]:
    return {"person": person, "cohort": "first", "arm": "programme", "index_date": "2016-06-01"} | told


def a_spell(start: str, end: str = "", hours: object = "32", *, person: str = "anna", **told: object) -> dict[str, object]:
    name = f"{person}-{start}-{end}-{hours}"
    return {"spell": name, "person": person, "kind": "employment", "start": start, "end": end, "hours_per_week": hours} | told


def watched(start: str, end: str = "", *, person: str = "anna", kind: str = "employment", source: str = "register") -> dict[str, object]:
    return {"person": person, "kind": kind, "source": source, "start": start, "end": end}


def an_observation(
    day: str, value: object = "1", *, subject: str = "anna", metric: str = "reconviction", **told: object
) -> dict[str, object]:
    return {"observation": f"{subject}-{metric}-{day}-{value}", "subject": subject, "metric": metric, "date": day, "value": value} | told


def terms(**told: object) -> Measured:
    return Measured.model_validate(told)


def months_of_work(hours: str = "24", **told: object) -> Measured:
    return terms(months_of="employment", counts_when={"average_hours": hours}, **told)


def write(path: Path, rows: Iterable[Row], columns: Iterable[str] = ()) -> Path:
    rows = list(rows)
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def records_of(
    people: Iterable[Row],
    *,
    spells: Iterable[Row] | None = (),
    observations: Iterable[Row] | None = None,
    coverage: Iterable[Row] | None = None,
) -> tuple[Records, Quality]:
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        return read_records(
            write(at / "people.csv", people),
            spells=None
            if spells is None
            else write(at / "spells.csv", spells, ("spell", "person", "kind", "start", "end", "hours_per_week")),
            observations=None
            if observations is None
            else write(at / "observations.csv", observations, ("observation", "subject", "metric", "date", "value")),
            coverage=None if coverage is None else write(at / "coverage.csv", coverage, ("person", "kind", "source", "start", "end")),
        )


def measured(
    metrics: Mapping[str, Measured] | Measured,
    people: Iterable[Row],
    *,
    as_of: str = "2018-06-01",
    window: int = 24,
    engine: Any = "columns",
    by: tuple[str, ...] = (),
    **files: Any,
) -> Measurement:
    records, _ = records_of(people, **files)
    named = {"months": metrics} if isinstance(metrics, Measured) else metrics
    return measure(named, records=records, window_months=window, as_of=date.fromisoformat(as_of), engine=engine, by=by, details="all")


def states(measurement: Measurement, metric: str = "months", person: int = 0) -> str:
    """The months of a person as letters: C counted, - not counted, ? unknown, . not yet observed."""
    return "".join("-C?."[state] for state in measurement.months[metric].states[person])
