"""The compiled loops of `turning`: sums of squares and products by group, and the turn itself, in fixed parts of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from makegood.comparison.kernels import PARTS, in_parts
from makegood.comparison.machine import machine, machine_sum
from makegood.comparison.matched import Floats

BLOCK = 1024


def sums_by_group(columns: Floats, centre: Floats, group: Any, groups: int) -> tuple[Floats, Floats]:
    """(groups, columns) sums of the centred columns and (groups, columns, columns) of their products."""
    width = columns.shape[0]
    sums, products = np.zeros((PARTS, groups, width)), np.zeros((PARTS, groups, width, width))
    in_parts(lambda part, first, last: _summed(columns, centre, group, first, last, sums[part], products[part]), columns.shape[1], PARTS)
    whole = products.sum(axis=0)
    return sums.sum(axis=0), whole + np.transpose(np.tril(whole, -1), (0, 2, 1))


def turn(columns: Floats, centre: Floats, scale: Floats, factor: Floats) -> Floats:
    """(dimensions, rows) `factor` times the standardised columns, each element in the same order of operations."""
    out = np.zeros((factor.shape[0], columns.shape[1]))
    in_parts(lambda _part, first, last: _turned(columns, centre, scale, factor, first, last, out), columns.shape[1], PARTS)
    return out


@machine
def _spread(source: Any, middle: Any, group: Any, which: Any, out: Any) -> None:
    for row in range(source.size):
        out[row] = source[row] - middle if group[row] == which else 0.0


@machine_sum
def _total(values: Any) -> float:
    total = 0.0
    for row in range(values.size):
        total += values[row]
    return total


@machine_sum
def _product(one: Any, two: Any) -> float:
    total = 0.0
    for row in range(one.size):
        total += one[row] * two[row]
    return total


@machine
def _summed(columns: Any, centre: Any, group: Any, first: Any, last: Any, sums: Any, products: Any) -> None:
    width = columns.shape[0]
    values = np.empty((width, BLOCK))
    for block in range(first, last, BLOCK):
        here = min(BLOCK, last - block)
        for which in range(sums.shape[0]):
            for column in range(width):
                _spread(columns[column, block : block + here], centre[column], group[block : block + here], which, values[column, :here])
            for one in range(width):
                sums[which, one] += _total(values[one, :here])
                for two in range(one + 1):
                    products[which, one, two] += _product(values[one, :here], values[two, :here])


@machine
def _turned(columns: Any, centre: Any, scale: Any, factor: Any, first: Any, last: Any, out: Any) -> None:
    standard = np.empty(BLOCK)
    for block in range(first, last, BLOCK):
        here = min(BLOCK, last - block)
        for column in range(columns.shape[0]):
            for row in range(here):
                standard[row] = (columns[column, block + row] - centre[column]) / scale[column]
            for dimension in range(factor.shape[0]):
                weight = factor[dimension, column]
                if weight != 0.0:
                    for row in range(here):
                        out[dimension, block + row] += weight * standard[row]
