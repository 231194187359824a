"""Standard errors and intervals of an estimate: by pairs, by persons, and as a check by resampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from makegood.comparison.estimators import Estimate
from makegood.comparison.matched import Floats, Rows
from makegood.comparison.sample import Sample

MAX_RESAMPLED = 50_000
NOT_RESAMPLED = {
    "weights": "weights were fitted to these persons; resampling them without fitting again would understate the spread",
    "reused": "controls serve several treated; resampling is not valid there (Abadie and Imbens 2008)",
    "many": "with so many pairs the analytic standard error is exact enough",
    "one_pair": "one pair cannot be resampled",
}
"""Why there is no bootstrap."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """`se` standard error, `df` degrees of freedom of the t distribution; `kind` names how the interval was made."""

    se: float
    df: float
    low: float
    high: float
    p: float
    kind: str


def interval(sample: Sample, estimate: Estimate, *, rule: str, confidence: float) -> Interval | None:
    """The interval of an estimate; None where the data carry no spread to judge it by (one pair, or no variation).

    `rule` `cluster_pairs`: pairs or sets are the independent groups, with the correction `G/(G-1) (N-1)/(N-K)` and
    G - 1 degrees of freedom (CR1, as sandwich's vcovCL); where controls are reused, two-way over sets and persons
    (Cameron, Gelbach and Miller 2011). `robust`, and any set without pairs: persons are independent, each arm
    corrected by its own (effective) size, degrees of freedom after Welch and Satterthwaite.
    """
    if rule == "cluster_pairs" and sample.sets:
        variance, df = _by_group(sample, estimate)
    else:
        variance, df = _by_person(sample, estimate)
    if not (variance > 0 and df >= 1 and math.isfinite(variance)):
        return None
    se = math.sqrt(variance)
    reach = float(special.stdtrit(df, 0.5 + confidence / 2)) * se
    p = 2 * float(special.stdtr(df, -abs(estimate.effect) / se))
    return Interval(se=se, df=df, low=estimate.effect - reach, high=estimate.effect + reach, p=p, kind="t")


def _squares(influence: Floats, group: Rows) -> tuple[float, int]:
    codes, where = np.unique(group, return_inverse=True)
    sums = np.bincount(where, weights=influence)
    return float(sums @ sums), codes.size


def _by_group(sample: Sample, estimate: Estimate) -> tuple[float, float]:
    rows, k = sample.outcome.size, estimate.parameters
    by_set, sets = _squares(estimate.influence, sample.group)
    if sets < 2 or rows <= k:
        return math.nan, 0
    variance = by_set * sets / (sets - 1)
    if sample.reused:
        by_unit, units = _squares(estimate.influence, sample.unit)
        alone = float(estimate.influence @ estimate.influence)
        both = variance + by_unit * units / (units - 1) - alone * rows / (rows - 1)
        variance = max(both, variance)
    return variance * (rows - 1) / (rows - k), sets - 1


def _by_person(sample: Sample, estimate: Estimate) -> tuple[float, float]:
    codes, where = np.unique(sample.unit, return_inverse=True)
    sums = np.bincount(where, weights=estimate.influence)
    weights = np.bincount(where, weights=sample.weight)
    treated = np.zeros(codes.size, dtype=bool)
    treated[where[sample.treated]] = True
    parts, spread = [], 0.0
    extra = max(estimate.parameters - 2, 0) / 2
    for arm in (treated, ~treated):
        squares = float(sums[arm] @ sums[arm])
        if squares == 0.0:
            continue
        size = float(weights[arm].sum() ** 2 / (weights[arm] @ weights[arm]))
        if size - 1 - extra <= 0:
            return math.nan, 0
        part = squares * size / (size - 1 - extra)
        spread += part
        parts.append(part * part / (size - 1 - extra))
    return (spread, spread * spread / sum(parts)) if parts else (0.0, 0)


def paired_share(sample: Sample, *, confidence: float) -> tuple[float, float] | None:
    """Interval for a difference of two shares in pairs, which holds its level also when nobody or everybody differs.

    Bonett and Price (2012): one is added to each count of differing pairs, two to the number of pairs. None outside
    pairs.
    """
    if not sample.pairs:
        return None
    ours, theirs = sample.pair_outcomes()
    n = ours.size
    only_ours = (np.count_nonzero((ours == 1) & (theirs == 0)) + 1) / (n + 2)
    only_theirs = (np.count_nonzero((ours == 0) & (theirs == 1)) + 1) / (n + 2)
    centre = only_ours - only_theirs
    reach = float(special.ndtri(0.5 + confidence / 2)) * math.sqrt((only_ours + only_theirs - centre**2) / (n + 2))
    return max(-1.0, centre - reach), min(1.0, centre + reach)


def free_share(sample: Sample, *, confidence: float) -> tuple[float, float]:
    """Interval for a difference of two shares without pairs, by effective sizes: Agresti and Caffo (2000)."""
    shares, spread = [], 0.0
    for arm in (sample.treated, ~sample.treated):
        weight = sample.weight[arm]
        size = float(weight.sum() ** 2 / (weight @ weight))
        share = (size * float(weight @ sample.outcome[arm] / weight.sum()) + 1) / (size + 2)
        shares.append(share)
        spread += share * (1 - share) / (size + 2)
    centre = shares[0] - shares[1]
    reach = float(special.ndtri(0.5 + confidence / 2)) * math.sqrt(spread)
    return max(-1.0, centre - reach), min(1.0, centre + reach)


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """Resampled pairs: standard deviation of the effects and the percentile interval."""

    draws: int
    se: float
    low: float
    high: float


def bootstrap(sample: Sample, *, draws: int, seed: int, confidence: float) -> Bootstrap | str:
    """The difference in means over resampled sets, or a key of NOT_RESAMPLED: why resampling says nothing here.

    Sets are drawn with replacement (Austin and Small 2014); the generator is PCG64 with the protocol's seed.
    """
    if not sample.sets:
        return "weights"
    if sample.reused:
        return "reused"
    groups = sample.n
    if groups > MAX_RESAMPLED:
        return "many"
    if groups < 2:
        return "one_pair"
    signed = np.where(sample.treated, sample.weight, -sample.weight)
    gaps = np.bincount(sample.group, weights=signed * sample.outcome)
    rng = np.random.Generator(np.random.PCG64(seed))
    effects = np.empty(draws)
    step = max(1, 4_000_000 // groups)
    for start in range(0, draws, step):
        stop = min(draws, start + step)
        effects[start:stop] = gaps[rng.integers(0, groups, size=(stop - start, groups))].mean(axis=1)
    low, high = np.quantile(effects, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Bootstrap(draws=draws, se=float(effects.std(ddof=1)), low=float(low), high=float(high))
