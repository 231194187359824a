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
    code = np.zeros(len(people) + len(units.names), np.int64)
    names: list[tuple[str, ...]] = []
    for column in ("cohort", *by):
        own = people.groups[column].names if column in people.groups else ("",)
        codes = people.groups[column].codes if column in people.groups else np.zeros(len(people), np.int32)
        theirs = units.cohorts if column == "cohort" else ("",) * len(units.names)
        every = tuple(sorted({*own, *theirs}))
        place = {name: number for number, name in enumerate(every)}
        moved = np.array([place[name] for name in own] or [0], np.int64)[codes]
        code = code * len(every) + np.concatenate([moved, np.array([place[name] for name in theirs], np.int64)])
        names.append(every)
    code = code * 2 + np.concatenate([people.arm.astype(np.int64), np.zeros(len(units.names), np.int64)])
    size = 2 * int(np.prod([len(every) for every in names]))
    if size <= 4 * len(code) + 1000:
        present = np.bincount(code, minlength=size) > 0
        distinct = np.flatnonzero(present)
        code = (np.cumsum(present) - 1)[code]
    else:
        distinct, code = np.unique(code, return_inverse=True)
    return Groups(code, tuple(_spelled(int(each), names) for each in distinct))


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
    of_people = np.bincount(groups.code[:people], minlength=size)
    figures: list[CohortFigure] = []
    for rule in rules.all():
        found = persons[rule.metric]
        code = groups.code[: len(found.value)]
        sums = _sums(found, code, size)
        # A unit belongs to a metric once it has an observation of it: then it enters, or its value is not known.
        spoken = found.enters[people:] | (found.unknown[people:] > 0)
        present = of_people + np.bincount(code[people:][spoken], minlength=size)
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


def _sums(found: PersonFigures, code: Int64, size: int) -> list[Int64]:
    """Of each group: how many enter, how many of them have a value above 0, their sum (low and high 32 bits, so that it
    is exact beyond 64), and the unknown and not yet observed of all."""
    sums = [np.zeros(size, np.int64) for _ in range(6)]
    given = (code, found.value, found.enters, found.unknown, found.not_yet)
    run(add_up, size=len(code), rows=len(code), given=given, written=sums, shared=True)
    return sums


def add_up(
    a: int,
    b: int,
    code: Any,
    value: Any,
    enters: Any,
    unknown: Any,
    not_yet: Any,
    n: Any,
    positive: Any,
    low: Any,
    high: Any,
    dark: Any,
    still_open: Any,
) -> None:
    """Add subjects a..b to the sums of their groups."""
    for subject in range(a, b):
        group = code[subject]
        dark[group] += unknown[subject]
        still_open[group] += not_yet[subject]
        if enters[subject]:
            n[group] += 1
            low[group] += value[subject] & 0xFFFFFFFF
            high[group] += value[subject] >> 32
            if value[subject] > 0:
                positive[group] += 1
