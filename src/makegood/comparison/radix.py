"""The stable order of many numbers, compiled: whole numbers on a fine grid are sorted digit by digit, then set right.

A radix sort (Hollerith 1887; Knuth, The Art of Computer Programming 3, 5.2.5) of three digits on all processors. Rows
that share a point of the grid are compared once more, so that the answer is that of `argsort(kind="stable")`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.kernels import in_parts
from makegood.comparison.machine import machine
from makegood.comparison.matched import Floats, Rows

Keys = NDArray[np.uint32]
PARTS = 8
BITS = 11
DIGITS = 3
GRID = float((1 << (BITS * DIGITS - 1)) - 1)
"""Points of the grid: 32 bits in three digits of eleven, of which the last has one to spare."""
CROWD = 64
"""Rows on one point of the grid that are sorted in place; more of them go to numpy."""


def sorted_by_digits(values: Floats) -> tuple[Rows, Floats]:
    """(rows,) the stable ascending order of finite values, and (rows,) the values in it."""
    low, high = float(values.min()), float(values.max())
    count = values.size
    order, ordered = np.empty(count, dtype=np.int64), np.empty(count)
    scale = GRID / (high - low) if high > low else 0.0
    keys, rows = np.empty((2, count), dtype=np.uint32), np.empty((2, count), dtype=np.uint32)
    in_parts(lambda _part, first, last: _gridded(values, low, scale, first, last, keys[0], rows[0]), count, PARTS)
    for digit in range(DIGITS):
        _by_digit(digit, keys[digit % 2], rows[digit % 2], keys[(digit + 1) % 2], rows[(digit + 1) % 2])
    last_one = DIGITS % 2
    in_parts(lambda _part, first, last: _gathered(values, rows[last_one], first, last, order, ordered), count, PARTS)
    for first, last in _set_right(keys[last_one], order, ordered, CROWD):
        part = order[first:last]
        part[:] = part[np.lexsort((part, ordered[first:last]))]
        ordered[first:last] = values[part]
    return order, ordered


def _by_digit(digit: int, keys: Keys, rows: Keys, new_keys: Keys, new_rows: Keys) -> None:
    """One stable pass: count each digit in each part, then move every part to its own places."""
    counts = np.zeros((PARTS, 1 << BITS), dtype=np.int64)
    in_parts(lambda part, first, last: _counted(keys, digit, first, last, counts[part]), keys.size, PARTS)
    starts = np.concatenate([[0], np.cumsum(counts.T.ravel())[:-1]]).reshape(-1, PARTS).T.copy()
    in_parts(lambda part, first, last: _moved(keys, rows, digit, first, last, starts[part], new_keys, new_rows), keys.size, PARTS)


@machine
def _gridded(values: Any, low: Any, scale: Any, first: Any, last: Any, keys: Any, rows: Any) -> None:
    for row in range(first, last):
        keys[row] = np.uint32((values[row] - low) * scale)
        rows[row] = row


@machine
def _counted(keys: Any, digit: Any, first: Any, last: Any, counts: Any) -> None:
    shift = np.uint32(BITS * digit)
    mask = np.uint32((1 << BITS) - 1)
    for place in range(first, last):
        counts[(keys[place] >> shift) & mask] += 1


@machine
def _moved(keys: Any, rows: Any, digit: Any, first: Any, last: Any, starts: Any, new_keys: Any, new_rows: Any) -> None:
    shift = np.uint32(BITS * digit)
    mask = np.uint32((1 << BITS) - 1)
    for place in range(first, last):
        key = keys[place]
        bucket = (key >> shift) & mask
        spot = starts[bucket]
        starts[bucket] = spot + 1
        new_keys[spot] = key
        new_rows[spot] = rows[place]


@machine
def _gathered(values: Any, rows: Any, first: Any, last: Any, order: Any, ordered: Any) -> None:
    for place in range(first, last):
        row = rows[place]
        order[place] = row
        ordered[place] = values[row]


@machine
def _set_right(keys: Any, order: Any, ordered: Any, crowd: Any) -> Any:
    """Sort the rows on each point of the grid; (points, 2) first and last of those that are too many for it."""
    left = [(np.int64(0), np.int64(0))]
    first = 0
    count = keys.size
    while first < count:
        last = first + 1
        tidy = True
        while last < count and keys[last] == keys[first]:
            tidy = tidy and ordered[last - 1] <= ordered[last]
            last += 1
        if not tidy:
            if last - first > crowd:
                left.append((np.int64(first), np.int64(last)))
            else:
                for place in range(first + 1, last):
                    row, value, spot = order[place], ordered[place], place
                    while spot > first and ordered[spot - 1] > value:
                        order[spot], ordered[spot] = order[spot - 1], ordered[spot - 1]
                        spot -= 1
                    order[spot], ordered[spot] = row, value
        first = last
    return left[1:]
