"""A million random persons on calendars made to catch the engines: referee, columns and SQL give the same states of every
month, the same value of every person, the same figure of every cohort, and find the same things odd.

The million comes in blocks. Each block draws its own terms, window and as-of date, and its records with every fault that
has an outcome; all are written as Parquet and read as a user's files are. Run with
`python -m benchmarks.proof_measure [PERSONS]`.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.crowd_of_records import chosen, days, identifiers
from makegood.cases.compiled import processors
from makegood.cases.records import Records, read_records
from makegood.measurement.databases import Spark
from makegood.measurement.measuring import Details, Engine, measure
from makegood.measurement.outcome import Measurement
from makegood.programme.measured import Measured
from makegood.values.problem import Refused

BLOCK = 25_000
ON_SPARK = 20_000
HOSTILE = [
    "2016-01-31", "2016-02-28", "2016-02-29", "2016-03-01", "2016-03-27", "2016-10-30", "2016-12-31", "2017-01-01", "2017-02-28",
    "2017-03-26", "2017-08-31", "2017-10-29", "2018-02-28", "2018-12-31", "2020-02-29", "1999-12-31", "2000-02-29", "1900-02-28",
]  # fmt: skip
"""Leap days and the lack of one, month ends, the nights when clocks change, the turn of years."""
DAYS = np.array(HOSTILE, "datetime64[D]").astype(np.int64)
FIRST, LAST = (int(np.datetime64(day).astype(np.int64)) for day in ("2015-06-01", "2019-01-01"))
LENGTHS = (0, 1, 2, 27, 28, 29, 30, 31, 59, 365, 366, 731, 29_220)
HOURS = ("-4", "0", "0.0001", "8", "11.9999", "12", "16", "23.9999", "24", "24.0001", "36.6667", "40", "168", "168.0001")
KINDS = ("employment", "benefit", "detention", "housing", "education")
WATCHED = (*KINDS, "score", "conviction")
WATCHED_SHARES = (0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
RULES = (
    {"average_hours": "24"}, {"average_hours": "0.0001"}, {"average_hours": "23.99995"}, {"average_hours": "168"},
    {"contract_hours": "24", "on_share_of_days": "50%"}, {"contract_hours": "12", "on_share_of_days": "100%"},
    {"contract_hours": "36.6667", "on_share_of_days": "33.3333%"}, {"any_day": "1"}, {"any_day": "15"}, {"any_day": "28"},
)  # fmt: skip
TAKES = ("count", "any", "sum", "mean", "first", "last", "change")


@dataclass(frozen=True)
class Case:
    """Terms, window and day of a block."""

    metrics: Mapping[str, Measured]
    window: int
    as_of: date


def rows(persons: int = 1_000_000) -> Iterator[tuple[str, str]]:
    """(what, outcome)."""
    blocks = max(1, persons // BLOCK)
    told: Counter[str] = Counter()
    wrong: list[str] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processors(), mp_context=context) as pool:
        for seed, (counts, differences) in enumerate(pool.map(compared, range(blocks))):
            told.update(counts)
            wrong += [f"block {seed}: {each}" for each in differences]
    yield (
        f"{told['persons']:,} random persons in {blocks} blocks of terms, {told['spells']:,} usable spells, {told['months']:,} months",
        f"{told['counted']:,} counted, {told['not counted']:,} not counted, {told['unknown']:,} unknown, "
        f"{told['not yet observed']:,} not yet observed",
    )
    yield "oddities that were found in their files", f"{told['oddities']:,} of {len([key for key in told if key.startswith('odd ')])} kinds"
    yield "referee, columns and DuckDB: every month, person, figure and oddity", "; ".join(wrong[:5]) or "equal"
    yield f"columns and DuckDB on {persons:,} persons in one file, six metrics", in_one_go(persons)
    yield f"referee, columns and Spark on {min(ON_SPARK, persons):,} persons", on_spark(min(ON_SPARK, persons))


def compared(seed: int) -> tuple[Counter[str], list[str]]:
    """One block by three engines: what was met in it, and what differs."""
    draw = np.random.default_rng([3, seed])
    case = a_case(draw)
    records, odd = records_of(draw, BLOCK)
    by = {name: _by(name, case, records) for name in ENGINES}
    told = Counter({"persons": len(records.people), "spells": len(records.spells), "oddities": sum(odd.values())})
    told.update({f"odd {code}": count for code, count in (odd | by["columns"].quality.counts()).items()})
    for months in by["columns"].months.values():
        states = np.bincount(months.states.ravel(), minlength=4)
        told.update(dict(zip(("not counted", "counted", "unknown", "not yet observed"), states.tolist(), strict=True)))
        told["months"] += months.states.size
    wrong = [
        f"{name} differs from the columns in {what}" for name in ("referee", "duckdb") for what in differences(by["columns"], by[name])
    ]
    return told, wrong


ENGINES: tuple[Engine, ...] = ("columns", "referee", "duckdb")


def in_one_go(persons: int) -> str:
    """All persons as one file and several metrics at once: the compiled loops in parts, beside the SQL."""
    draw = np.random.default_rng([3, 10**6])
    records, _ = records_of(draw, persons)
    metrics = {
        "work": a_rule({"average_hours": "24"}, unknown="left_out", value="total"),
        "durable": Measured.model_validate({"class_of": "work", "at_least": "18", "value": "share"}),
        "temporary": Measured.model_validate(
            {"class_of": "work", "at_least": "12", "at_most": "17", "unknown": "counted", "value": "share"}
        ),
        "contracts": a_rule({"contract_hours": "24", "on_share_of_days": "50%"}, unknown="counted", value="mean"),
        "detention": a_rule({"any_day": "1"}, kind="detention", unknown="not_counted", value="share"),
        "score": Measured.model_validate({"observed": "score", "take": "change"}),
    }
    case = Case(metrics, 24, date(2018, 2, 28))
    mine, its = (_by(engine, case, records, details="none") for engine in ("columns", "duckdb"))
    return "; ".join(differences(mine, its)) or "equal"


def on_spark(persons: int) -> str:
    """A block by Spark too, or why not."""
    try:
        Spark().close()
    except Refused as refused:
        return f"not run: {refused.problems[0].what}"
    draw = np.random.default_rng([3, 2 * 10**6])
    wrong = []
    for _ in range(2):
        case = a_case(draw)
        records, _ = records_of(draw, persons // 2)
        mine = _by("referee", case, records)
        wrong += [f"{name} differs in {what}" for name in ("columns", "spark") for what in differences(mine, _by(name, case, records))]
    return "; ".join(wrong) or "equal"


def differences(mine: Measurement, its: Measurement) -> list[str]:
    """In what two measurements differ."""
    wrong = [] if mine.figures == its.figures else ["figures"]
    for metric, months in mine.months.items():
        for field in ("counted", "unknown", "observed", "over", "states", "weeks"):
            if not np.array_equal(getattr(months, field), getattr(its.months[metric], field)):
                wrong.append(f"{metric} {field}")
    for metric, persons in mine.persons.items():
        for field in ("value", "enters", "unknown", "not_yet"):
            if not np.array_equal(getattr(persons, field), getattr(its.persons[metric], field)):
                wrong.append(f"{metric} {field} of persons")
    return wrong if mine.quality.counts() == its.quality.counts() else [*wrong, "what is odd"]


def _by(engine: Engine, case: Case, records: Records, *, details: Details = "all") -> Measurement:
    return measure(case.metrics, records=records, window_months=case.window, as_of=case.as_of, engine=engine, details=details)


def a_rule(counts_when: Mapping[str, str], *, kind: str = "employment", unknown: str, value: str) -> Measured:
    """Months of a kind."""
    return Measured.model_validate({"months_of": kind, "counts_when": dict(counts_when), "unknown": unknown, "value": value})


def a_case(draw: np.random.Generator) -> Case:
    """One metric of months with a class, one of observations."""

    def one(choices: Any) -> Any:
        return choices[int(draw.integers(len(choices)))]

    def common() -> dict[str, str]:
        return {"unknown": one(("not_counted", "counted", "left_out")), "value": one(("total", "mean", "share"))}

    rule = one(RULES)
    kind = one(KINDS) if "any_day" in rule else "employment"
    window = one((1, 6, 12, 12, 24, 25))
    least = int(draw.integers(0, window + 1))
    most = {"at_most": str(draw.integers(least, window + 1))} if draw.random() < 0.5 else {}
    metrics = {
        "months": a_rule(rule, kind=kind, **common()),
        "class": Measured.model_validate({"class_of": "months", "at_least": str(least), **most, **common()}),
        "seen": Measured.model_validate({"observed": one(("score", "conviction")), "take": one(TAKES), **common()}),
    }
    as_of = int(one(DAYS[9:15]) + draw.integers(-2, 3)) if draw.random() < 0.5 else int(draw.integers(FIRST + 900, LAST + 900))
    return Case(metrics, window, date.fromordinal(date(1970, 1, 1).toordinal() + as_of))


def records_of(draw: np.random.Generator, persons: int) -> tuple[Records, Counter[str]]:
    """Random records, by way of files, and how often each oddity was found in them."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        index = some_days(draw, persons)
        pq.write_table(_people(draw, index), folder / "people.parquet")
        pq.write_table(_spells(draw, index, 3 * persons), folder / "spells.parquet")
        pq.write_table(_observations(draw, index, persons), folder / "observations.parquet")
        covered = draw.random() < 0.6
        if covered:
            pq.write_table(_coverage(draw, index, 6 * persons), folder / "coverage.parquet")
        records, quality = read_records(
            folder / "people.parquet",
            spells=folder / "spells.parquet",
            observations=folder / "observations.parquet",
            coverage=folder / "coverage.parquet" if covered else None,
        )
        return records, Counter(quality.counts())


def _people(draw: np.random.Generator, index: Any) -> pa.Table:
    persons = len(index)
    return pa.table({
        "person": identifiers("P", np.arange(persons)),
        "cohort": chosen(draw.integers(0, 3, persons), ("a", "b", "c")),
        "arm": chosen(draw.integers(0, 2, persons), ("programme", "comparison")),
        "index_date": days(index),
    })  # fmt: skip


def _spells(draw: np.random.Generator, index: Any, spells: int) -> pa.Table:
    who = some_persons(draw, len(index), spells)
    start, end, still = some_periods(draw, index, who)
    kind = draw.choice(len(KINDS), spells, p=(0.6, 0.1, 0.1, 0.1, 0.1))
    number = np.arange(spells)
    again = draw.random(spells) < 0.002  # the identifier of the row before: contents differ, both are unusable
    number[again] = np.maximum(number[again] - 1, 0)
    if draw.random() < 0.5:
        order = np.argsort(who, kind="stable")
        who, start, end, still, kind, number = (each[order] for each in (who, start, end, still, kind, number))
    return pa.table({
        "spell": identifiers("S", number),
        "person": identifiers("P", who),
        "kind": chosen(kind, KINDS),
        "start": days(start),
        "end": days(end, empty=still),
        "hours_per_week": pa.array([*HOURS, None]).take(pa.array(draw.integers(0, len(HOURS) + 1, spells))),
    })  # fmt: skip


def _observations(draw: np.random.Generator, index: Any, size: int) -> pa.Table:
    who = some_persons(draw, len(index), size)
    return pa.table({
        "observation": identifiers("O", draw.permutation(size)),
        "subject": identifiers("P", who),
        "metric": chosen(draw.integers(0, 3, size), ("score", "conviction", "nobody_asked")),
        "date": days(some_periods(draw, index, who)[0]),
        "value": chosen(draw.integers(0, 5, size), ("1", "0", "-2.5", "0.3333333", "7")),
    })  # fmt: skip


def _coverage(draw: np.random.Generator, index: Any, size: int) -> pa.Table:
    who = some_persons(draw, len(index), size)
    start, end, still = some_periods(draw, index, who)
    whole = draw.random(size) < 0.5  # most of the window, at times less a day at either end
    start = np.where(whole, index[who % len(index)] + draw.integers(-2, 2, size), start)
    end = np.where(whole, start + 365 * draw.integers(1, 3, size), end)
    return pa.table({
        "person": identifiers("P", who),
        "kind": chosen(draw.choice(len(WATCHED), size, p=WATCHED_SHARES), WATCHED),
        "source": chosen(draw.integers(0, 2, size), ("one", "two")),
        "start": days(start),
        "end": days(end, empty=still),
    })  # fmt: skip


def some_persons(draw: np.random.Generator, persons: int, size: int) -> Any:
    """Places of persons, one in five hundred beyond them: nobody knows who that is."""
    return np.where(draw.random(size) < 0.002, persons + 7, draw.integers(0, persons, size))


def some_days(draw: np.random.Generator, size: int) -> Any:
    """Days since 1970, half of them on or near a hostile one."""
    near = DAYS[draw.integers(0, len(DAYS), size)] + draw.integers(-3, 4, size)
    return np.where(draw.random(size) < 0.5, near, draw.integers(FIRST, LAST, size))


def some_periods(draw: np.random.Generator, index: Any, who: Any) -> tuple[Any, Any, Any]:
    """Start, end and which still run: most near the person's own window; a few have no days or end before they start."""
    size = len(who)
    near = index[who % len(index)] + draw.integers(-60, 500, size)
    start = np.where(draw.random(size) < 0.7, near, some_days(draw, size))
    length = np.where(draw.random(size) < 0.3, np.array(LENGTHS)[draw.integers(0, len(LENGTHS), size)], draw.integers(1, 500, size))
    length = np.where(draw.random(size) < 0.002, -5, length)
    return start, start + length, draw.random(size) < 0.15


if __name__ == "__main__":
    for what, outcome in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
        print(f"{what}: {outcome}", flush=True)
