"""The compiled loops of coarsened exact matching: bin, join and look up in one pass over the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.kernels import PARTS, in_parts
from makegood.comparison.machine import machine
from makegood.comparison.matched import Flags, Floats

if TYPE_CHECKING:
    from makegood.comparison.strata import Cuts

BLOCK = 1024
MIXER = -7046029254386353131
"""An odd number whose bits are well spread (2^64 over the golden ratio)."""


def strata(
    covariates: Covariates, *, numbers: list[tuple[str, Cuts]], categories: tuple[str, ...]
) -> tuple[NDArray[np.int32], NDArray[np.int64] | None]:
    """(rows,) strata with people on both sides, -1 elsewhere, and (2, strata) their controls and treated.

    The counts are None where the strata outnumber what a 64-bit key tells apart.
    """
    sizes = [cuts.inner.size + 1 for _name, cuts in numbers] + [len(covariates.category(name).levels) for name in categories]
    if np.prod([float(size) for size in sizes]) >= 2.0**62:
        return np.empty(0, dtype=np.int32), None
    rows = np.array([covariates.number_names.index(name) for name, _cuts in numbers], dtype=np.int64)
    codes = np.array([covariates.category_names.index(name) for name in categories], dtype=np.int64)
    low = np.array([cuts.low for _name, cuts in numbers])
    step = np.array([cuts.step for _name, cuts in numbers])
    count = np.array(sizes, dtype=np.int64)

    focal = np.flatnonzero(covariates.treated)
    ours = np.empty(focal.size, dtype=np.int64)
    few = covariates.numbers[:, focal], covariates.codes[:, focal]
    _keys(few[0], rows, low, step, few[1], codes, count, 0, focal.size, ours)
    bits = max(int(focal.size * 4).bit_length(), 6)
    table, slots = np.full(1 << bits, -1, dtype=np.int64), np.full(1 << bits, -1, dtype=np.int32)
    sieve = np.zeros(1 << max(bits - 3, 0), dtype=np.uint64)
    place = np.empty(focal.size, dtype=np.int32)
    size = int(_fill(ours, table, slots, sieve, bits, place))
    found = np.empty(covariates.rows, dtype=np.int32)
    by_part = np.zeros((PARTS, size), dtype=np.int64)

    def part(number: int, begin: int, end: int) -> None:
        data = (covariates.numbers, rows, low, step, covariates.codes, codes, count)
        _assign(*data, begin, end, table, slots, sieve, bits, found, by_part[number])

    in_parts(part, covariates.rows, PARTS)
    treated_counts = np.bincount(place, minlength=size)
    counts = np.stack([by_part.sum(axis=0) - treated_counts, treated_counts])
    kept = counts[0] > 0
    if not kept.all():
        renumbered = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
        in_parts(lambda _number, begin, end: _renumber(found[begin:end], renumbered), found.size, PARTS)
        counts = counts[:, kept]
    return found, counts


def looked_up(table: Floats, strata: NDArray[np.int32], treated: Flags) -> Floats:
    """(rows,) `table[arm, stratum]`; the last column is for those outside."""
    out = np.empty(strata.size)
    in_parts(lambda _number, first, last: _looked_up(table, strata, treated, first, last, out), strata.size, PARTS)
    return out


@machine
def _binned(values: Any, low: Any, step: Any, size: Any, keys: Any) -> None:
    """Join a number's bin to the keys: guessed by division, then set right against the very cut points, `low + k step`."""
    top = size - 1.0
    per = 1.0 / step if step > 0 else 0.0
    for row in range(values.size):
        value = values[row]
        place = min(np.floor((value - low) * per), top)
        place -= 1.0 if value < low + place * step else 0.0
        more = 1.0 if value >= low + (place + 1.0) * step else 0.0
        keys[row] = keys[row] * size + np.int64(max(min(place + more, top), 0.0))


@machine
def _coded(codes: Any, size: Any, keys: Any) -> None:
    for row in range(codes.size):
        keys[row] = keys[row] * size + codes[row]


@machine
def _keys(numbers: Any, rows: Any, low: Any, step: Any, codes: Any, code_rows: Any, count: Any, begin: Any, end: Any, keys: Any) -> None:
    keys[: end - begin] = 0
    for number in range(rows.size):
        _binned(numbers[rows[number], begin:end], low[number], step[number], count[number], keys)
    for code in range(code_rows.size):
        _coded(codes[code_rows[code], begin:end], count[rows.size + code], keys)


@machine
def _fill(keys: Any, table: Any, slots: Any, sieve: Any, bits: Any, place: Any) -> Any:
    """Number the keys in order of appearance; a bit in the sieve for each, so that others are turned away cheaply."""
    mask = table.size - 1
    size = np.int64(0)
    for row in range(keys.size):
        mixed = keys[row] * MIXER
        bit = np.uint64(mixed) >> np.uint64(64 - bits - 3)
        sieve[bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
        slot = np.int64(np.uint64(mixed) >> np.uint64(64 - bits))
        while table[slot] >= 0 and table[slot] != keys[row]:
            slot = (slot + 1) & mask
        if table[slot] < 0:
            table[slot] = keys[row]
            slots[slot] = size
            size = size + 1
        place[row] = slots[slot]
    return size


@machine
def _assign(
    numbers: Any,
    rows: Any,
    low: Any,
    step: Any,
    codes: Any,
    code_rows: Any,
    count: Any,
    begin: Any,
    end: Any,
    table: Any,
    slots: Any,
    sieve: Any,
    bits: Any,
    found: Any,
    people: Any,
) -> None:
    keys = np.empty(BLOCK, dtype=np.int64)
    passed = np.empty(BLOCK, dtype=np.int64)
    mask = table.size - 1
    for block in range(begin, end, BLOCK):
        here = min(BLOCK, end - block)
        _keys(numbers, rows, low, step, codes, code_rows, count, block, block + here, keys)
        through = np.int64(0)
        for row in range(here):
            found[block + row] = -1
            bit = np.uint64(keys[row] * MIXER) >> np.uint64(64 - bits - 3)
            passed[through] = row
            through += np.int64((sieve[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1))
        for number in range(through):
            row = passed[number]
            key = keys[row]
            slot = np.int64(np.uint64(key * MIXER) >> np.uint64(64 - bits))
            while table[slot] >= 0 and table[slot] != key:
                slot = (slot + 1) & mask
            stratum = slots[slot]
            if stratum >= 0:
                found[block + row] = stratum
                people[stratum] += 1


@machine
def _renumber(found: Any, renumbered: Any) -> None:
    for row in range(found.size):
        if found[row] >= 0:
            found[row] = renumbered[found[row]]


@machine
def _looked_up(table: Any, strata: Any, treated: Any, first: Any, last: Any, out: Any) -> None:
    outside = table.shape[1] - 1
    for row in range(first, last):
        stratum = strata[row]
        out[row] = table[1 if treated[row] else 0, outside if stratum < 0 else stratum]
