"""Coverage: when a source was watching a person. What happened outside it is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from makegood.cases import typed
from makegood.cases.column_file import Columns, FileTable
from makegood.cases.doubles import repeated_rows
from makegood.cases.identity import codes_of
from makegood.cases.people import People, grouping
from makegood.cases.quality import Column, Finding, Quality, finding
from makegood.cases.spells import by_person
from makegood.values.problem import Problem, Refused

COLUMNS = Columns(("person", "kind", "source", "start", "end"), coded=("kind", "source"), dates=("start", "end"))


@dataclass(frozen=True)
class Periods:
    """Disjoint periods per person, in order: those of person p stand at first[p] up to first[p+1]; `end` exclusive."""

    first: npt.NDArray[np.int64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Coverage:
    """For each kind (of spell, or name of an observation) the periods in which at least one source was watching."""

    file: str
    kinds: Mapping[str, Periods]
    nobody: Periods

    def of(self, kind: str) -> Periods:
        """The periods for a kind; a kind that the file does not name was never watched."""
        return self.kinds.get(kind, self.nobody)


def read_coverage(table: FileTable, people: People) -> tuple[Coverage, Quality]:
    """Coverage from CSV or Parquet, for `people`; sources are joined per kind. Raises Refused."""
    problems: list[Problem] = []
    person = codes_of(typed.identifiers(table, "person", problems), among=people.person)
    kinds = grouping(typed.words(table, "kind", problems))
    typed.words(table, "source", problems)
    start = typed.days(table, "start", problems)
    end = typed.days(table, "end", problems, empty=typed.RUNNING)
    if problems:
        raise Refused(problems)
    usable = np.ones(table.rows, np.bool_)
    listed: list[Finding] = []
    faults = (
        ("coverage_twice", repeated_rows(table)),
        ("coverage_unknown_person", person < 0),
        ("coverage_zero_length", end == start),
        ("coverage_reversed", end < start),
    )
    for code, mask in faults:
        listed += finding(code, file=table.file, is_text=table.is_text, mask=mask & usable, persons=Column(table.columns["person"]))
        usable &= ~mask
    joined = {
        name: joined_periods(person[rows], start[rows], end[rows], len(people))
        for code, name in enumerate(kinds.names)
        for rows in (np.flatnonzero(usable & (kinds.codes == code)),)
    }
    none = np.zeros(0, np.int32)
    return Coverage(table.file, joined, Periods(np.zeros(len(people) + 1, np.int64), none, none)), Quality(tuple(listed))


def joined_periods(person: Any, start: Any, end: Any, people: int) -> Periods:
    """Unite periods that overlap or touch, per person (rows in any order, every start before its end)."""
    if not len(person):
        none = np.zeros(0, np.int32)
        return Periods(np.zeros(people + 1, np.int64), none, none)
    key = (person.astype(np.int64) << 32) + (start.astype(np.int64) + 2**31)
    order = None if bool((key[1:] >= key[:-1]).all()) else np.argsort(key, kind="stable")
    if order is not None:
        person, start, end = person[order], start[order], end[order]
    # The latest end so far within the person: shifting each person above all earlier ones makes it one running maximum.
    shift = person.astype(np.int64) << 33
    latest = np.maximum.accumulate(shift + end) - shift
    fresh = np.ones(len(person), np.bool_)
    fresh[1:] = (person[1:] != person[:-1]) | (start[1:] > latest[:-1])
    begins = np.flatnonzero(fresh)
    last = np.append(begins[1:], len(person)) - 1
    _, first = by_person(person[begins], people)
    return Periods(first, start[begins].astype(np.int32), latest[last].astype(np.int32))
