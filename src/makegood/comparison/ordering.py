"""The stable ascending order of numbers, several times faster than a sort of rows by value."""

from __future__ import annotations

import numpy as np

from makegood.comparison.matched import Floats, Rows

LARGE = 300_000
"""Numbers from which loading the compiled loops costs less than they save."""
SMALL = 4_096


def stable_order(values: Floats) -> tuple[Rows, Floats]:
    """(rows,) the order that `argsort(kind="stable")` gives finite values, and (rows,) the values in it.

    Sorts whole numbers that hold the value on a fine grid in their high bits and the row in their low bits; only rows
    that share a point of the grid are compared once more.
    """
    if values.size >= LARGE:
        from makegood.comparison import radix  # noqa: PLC0415 (compiled code loads only where it pays)

        return radix.sorted_by_digits(values)
    low, high = float(values.min()), float(values.max())
    bits = int(values.size).bit_length()
    if values.size < SMALL or not high > low:
        order = np.argsort(values, kind="stable")
        return order, values[order]
    grid = (values - low) * ((2.0 ** (62 - bits)) / (high - low))
    keys = grid.astype(np.int64)
    keys <<= bits
    keys |= np.arange(values.size)
    keys.sort()
    order = keys & ((1 << bits) - 1)
    ordered = values[order]
    if np.any(ordered[1:] < ordered[:-1]):
        keys >>= bits
        same = keys[1:] == keys[:-1]
        shared = np.flatnonzero(np.concatenate([[False], same]) | np.concatenate([same, [False]]))
        order[shared] = order[shared][np.lexsort((order[shared], values[order[shared]], keys[shared]))]
        ordered = values[order]
    return order, ordered
