"""Optimal pairs: the matched set with the least total distance, for small samples. Rosenbaum (1989), JASA 84(408)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.matched import Flags, Floats, Plan, Rows, Score
from makegood.comparison.turning import turned
from makegood.values.problem import Problem, Where

LARGEST = 40_000_000
"""Pairs that may be weighed; beyond, the table takes more memory and time than the gain over the nearest is worth."""


def optimal_pairs(
    covariates: Covariates,
    *,
    plan: Plan,
    score: Score | None,
    width: float | None,
    strata: NDArray[np.int64] | None,
    allowed: Flags | None = None,
) -> tuple[Rows, list[Problem]]:
    """(treated, ratio) controls of least total distance; as many pairs as the caliper and the strata allow come first.

    `allowed`: (rows,) who may be paired. With k controls each, a treated stands k times in the table. The controls of a
    treated stand nearest first.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 (loads only for this method)

    treated = covariates.treated
    focal, pool = np.flatnonzero(treated), np.flatnonzero(~treated)
    controls = np.full((focal.size, plan.ratio), -1, dtype=np.int64)
    inside = np.ones(treated.size, dtype=bool) if allowed is None else allowed
    free = pool[inside[pool]]
    groups = [(np.flatnonzero(inside[focal]), free)]
    if strata is not None:
        groups = [
            (np.flatnonzero((strata[focal] == code) & inside[focal]), free[strata[free] == code]) for code in np.unique(strata[focal])
        ]
    largest = max(ours.size * plan.ratio * theirs.size for ours, theirs in groups)
    if largest > LARGEST:
        what = f"optimal pairs would weigh {largest:,} pairs, more than the {LARGEST:,} that fit"
        remedy = "match the nearest instead, or give exact variables that split the people"
        return controls, [Problem(Where(path="matching/method"), "too_many_pairs", what, "", remedy)]
    points = (
        turned(covariates, on=plan.distance_on or covariates.names, among=allowed) if plan.distance == "mahalanobis" else np.empty((0, 0))
    )
    scores = score.scale(plan.distance) if score is not None else np.zeros(treated.size)
    for ours, theirs in groups:
        if not ours.size or not theirs.size:
            continue
        far = _distances(points, scores, focal[ours], theirs)
        within = np.ones(far.shape, dtype=bool)
        if width is not None:
            within = np.abs(scores[focal[ours], None] - scores[None, theirs]) <= width
        # A pair that may not be costs more than all others together, so that as few as possible are drawn.
        cost = np.where(within, far, (float(far.max()) + 1.0) * (min(far.shape) * plan.ratio + 1))
        rows, columns = linear_sum_assignment(np.repeat(cost, plan.ratio, axis=0))
        who = rows // plan.ratio
        kept = within[who, columns]
        who, columns = who[kept], columns[kept]
        order = np.lexsort((theirs[columns], far[who, columns], who))
        who, columns = who[order], columns[order]
        place = np.arange(who.size) - np.searchsorted(who, who)
        controls[ours[who], place] = theirs[columns]
    return controls, []


def _distances(points: Floats, scores: Floats, ours: Rows, theirs: Rows) -> Floats:
    if not points.size:
        return np.asarray(np.abs(scores[ours, None] - scores[None, theirs]))
    squares = np.zeros((ours.size, theirs.size))
    for coordinates in points:
        squares += (coordinates[ours, None] - coordinates[None, theirs]) ** 2
    return np.asarray(np.sqrt(squares))
