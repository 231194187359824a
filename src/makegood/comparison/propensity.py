"""The propensity score: a logistic regression whose categories never become columns.

The categories of a row are joined into one cell number. A pass over the data adds up, cell by cell, what the normal
equations need; the equations of all levels are assembled from the cells afterwards. Iteratively reweighted least
squares with the start, the stopping rule and the bounds of R's `glm` (McCullagh and Nelder 1989, 2.5), so that the
scores are those that MatchIt matches on, iterate for iterate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from makegood.comparison import passes
from makegood.comparison.design import Covariates
from makegood.comparison.layout import Layout, kept_bits, layout, offsets
from makegood.comparison.matched import Flags, Floats, Score
from makegood.values.problem import Problem, Where

ITERATIONS = 25
TOLERANCE = 1e-8
SETTLED = 1e-11
"""Newton decrement, in standard errors, at which the maximum is reached as far as rounding lets."""
RIDGE = 1.0
"""Penalty on the standardised coefficients where treated and pool separate: that of scikit-learn's `C=1`."""


class Source(Protocol):
    """Who adds up the rows: this process, or a database. `plan`: where each coefficient stands."""

    plan: Layout

    def sums(self, beta: Floats | None) -> passes.Sums:
        """One pass at coefficients `beta` (width,); None: at R's starting values."""

    def linear(self, beta: Floats) -> Floats:
        """(rows,) the linear predictor."""


class Columns:
    """The rows of some covariates, added up in this process."""

    def __init__(self, covariates: Covariates, *, on: tuple[str, ...]) -> None:
        self.covariates, self.plan = covariates, layout(covariates, on=on)

    def sums(self, beta: Floats | None) -> passes.Sums:
        """See `Source`."""
        return passes.weighted(self.covariates, self.plan, beta=beta)

    def linear(self, beta: Floats) -> Floats:
        """See `Source`."""
        slope = beta[1 : 1 + len(self.plan.number_rows)]
        return passes.linear(self.covariates, self.plan, offset=offsets(self.plan, beta), slope=slope)


def fit(
    covariates: Covariates, *, on: tuple[str, ...] = (), settled: bool = False, source: Source | None = None
) -> tuple[Score, list[Problem]]:
    """The propensity model on the covariates named (all when empty), and what the reader should know about it.

    `source` adds up the same rows elsewhere; without it this process does.

    R stops once the deviance settles, which leaves the scores up to about 1e-7 from the maximum of the likelihood; in a
    large pool that decides between near neighbours, so matching uses the scores where R stops. `settled` goes on to the
    maximum itself.

    Maximum likelihood as R's `glm` computes it. Where a combination of covariates tells treated and pool apart without
    exception the likelihood has no maximum: then a ridge penalty keeps the scores finite, and the score says so.
    """
    rows = Columns(covariates, on=on or covariates.names) if source is None else source
    plan = rows.plan
    found: list[Problem] = []
    state = _iterate(rows, count=covariates.rows, ridge=0.0, settled=settled)
    linear = rows.linear(kept_bits(state.beta))
    separated = _separates(linear, covariates.treated)
    ridge = 0.0
    if separated or not np.all(np.isfinite(state.beta)):
        ridge = RIDGE
        state = _iterate(rows, count=covariates.rows, ridge=ridge, settled=True)
        linear = rows.linear(kept_bits(state.beta))
        what = "the covariates tell treated and pool apart without exception, so the propensity model has no finite solution"
        why = f"the scores come from a ridge penalty of {ridge:g}; they order people, and say little about how near they are"
        remedy = "look at the overlap plot; drop the covariate that defines the treatment, or widen the pool"
        found.append(Problem(Where(path="propensity"), "separation", what, why, remedy, "warning"))
    elif not state.converged:
        what = f"the propensity model did not settle in {ITERATIONS} passes"
        why = "some covariate or level nearly tells treated and pool apart"
        found.append(Problem(Where(path="propensity"), "not_converged", what, why, "join rare levels or drop that covariate", "warning"))
    raw = state.beta.copy()
    numbers = len(plan.number_rows)
    raw[1 : 1 + numbers] /= plan.scale
    raw[0] -= float(raw[1 : 1 + numbers] @ plan.centre)
    dropped = tuple(name for name, kept in zip(plan.names, state.kept, strict=True) if not kept)
    score = Score(
        linear=linear,
        names=plan.names,
        coefficients=raw,
        passes=state.passes,
        converged=state.converged,
        decrement=state.decrement,
        ridge=ridge,
        separated=separated,
        dropped=dropped,
    )
    return score, found


@dataclass(frozen=True)
class _State:
    beta: Floats
    passes: int
    converged: bool
    kept: Flags
    decrement: float


def _iterate(source: Source, *, count: int, ridge: float, settled: bool) -> _State:
    """R's `glm.fit`: start at (y + 1/2) / 2, stop when the deviance changes by less than 1e-8 of itself. `count`: rows."""
    plan = source.plan
    sums = source.sums(None)
    matrix, right = equations(plan, sums)
    kept = independent(matrix)
    penalty = np.full(plan.width, ridge)
    penalty[0] = 0.0
    beta = np.zeros(plan.width)
    beta[kept] = _solved(matrix, right, kept, penalty)
    before = 2.0 * math.log(4.0 / 3.0) * count
    converged = False
    number, step = 0, np.zeros(plan.width)
    while True:
        number += 1
        sums = source.sums(beta)
        matrix, right = equations(plan, sums)
        gradient = right - penalty * beta
        step[kept] = _solved(matrix, gradient, kept, penalty)
        decrement = math.sqrt(max(float(gradient @ step), 0.0))
        deviance = sums.deviance + float(penalty @ (beta * beta))
        converged = converged or abs(deviance - before) / (abs(deviance) + 0.1) < TOLERANCE
        done = decrement < SETTLED if settled else converged
        if done or number >= ITERATIONS or not math.isfinite(deviance):
            return _State(beta, number, converged, kept, decrement)
        before = deviance
        beta = beta + step


def equations(plan: Layout, sums: passes.Sums) -> tuple[Floats, Floats]:
    """The weighted normal equations: (width, width) and (width,), assembled from the sums of the cells."""
    numbers = len(plan.number_rows)
    matrix = np.zeros((plan.width, plan.width))
    right = np.zeros(plan.width)
    matrix[0, 0] = sums.weight.sum()
    right[0] = sums.residual.sum()
    matrix[0, 1 : 1 + numbers] = sums.crossed.sum(axis=0)
    matrix[1 : 1 + numbers, 1 : 1 + numbers] = sums.dense
    right[1 : 1 + numbers] = sums.slope
    for one, (start, size) in enumerate(zip(plan.starts, plan.sizes, strict=True)):
        level = plan.level_of[one]
        block = slice(start, start + size - 1)
        totals = np.bincount(level, weights=sums.weight, minlength=size)[1:]
        matrix[0, block] = totals
        matrix[block, block] = np.diag(totals)
        right[block] = np.bincount(level, weights=sums.residual, minlength=size)[1:]
        for number in range(numbers):
            matrix[1 + number, block] = np.bincount(level, weights=sums.crossed[:, number], minlength=size)[1:]
        for two in range(one):
            other, width = plan.level_of[two], plan.sizes[two]
            table = np.bincount(other * size + level, weights=sums.weight, minlength=width * size).reshape(width, size)
            matrix[plan.starts[two] : plan.starts[two] + width - 1, block] = table[1:, 1:]
    upper = np.triu(matrix, 1)
    return upper + upper.T + np.diag(np.diag(matrix)), right


def independent(matrix: Floats) -> Flags:
    """Columns that are not sums of earlier ones, found by elimination as R's aliased coefficients are."""
    width = matrix.shape[0]
    rest = matrix.copy()
    kept = np.zeros(width, dtype=bool)
    size = np.diag(matrix).copy()
    for column in range(width):
        pivot = rest[column, column]
        if size[column] <= 0 or pivot <= 1e-11 * size[column]:
            continue
        kept[column] = True
        rest -= np.outer(rest[:, column], rest[column]) / pivot
    return kept


def _solved(matrix: Floats, right: Floats, kept: Flags, penalty: Floats) -> Floats:
    """The kept coefficients; scaled to unit diagonal first, so that rare levels do not spoil the accuracy."""
    part = matrix[np.ix_(kept, kept)] + np.diag(penalty[kept])
    size = np.sqrt(np.maximum(np.diag(part), np.finfo(float).tiny))
    scaled = part / np.outer(size, size)
    try:
        answer: Floats = np.linalg.solve(scaled, right[kept] / size) / size
    except np.linalg.LinAlgError:
        answer = np.linalg.lstsq(scaled, right[kept] / size, rcond=None)[0] / size
    return answer


def _separates(linear: Floats, treated: Flags) -> bool:
    """True when every treated scores above everybody in the pool."""
    lowest = linear[treated].min()
    # Nearly always one of the first few overlaps already.
    some = slice(0, 10_000)
    if np.any(linear[some][~treated[some]] >= lowest):
        return False
    return bool(lowest > linear[~treated].max())
