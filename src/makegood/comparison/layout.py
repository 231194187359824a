"""Where each coefficient of a model stands, and the joint cells that stand in for the columns of categories."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.matched import Floats


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where each coefficient stands: intercept, numbers, then the levels of each category but its first.

    `cell`: (rows,) the joint cell of the categories; `level_of`: (categories, cells) the level of a category in a cell;
    `starts`: the column of a category's second level; `width`: all columns.
    """

    number_rows: tuple[int, ...]
    centre: Floats
    scale: Floats
    cell: NDArray[np.int32]
    cells: int
    level_of: NDArray[np.int64]
    sizes: tuple[int, ...]
    starts: tuple[int, ...]
    width: int
    names: tuple[str, ...]


def layout(covariates: Covariates, *, on: tuple[str, ...]) -> Layout:
    """Columns and cells of a model on the covariates named."""
    numbers = tuple(row for row, name in enumerate(covariates.number_names) if name in on)
    categories = tuple(row for row, name in enumerate(covariates.category_names) if name in on)
    centre = np.array([covariates.numbers[row].mean() for row in numbers])
    spread = np.array([covariates.numbers[row].std() for row in numbers])
    sizes = tuple(len(covariates.levels[row]) for row in categories)
    cell, level_of = joint_cells(covariates, rows=categories)
    names = ["(intercept)", *(covariates.number_names[row] for row in numbers)]
    starts = []
    for row in categories:
        starts.append(len(names))
        names += [f"{covariates.category_names[row]}[{level}]" for level in covariates.levels[row][1:]]
    return Layout(
        number_rows=numbers,
        centre=centre,
        scale=np.where(spread > 0, spread, 1.0),
        cell=cell,
        cells=int(level_of.shape[1]),
        level_of=level_of,
        sizes=sizes,
        starts=tuple(starts),
        width=len(names),
        names=tuple(names),
    )


def joint_cells(covariates: Covariates, *, rows: tuple[int, ...]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """One number a row for its combination of categories, and (categories, cells) the level behind each number.

    Where the combinations outnumber what a table holds, only those that occur are numbered.
    """
    sizes = [len(covariates.levels[row]) for row in rows]
    if not rows:
        return np.zeros(covariates.rows, dtype=np.int32), np.empty((0, 1), dtype=np.int64)
    strides = np.cumprod([1, *sizes[:-1]], dtype=object)
    cells = math.prod(sizes)
    if cells <= max(1 << 12, min(1 << 16, covariates.rows)):
        cell: NDArray[np.int32] = np.zeros(covariates.rows, dtype=np.int32)
        for row, stride in zip(rows, strides, strict=True):
            cell += np.multiply(covariates.codes[row], stride, dtype=np.int32)
        numbers = np.arange(cells, dtype=np.int64)
    else:
        wide = np.zeros(covariates.rows, dtype=np.int64)
        for row, size in zip(rows, sizes, strict=True):
            numbers, wide = np.unique(wide * size + covariates.codes[row], return_inverse=True)
        # The products told cells apart; the levels are read back from a member of each.
        member = np.empty(numbers.size, dtype=np.int64)
        member[wide] = np.arange(covariates.rows)
        return wide.astype(np.int32), np.stack([covariates.codes[row][member].astype(np.int64) for row in rows])
    level_of = np.stack([(numbers // int(stride)) % size for stride, size in zip(strides, sizes, strict=True)])
    return cell, level_of


def offsets(plan: Layout, beta: Floats) -> Floats:
    """(cells,) intercept and levels together: what a row of the cell gets before its numbers."""
    total = np.full(plan.cells, beta[0])
    for level, start, size in zip(plan.level_of, plan.starts, plan.sizes, strict=True):
        total += np.concatenate([[0.0], beta[start : start + size - 1]])[level]
    return total


def strata_of(covariates: Covariates, *, names: tuple[str, ...]) -> NDArray[np.int64]:
    """(rows,) a number for each combination of values that occurs of the covariates named, numbers and categories alike."""
    total = np.zeros(covariates.rows, dtype=np.int64)
    for name in names:
        if name in covariates.category_names:
            size, codes = len(covariates.category(name).levels), covariates.category(name).codes
        else:
            levels, codes = np.unique(covariates.number(name), return_inverse=True)
            size = levels.size
        total = total * size + codes
        if size and total.max() >= 1 << 40:
            _levels, total = np.unique(total, return_inverse=True)
    if total.max() >= 4 * covariates.rows:
        _levels, total = np.unique(total, return_inverse=True)
    return total
