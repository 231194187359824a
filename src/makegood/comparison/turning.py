"""The covariates turned so that plain distance is Mahalanobis distance, under the covariance within the groups, pooled.

Rubin (1980), Biometrics 36(2). As MatchIt's `transform_covariates` turns them, up to rounding.
"""

from __future__ import annotations

import numpy as np

from makegood.comparison.design import Covariates
from makegood.comparison.layout import kept_bits, standards
from makegood.comparison.matched import Flags, Floats

LARGE = 300_000
"""Rows from which loading the compiled loops costs less than they save."""


def turned(covariates: Covariates, *, on: tuple[str, ...], among: Flags | None = None) -> Floats:
    """(dimensions, rows) coordinates whose Euclidean distance is the Mahalanobis distance; its covariance is that of `among`.

    Standardised columns times the Cholesky factor of the inverse pooled within-group covariance, pivoted on the largest
    diagonal as LAPACK's dpstrf does; a category counts as all its levels, each divided by the root of 2, and a singular
    covariance is inverted on the space that it spans. Columns without variation are left out. With two or more
    categories this departs from MatchIt 4.7, whose turned columns then keep entries that LAPACK leaves behind a singular
    factor and so no longer add up to the Mahalanobis distance.
    """
    columns = _columns(covariates, on)
    if columns.shape[0] == 0:
        return columns
    inside = np.ones(covariates.rows, dtype=bool) if among is None else among
    if covariates.rows < LARGE:
        centre, scale = standards(columns.mean(axis=1), columns.std(axis=1, ddof=1))
        standard = (columns - centre[:, None]) / scale[:, None]
        pooled = np.zeros((columns.shape[0], columns.shape[0]))
        for arm in (covariates.treated & inside, ~covariates.treated & inside):
            part = standard[:, arm]
            centred = part - part.mean(axis=1, keepdims=True)
            pooled += centred @ centred.T
        factor = _factor(pooled / max(int(np.count_nonzero(inside)) - 2, 1))
        points = np.zeros((factor.shape[0], covariates.rows))
        for dimension, weights in enumerate(factor):
            for column in np.flatnonzero(weights):
                points[dimension] += weights[column] * standard[column]
        return points
    from makegood.comparison import turning_loops  # noqa: PLC0415 (compiled code loads only where it pays)

    centre = columns.mean(axis=1)
    group = np.where(inside, np.where(covariates.treated, 1, 0), 2).astype(np.int8)
    sums, products = turning_loops.sums_by_group(columns, centre, group, 3)
    variance = (np.diag(products.sum(axis=0)) - sums.sum(axis=0) ** 2 / covariates.rows) / (covariates.rows - 1)
    middle, scale = standards(centre, np.sqrt(variance))
    sizes = np.maximum(np.bincount(group, minlength=3)[:2], 1)
    within = sum(products[arm] - np.outer(sums[arm], sums[arm]) / sizes[arm] for arm in (0, 1)) / max(int(sizes.sum()) - 2, 1)
    return turning_loops.turn(columns, middle, scale, _factor(np.asarray(within) / np.outer(scale, scale)))


def _columns(covariates: Covariates, on: tuple[str, ...]) -> Floats:
    """(columns, rows) numbers as they are and all levels of categories, those that vary."""
    if on == covariates.number_names:
        columns = covariates.numbers
    else:
        parts = []
        for name in on:
            if name in covariates.number_names:
                parts.append(covariates.number(name))
            else:
                category = covariates.category(name)
                parts += [(category.codes == level) / np.sqrt(2.0) for level in range(len(category.levels))]
        columns = np.stack(parts) if parts else np.empty((0, covariates.rows))
    varies = np.array([column.max() - column.min() >= np.sqrt(np.finfo(float).eps) for column in columns], dtype=bool)
    return columns if varies.all() else columns[varies]


def _factor(pooled: Floats) -> Floats:
    root = kept_bits(_pivoted_root(_inverse(pooled)))
    return np.asarray(root[np.any(root != 0.0, axis=1)])


def _inverse(matrix: Floats) -> Floats:
    if np.linalg.det(matrix) > 1e-8:
        return np.asarray(np.linalg.inv(matrix))
    left, sizes, right = np.linalg.svd(matrix)
    kept = sizes > 1e-9 * sizes[0]
    return np.asarray((right[kept].T / sizes[kept]) @ left[:, kept].T)


def _pivoted_root(matrix: Floats) -> Floats:
    """R with R'R = `matrix`; row after row for the largest diagonal that is left, columns in their own order."""
    rest = (matrix + matrix.T) / 2
    width = rest.shape[0]
    root = np.zeros((width, width))
    free = np.ones(width, dtype=bool)
    enough = width * np.finfo(float).eps * float(np.diag(rest).max())
    for row in range(width):
        pivot = int(np.argmax(np.where(free, np.diag(rest), -np.inf)))
        if rest[pivot, pivot] <= enough:
            break
        root[row] = np.where(free, rest[pivot], 0.0) / np.sqrt(rest[pivot, pivot])
        rest -= np.outer(root[row], root[row])
        free[pivot] = False
    return root
