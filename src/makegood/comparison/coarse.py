"""The compiled loops of coarsened exact matching: bin, join and number the strata in one pass over the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.kernels import PARTS, in_parts
from makegood.comparison.machine import machine
from makegood.comparison.matched import Rows

if TYPE_CHECKING:
    from makegood.comparison.strata import Cuts

BLOCK = 1024
MIXER = -7046029254386353131
"""An odd number whose bits are well spread (2^64 over the golden ratio)."""


def strata(
    covariates: Covariates, *, numbers: list[tuple[str, Cuts]], categories: tuple[str, ...]
) -> tuple[NDArray[np.int32], NDArray[np.int64], Rows] | None:
    """(rows,) strata with people on both sides, -1 elsewhere; (2, strata) their controls and treated; who is in one.

    None where the strata outnumber the whole numbers that a float tells apart: keys are floats, which add up in vectors.
    """
    sizes = [cuts.inner.size + 1 for _name, cuts in numbers] + [len(covariates.category(name).levels) for name in categories]
    if np.prod([float(size) for size in sizes]) >= 2.0**53:
        return None
    rows = np.array([covariates.number_names.index(name) for name, _cuts in numbers], dtype=np.int64)
    codes = np.array([covariates.category_names.index(name) for name in categories], dtype=np.int64)
    low = np.array([cuts.low for _name, cuts in numbers])
    step = np.array([cuts.step for _name, cuts in numbers])
    count = np.array(sizes, dtype=np.float64)

    focal = np.flatnonzero(covariates.treated)
    ours = np.empty(focal.size)
    few = covariates.numbers.take(focal, axis=1), covariates.codes.take(focal, axis=1)
    _keys(few[0], rows, low, step, few[1], codes, count, 0, focal.size, ours)
    bits = max(int(focal.size * 4).bit_length(), 6)
    table, slots = np.full(1 << bits, -1, dtype=np.int64), np.full(1 << bits, -1, dtype=np.int32)
    sieve = np.zeros(4 << bits, dtype=np.uint8)
    place = np.empty(focal.size, dtype=np.int32)
    size = int(_fill(ours, table, slots, sieve, place))
    found = np.empty(covariates.rows, dtype=np.int32)
    inside = np.empty(covariates.rows, dtype=np.int32)
    members = [inside[:0]] * PARTS

    def part(number: int, begin: int, end: int) -> None:
        data = (covariates.numbers, rows, low, step, covariates.codes, codes, count)
        here = _assign(*data, begin, end, table, slots, sieve, found, inside)
        members[number] = inside[begin : begin + here]

    in_parts(part, covariates.rows, PARTS)
    people = np.concatenate(members).astype(np.int64)
    treated = np.bincount(place, minlength=size)
    counts = np.stack([np.bincount(found[people], minlength=size) - treated, treated])
    kept = counts[0] > 0
    if not kept.all():
        renumbered = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[found[people]]
        found[people] = renumbered
        people, counts = people[renumbered >= 0], counts[:, kept]
    return found, counts, people


@machine
def _binned(values: Any, low: Any, step: Any, size: Any, keys: Any) -> None:
    """Join a number's bin to the keys: guessed by division, then set right against the very cut points, `low + k step`."""
    top = size - 1.0
    per = 1.0 / step if step > 0 else 0.0
    for row in range(values.size):
        value = values[row]
        place = np.floor((value - low) * per)
        under, over = value < low + place * step, value >= low + (place + 1.0) * step
        place = place + ((1.0 if over else 0.0) - (1.0 if under else 0.0))
        keys[row] = keys[row] * size + max(min(place, top), 0.0)


@machine
def _coded(codes: Any, size: Any, keys: Any) -> None:
    for row in range(codes.size):
        keys[row] = keys[row] * size + codes[row]


@machine
def _keys(numbers: Any, rows: Any, low: Any, step: Any, codes: Any, code_rows: Any, count: Any, begin: Any, end: Any, keys: Any) -> None:
    keys[: end - begin] = 0.0
    for number in range(rows.size):
        _binned(numbers[rows[number], begin:end], low[number], step[number], count[number], keys)
    for code in range(code_rows.size):
        _coded(codes[code_rows[code], begin:end], count[rows.size + code], keys)


@machine
def _mixed(key: Any, room: Any) -> Any:
    """A well spread place for a key among `room`, a power of two."""
    return np.int64((np.uint64(key * MIXER) >> np.uint64(32)) & np.uint64(room - 1))


@machine
def _fill(keys: Any, table: Any, slots: Any, sieve: Any, place: Any) -> Any:
    """Number the keys in order of appearance; a mark in the sieve for each, so that others are turned away cheaply."""
    mask = table.size - 1
    size = np.int64(0)
    for row in range(keys.size):
        key = np.int64(keys[row])
        sieve[_mixed(key, sieve.size)] = 1
        slot = _mixed(key, table.size)
        while table[slot] >= 0 and table[slot] != key:
            slot = (slot + 1) & mask
        if table[slot] < 0:
            table[slot] = key
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
    found: Any,
    inside: Any,
) -> Any:
    """Strata of the rows from `begin` to `end`; who is in one stands in `inside` from `begin` on, and how many is returned."""
    keys, whole = np.empty(BLOCK), np.empty(BLOCK, dtype=np.int64)
    marks, passed = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK, dtype=np.int64)
    mask = table.size - 1
    members = np.int64(0)
    for block in range(begin, end, BLOCK):
        here = min(BLOCK, end - block)
        _keys(numbers, rows, low, step, codes, code_rows, count, block, block + here, keys)
        found[block : block + here] = -1
        for row in range(here):
            whole[row] = np.int64(keys[row])
            marks[row] = _mixed(whole[row], sieve.size)
        through = np.int64(0)
        for row in range(here):
            passed[through] = row
            through += np.int64(sieve[marks[row]])
        for number in range(through):
            row = passed[number]
            key = whole[row]
            slot = _mixed(key, table.size)
            while table[slot] >= 0 and table[slot] != key:
                slot = (slot + 1) & mask
            stratum = slots[slot]
            if stratum >= 0:
                found[block + row] = stratum
                inside[begin + members] = block + row
                members += 1
    return members
