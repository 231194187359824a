"""The compiled loops of the propensity fit. Loaded only for large inputs; their machine code is kept on disk.

Rows are taken in fixed parts whose sums are added in order: the result does not depend on the number of threads.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from makegood.comparison.machine import machine, machine_sum
from makegood.comparison.matched import Floats

PARTS = 16
BLOCK = 1024
EPSILON = 2.0**-52
START_WEIGHT = 0.1875
START_RESPONSE = 0.1875 * math.log(3.0) + 0.25
MAGIC = 1.5 * 2.0**52
"""Added to a small number it leaves the nearest whole number in the low bits."""
LOG2_HIGH, LOG2_LOW = 0.6931471803691238, 1.9082149292705877e-10
TAYLOR = tuple(1.0 / math.factorial(power) for power in range(14))
LOWEST = math.log(EPSILON)


def weighted(
    numbers: Any, rows: Any, centre: Any, scale: Any, cell: Any, treated: Any, offset: Any, slope: Any, start: bool
) -> tuple[Floats, Floats, Floats]:
    """Sums of one pass: (2 + numbers, cells) weight, residual, weight x number; (numbers, numbers); deviance and slopes."""
    width, cells = rows.size, offset.size
    parts = PARTS if cells <= 1 << 14 else 4
    by_cell = np.zeros((parts, 2 + width, cells))
    dense = np.zeros((parts, width, width))
    totals = np.zeros((parts, 1 + width))

    def part(number: int, first: int, last: int) -> None:
        arrays = (numbers, rows, centre, scale, cell, treated.view(np.uint8), offset, slope, start)
        _weighted(*arrays, first, last, by_cell[number], dense[number], totals[number])

    in_parts(part, cell.size, parts)
    full = dense.sum(axis=0)
    full += np.tril(full, -1).T
    return by_cell.sum(axis=0), full, totals.sum(axis=0)


def linear(numbers: Any, rows: Any, centre: Any, scale: Any, cell: Any, offset: Any, slope: Any) -> Floats:
    """(rows,) the linear predictor, the same operations in the same order as the plain version."""
    total = np.empty(cell.size)

    def part(_number: int, first: int, last: int) -> None:
        _linear(numbers, rows, centre, scale, cell, offset, slope, first, last, total)

    in_parts(part, cell.size, PARTS)
    return total


def in_parts(work: Callable[[int, int, int], None], count: int, parts: int) -> None:
    """Call `work(number, first, last)` for each of `parts` equal parts of `count` rows, on all processors."""
    size = (count + parts - 1) // parts
    threads = min(os.cpu_count() or 1, parts)

    def share(thread: int) -> None:
        for number in range(thread * parts // threads, (thread + 1) * parts // threads):
            work(number, min(count, number * size), min(count, (number + 1) * size))

    others = [_pool().submit(share, thread) for thread in range(1, threads)]
    share(0)
    for other in others:
        other.result()


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(os.cpu_count() or 1, 1), thread_name_prefix="makegood")


@machine
def _gather(cell: Any, offset: Any, eta: Any) -> None:
    for row in range(cell.size):
        eta[row] = offset[cell[row]]


@machine
def _standardise(source: Any, middle: Any, unit: Any, slope: Any, values: Any, eta: Any) -> None:
    for row in range(source.size):
        values[row] = (source[row] - middle) * unit
        eta[row] += values[row] * slope


@machine
def _exponential(eta: Any, odds: Any, whole: Any) -> None:
    """Exponentials within R's bounds, by the series around the nearest power of two: loops that run in vectors."""
    bits, whole_bits = odds.view(np.int64), whole.view(np.int64)
    for row in range(eta.size):
        eta[row] = min(max(eta[row], LOWEST), -LOWEST)
        whole[row] = eta[row] * 1.4426950408889634 + MAGIC
    for row in range(eta.size):
        steps = whole[row] - MAGIC
        rest = (eta[row] - steps * LOG2_HIGH) - steps * LOG2_LOW
        series = TAYLOR[13]
        for power in range(12, -1, -1):
            series = series * rest + TAYLOR[power]
        odds[row] = series
    for row in range(eta.size):
        bits[row] += whole_bits[row] << 52


@machine
def _weigh(odds: Any, treated: Any, weight: Any, residual: Any) -> None:
    for row in range(odds.size):
        rest = 1.0 / (1.0 + odds[row])
        chance = odds[row] * rest
        weight[row] = chance * rest
        residual[row] = treated[row] - chance


@machine
def _start(treated: Any, weight: Any, residual: Any) -> None:
    for row in range(treated.size):
        weight[row] = START_WEIGHT
        residual[row] = START_RESPONSE * (2.0 * treated[row] - 1.0)


@machine
def _logs(odds: Any) -> float:
    """Sum of log(1 + odds): a logarithm for every sixteen, of their product (at most 2^53 each, so it stays finite)."""
    total = 0.0
    whole = odds.size - odds.size % 16
    for row in range(0, whole, 16):
        product = 1.0
        for other in range(16):
            product *= 1.0 + odds[row + other]
        total += math.log(product)
    for row in range(whole, odds.size):
        total += math.log(1.0 + odds[row])
    return total


@machine
def _product(one: Any, two: Any, out: Any) -> None:
    for row in range(one.size):
        out[row] = one[row] * two[row]


@machine_sum
def _dot(one: Any, two: Any) -> float:
    total = 0.0
    for row in range(one.size):
        total += one[row] * two[row]
    return total


@machine
def _scatter(cell: Any, values: Any, sums: Any) -> None:
    for row in range(cell.size):
        sums[cell[row]] += values[row]


@machine
def _weighted(
    numbers: Any,
    rows: Any,
    centre: Any,
    scale: Any,
    cell: Any,
    treated: Any,
    offset: Any,
    slope: Any,
    start: Any,
    begin: Any,
    end: Any,
    by_cell: Any,
    dense: Any,
    totals: Any,
) -> None:
    width = rows.size
    values = np.empty((width, BLOCK))
    eta_all, odds_all, work_all = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    weight_all, residual_all = np.empty(BLOCK), np.empty(BLOCK)
    for block in range(begin, end, BLOCK):
        here = min(BLOCK, end - block)
        cells, arm = cell[block : block + here], treated[block : block + here]
        eta, odds, work = eta_all[:here], odds_all[:here], work_all[:here]
        weight, residual = weight_all[:here], residual_all[:here]
        _gather(cells, offset, eta)
        for number in range(width):
            source = numbers[rows[number], block : block + here]
            _standardise(source, centre[number], 1.0 / scale[number], slope[number], values[number, :here], eta)
        if start:
            _start(arm, weight, residual)
        else:
            _exponential(eta, odds, work)
            _weigh(odds, arm, weight, residual)
            totals[0] += 2.0 * (_logs(odds) - _dot(arm, eta))
        _scatter(cells, weight, by_cell[0])
        _scatter(cells, residual, by_cell[1])
        for one in range(width):
            totals[1 + one] += _dot(residual, values[one, :here])
            _product(weight, values[one, :here], work)
            _scatter(cells, work, by_cell[2 + one])
            for two in range(one + 1):
                dense[one, two] += _dot(work, values[two, :here])


@machine
def _linear(
    numbers: Any, rows: Any, centre: Any, scale: Any, cell: Any, offset: Any, slope: Any, first: Any, last: Any, total: Any
) -> None:
    for row in range(first, last):
        total[row] = offset[cell[row]]
    for number in range(rows.size):
        source, middle, unit, factor = rows[number], centre[number], scale[number], slope[number]
        for row in range(first, last):
            total[row] += (numbers[source, row] - middle) / unit * factor
