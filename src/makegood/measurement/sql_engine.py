"""The SQL engine: the files in `sql/`, written for DuckDB and turned into Spark's SQL by sqlglot, over the same records."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlglot
from sqlglot import expressions as exp

from makegood.cases.records import Records
from makegood.measurement.calendar import LAST
from makegood.measurement.grouping import Groups
from makegood.measurement.outcome import MILLION, CohortFigure, Key, Months, PersonFigures, value_of
from makegood.measurement.rules import AnyMetric, ClassMetric, MonthMetric, ObservedMetric, Rules

Parameter = int | str | bool


class Database(Protocol):
    """What runs the SQL: DuckDB in this process, or Spark."""

    dialect: str
    version: str

    def give(self, name: str, table: pa.Table) -> None:
        """Make a table known under a name."""

    def keep(self, name: str, sql: str) -> None:
        """Run a query and keep its rows under a name, in place of earlier ones."""

    def fetch(self, sql: str) -> pa.Table:
        """Run a query and bring its rows."""


@cache
def _parsed(name: str) -> exp.Expr:
    text = resources.files("makegood.measurement").joinpath("sql", f"{name}.sql").read_text("utf-8")
    return sqlglot.parse_one(text, read="duckdb")


@lru_cache(maxsize=256)
def query(name: str, dialect: str, **parameters: Parameter) -> str:
    """The text of `sql/<name>.sql` in a dialect, with its `$parameters` written in as literals."""

    def filled(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Placeholder | exp.Parameter):
            return node
        value = parameters[node.name]
        return exp.Literal.string(value) if isinstance(value, str) else exp.convert(value)

    return str(_parsed(name).transform(filled).sql(dialect=dialect, comments=False))


def by_sql(
    database: Database, rules: Rules, records: Records, groups: Groups, *, as_of: int, shown: npt.NDArray[np.int64]
) -> tuple[dict[str, Months], dict[str, PersonFigures], tuple[CohortFigure, ...]]:
    """Months, persons and figures, computed by a database from the records."""
    _give(database, rules, records, groups)
    database.keep("months", query("months", database.dialect))
    subjects = len(records.people) + len(records.observations.units.names)
    months: dict[str, Months] = {}
    found: dict[str, tuple[PersonFigures, list[CohortFigure]]] = {}
    for base in rules.months:
        months[base.metric] = _judge(database, base, records, as_of, shown)
        those: list[AnyMetric] = [base, *(rule for rule in rules.classes if rule.base == base.metric)]
        for rule in those:
            found[rule.metric] = _values(database, rule, records, groups, as_of, len(records.people))
    for observed in rules.observed:
        found[observed.metric] = _values(database, observed, records, groups, as_of, subjects)
    figures = tuple(figure for name in rules.order for figure in found[name][1])
    return months, {name: found[name][0] for name in rules.order}, figures


def _give(database: Database, rules: Rules, records: Records, groups: Groups) -> None:
    people, spells, seen = records.people, records.spells, records.observations
    units = len(seen.units.names)
    index = pa.concat_arrays([pa.array(people.index, pa.int32()).cast(pa.date32()), pa.nulls(units, pa.date32())])
    subjects = {"subject": pa.array(np.arange(len(people) + units)), "grp": pa.array(groups.code), "index_date": index}
    database.give("subjects", pa.table(subjects))
    database.give("month_numbers", pa.table({"month": pa.array(range(1, rules.window + 1), pa.int32())}))
    days = [np.minimum(each, LAST).astype(np.int64) for each in (spells.start, spells.end)]
    of_spells = {"person": spells.person.astype(np.int64), "kind": spells.kind.astype(np.int32), "start_day": days[0], "end_day": days[1]}
    database.give("spells", pa.table(of_spells | {"hours": spells.hours.astype(np.int64)}))
    periods = {} if records.coverage is None else dict(records.coverage.kinds)
    watched = [
        pa.table(
            {
                "person": np.repeat(np.arange(len(people)), np.diff(each.first)),
                "kind": pa.repeat(pa.scalar(kind), len(each.start)),
                "start_day": each.start.astype(np.int64),
                "end_day": np.minimum(each.end, LAST).astype(np.int64),
            }
        )
        for kind, each in periods.items()
    ]
    none = pa.table(
        {
            "person": pa.array([], pa.int64()),
            "kind": pa.array([], pa.string()),
            "start_day": pa.array([], pa.int64()),
            "end_day": pa.array([], pa.int64()),
        }
    )
    database.give("watched", pa.concat_tables([none, *watched]))
    names = pa.array(seen.metric.names, pa.string())
    ids = seen.words["observation"].take(pa.array(seen.row)) if "observation" in seen.words else pa.array([], pa.string())
    of_observations = {
        "observation": ids.cast(pa.string()),
        "subject": pa.array(seen.subject, pa.int64()),
        "metric": names.take(pa.array(seen.metric.codes)),
        "day": pa.array(seen.day, pa.int64()),
        "value": pa.array(seen.value),
    }
    database.give("observations", pa.table(of_observations))


def _judge(database: Database, rule: MonthMetric, records: Records, as_of: int, shown: npt.NDArray[np.int64]) -> Months:
    parameters: Mapping[str, Parameter] = {
        "as_of": as_of,
        "window": rule.window,
        "covered": records.coverage is not None,
        "kind": rule.kind_code,
        "kind_name": rule.kind,
        "way": rule.way,
        "level": 1 if rule.way == 2 else rule.hours,
        "need": rule.need,
        "per": rule.per,
    }
    database.keep("states", query("states", database.dialect, **parameters))
    database.keep("totals", query("totals", database.dialect, way=rule.way))
    totals = database.fetch("SELECT subject, counted, unknown, observed, heavy FROM totals ORDER BY subject")
    counted, unknown, observed, heavy = (totals[name].to_numpy() for name in ("counted", "unknown", "observed", "heavy"))
    states = np.zeros((len(shown), rule.window), np.uint8)
    weeks = np.zeros((len(shown), rule.window), np.int64)
    if len(shown):
        place = np.full(len(records.people), -1, np.int64)
        place[shown] = np.arange(len(shown))
        rows = database.fetch("SELECT person, month, weight, state FROM states")
        row, month = place[rows["person"].to_numpy()], rows["month"].to_numpy() - 1
        mine = row >= 0
        states[row[mine], month[mine]] = rows["state"].to_numpy()[mine]
        weeks[row[mine], month[mine]] = rows["weight"].to_numpy()[mine]
    whole = [each.astype(np.int32) for each in (counted, unknown, observed)]
    return Months(whole[0], whole[1], whole[2], heavy.astype(np.bool_), states, weeks)


def _values(
    database: Database, rule: AnyMetric, records: Records, groups: Groups, as_of: int, subjects: int
) -> tuple[PersonFigures, list[CohortFigure]]:
    """Values of persons and figures of groups under one metric; a metric of months stands in `totals` already."""
    if isinstance(rule, MonthMetric):
        text = query("month_values", database.dialect, rule=rule.unknown, window=rule.window)
    elif isinstance(rule, ClassMetric):
        bounds = {"at_least": rule.at_least, "at_most": rule.at_most}
        text = query("class_values", database.dialect, rule=rule.unknown, window=rule.window, **bounds)
    else:
        spoken_of = records.coverage is not None and rule.observed in records.coverage.kinds
        told: Mapping[str, Parameter] = {"observed": rule.observed, "take": rule.take, "spoken_of": spoken_of, "as_of": as_of}
        text = query("observed_values", database.dialect, rule=rule.unknown, window=rule.window, **told)
    database.keep("person_values", text)
    scale = MILLION if isinstance(rule, ObservedMetric) else 1
    rows = database.fetch("SELECT subject, value, enters, unknown, not_yet FROM person_values")
    columns = {name: np.zeros(subjects, np.int64) for name in ("value", "enters", "unknown", "not_yet")}
    for name, column in columns.items():
        column[rows["subject"].to_numpy()] = rows[name].to_numpy()
    persons = PersonFigures(
        columns["value"], scale, columns["enters"] > 0, columns["unknown"].astype(np.int32), columns["not_yet"].astype(np.int32)
    )
    summed = database.fetch(query("figures", database.dialect, window=rule.window)).to_pylist()
    return persons, [_figure(rule, row, groups, scale) for row in sorted(summed, key=lambda row: int(row["grp"]))]


def _figure(rule: AnyMetric, row: Mapping[str, Any], groups: Groups, scale: int) -> CohortFigure:
    group, arm = groups.keys[row["grp"]]
    total = Fraction(int(row["total"]), scale)
    return CohortFigure(
        key=Key(rule.metric, group, arm),
        value=value_of(rule.value, total=total, positive=row["positive"], n=row["n"]),
        n=row["n"],
        left_out=row["left_out"],
        total=total,
        positive=row["positive"],
        unknown=row["unknown"],
        not_yet=row["not_yet"],
        period_start=row["first_index"],
        period_end=row["last_end"],
    )
