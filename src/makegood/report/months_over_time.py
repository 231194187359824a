"""Months that counted, as they added up over time: read from a measurement's folder, set beside the terms' targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from makegood.report.targets import Mark

if TYPE_CHECKING:
    from makegood.programme.root import Programme

MONTHS, PERSONS = "person_months.parquet", "person_results.parquet"
COUNTED, UNKNOWN, NOT_YET = "counted", "unknown", "not yet observed"


@dataclass(frozen=True)
class MonthCounts:
    """Months of one metric of the programme's participants by the day on which each ended: (day, counted, unknown)."""

    metric: str
    persons: int
    by_day: tuple[tuple[date, int, int], ...]
    not_yet: int


@dataclass(frozen=True)
class MonthsOverTime:
    """A metric's counted months as they added up, with the targets on the same scale. `unknown`: no source was watching."""

    metric: str
    title: str
    points: tuple[tuple[date, int], ...]
    marks: tuple[Mark, ...]
    persons: int
    unknown: int
    not_yet: int

    @property
    def total(self) -> int:
        """All months that counted."""
        return self.points[-1][1] if self.points else 0


def read_months(folder: Path) -> tuple[MonthCounts, ...]:
    """What a measurement kept person by person, added up by day; empty where it kept no months."""
    if not (folder / MONTHS).is_file() or not (folder / PERSONS).is_file():
        return ()
    import pyarrow.compute as pc  # noqa: PLC0415 - only where months are shown

    from makegood.cases.parquet import read_parquet  # noqa: PLC0415

    months = read_parquet(folder / MONTHS, columns=["metric", "person", "until", "state"])
    people = read_parquet(folder / PERSONS, columns=["metric", "person", "arm", "enters"])
    people = people.filter(pc.and_(pc.equal(people["arm"], "programme"), people["enters"])).select(["metric", "person"])
    joined = months.join(people, keys=["metric", "person"], join_type="inner", use_threads=False)
    rows = joined.group_by(["metric", "until", "state"], use_threads=False).aggregate([("person", "count")]).to_pylist()
    found = []
    for metric in sorted({row["metric"] for row in rows}):
        own = [row for row in rows if row["metric"] == metric]
        days = sorted({row["until"] for row in own if row["state"] != NOT_YET})
        by_day = tuple((day, _count(own, COUNTED, day), _count(own, UNKNOWN, day)) for day in days)
        persons = pc.count_distinct(people.filter(pc.equal(people["metric"], metric))["person"]).as_py()
        found.append(MonthCounts(metric, persons, by_day, _count(own, NOT_YET, None)))
    return tuple(found)


def _count(rows: Sequence[Mapping[str, object]], state: str, day: date | None) -> int:
    return sum(int(str(row["person_count"])) for row in rows if row["state"] == state and day in (None, row["until"]))


def months_over_time(
    counts: Sequence[MonthCounts],
    programme: Programme,
    *,
    titles: Mapping[str, str],
    results: Mapping[str, Decimal],
    marks: Mapping[str, tuple[Mark, ...]],
) -> tuple[MonthsOverTime, ...]:
    """The metrics whose months add up to what was settled on. `results`: metric -> value; `marks`: metric -> its targets.

    Months that do not add up to the settled result are another measurement's, or another rule's: they are left out, since a
    picture that contradicts the payment would be worse than none. A metric that is a mean says nothing of a group's total.
    """
    shown = []
    for count in counts:
        metric = programme.outcome_metrics.get(count.metric)
        if metric is None or metric.measured is None or metric.measured.value != "total":
            continue
        also = metric.measured.unknown == "counted"
        total, points = 0, dict[date, int]()
        for day, counted, unknown in count.by_day:
            total += counted + (unknown if also else 0)
            points[day.replace(day=1)] = total
        if points and results.get(count.metric) == total:
            ordered = ((min(points), 0), *((_next(day), value) for day, value in sorted(points.items())))
            unknown = sum(number for _, _, number in count.by_day)
            found = marks.get(count.metric, ())
            shown.append(MonthsOverTime(count.metric, titles[count.metric], ordered, found, count.persons, unknown, count.not_yet))
    return tuple(shown)


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
