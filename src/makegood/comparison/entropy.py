"""Entropy balancing: weights for the pool under which its means equal those of the treated, as even as they can be.

Hainmueller (2012), Political Analysis 20(1). Nobody is dropped; the dual problem has one unknown a moment and is
convex, so that scipy's trust-region Newton finds its one solution, or shows that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from makegood.comparison.adding import dot
from makegood.comparison.design import Covariates
from makegood.comparison.layout import Layout, layout, offsets
from makegood.comparison.matched import Floats, Matched, Plan
from makegood.comparison.passes import Sums
from makegood.comparison.propensity import equations, independent
from makegood.values.problem import Problem, Where

ENOUGH = 1e-6
"""Largest difference of means that may remain, in standard deviations of the treated and pool together."""


def entropy(covariates: Covariates, plan: Plan) -> Matched:
    """Weights from balancing means (and higher moments, as the plan says) of numbers and the shares of all levels."""
    names = tuple(dict.fromkeys((*plan.score_on, *plan.exact))) or covariates.names
    powered = _powers(covariates, names=names, moments=plan.moments)
    everybody = layout(powered, on=powered.names)
    treated = covariates.treated
    wanted = _means(powered, everybody, treated.astype(np.float64))
    dual = _Dual(powered, everybody, np.flatnonzero(~treated), wanted)
    kept = independent(dual.sums_at(np.zeros(everybody.width))[0])
    kept[0] = False
    found: list[Problem] = []
    beta = _minimised(dual, kept)
    weight = dual.weights_at(beta)
    apart = float(np.abs(dual.mean_at(beta) - wanted).max()) if wanted.size else 0.0
    weights = treated.astype(np.float64)
    weights[~treated] = weight * (weight.size / weight.sum())
    if not np.all(np.isfinite(weights)) or not apart <= ENOUGH:
        worst = int(np.nanargmax(np.abs(dual.mean_at(beta) - wanted)))
        what = f"no weights bring the pool to the treated's means: {everybody.names[worst]} stays {apart:.2g} apart"
        why = "some treated lie beyond everybody in the pool, so the weights would grow without bound"
        remedy = "drop or coarsen that covariate, ask for fewer moments, or widen the pool"
        found.append(Problem(Where(path="matching/method"), "not_balanced", what, why, remedy))
        weights = np.zeros(treated.size)
    elif float(weight.max()) > 0.1 * float(weight.sum()):
        what = f"one person in the pool carries {float(weight.max() / weight.sum()):.0%} of all weight"
        why = "the comparison rests on few people"
        found.append(Problem(Where(path="matching/method"), "extreme_weight", what, why, "look at the overlap plot", "warning"))
    return Matched(
        plan=plan,
        treated=treated,
        controls=np.empty((int(np.count_nonzero(treated)), 0), dtype=np.int64),
        subclass=np.full(treated.size, -1, dtype=np.int32),
        weights=weights,
        problems=tuple(found),
    )


def _powers(covariates: Covariates, *, names: tuple[str, ...], moments: int) -> Covariates:
    """The covariates named, each number joined by its centred powers up to `moments`."""
    labels, columns = [], []
    for name in names:
        if name in covariates.number_names:
            values = covariates.number(name)
            spread = float(values.std())
            centred = (values - values.mean()) / (spread if spread > 0 else 1.0)
            for power in range(1, moments + 1):
                labels.append(name if power == 1 else f"{name}^{power}")
                columns.append(centred**power)
    rows = [row for row, name in enumerate(covariates.category_names) if name in names]
    return replace(
        covariates,
        number_names=tuple(labels),
        numbers=np.stack(columns) if columns else np.empty((0, covariates.rows)),
        category_names=tuple(covariates.category_names[row] for row in rows),
        codes=covariates.codes[rows],
        levels=tuple(covariates.levels[row] for row in rows),
        ends=(),
    )


def _means(covariates: Covariates, plan: Layout, weight: Floats) -> Floats:
    """(width,) weighted means of the columns, 1 for the intercept."""
    total = float(weight.sum())
    by_cell = np.bincount(plan.cell, weights=weight, minlength=plan.cells) / total
    parts = [np.ones(1), np.array([dot(weight, values) / total for values in plan.standard_numbers(covariates)])]
    for level, size in zip(plan.level_of, plan.sizes, strict=True):
        parts.append(np.bincount(level, weights=by_cell, minlength=size)[1:])
    return np.concatenate(parts)


@dataclass
class _Dual:
    """The dual on the pool: value log(sum exp(z b)) - wanted b, its slope and its curvature."""

    covariates: Covariates
    plan: Layout
    pool: np.ndarray[tuple[int], np.dtype[np.int64]]
    wanted: Floats
    numbers: list[Floats] = field(init=False)
    cell: np.ndarray[tuple[int], np.dtype[np.int32]] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = [values[self.pool] for values in self.plan.standard_numbers(self.covariates)]
        self.cell = self.plan.cell[self.pool]

    def linear_at(self, beta: Floats) -> Floats:
        total: Floats = offsets(self.plan, beta)[self.cell]
        for place, values in enumerate(self.numbers):
            total = total + values * beta[1 + place]
        return total

    def weights_at(self, beta: Floats) -> Floats:
        linear = self.linear_at(beta)
        return np.asarray(np.exp(linear - linear.max()))

    def sums_at(self, beta: Floats) -> tuple[Floats, Floats]:
        """(width, width) second moments under the weights, and (width,) their means."""
        weight = self.weights_at(beta)
        weight /= weight.sum()
        count = len(self.numbers)
        crossed, dense = np.zeros((self.plan.cells, count)), np.zeros((count, count))
        for one, values in enumerate(self.numbers):
            product = weight * values
            crossed[:, one] = np.bincount(self.cell, weights=product, minlength=self.plan.cells)
            for two in range(one + 1):
                dense[one, two] = dense[two, one] = dot(product, self.numbers[two])
        by_cell = np.bincount(self.cell, weights=weight, minlength=self.plan.cells).astype(np.float64)
        nothing = np.zeros(self.plan.cells)
        sums = Sums(weight=by_cell, residual=nothing, crossed=crossed, dense=dense, slope=np.zeros(count), deviance=0.0)
        matrix, _right = equations(self.plan, sums)
        return matrix, matrix[0].copy()

    def mean_at(self, beta: Floats) -> Floats:
        return self.sums_at(beta)[1]


def _minimised(dual: _Dual, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    from scipy.optimize import minimize  # noqa: PLC0415 (loads only for this method)

    beta = np.zeros(kept.size)
    if not kept.any():
        return beta

    def full(part: Floats) -> Floats:
        whole = np.zeros(kept.size)
        whole[kept] = part
        return whole

    def value(part: Floats) -> float:
        linear = dual.linear_at(full(part))
        top = float(linear.max())
        return top + float(np.log(np.exp(linear - top).sum())) - float(dual.wanted[kept] @ part)

    def slope(part: Floats) -> Floats:
        return np.asarray(dual.sums_at(full(part))[1][kept] - dual.wanted[kept])

    def curvature(part: Floats) -> Floats:
        matrix, means = dual.sums_at(full(part))
        return np.asarray(matrix[np.ix_(kept, kept)] - np.outer(means[kept], means[kept]))

    answer = minimize(value, beta[kept], jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-9, "maxiter": 200})
    return full(answer.x)
