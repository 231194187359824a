"""The compiled loops of the propensity fit. Loaded only for large inputs; their machine code is kept on disk.

Rows are taken in fixed blocks whose sums are added in order: the result does not depend on the number of threads.
"""

# ruff: noqa: PLR0917 (compiled loops take their arrays by position)

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange

from makegood.comparison.matched import Floats

BLOCK = 2048
PARTS = 16
EPSILON = 2.0**-52
START_WEIGHT = 0.1875
START_RESPONSE = 0.1875 * math.log(3.0) + 0.25


@njit(parallel=True, cache=True, error_model="numpy")
def weighted(
    numbers: Any, rows: Any, centre: Any, scale: Any, cell: Any, treated: Any, offset: Any, slope: Any, start: Any
) -> tuple[Floats, Floats, Floats]:
    """Sums of one pass: (cells, 2 + numbers) weight, residual, weight x number; (numbers, numbers); deviance and slopes."""
    count, width, cells = cell.size, rows.size, offset.size
    by_cell = np.zeros((PARTS, cells, 2 + width))
    dense = np.zeros((PARTS, width, width))
    totals = np.zeros((PARTS, 1 + width))
    size = (count + PARTS - 1) // PARTS
    for part in prange(PARTS):
        first, last = part * size, min(count, (part + 1) * size)
        values = np.empty((width, BLOCK))
        eta = np.empty(BLOCK)
        weight = np.empty(BLOCK)
        residual = np.empty(BLOCK)
        for block in range(first, last, BLOCK):
            here = min(BLOCK, last - block)
            for row in range(here):
                eta[row] = offset[cell[block + row]]
            for number in range(width):
                source, middle, unit, factor = rows[number], centre[number], scale[number], slope[number]
                for row in range(here):
                    value = (numbers[source, block + row] - middle) / unit
                    values[number, row] = value
                    eta[row] += value * factor
            if start:
                for row in range(here):
                    weight[row] = START_WEIGHT
                    residual[row] = START_RESPONSE if treated[block + row] else -START_RESPONSE
            else:
                logs, product = 0.0, 1.0
                for row in range(here):
                    odds = min(max(math.exp(eta[row]), EPSILON), 1.0 / EPSILON)
                    more = 1.0 + odds
                    chance = odds / more
                    weight[row] = chance / more
                    if treated[block + row]:
                        residual[row] = 1.0 - chance
                        logs -= math.log(odds)
                    else:
                        residual[row] = -chance
                    product *= more
                    if product > 1e200:
                        logs += math.log(product)
                        product = 1.0
                totals[part, 0] += 2.0 * (logs + math.log(product))
            for row in range(here):
                place = cell[block + row]
                by_cell[part, place, 0] += weight[row]
                by_cell[part, place, 1] += residual[row]
                for number in range(width):
                    by_cell[part, place, 2 + number] += weight[row] * values[number, row]
            for one in range(width):
                total = 0.0
                for row in range(here):
                    total += residual[row] * values[one, row]
                totals[part, 1 + one] += total
                for two in range(one + 1):
                    total = 0.0
                    for row in range(here):
                        total += weight[row] * values[one, row] * values[two, row]
                    dense[part, one, two] += total
    cell_sums = np.zeros((cells, 2 + width))
    dense_sums = np.zeros((width, width))
    total_sums = np.zeros(1 + width)
    for part in range(PARTS):
        cell_sums += by_cell[part]
        dense_sums += dense[part]
        total_sums += totals[part]
    for one in range(width):
        for two in range(one):
            dense_sums[two, one] = dense_sums[one, two]
    return cell_sums, dense_sums, total_sums


@njit(parallel=True, cache=True, error_model="numpy")
def linear(numbers: Any, rows: Any, centre: Any, scale: Any, cell: Any, offset: Any, slope: Any) -> Floats:
    """(rows,) the linear predictor, the same operations in the same order as the plain version."""
    count = cell.size
    total = np.empty(count)
    size = (count + PARTS - 1) // PARTS
    for part in prange(PARTS):
        first, last = part * size, min(count, (part + 1) * size)
        for row in range(first, last):
            total[row] = offset[cell[row]]
        for number in range(rows.size):
            source, middle, unit, factor = rows[number], centre[number], scale[number], slope[number]
            for row in range(first, last):
                total[row] += (numbers[source, row] - middle) / unit * factor
    return total
