"""One pass over treated and pool: everything that the normal equations of a logistic regression need.

Small inputs are added up by numpy, large ones by compiled loops over fixed blocks of rows, so that the number of
processors changes nothing in the result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from makegood.comparison.adding import dot
from makegood.comparison.design import Covariates
from makegood.comparison.layout import Layout, offsets
from makegood.comparison.matched import Floats

LARGE = 300_000
"""Rows from which loading the compiled loops costs less than they save."""
EPSILON = float(np.finfo(np.float64).eps)
START_WEIGHT = 0.1875
START_RESPONSE = START_WEIGHT * math.log(3.0) + 0.25
"""R starts at a probability of 3/4 for treated and 1/4 for the pool: weight mu (1 - mu), weighted response w z."""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Sums of one pass. By cell: `weight` and `residual` (cells,), `crossed` (cells, numbers) weight times number;
    over all rows: `dense` (numbers, numbers), `slope` (numbers,) residual times number, and the `deviance`.
    """

    weight: Floats
    residual: Floats
    crossed: Floats
    dense: Floats
    slope: Floats
    deviance: float


def weighted(covariates: Covariates, plan: Layout, *, beta: Floats | None) -> Sums:
    """The pass at coefficients `beta` (width,); None: at the starting values."""
    numbers = len(plan.number_rows)
    offset = np.zeros(plan.cells) if beta is None else offsets(plan, beta)
    slope = np.zeros(numbers) if beta is None else np.ascontiguousarray(beta[1 : 1 + numbers])
    if covariates.rows < LARGE:
        return _plain(covariates, plan, offset=offset, slope=slope, start=beta is None)
    from makegood.comparison import kernels  # noqa: PLC0415 (compiled code loads only where it pays)

    cells, dense, totals = kernels.weighted(
        covariates.numbers,
        np.array(plan.number_rows, dtype=np.int64),
        plan.centre,
        plan.scale,
        plan.cell,
        covariates.treated,
        offset,
        slope,
        beta is None,
    )
    return Sums(
        weight=cells[0],
        residual=cells[1],
        crossed=cells[2:].T,
        dense=dense,
        slope=totals[1:],
        deviance=float(totals[0]),
    )


def linear(covariates: Covariates, plan: Layout, *, offset: Floats, slope: Floats) -> Floats:
    """(rows,) the linear predictor; rows with equal covariates get equal values to the last bit."""
    if covariates.rows < LARGE:
        return _plain_linear(covariates, plan, offset=offset, slope=slope)
    from makegood.comparison import kernels  # noqa: PLC0415

    rows = np.array(plan.number_rows, dtype=np.int64)
    return np.asarray(kernels.linear(covariates.numbers, rows, plan.centre, plan.scale, plan.cell, offset, slope))


def _plain_linear(covariates: Covariates, plan: Layout, *, offset: Floats, slope: Floats) -> Floats:
    total: Floats = offset[plan.cell]
    for values, each in zip(plan.standard_numbers(covariates), slope, strict=True):
        total += values * each
    return total


def _plain(covariates: Covariates, plan: Layout, *, offset: Floats, slope: Floats, start: bool) -> Sums:
    treated = covariates.treated
    if start:
        weight = np.full(treated.size, START_WEIGHT)
        residual = np.where(treated, START_RESPONSE, -START_RESPONSE)
        deviance = 0.0
    else:
        eta = _plain_linear(covariates, plan, offset=offset, slope=slope)
        odds = np.clip(np.exp(np.clip(eta, -700, 700)), EPSILON, 1.0 / EPSILON)
        chance = odds / (1.0 + odds)
        weight = chance / (1.0 + odds)
        residual = treated - chance
        deviance = 2.0 * float(np.log1p(odds).sum() - np.log(odds[treated]).sum())
    numbers = plan.standard_numbers(covariates)
    dense = np.zeros((len(numbers), len(numbers)))
    crossed = np.zeros((plan.cells, len(numbers)))
    for one, values in enumerate(numbers):
        product = weight * values
        crossed[:, one] = np.bincount(plan.cell, weights=product, minlength=plan.cells)
        for two in range(one + 1):
            dense[one, two] = dense[two, one] = dot(product, numbers[two])
    return Sums(
        weight=np.bincount(plan.cell, weights=weight, minlength=plan.cells).astype(np.float64),
        residual=np.bincount(plan.cell, weights=residual, minlength=plan.cells).astype(np.float64),
        crossed=crossed,
        dense=dense,
        slope=np.array([dot(residual, values) for values in numbers]),
        deviance=deviance,
    )
