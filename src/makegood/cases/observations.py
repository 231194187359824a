"""Observations: events, scores, days and counts of a person or of a unit, each on a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from makegood.cases import typed
from makegood.cases.column_file import NO_COLUMNS, Columns, FileTable, LazyColumns, as_words
from makegood.cases.doubles import doubles_of
from makegood.cases.identity import codes_of
from makegood.cases.people import Grouping, People, grouping
from makegood.cases.quality import Column, Finding, Quality, finding
from makegood.values.problem import Problem, Refused

COLUMNS = Columns(
    ("observation", "subject", "metric", "date", "value"),
    ("unit", "cohort", "source"),
    coded=("metric", "unit", "cohort", "source"),
    later=("unit", "source"),
    dates=("date",),
)


@dataclass(frozen=True)
class Units:
    """Subjects that are no persons, such as facilities: identifiers (sorted) and the cohort that each counts for."""

    names: tuple[str, ...]
    cohorts: tuple[str, ...]


@dataclass(frozen=True)
class Observations:
    """Usable observations: columns of length m. `subject`: the person's place, or people + the unit's place.

    `day` in days since 1970, `value` in millionths, `metric` a code into `metrics.names`.
    """

    file: str
    subject: npt.NDArray[np.int32]
    metric: Grouping
    day: npt.NDArray[np.int32]
    value: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    units: Units
    words: LazyColumns
    is_text: bool

    def __len__(self) -> int:
        return len(self.day)


def no_observations() -> Observations:
    """No observations at all: the file was not given."""
    none = np.zeros(0, np.int32)
    wide = none.astype(np.int64)
    return Observations("", none, Grouping(none, ()), none, wide, wide, Units((), ()), NO_COLUMNS, True)


def read_observations(table: FileTable, people: People) -> tuple[Observations, Quality]:
    """Observations from CSV or Parquet. Raises Refused for a file that cannot be understood."""
    problems: list[Problem] = []
    typed.identifiers(table, "observation", problems)
    subject_words = typed.identifiers(table, "subject", problems)
    metric = grouping(typed.words(table, "metric", problems))
    day = typed.days(table, "date", problems)
    value, rounded = typed.scaled(table, "value", problems, digits=typed.VALUE_DIGITS, most=10**9, empty=0)
    if table.columns["value"].null_count:
        empty = np.flatnonzero(table.columns["value"].is_null().to_numpy(zero_copy_only=False))
        problems += table.refuse(empty, "value", "empty_cell", "'value' is empty", "Without it the row says nothing", "write it")
    for column in ("unit", "cohort", "source"):
        if table.has(column):
            typed.words(table, column, problems, needed=False)
    if problems:
        raise Refused(problems)
    subject, units, problems = _subjects(table, codes_of(subject_words, among=people.person), len(people))
    if problems:
        raise Refused(problems)
    usable = np.ones(table.rows, np.bool_)
    listed: list[Finding] = []
    doubles = doubles_of(table, "observation")
    faults = [("observation_unknown_subject", subject < 0)]
    if doubles is not None:
        faults = [("observation_twice", doubles[0]), ("observation_contradicts", doubles[1]), *faults]
    for code, mask in faults:
        listed += _listed(table, code, mask & usable)
        usable &= ~mask
    listed += _listed(table, "value_rounded", rounded & usable)
    rows = np.flatnonzero(usable)
    observations = Observations(
        file=table.file,
        subject=subject[rows],
        metric=Grouping(metric.codes[rows], metric.names),
        day=day[rows],
        value=value[rows],
        row=rows,
        units=units,
        words=table.columns.only("observation", "subject", "unit", "source"),
        is_text=table.is_text,
    )
    return observations, Quality(tuple(listed))


def _subjects(table: FileTable, code: npt.NDArray[np.int32], people: int) -> tuple[npt.NDArray[np.int32], Units, list[Problem]]:
    """Codes of subjects; one that is no person but has a cohort is a unit of that cohort."""
    none = Units((), ())
    if not (code < 0).any() or not table.has("cohort"):
        return code, none, []
    cohort = table.columns["cohort"]
    rows = np.flatnonzero((code < 0) & ~np.asarray(cohort.is_null().to_numpy(zero_copy_only=False)))
    if not len(rows):
        return code, none, []
    chosen = pa.array(rows)
    names = grouping(as_words(table.columns["subject"].take(chosen)))
    cohorts = grouping(cohort.take(chosen))
    lowest = np.full(len(names.names), 2**31 - 1, np.int64)
    highest = np.full(len(names.names), -1, np.int64)
    np.minimum.at(lowest, names.codes, cohorts.codes)
    np.maximum.at(highest, names.codes, cohorts.codes)
    moved = np.flatnonzero((lowest != highest)[names.codes])
    if len(moved):
        why = "A unit counts for one cohort"
        return (
            code,
            none,
            table.refuse(rows[moved], "cohort", "unit_contradicts", "the unit stands in another cohort elsewhere", why, "write one cohort"),
        )
    out = code.copy()
    out[rows] = people + names.codes
    return out, Units(names.names, tuple(cohorts.names[place] for place in lowest)), []


def _listed(table: FileTable, code: str, mask: Any) -> list[Finding]:
    records, persons = Column(table.columns["observation"]), Column(table.columns["subject"])
    return finding(code, file=table.file, is_text=table.is_text, mask=mask, records=records, persons=persons)
