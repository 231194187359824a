"""Persons become the figure of a cohort: sums over groups of subjects, exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from makegood.cases.people import ARMS
from makegood.cases.records import Records
from makegood.measurement.calendar import Borders
from makegood.measurement.outcome import CohortFigure, Key, PersonFigures, exact_sum, value_of
from makegood.measurement.rules import Rules


@dataclass(frozen=True)
class Groups:
    """Each subject's group (people first, then units), and what each group is: (cohort, class, ...), arm."""

    code: npt.NDArray[np.int64]
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


def figures_of(
    rules: Rules, persons: Mapping[str, PersonFigures], records: Records, borders: Borders, groups: Groups
) -> tuple[CohortFigure, ...]:
    """The figure of every metric and group that has a subject, in the order of the terms, then of the groups' names."""
    size, people = len(groups.keys), len(records.people)
    own = groups.code[:people]
    start, end = np.full(size, 2**31 - 1, np.int64), np.full(size, -(2**31), np.int64)
    np.minimum.at(start, own, records.people.index)
    figures: list[CohortFigure] = []
    for rule in rules.all():
        found = persons[rule.metric]
        subjects = len(found.value)
        code = groups.code[:subjects]
        last = end.copy()
        if people:
            np.maximum.at(last, own, borders.day[borders.code, rule.window])
        enters = found.enters
        entered = code[enters]
        n = np.bincount(entered, minlength=size)
        positive = np.bincount(entered[found.value[enters] > 0], minlength=size)
        # A unit belongs to a metric once it has an observation of it: then it enters, or its value is not known.
        spoken = enters[people:] | (found.unknown[people:] > 0)
        present = np.bincount(own, minlength=size) + np.bincount(code[people:][spoken], minlength=size)
        total = exact_sum(found.value[enters], entered, size)
        unknown = np.bincount(code, weights=found.unknown, minlength=size)
        not_yet = np.bincount(code, weights=found.not_yet, minlength=size)
        for place, (group, arm) in enumerate(groups.keys):
            if not present[place]:
                continue
            exact = Fraction(total[place], found.scale)
            figures.append(
                CohortFigure(
                    key=Key(rule.metric, group, arm),
                    value=value_of(rule.value, total=exact, positive=int(positive[place]), n=int(n[place])),
                    n=int(n[place]),
                    left_out=int(present[place] - n[place]),
                    total=exact,
                    positive=int(positive[place]),
                    unknown=int(unknown[place]),
                    not_yet=int(not_yet[place]),
                    period_start=int(start[place]) if last[place] > start[place] else None,
                    period_end=int(last[place]) if last[place] > start[place] else None,
                )
            )
    return tuple(figures)
