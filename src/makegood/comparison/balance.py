"""How alike treated and controls are, before and after matching; who could not be matched; and a verdict in words.

Standardised differences, variance ratios and distribution distances as Austin (2009), Statistics in Medicine 28(25),
and MatchIt's `summary` define them; the denominator of a standardised difference is taken before matching and named.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from makegood.comparison.adding import dot
from makegood.comparison.design import Covariates
from makegood.comparison.matched import Flags, Floats, Matched, Rows
from makegood.comparison.ordering import stable_order

DENOMINATORS = {
    "treated": "the standard deviation of all treated before matching",
    "pooled": "the root of the mean of both groups' variances before matching",
    "control": "the standard deviation of the whole pool before matching",
    "all": "the standard deviation of treated and pool together before matching",
}


@dataclass(frozen=True, kw_only=True)
class BalanceRow:
    """One covariate, or one level of a category, whose values are then shares.

    `smd`: difference of means divided by `spread`. `variance_ratio`: treated over controls; not a number for levels.
    `ks`: largest distance between the two distribution functions, `ecdf_mean` their mean distance over the values that
    occur. Not a number where a side is empty, or `spread` is 0 while the means differ.
    """

    name: str
    kind: str
    spread: float
    treated_before: float
    control_before: float
    treated_after: float
    control_after: float
    smd_before: float
    smd_after: float
    variance_ratio_before: float
    variance_ratio_after: float
    ks_before: float
    ks_after: float
    ecdf_mean_before: float
    ecdf_mean_after: float


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many people. `effective_controls` by Kish: what the weighted controls are worth in equally weighted ones."""

    treated: int
    pool: int
    matched_treated: int
    matched_controls: int
    unmatched_treated: int
    effective_controls: float


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Where the scores of treated and pool lie. `edges` (bins + 1,), counts (bins,) of people per bin of the linear
    predictor; `outside`: treated beyond the lowest or highest score of the pool."""

    edges: Floats
    treated: Rows
    pool: Rows
    matched_controls: Rows
    treated_range: tuple[float, float]
    pool_range: tuple[float, float]
    outside: int


@dataclass(frozen=True, kw_only=True)
class Balance:
    """`rows`: every covariate and the score. `unmatched`: the unmatched treated (as treated) beside the matched ones (as
    control), before; empty when all were matched. `overlap` is None without a score."""

    rows: tuple[BalanceRow, ...]
    unmatched: tuple[BalanceRow, ...]
    sizes: Sizes
    overlap: Overlap | None
    denominator: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`good`: every threshold holds. `beyond`: names beyond one. `sentences`: what that means, for people."""

    good: bool
    beyond: tuple[str, ...]
    sentences: tuple[str, ...]


def balance(covariates: Covariates, *, matched: Matched, denominator: str = "treated") -> Balance:
    """Balance of every covariate under the weights of a matched set. `denominator`: a key of `DENOMINATORS`."""
    treated, weights = matched.treated, matched.weights
    rows = _rows(covariates, treated=treated, weights=weights, denominator=denominator)
    if matched.score is not None:
        rows = [_number("propensity score", "score", matched.score.linear, treated, weights, denominator), *rows]
    lost = treated & (weights <= 0)
    unmatched: list[BalanceRow] = []
    if 0 < np.count_nonzero(lost) < np.count_nonzero(treated):
        part = np.flatnonzero(treated)
        among = _part(covariates, part)
        spreads = {row.name: row.spread for row in rows}
        unmatched = _rows(among, treated=lost[part], weights=np.ones(part.size), denominator=denominator, spreads=spreads)
    return Balance(rows=tuple(rows), unmatched=tuple(unmatched), sizes=_sizes(matched), overlap=_overlap(matched), denominator=denominator)


def _part(covariates: Covariates, rows: Rows) -> Covariates:
    return Covariates(
        treated=covariates.treated[rows],
        number_names=covariates.number_names,
        numbers=covariates.numbers[:, rows],
        category_names=covariates.category_names,
        codes=covariates.codes[:, rows],
        levels=covariates.levels,
    )


def _sizes(matched: Matched) -> Sizes:
    treated = int(np.count_nonzero(matched.treated))
    found = int(matched.matched_treated.size)
    return Sizes(
        treated=treated,
        pool=matched.treated.size - treated,
        matched_treated=found,
        matched_controls=int(matched.matched_controls.size),
        unmatched_treated=treated - found,
        effective_controls=matched.effective_size(),
    )


def _rows(
    covariates: Covariates, *, treated: Flags, weights: Floats, denominator: str, spreads: dict[str, float] | None = None
) -> list[BalanceRow]:
    found = [
        _number(name, "number", covariates.number(name), treated, weights, denominator, (spreads or {}).get(name))
        for name in covariates.number_names
    ]
    for name in covariates.category_names:
        category = covariates.category(name)
        size = len(category.levels)
        tables = [
            np.bincount(category.codes[arm], weights=None if kept is None else kept[arm], minlength=size)
            for kept in (None, weights)
            for arm in (treated, ~treated)
        ]
        shares = [table / table.sum() if table.sum() else np.full(size, np.nan) for table in tables]
        everybody = np.bincount(category.codes, minlength=size) / category.codes.size
        for place, level in enumerate(category.levels):
            label = f"{name}[{level}]"
            values = (float(shares[0][place]), float(shares[1][place]), float(shares[2][place]), float(shares[3][place]))
            spread = (spreads or {}).get(label)
            found.append(_level(label, values, float(everybody[place]), denominator, spread))
    return found


def _level(name: str, shares: tuple[float, float, float, float], everybody: float, denominator: str, given: float | None) -> BalanceRow:
    treated, control, treated_after, control_after = shares
    variances = (treated * (1 - treated), control * (1 - control), everybody * (1 - everybody))
    spread = _spread(variances, denominator) if given is None else given
    before, after = abs(treated - control), abs(treated_after - control_after)
    return BalanceRow(
        name=name,
        kind="category",
        spread=spread,
        treated_before=treated,
        control_before=control,
        treated_after=treated_after,
        control_after=control_after,
        smd_before=_divided(treated - control, spread),
        smd_after=_divided(treated_after - control_after, spread),
        variance_ratio_before=math.nan,
        variance_ratio_after=math.nan,
        ks_before=before,
        ks_after=after,
        ecdf_mean_before=before,
        ecdf_mean_after=after,
    )


def _number(
    name: str, kind: str, values: Floats, treated: Flags, weights: Floats, denominator: str, given: float | None = None
) -> BalanceRow:
    ours, theirs = values[treated], values[~treated]
    one, other = _moments(ours, np.ones(ours.size)), _moments(theirs, np.ones(theirs.size))
    after_one, after_other = _moments(ours, weights[treated]), _moments(theirs, weights[~treated])
    everybody = float(values.var(ddof=1)) if values.size > 1 else math.nan
    spread = _spread((one[1], other[1], everybody), denominator) if given is None else given
    before, after = _distances(values, treated, weights)
    return BalanceRow(
        name=name,
        kind=kind,
        spread=spread,
        treated_before=one[0],
        control_before=other[0],
        treated_after=after_one[0],
        control_after=after_other[0],
        smd_before=_divided(one[0] - other[0], spread),
        smd_after=_divided(after_one[0] - after_other[0], spread),
        variance_ratio_before=_ratio(one[1], other[1]),
        variance_ratio_after=_ratio(after_one[1], after_other[1]),
        ks_before=before[0],
        ks_after=after[0],
        ecdf_mean_before=before[1],
        ecdf_mean_after=after[1],
    )


def _moments(values: Floats, weights: Floats) -> tuple[float, float]:
    """Weighted mean, and variance with reliability weights: sum w (x - m)^2 / (W - sum w^2 / W)."""
    total = float(weights.sum())
    if total <= 0:
        return math.nan, math.nan
    mean = dot(weights, values) / total
    rest = total - dot(weights, weights) / total
    return mean, dot(weights, (values - mean) ** 2) / rest if rest > 1e-12 * total else math.nan


def _spread(variances: tuple[float, float, float], denominator: str) -> float:
    treated, control, everybody = variances
    chosen = {"treated": treated, "pooled": (treated + control) / 2, "control": control, "all": everybody}[denominator]
    return math.sqrt(chosen) if chosen >= 0 else math.nan


def _divided(difference: float, by: float) -> float:
    if by > 0:
        return difference / by
    return 0.0 if difference == 0 and by == 0 else math.nan


def _ratio(variance: float, by: float) -> float:
    """The variance ratio; where nobody differs from anybody in either group the spreads are equal."""
    return 1.0 if variance == by == 0 else _divided(variance, by)


def _distances(values: Floats, treated: Flags, weights: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Largest and mean distance between the distribution functions of both groups, before and after."""
    order, ordered = stable_order(values)
    last = np.concatenate([ordered[1:] != ordered[:-1], [True]])
    ours = treated[order]
    found = []
    for kept in (np.ones(values.size), weights[order]):
        one, other = float(kept[ours].sum()), float(kept[~ours].sum())
        if one <= 0 or other <= 0:
            found.append((math.nan, math.nan))
            continue
        apart = np.abs(np.cumsum(np.where(ours, kept / one, -kept / other)))[last]
        found.append((float(apart.max()), float(apart.mean())))
    return found[0], found[1]


def _overlap(matched: Matched, bins: int = 40) -> Overlap | None:
    if matched.score is None:
        return None
    linear, treated = matched.score.linear, matched.treated
    ours, theirs = linear[treated], linear[~treated]
    low, high = float(theirs.min()), float(theirs.max())
    # A far tail would leave one bin for everybody else; what lies beyond is counted in the outermost bins.
    ends = np.quantile(ours, [0.0, 1.0]), np.quantile(theirs, [0.001, 0.999])
    left, right = float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
    edges = np.linspace(left, right if right > left else left + 1.0, bins + 1)

    def counts(values: Floats) -> Rows:
        return np.asarray(np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)[0], dtype=np.int64)

    return Overlap(
        edges=edges,
        treated=counts(ours),
        pool=counts(theirs),
        matched_controls=counts(linear[matched.matched_controls]),
        treated_range=(float(ours.min()), float(ours.max())),
        pool_range=(low, high),
        outside=int(np.count_nonzero((ours < low) | (ours > high))),
    )


def verdict(
    found: Balance, *, smd: float = 0.1, variance_ratio: float = 2.0, ks: float | None = None, unmatched: float | None = None
) -> Verdict:
    """Balance against thresholds: |standardised difference|, variance ratio between 1/r and r, KS, share unmatched.

    A difference that cannot be computed counts as beyond the threshold, not as none.
    """
    if found.sizes.matched_treated == 0:
        sentence = "Nobody could be matched: there is no comparison group, and no effect can be stated."
        return Verdict(good=False, beyond=(), sentences=(sentence,))
    covariates = [row for row in found.rows if row.kind != "score"]
    apart = [row for row in covariates if not abs(row.smd_after) <= smd]
    numbers = [row for row in covariates if row.kind == "number"]
    wide = [row for row in numbers if beyond_ratio(row.variance_ratio_after, variance_ratio)]
    unclear = [row for row in numbers if math.isnan(row.variance_ratio_after)]
    shaped = [row for row in covariates if ks is not None and not row.ks_after <= ks]
    share = found.sizes.unmatched_treated / found.sizes.treated
    lost = unmatched is not None and share > unmatched
    sentences = [_mean_sentence(covariates, apart, smd, found.denominator)]
    if wide:
        sentences.append(f"The spread differs by more than a factor of {variance_ratio:g} in {_named(wide)}.")
    if unclear:
        sentences.append(f"Whether the spread differs in {_named(unclear)} cannot be said: too few people are compared.")
    if shaped:
        sentences.append(f"The distributions lie more than {ks:g} apart (Kolmogorov-Smirnov) in {_named(shaped)}.")
    if found.sizes.unmatched_treated:
        sentences.append(_unmatched_sentence(found, share, unmatched))
    worth = f"{found.sizes.effective_controls:.0f} equally weighted ones"
    sentences.append(f"The {found.sizes.matched_controls} controls carry as much information as {worth}.")
    if found.overlap is not None and found.overlap.outside:
        sentences.append(
            f"{found.overlap.outside} of {found.sizes.treated} treated have a score that nobody in the pool reaches on that side: "
            "for them any comparison would be a guess."
        )
    beyond = tuple(dict.fromkeys(row.name for row in [*apart, *wide, *unclear, *shaped]))
    return Verdict(good=not beyond and not lost, beyond=beyond, sentences=tuple(sentences))


def beyond_ratio(ratio: float, bound: float) -> bool:
    """Whether a variance ratio is more than `bound`, or less than one over it; one that is not known (nan) is neither."""
    return ratio > bound or ratio < 1 / bound


def _mean_sentence(rows: list[BalanceRow], apart: list[BalanceRow], bound: float, denominator: str) -> str:
    by = DENOMINATORS[denominator]
    known = [row for row in rows if math.isfinite(row.smd_after)]
    if not apart:
        worst = max(known, key=lambda row: abs(row.smd_after), default=None)
        most = f"; the largest is {abs(worst.smd_after):.3f}, in {worst.name}" if worst else ""
        return f"The groups are alike: no mean differs by more than {bound:g} of {by}{most}."
    return (
        f"The groups are not alike: {len(apart)} of {len(rows)} means differ by more than {bound:g} of {by}: {_named(apart)}. "
        "A difference in outcomes may come from there and not from the programme."
    )


def _unmatched_sentence(found: Balance, share: float, bound: float | None) -> str:
    text = f"{found.sizes.unmatched_treated} of {found.sizes.treated} treated ({share:.1%}) could not be matched"
    if bound is not None and share > bound:
        text += f", more than the {bound:.1%} that the protocol allows"
    differing = sorted((row for row in found.unmatched if abs(row.smd_before) > 0.2), key=lambda row: -abs(row.smd_before))
    if differing:
        how = ", ".join(f"{row.name} {row.treated_before:.3g} against {row.control_before:.3g}" for row in differing[:3])
        return text + f". They differ from the matched: {how}. What is found holds for people like the matched."
    return text + ". They resemble the matched ones in every covariate that was given."


def _named(rows: list[BalanceRow]) -> str:
    ordered = sorted(rows, key=lambda row: -abs(row.smd_after) if math.isfinite(row.smd_after) else -math.inf)
    shown = ", ".join(f"{row.name} ({row.smd_after:+.2f})" for row in ordered[:5])
    return shown + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
