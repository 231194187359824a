"""A world of Werk na Detentie as tables of text, made once for each seed and size."""

from __future__ import annotations

import csv
import functools
import io
import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from makegood.world.folder import data_folder
from makegood.world.invent import invent
from makegood.world.reading import Plan, read_plan

FOLDER = Path(__file__).parents[1] / "programmes" / "werk-na-detentie" / "world"
STATUS_ON = date(2018, 5, 1)
Row = dict[str, str]


@functools.cache
def the_plan() -> Plan:
    return read_plan(FOLDER)


@functools.cache
def a_world(seed: int = 1, pool: int = 60) -> dict[str, str]:
    """The files of a data folder, name -> text."""
    return data_folder(invent(the_plan(), seed=seed, pool_size=pool))


@functools.cache
def rows_of(file: str, *, seed: int = 1, pool: int = 60) -> tuple[Row, ...]:
    return tuple(csv.DictReader(io.StringIO(a_world(seed, pool)[file])))


def day(text: str) -> date:
    return date.fromisoformat(text)


def month_starts(index: date, months: int = 24) -> list[date]:
    """First days of the observed months and the day after the last: the same day of later months, or the month's last day."""
    starts = []
    for ahead in range(months + 1):
        year, month = index.year + (index.month - 1 + ahead) // 12, (index.month - 1 + ahead) % 12 + 1
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        starts.append(date(year, month, min(index.day, last)))
    return starts


def weekly_hours(spells: list[Row], first: date, after: date) -> float:
    """Hours a week of a stretch of days, added up day by day."""
    hours = 0
    current = first
    while current < after:
        for spell in spells:
            if day(spell["start"]) <= current and (not spell["end"] or current < day(spell["end"])):
                hours += int(spell["hours_per_week"])
        current += timedelta(days=1)
    return hours / (after - first).days


def months_at_work(spells: list[Row], index: date, *, hours: int = 24) -> int:
    """Counted slowly, day by day: months with at least `hours` a week on average."""
    starts = month_starts(index)
    return sum(weekly_hours(spells, *month) >= hours for month in itertools.pairwise(starts))


def spells_by_person(kind: str, *, seed: int = 1, pool: int = 60, file: str = "spells.csv") -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {row["person"]: [] for row in rows_of("people.csv", seed=seed, pool=pool)}
    for row in rows_of(file, seed=seed, pool=pool):
        if row["kind"] == kind:
            found[row["person"]].append(row)
    return found


def participants(*, seed: int = 1, pool: int = 60) -> Iterator[tuple[Row, Row]]:
    """Each participant's row of people.csv and of register.csv."""
    register = {row["person"]: row for row in rows_of("register.csv", seed=seed, pool=pool)}
    for row in rows_of("people.csv", seed=seed, pool=pool):
        if row["arm"] == "programme":
            yield row, register[row["person"]]
