"""The month rule: which months of a person count, do not count, are unknown or not yet observed.

Every row holds for every engine. The letters are the months of the window in order: C counted, - not counted,
? unknown, . not yet observed. Expected letters are worked out by hand beside the rows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from makegood.measurement.calendar import borders_of, day_number, day_of
from makegood.measurement.prepare import everything_compiled
from makegood.programme.measured import Measured
from makegood.values.month import add_months
from makegood.values.problem import Where
from measurement_builders import Row, a_person, a_spell, measured, states, terms, watched

ENGINES = ("referee", "columns", "compiled", "duckdb")
"""`compiled`: the default engine's loops as machine code, which otherwise only crowds get."""

AVERAGE = {"average_hours": "24"}
HALF = {"contract_hours": "24", "on_share_of_days": "50%"}
DAY = {"any_day": "1"}


@dataclass(frozen=True)
class Case:
    """One person's records and the rule; without more words the months are June to September 2016 (30, 31, 31, 30 days)."""

    spells: Sequence[Row]
    rule: Mapping[str, str] = field(default_factory=lambda: AVERAGE)
    kind: str = "employment"
    index: str = "2016-06-01"
    as_of: str = "2020-01-01"
    window: int = 4
    coverage: Sequence[Row] | None = None

    @property
    def terms(self) -> Measured:
        return terms(months_of=self.kind, counts_when=dict(self.rule), window_months=str(self.window))


def judged(engine: str, cases: Mapping[str, Case]) -> dict[str, str]:
    """The months of each case as letters. Cases of one day, with or without coverage, are people of one measurement."""
    letters: dict[str, str] = {}
    for as_of, covered in {(case.as_of, case.coverage is not None) for case in cases.values()}:
        those = {name: case for name, case in cases.items() if (case.as_of, case.coverage is not None) == (as_of, covered)}
        metrics: dict[str, Measured] = {}
        for case in those.values():
            if case.terms not in metrics.values():
                metrics[f"m{len(metrics)}"] = case.terms
        spells = [{**row, "person": name, "spell": f"{name}: {row['spell']}"} for name, case in those.items() for row in case.spells]
        periods = [{**row, "person": name} for name, case in those.items() for row in case.coverage or ()]
        people = [a_person(name, index_date=case.index) for name, case in those.items()]
        with everything_compiled() if engine == "compiled" else nullcontext():
            found = measured(
                metrics,
                people,
                as_of=as_of,
                engine="columns" if engine == "compiled" else engine,
                spells=spells,
                coverage=periods if covered else None,
            )
        for place, (name, case) in enumerate(those.items()):
            letters[name] = states(found, next(metric for metric, its in metrics.items() if its == case.terms), place)
    return letters


@pytest.mark.parametrize(
    ("index", "borders"),
    [
        ("2016-01-31", ("2016-01-31", "2016-02-29", "2016-03-31", "2016-04-30", "2016-05-31")),
        ("2015-01-31", ("2015-01-31", "2015-02-28", "2015-03-31", "2015-04-30", "2015-05-31")),
        ("2016-01-30", ("2016-01-30", "2016-02-29", "2016-03-30", "2016-04-30", "2016-05-30")),
        ("2016-02-29", ("2016-02-29", "2016-03-29", "2016-04-29", "2016-05-29", "2016-06-29")),
        ("2016-11-30", ("2016-11-30", "2016-12-30", "2017-01-30", "2017-02-28", "2017-03-30")),
        ("2016-12-31", ("2016-12-31", "2017-01-31", "2017-02-28", "2017-03-31", "2017-04-30")),
        ("1900-01-31", ("1900-01-31", "1900-02-28", "1900-03-31", "1900-04-30", "1900-05-31")),  # 1900 was no leap year
        ("2000-01-31", ("2000-01-31", "2000-02-29", "2000-03-31", "2000-04-30", "2000-05-31")),
    ],
)
def test_each_border_is_counted_from_the_index_date_and_clipped(index: str, borders: tuple[str, ...]) -> None:
    day = date.fromisoformat(index)
    found = borders_of(np.array([day_number(day)], np.int32), months=4, as_of=date(2020, 1, 1), latest=Where(""))
    assert [day_of(each).isoformat() for each in found.day[0]] == list(borders)
    assert [add_months(day, month).isoformat() for month in range(5)] == list(borders)


def test_years_after_29_february_come_back_to_it_in_leap_years_only() -> None:
    found = borders_of(np.array([day_number(date(2016, 2, 29))], np.int32), months=48, as_of=date(2020, 1, 1), latest=Where(""))
    years = [day_of(found.day[0, month]).isoformat() for month in (12, 24, 36, 48)]
    assert years == ["2017-02-28", "2018-02-28", "2019-02-28", "2020-02-29"]


def job(start: str, end: str = "", hours: object = "24", **told: Any) -> dict[str, object]:
    return a_spell(start, end, hours, **told)


STATES: dict[str, tuple[Any, str]] = {
    # hours, averaged to the week
    "exactly at the threshold": ({"spells": [job("2016-06-01", "2016-10-01")]}, "CCCC"),
    "a ten-thousandth below it": ({"spells": [job("2016-06-01", "2016-10-01", "23.9999")]}, "----"),
    "an empty end still runs": ({"spells": [job("2016-07-01")]}, "-CCC"),
    "from before the window": ({"spells": [job("2010-01-01", "2016-07-01")]}, "C---"),
    "the end is the first day after": ({"spells": [job("2016-06-01", "2016-06-30")]}, "----"),  # 24 x 29 / 30 = 23.2
    "twice the hours on half of the days": ({"spells": [job("2016-06-16", "2016-07-01", "48")]}, "C---"),  # 48 x 15 / 30
    "a day less of it": ({"spells": [job("2016-06-17", "2016-07-01", "48")]}, "----"),  # 48 x 14 / 30 = 22.4
    "half in a month of 31 days": ({"spells": [job("2016-07-17", "2016-08-01", "48")]}, "----"),  # 48 x 15 / 31 = 23.2
    "two jobs at a time add up": ({"spells": [job("2016-06-01", "2016-08-01", "16"), job("2016-07-01", "2016-08-01", "8")]}, "-C--"),
    "two jobs one after the other": ({"spells": [job("2016-06-01", "2016-06-11"), job("2016-06-11", "2016-07-01")]}, "C---"),
    "a day between them": ({"spells": [job("2016-06-01", "2016-06-11"), job("2016-06-12", "2016-07-01")]}, "----"),
    "no hours at all": ({"spells": [job("2016-06-01", "", "0")]}, "----"),
    "all hours of the week": ({"spells": [job("2016-06-01", "2016-06-06", "168")]}, "C---"),  # 168 x 5 / 30 = 28
    "thirds of an hour": ({"spells": [job("2016-06-01", "2016-06-21", "36")]}, "C---"),  # 36 x 20 / 30 = 24
    "thirty-five would not do": ({"spells": [job("2016-06-01", "2016-06-21", "35")]}, "----"),  # 23.3
    "no spell": ({"spells": []}, "----"),
    # the calendar
    "February of 28 days": ({"index": "2018-01-31", "spells": [job("2018-02-12", "2018-02-28", "42")]}, "C---"),  # 42 x 16 / 28 = 24
    "18 of its days at 37 hours": ({"index": "2018-01-31", "spells": [job("2018-02-10", "2018-02-28", "37")]}, "----"),  # 23.8
    "to 29 February": ({"index": "2016-01-31", "spells": [job("2016-01-31", "2016-02-29")]}, "C---"),
    "29 February is of the second month": ({"index": "2016-01-31", "spells": [job("2016-01-31", "2016-02-28")]}, "----"),  # 28 of 29
    "from 29 February": ({"index": "2016-02-29", "spells": [job("2016-02-29", "2016-03-29")]}, "C---"),
    "the night the clock goes forward": ({"index": "2016-03-01", "window": 1, "spells": [job("2016-03-01", "2016-04-01")]}, "C"),
    "the night it goes back": ({"index": "2016-10-01", "window": 1, "spells": [job("2016-10-01", "2016-11-01")]}, "C"),
    "one day, the short one": ({"index": "2016-03-01", "window": 1, "rule": DAY, "spells": [job("2016-03-27", "2016-03-28")]}, "C"),
    "a spell of 80 years": ({"spells": [job("1950-01-01", "2030-01-01")]}, "CCCC"),
    # contract hours on a share of days
    "on half of 30 days": ({"rule": HALF, "spells": [job("2016-06-16", "2016-07-01")]}, "C---"),
    "on 14 of 30": ({"rule": HALF, "spells": [job("2016-06-17", "2016-07-01")]}, "----"),
    "on 16 of 31": ({"rule": HALF, "spells": [job("2016-07-16", "2016-08-01")]}, "-C--"),
    "on 15 of 31": ({"rule": HALF, "spells": [job("2016-07-17", "2016-08-01")]}, "----"),
    "many hours on few days": ({"rule": HALF, "spells": [job("2016-06-01", "2016-06-15", "168")]}, "----"),  # average 78
    "contracts at a time add up": ({"rule": HALF, "spells": [job("2016-06-01", "2016-06-16", "12", spell=name) for name in "ab"]}, "C---"),
    "contracts in turn do not": (
        {"rule": HALF, "spells": [job("2016-06-01", "2016-06-16", "12"), job("2016-06-16", "2016-07-01", "12")]},
        "----",
    ),
    "almost the hours of the contract": ({"rule": HALF, "spells": [job("2016-06-01", "", "23.9999")]}, "----"),
    "a third of the days": (
        {"rule": {"contract_hours": "24", "on_share_of_days": "33.3333%"}, "spells": [job("2016-06-01", "2016-06-11")]},
        "C---",
    ),
    "every day": (
        {"rule": {"contract_hours": "24", "on_share_of_days": "100%"}, "spells": [job("2016-06-02", "2016-08-01")]},
        "-C--",
    ),
    # any day
    "a single day": ({"rule": DAY, "spells": [job("2016-06-30", "2016-07-01", "1")]}, "C---"),
    "over the border": ({"rule": DAY, "spells": [job("2016-06-30", "2016-07-02", "1")]}, "CC--"),
    "a day counts once": (
        {"rule": {"any_day": "15"}, "spells": [job("2016-06-01", "2016-06-11", spell=name) for name in "ab"]},
        "----",
    ),
    "days of several spells": (
        {"rule": {"any_day": "15"}, "spells": [job("2016-06-01", "2016-06-11"), job("2016-06-08", "2016-06-16")]},
        "C---",
    ),
    # other kinds
    "benefit": ({"kind": "benefit", "rule": DAY, "spells": [job("2016-08-31", "2016-09-01", "", kind="benefit")]}, "--C-"),
    "detention": ({"kind": "detention", "rule": DAY, "spells": [job("2016-07-31", "2016-08-02", "", kind="detention")]}, "-CC-"),
    "education": ({"kind": "education", "rule": AVERAGE, "spells": [job("2016-06-01", "2016-07-01", kind="education")]}, "C---"),
    "housing": ({"kind": "housing", "rule": {"any_day": "28"}, "spells": [job("2016-06-01", "2016-06-29", "", kind="housing")]}, "C---"),
    "another kind is none of it": ({"kind": "benefit", "rule": DAY, "spells": [job("2016-06-01")]}, "----"),
    "detention makes no month shorter": (
        # 20 of 30 days at 35 hours, the other ten inside: 23.3. Over 20 days alone it would be 35.
        {"spells": [job("2016-06-01", "2016-06-21", "35"), job("2016-06-21", "2016-07-01", "", kind="detention")]},
        "----",
    ),
    "nor does it move the window": (
        {"spells": [job("2016-06-01", "2016-09-01", "", kind="detention"), job("2016-09-01")]},
        "---C",
    ),
    # hours that nobody knows
    "hours not recorded": ({"spells": [job("2016-06-01", "2016-07-01", "")]}, "?---"),
    "negative hours": ({"spells": [job("2016-06-01", "2016-07-01", "-8")]}, "?---"),
    "more hours than a week has": ({"spells": [job("2016-06-01", "2016-07-01", "168.0001")]}, "?---"),
    "enough is known beside them": ({"spells": [job("2016-06-01", "2016-08-01", ""), job("2016-06-01", "2016-07-01")]}, "C?--"),
    "where days matter hours do not": ({"rule": DAY, "spells": [job("2016-06-01", "2016-07-01", "")]}, "C---"),
    "in contracts they do": ({"rule": HALF, "spells": [job("2016-06-01", "2016-07-01", "")]}, "?---"),
    # what the file says twice, or the wrong way round
    "one spell twice is one": ({"spells": [job("2016-06-01", "", "12", spell="s"), job("2016-06-01", "", "12", spell="s")]}, "----"),
    "two stories of one spell are none": (
        {"spells": [job("2016-06-01", "", "24", spell="s"), job("2016-06-01", "", "40", spell="s")]},
        "----",
    ),
    "reversed": ({"spells": [job("2016-10-01", "2016-06-01")]}, "----"),
    "no days": ({"spells": [job("2016-06-10", "2016-06-10")], "rule": DAY}, "----"),
    # who was watching
    "watched throughout": ({"spells": [job("2016-06-01", "2016-07-01")], "coverage": [watched("2016-06-01", "2016-10-01")]}, "C---"),
    "a day of a month unwatched": ({"spells": [], "coverage": [watched("2016-06-01", "2016-09-30")]}, "---?"),
    "unwatched days cannot take hours away": (
        {"spells": [job("2016-06-01", "2016-06-21", "36")], "coverage": [watched("2016-06-01", "2016-06-21")]},
        "C???",
    ),
    "a record outside its coverage proves nothing": (
        {"spells": [job("2016-06-01")], "coverage": [watched("2016-07-01", "2016-08-01")]},
        "?C??",
    ),
    "nobody watched": ({"spells": [job("2016-06-01")], "coverage": []}, "????"),
    "another kind was watched": ({"spells": [], "coverage": [watched("2016-06-01", kind="benefit")]}, "????"),
    "two sources take turns": (
        {"spells": [], "coverage": [watched("2016-06-01", "2016-08-01", source="a"), watched("2016-08-01", source="b")]},
        "----",
    ),
    "a day between the sources": (
        {"spells": [], "coverage": [watched("2016-06-01", "2016-07-31", source="a"), watched("2016-08-01", source="b")]},
        "-?--",
    ),
    "watched periods overlap": (
        {"spells": [], "coverage": [watched("2016-06-01", "2016-08-15"), watched("2016-07-01", "2016-10-01", source="b")]},
        "----",
    ),
    "watched and hours unknown": ({"spells": [job("2016-06-01", "", "")], "coverage": [watched("2016-06-01")]}, "????"),
    "contracts on watched days": (
        {"rule": HALF, "spells": [job("2016-06-01")], "coverage": [watched("2016-06-16", "2016-08-15"), watched("2016-08-18")]},
        "CCCC",  # 15 of 30; 31; 28 of 31; 30
    ),
    # what is still to come
    "a month that ends today is observed": ({"as_of": "2016-08-01", "spells": [job("2016-06-01")]}, "CC.."),
    "a day earlier it is not": ({"as_of": "2016-07-31", "spells": [job("2016-06-01")]}, "C..."),
    "the index date is still to come": ({"as_of": "2016-05-31", "spells": [job("2016-06-01")]}, "...."),
    "unwatched and not yet over": ({"as_of": "2016-08-15", "spells": [], "coverage": []}, "??.."),
    "a window of one month": ({"window": 1, "spells": [job("2016-06-01")]}, "C"),
}  # fmt: skip


@cache
def all_letters(engine: str) -> dict[str, str]:
    return judged(engine, {name: Case(**told) for name, (told, _) in STATES.items()})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", STATES)
def test_the_state_of_every_month(name: str, engine: str) -> None:
    assert all_letters(engine)[name] == STATES[name][1]


@pytest.mark.parametrize("engine", ENGINES)
def test_many_spells_and_many_watched_periods_of_one_person(engine: str) -> None:
    """A contract a day, and a source a day: the 122 days of the window one by one. In July every second day is missing."""
    days = [day_of(day_number(date(2016, 6, 1)) + number).isoformat() for number in range(123)]
    pairs = [(one, other) for one, other in pairwise(days) if not (one.startswith("2016-07") and one[-1] in "13579")]
    spells = [job(*pair, spell=pair[0]) for pair in pairs]
    cases = {
        "average": Case(spells),
        "contracts": Case(spells, rule=HALF),  # 15 of 31 days
        "days": Case(spells, rule={"any_day": "15"}),
        "watched": Case(spells, coverage=[watched(*pair) for pair in pairs]),
    }
    assert judged(engine, cases) == {"average": "C-CC", "contracts": "C-CC", "days": "CCCC", "watched": "C?CC"}


@pytest.mark.parametrize("engine", ENGINES)
def test_people_do_not_borrow_from_each_other(engine: str) -> None:
    metric = terms(months_of="employment", counts_when=AVERAGE)
    people = [a_person("carla"), a_person("anna"), a_person("bram")]
    halves = [job("2016-07-01", "2016-08-01", "12", person=name) for name in ("anna", "carla")]
    spells = [job("2016-06-01", "2016-08-01", person="bram"), *halves]
    with everything_compiled() if engine == "compiled" else nullcontext():
        found = measured(metric, people, window=2, engine="columns" if engine == "compiled" else engine, spells=spells)
    assert [states(found, person=place) for place in range(3)] == ["--", "--", "CC"]


def test_spark_judges_every_month_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules that contracts use; `make proof` has random ones."""
    pytest.importorskip("pyspark", reason="pyspark is not installed: uv sync --extra spark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java on this machine")
    monkeypatch.setenv("MAKEGOOD_SPARK_PARTITIONS", "1")
    cases = {name: Case(**told) for name, (told, _) in STATES.items()}
    usual = {name: case for name, case in cases.items() if case.rule in (AVERAGE, HALF, DAY) and case.kind == "employment"}
    usual = {name: case for name, case in usual.items() if (case.as_of, case.window) == ("2020-01-01", 4)}
    assert len(usual) > 40
    assert judged("spark", usual) == {name: STATES[name][1] for name in usual}
