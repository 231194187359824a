"""How strong something unobserved would have to be to explain the effect away."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from makegood.comparison.matched import Floats
from makegood.comparison.sample import Sample

MAX_GAMMA = 1000.0


@dataclass(frozen=True, kw_only=True)
class EValue:
    """`point`: the risk ratio that a confounder needs with both treatment and outcome to explain the estimate away;
    `limit`: the same for the end of the interval nearest to no effect, 1 when it includes none."""

    point: float
    limit: float


def rosenbaum_p(gamma: float, *, ours: Floats, theirs: Floats, share: bool) -> float:
    """Upper bound of the one-sided p-value when hidden bias makes one member of a pair up to `gamma` times likelier treated.

    `share`: yes/no outcomes, by the exact binomial bound with `gamma / (1 + gamma)` on the pairs that differ; else
    Wilcoxon's signed-rank statistic with its normal bound (Rosenbaum 2002, section 4.3), in which a pair that does not
    differ takes its rank and adds nothing. The side tested is that of the effect found. gamma 1 is the test without
    hidden bias.
    """
    gap = ours - theirs
    ranks = mean_ranks(np.abs(gap))[gap != 0]
    gap = gap[gap != 0]
    if gap.size == 0:
        return 1.0
    if gap.sum() < 0:
        gap = -gap
    chance = gamma / (1 + gamma)
    if share:
        return float(special.bdtrc(np.count_nonzero(gap > 0) - 1, gap.size, chance))
    statistic = float(ranks[gap > 0].sum())
    mean = chance * float(ranks.sum())
    spread = math.sqrt(chance * (1 - chance) * float(ranks @ ranks))
    return float(special.ndtr(-(statistic - mean) / spread))


def mean_ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _levels, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[where])


def rosenbaum_gamma(sample: Sample, *, share: bool, alpha: float) -> float | None:
    """The largest gamma at which the one-sided bound stays at or below `alpha`; None when it is above already at 1,
    or outside pairs. Values beyond 1,000 are given as 1,000."""
    if not sample.pairs:
        return None
    ours, theirs = sample.pair_outcomes()

    def excess(log_gamma: float) -> float:
        return rosenbaum_p(math.exp(log_gamma), ours=ours, theirs=theirs, share=share) - alpha

    if excess(0.0) > 0:
        return None
    from scipy import optimize  # noqa: PLC0415 (takes a third of a second)

    top = math.log(MAX_GAMMA)
    return MAX_GAMMA if excess(top) <= 0 else math.exp(float(optimize.brentq(excess, 0.0, top, xtol=1e-10)))


def e_value_of_ratio(ratio: float) -> float:
    """E-value of a risk ratio: `RR + sqrt(RR (RR - 1))`, ratios below 1 turned over (VanderWeele and Ding 2017)."""
    up = 1 / ratio if ratio < 1 else ratio
    return up + math.sqrt(up * (up - 1))


def e_value(*, effect: float, low: float, high: float, sd: float) -> EValue | None:
    """E-value of a difference in means, through `RR = exp(0.91 d)` with d the difference in standard deviations.

    `sd`: pooled standard deviation of the outcome within arms. None when there is no spread.
    """
    if not sd > 0:
        return None
    nearest = 0.0 if low <= 0 <= high else min(low, high, key=abs)
    return EValue(point=e_value_of_ratio(math.exp(0.91 * effect / sd)), limit=e_value_of_ratio(math.exp(0.91 * nearest / sd)))


def e_value_of_shares(*, value: float, comparison: float, low: float, high: float) -> EValue | None:
    """E-value of a difference of two shares, through their ratio; the interval's ends are taken over the comparison share.

    None when a share is 0.
    """
    if value <= 0 or comparison <= 0:
        return None
    nearest = 0.0 if low <= 0 <= high else min(low, high, key=abs)
    limit = (comparison + nearest) / comparison
    return EValue(point=e_value_of_ratio(value / comparison), limit=e_value_of_ratio(limit) if limit > 0 else math.inf)
