"""Where each coefficient of a model stands, and the joint cells that stand in for the columns of categories."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.matched import Floats

SMALL = 1 << 14
"""Combinations of levels up to which a table over all of them is kept, whether they occur or not."""
TABLE = 1 << 26
"""Codes up to which a table finds those that occur; beyond, sorting does."""


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
    _standard: list[Floats] = field(default_factory=list, repr=False, compare=False)

    def standard_numbers(self, covariates: Covariates) -> list[Floats]:
        """(rows,) each number, standardised; computed once, for inputs that are small enough to keep a copy."""
        if not self._standard:
            self._standard.extend(
                (covariates.numbers[row] - centre) / scale
                for row, centre, scale in zip(self.number_rows, self.centre, self.scale, strict=True)
            )
        return self._standard


BITS = 34
"""Bits of a coefficient that are kept: six significant digits more than a score needs, and few enough that sums which were
added in another order, by another machine or a database, give the same coefficient, and so the same pairs."""


def kept_bits(values: Floats) -> Floats:
    """The values to `BITS` significant bits."""
    part, power = np.frexp(values)
    return np.asarray(np.ldexp(np.round(part * 2.0**BITS) / 2.0**BITS, power))


def standards(centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """What numbers are centred at and divided by, to `BITS` bits of the spread; 1 where there is no spread."""
    scale = kept_bits(np.where(spread > 0, spread, 1.0))
    grid = scale / 2.0**BITS
    return np.round(centre / grid) * grid, scale


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
    centre, scale = standards(centre, spread)
    return Layout(
        number_rows=numbers,
        centre=centre,
        scale=scale,
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

    Where the combinations outnumber what a small table holds, only those that occur are numbered.
    """
    sizes = [len(covariates.levels[row]) for row in rows]
    cells = math.prod(sizes)
    if cells <= SMALL:
        cell = np.zeros(covariates.rows, dtype=np.int32)
        for row, size in zip(rows, sizes, strict=True):
            cell *= np.int32(size)
            cell += covariates.codes[row]
        numbers, levels = np.arange(cells, dtype=np.int64), []
        for size in reversed(sizes):
            levels.append(numbers % size)
            numbers = numbers // size
        return cell, np.array(levels[::-1], dtype=np.int64).reshape(len(rows), cells)
    wide, space = np.zeros(covariates.rows, dtype=np.int64), 1
    for row, size in zip(rows, sizes, strict=True):
        if space * size > TABLE:
            wide, space = occurring(wide, space=space)
        wide = wide * size + covariates.codes[row]
        space *= size
    wide, space = occurring(wide, space=space)
    member = np.empty(space, dtype=np.int64)
    member[wide] = np.arange(covariates.rows)
    return wide.astype(np.int32), np.stack([covariates.codes[row][member].astype(np.int64) for row in rows])


def occurring(codes: NDArray[np.int64], *, space: int) -> tuple[NDArray[np.int64], int]:
    """Codes below `space` numbered anew, without gaps and in their order, and how many occur."""
    if space > TABLE:
        levels, codes = np.unique(codes, return_inverse=True)
        return codes, int(levels.size)
    seen = np.zeros(space, dtype=bool)
    seen[codes] = True
    number = np.cumsum(seen)
    return number[codes] - 1, int(number[-1])


def offsets(plan: Layout, beta: Floats) -> Floats:
    """(cells,) intercept and levels together: what a row of the cell gets before its numbers."""
    total = np.full(plan.cells, beta[0])
    for level, start, size in zip(plan.level_of, plan.starts, plan.sizes, strict=True):
        total += np.concatenate([[0.0], beta[start : start + size - 1]])[level]
    return total


def strata_of(covariates: Covariates, *, names: tuple[str, ...]) -> NDArray[np.int64]:
    """(rows,) a number for each combination of values that occurs of the covariates named, numbers and categories alike."""
    total, space = np.zeros(covariates.rows, dtype=np.int64), 1
    for name in names:
        codes: NDArray[Any]
        if name in covariates.category_names:
            category = covariates.category(name)
            size, codes = len(category.levels), category.codes
        else:
            levels, codes = np.unique(covariates.number(name), return_inverse=True)
            size = int(levels.size)
        if space * size > TABLE:
            total, space = occurring(total, space=space)
        total = total * size + codes
        space *= size
    return occurring(total, space=space)[0]
