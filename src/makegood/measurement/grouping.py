"""Persons become the figure of a cohort: sums over groups of subjects, exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from makegood.cases.compiled import run
from makegood.cases.people import ARMS
from makegood.cases.records import Records
from makegood.measurement.calendar import day_number, day_of
from makegood.measurement.outcome import CohortFigure, Key, PersonFigures, value_of
from makegood.measurement.rules import Rules
from makegood.values.month import add_months

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Each subject's group (people first, then units), and what each group is: (cohort, class, ...), arm."""

    code: Int64
    keys: tuple[tuple[tuple[str, ...], str], ...]


def groups_of(records: Records, by: tuple[str, ...]) -> Groups:
    """Groups by cohort, by the columns named in `by` (empty where the file has none), and by arm."""
    people, units = records.people, records.observations.units
    code: Int64 = np.zeros(len(people) + len(units.names), np.int64)
    names: list[tuple[str, ...]] = []
    size = 2
    for column in ("cohort", *by):
        own = people.groups[column].names if column in people.groups else ("",)
        codes = people.groups[column].codes if column in people.groups else np.zeros(len(people), np.int32)
        theirs = units.cohorts if column == "cohort" else ("",) * len(units.names)
        every = tuple(sorted({*own, *theirs}))
        place = {name: number for number, name in enumerate(every)}
        moved = np.array([place[name] for name in own] or [0], np.int64)
        run(add_digit, size=len(people), rows=len(people), given=(codes, moved, len(every)), written=(code,))
        code[len(people) :] = code[len(people) :] * len(every) + np.array([place[name] for name in theirs], np.int64)
        names.append(every)
        size *= len(every)
    run(add_digit, size=len(people), rows=len(people), given=(people.arm, np.arange(2), 2), written=(code,))
    code[len(people) :] *= 2
    if size <= 4 * len(code) + 1000:
        present = np.zeros(size, np.bool_)
        present[code] = True
        distinct = np.flatnonzero(present)
        code = code if len(distinct) == size else (np.cumsum(present) - 1)[code]
    else:
        distinct, code = np.unique(code, return_inverse=True)
    return Groups(code, tuple(_spelled(int(each), names) for each in distinct))


def add_digit(a: int, b: int, digit: Any, moved: Any, base: int, code: Any) -> None:
    """Persons a..b: one more digit of their group's number, which is the code of a word among all words."""
    for person in range(a, b):
        code[person] = code[person] * base + moved[digit[person]]


def _spelled(code: int, names: list[tuple[str, ...]]) -> tuple[tuple[str, ...], str]:
    code, arm = divmod(code, 2)
    words: list[str] = []
    for every in reversed(names):
        code, place = divmod(code, len(every))
        words.append(every[place])
    return tuple(reversed(words)), ARMS[arm]


def figures_of(rules: Rules, persons: Mapping[str, PersonFigures], records: Records, groups: Groups) -> tuple[CohortFigure, ...]:
    """The figure of every metric and group that has a subject, in the order of the terms, then of the groups' names."""
    size, people = len(groups.keys), len(records.people)
    first, last = _index_days(groups.code[:people], records.people.index, size)
    figures: list[CohortFigure] = []
    for rule in rules.all():
        found = persons[rule.metric]
        code = groups.code[: len(found.value)]
        *sums, present = _sums(found, code, size, people)
        for place, (group, arm) in enumerate(groups.keys):
            if not present[place]:
                continue
            n, positive, low, high, unknown, not_yet = (int(column[place]) for column in sums)
            total = Fraction(high * 2**32 + low, found.scale)
            some = last[place] >= first[place]
            # A later index date never has an earlier end, so the latest one ends last.
            end = day_number(add_months(day_of(int(last[place])), rule.window)) if some else None
            figures.append(
                CohortFigure(
                    key=Key(rule.metric, group, arm),
                    value=value_of(rule.value, total=total, positive=positive, n=n),
                    n=n,
                    left_out=int(present[place]) - n,
                    total=total,
                    positive=positive,
                    unknown=unknown,
                    not_yet=not_yet,
                    period_start=int(first[place]) if some else None,
                    period_end=end,
                )
            )
    return tuple(figures)


def _index_days(code: Int64, index: npt.NDArray[np.int32], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first and the last index day of each group; the first after the last where nobody is in it."""
    first, last = np.full(size, 2**31 - 1, np.int64), np.full(size, -(2**31), np.int64)
    run(span_of, size=len(index), rows=len(index), given=(code, index), written=(first, last), shared=True)
    return first, last


def span_of(a: int, b: int, code: Any, index: Any, first: Any, last: Any) -> None:
    """Widen each group's span by the index days of persons a..b."""
    for person in range(a, b):
        group = code[person]
        first[group] = min(first[group], index[person])
        last[group] = max(last[group], index[person])


def _sums(found: PersonFigures, code: Int64, size: int, people: int) -> list[Int64]:
    """Of each group: how many enter, how many of them have a value above 0, their sum (low and high 32 bits, so that it
    is exact beyond 64), the unknown and not yet observed of all, and how many subjects it has."""
    sums = [np.zeros(size, np.int64) for _ in range(7)]
    given = (code, found.value, found.enters, found.unknown, found.not_yet, people)
    run(add_up, size=len(code), rows=len(code), given=given, added=sums)
    return sums


def add_up(
    a: int,
    b: int,
    code: Any,
    value: Any,
    enters: Any,
    unknown: Any,
    not_yet: Any,
    people: int,
    n: Any,
    positive: Any,
    low: Any,
    high: Any,
    dark: Any,
    still_open: Any,
    present: Any,
) -> None:
    """Add subjects a..b to the sums of their groups. A unit, which stands after the people, belongs to a metric once it has
    an observation of it: then it enters, or its value is not known.
    """
    for subject in range(a, b):
        group = code[subject]
        present[group] += (subject < people) | enters[subject] | (unknown[subject] > 0)
        dark[group] += unknown[subject]
        still_open[group] += not_yet[subject]
        if enters[subject]:
            n[group] += 1
            low[group] += value[subject] & 0xFFFFFFFF
            high[group] += value[subject] >> 32
            if value[subject] > 0:
                positive[group] += 1
