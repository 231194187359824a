"""Which spells overlap an earlier one of the same person and kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from makegood.cases.compiled import run

MANY = 24
"""Up to so many spells of one person are compared pair by pair; more are put in order and swept."""


def overlaps(
    first: npt.NDArray[Any], person: npt.NDArray[Any], kind: npt.NDArray[Any], start: npt.NDArray[Any], end: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.uint8], int]:
    """1 for each spell that overlaps one of the same person and kind that starts earlier, or that starts the same day
    and ends later, or is the same period and stands earlier in the file; else 0. And how many of them there are.

    `first` (people + 1) says where each person's spells stand; the others are columns of the spells.
    """
    marks, crowded = np.zeros(len(start), np.uint8), np.zeros(1, np.int64)
    run(mark_overlaps, size=len(first) - 1, rows=len(start), given=(first, kind, start, end), written=(marks,), added=(crowded,))
    if crowded[0]:
        rows = np.flatnonzero((np.diff(first) > MANY)[person])
        marks[rows] = _swept(person[rows].astype(np.int64) * 8 + kind[rows], start[rows], end[rows])
    return marks, int(np.count_nonzero(marks.view(np.bool_)))


def mark_overlaps(a: int, b: int, first: Any, kind: Any, start: Any, end: Any, marks: Any, crowded: Any) -> None:
    """Mark the overlaps of persons a..b who have few spells; how many persons have more."""
    for person in range(a, b):
        low, high = first[person], first[person + 1]
        if high - low > 24:
            crowded[0] += 1
            continue
        for one in range(low, high):
            begins, ends, of = start[one], end[one], kind[one]
            for other in range(one + 1, high):  # without a branch: which of the two it is cannot be foretold
                overlap = (kind[other] == of) & (start[other] < ends) & (end[other] > begins)
                later = (start[other] > begins) | ((start[other] == begins) & (end[other] <= ends))
                marks[other] |= overlap & later
                marks[one] |= overlap & (not later)


def _swept(group: npt.NDArray[np.int64], start: npt.NDArray[Any], end: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """The same for many spells: in order of start, whatever starts before the latest end so far in its group."""
    order = np.lexsort((-end.astype(np.int64), start, group))
    # Groups are lifted above each other, so that one running maximum does for all.
    lift = np.cumsum(np.diff(group[order], prepend=group[order[0]]) != 0) << 33
    latest = np.maximum.accumulate(lift + end[order])
    marks = np.zeros(len(order), np.bool_)
    marks[order[1:]] = (lift + start[order])[1:] < latest[:-1]
    return marks
