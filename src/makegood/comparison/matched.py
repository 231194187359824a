"""What matching gives back: who stands beside whom, with which weight, and what was checked afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makegood.values.problem import Problem

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to match, as the protocol says it. Names are covariate names.

    `method`: `nearest` (greedy nearest neighbour), `optimal` (least total distance, small samples), `exact`,
    `coarsened_exact` (strata) or `entropy` (weights, nobody dropped).
    `distance`: `propensity` (the linear predictor of a logistic regression), `probability` (the probability itself, which
    is MatchIt's default) or `mahalanobis`; for `nearest` and `optimal`. `score_on`: covariates of the propensity model;
    `distance_on`: covariates of the Mahalanobis distance; empty: all. A Mahalanobis plan with a caliper measures the
    caliper on the propensity score, as MatchIt's `mahvars`.
    `exact`: covariates that must be equal within a pair. `caliper`: the widest difference in the score, in standard
    deviations over all rows that were not discarded (`caliper_unit` `sd`) or in the score's own unit (`raw`); None: none.
    `discard`: leave out before matching, as outside the common support, the `treated` whose score nobody in the pool
    reaches on that side, of the `pool` those whom no treated reaches, or `both`; `none` leaves everybody in.
    `ratio`: controls a treated; `replacement`: may a control serve more than one treated.
    `order`: `largest`, `smallest`, `closest`, `farthest`, `data` or `random` (needs `seed`, and is R's order after
    `set.seed`); empty: `largest` where a score exists, else `data`, as MatchIt.
    `exact`, `coarsened_exact` and `entropy` work on `score_on` and `exact` together, on all covariates where both are
    empty; what `exact` names is not coarsened.
    `bins`: for `coarsened_exact`, covariate -> number of equal-width bins or `sturges`, `scott`, `fd`, `q5` (quantiles), or
    a tuple of cut points; a number that is not named is cut by Sturges' rule, 0 leaves it as it is, 1 leaves it out.
    `moments`: for `entropy`, how many powers of each number must agree: 1 means, 2 means and variances.
    """

    method: str = "nearest"
    distance: str = "propensity"
    score_on: tuple[str, ...] = ()
    distance_on: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    caliper: float | None = None
    caliper_unit: str = "sd"
    discard: str = "none"
    ratio: int = 1
    replacement: bool = False
    order: str = ""
    seed: int | None = None
    bins: tuple[tuple[str, int | str | tuple[float, ...]], ...] = ()
    moments: int = 1


@dataclass(frozen=True, kw_only=True)
class Score:
    """A fitted propensity model.

    `linear`: (rows,) the linear predictor, log odds of being treated. `names`, `coefficients`: intercept first, then
    covariates, categories as `name[level]` against their first level. `ridge` is 0 for maximum likelihood; above 0 the
    penalty on the standardised coefficients that was needed because treated and pool separate (`separated`).
    `decrement`: how far the coefficients still are from the maximum, in standard errors, where R's rule stops.
    `dropped`: columns without information (constant, or a sum of others), in the manner of R's aliased coefficients.
    """

    linear: Floats
    names: tuple[str, ...]
    coefficients: Floats
    passes: int
    converged: bool
    decrement: float
    ridge: float = 0.0
    separated: bool = False
    dropped: tuple[str, ...] = ()

    @property
    def probability(self) -> Floats:
        """(rows,) the probability of being treated: e^x / (1 + e^x)."""
        odds = np.exp(np.clip(self.linear, -700.0, 700.0))
        return np.asarray(odds / (1.0 + odds))

    def scale(self, distance: str) -> Floats:
        """(rows,) the scores on the scale that a plan's distance measures: `probability`, else the linear predictor."""
        return self.probability if distance == "probability" else self.linear


@dataclass(frozen=True, kw_only=True)
class CaliperCheck:
    """The caliper, measured again on the finished pairs rather than trusted.

    `asked` in the plan's unit, `width` in the score's own, `sd` over all rows that were not discarded; `widest`: the widest
    difference among the pairs; `outside`: pairs beyond the caliper (0 when it holds).
    """

    asked: float
    unit: str
    sd: float
    width: float
    widest: float
    outside: int

    @property
    def holds(self) -> bool:
        """True when no pair lies outside the caliper."""
        return self.outside == 0


@dataclass(frozen=True, kw_only=True)
class Matched:
    """The matched set. Row numbers count from 0 in the order of the columns that came in.

    `treated`: (rows,) who is treated. `controls`: (treated, ratio) row number of each control, nearest first within a
    treated, -1 where there is none; the treated in data order; shape (treated, 0) for strata and weights.
    `subclass`: (rows,) number of the pair or stratum, from 0 in order of its first treated row, -1 outside; all -1
    with replacement and for weights, where a control belongs to several.
    `weights`: (rows,) 1 for a matched treated, 0 outside, controls so that their weighted mean stands for the treated
    (ATT) and their sum equals the number of matched controls (MatchIt's normalisation).
    `problems`: what the reader should know; one of severity `error` means that no comparison can be drawn.
    """

    plan: Plan
    treated: Flags
    controls: Rows
    subclass: NDArray[np.signedinteger[Any]]
    weights: Floats
    score: Score | None = None
    caliper: CaliperCheck | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def treated_rows(self) -> Rows:
        """Row numbers of all treated, in data order: the rows of `controls`."""
        return np.flatnonzero(self.treated)

    @property
    def matched_treated(self) -> Rows:
        """Row numbers of the treated who have a comparison."""
        return np.flatnonzero(self.treated & (self.weights > 0))

    @property
    def unmatched_treated(self) -> Rows:
        """Row numbers of the treated for whom none was found."""
        return np.flatnonzero(self.treated & (self.weights <= 0))

    @property
    def matched_controls(self) -> Rows:
        """Row numbers of the controls with a weight, each once."""
        return np.flatnonzero(~self.treated & (self.weights > 0))

    def pairs(self) -> tuple[Rows, Rows, Floats]:
        """The pairs in long form: treated row, control row, and the pair's weight, 1 / (controls of that treated).

        A treated with k controls has k entries; with replacement a control may stand in several. Empty for strata and
        entropy weights.
        """
        where, _place = np.nonzero(self.controls >= 0)
        of = self.treated_rows[where]
        each = (self.controls >= 0).sum(axis=1)
        return of, self.controls[self.controls >= 0], 1.0 / np.maximum(each, 1)[where]

    def effective_size(self) -> float:
        """Effective number of controls by Kish: `(sum of weights)^2 / sum of squared weights`; 0 when nobody matched."""
        weights = self.weights[~self.treated]
        squares = float(np.dot(weights, weights))
        return float(weights.sum()) ** 2 / squares if squares else 0.0
