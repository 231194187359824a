"""From matched set and outcomes to findings: one for each metric, cohort and basis, with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from makegood.comparison import estimators
from makegood.comparison.estimators import Estimate
from makegood.comparison.exact_test import ExactTest, exact_test
from makegood.comparison.matched import Flags, Floats, Matched
from makegood.comparison.multiplicity import adjusted
from makegood.comparison.protocol import Protocol
from makegood.comparison.protocol_terms import Outcome
from makegood.comparison.sample import Sample, sample_of
from makegood.comparison.sensitivity import EValue, e_value, e_value_of_shares, rosenbaum_gamma
from makegood.comparison.uncertainty import Bootstrap, bootstrap, free_share, interval, paired_share

POOLED = "all"
WITHHELD = {
    "weights_for_all": "the weights stand for all cohorts together",
    "no_match": "no treated person with a known outcome has a match",
    "below_minimum": "the sample is below the minimum, and the protocol names no fall-back",
    "too_few_to_adjust": "too few persons for the adjustment that the protocol names",
}
"""Why no effect is stated."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An effect, or why there is none (`withheld`, a key of WITHHELD; the numbers are then None).

    `value` and `comparison` are levels, `effect` their difference, in the unit of the metric. `p` is the test that the
    protocol names (the exact one below its limit), `p_adjusted` after the rule for several tests. `resampled`: the
    bootstrap, or why there is none. `gamma`: Rosenbaum's bound, None where it does not apply or nothing is left to
    explain. `ours`, `theirs`: contributions to the levels, for disclosure control; they never leave.
    """

    metric: str
    cohort: str
    basis: str
    estimator: str
    n: int
    comparison_n: int
    unmatched_n: int
    unknown_n: int
    withheld: str = ""
    fallback: bool = False
    value: float | None = None
    comparison: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    exact: ExactTest | None = None
    resampled: Bootstrap | str | None = None
    gamma: float | None = None
    e: EValue | None = None
    notes: tuple[str, ...] = ()
    ours: NDArray[np.float64] | None = None
    theirs: NDArray[np.float64] | None = None
    units: NDArray[np.int64] | None = None
    """Rows of the design in which the treated of `ours` stand."""

    @property
    def reading(self) -> str:
        """What the interval says: `more`, `fewer`, `inconclusive` (it holds no effect at all, too), `unknown` (there is none)."""
        if self.low is None or self.high is None:
            return "unknown"
        if self.low <= 0 <= self.high:
            return "inconclusive"
        return "more" if self.low > 0 else "fewer"

    @property
    def effect(self) -> float | None:
        """Level of the treated less the level without the programme."""
        return None if self.value is None or self.comparison is None else self.value - self.comparison


def findings(
    matched: Matched,
    *,
    protocol: Protocol,
    basis: str,
    outcomes: Mapping[str, Floats],
    traits: Floats,
    before: Mapping[str, Floats],
    cohorts: Mapping[str, Flags],
) -> list[Finding]:
    """A finding for each metric, pooled and by cohort.

    `outcomes`: metric -> (rows,) values, nan where not known; `traits`: (rows, p) columns to adjust for; `before`:
    variable -> (rows,) for estimators that compare with the time before; `cohorts`: cohort -> (rows,) its treated.
    With a single cohort only the pooled finding is made. p-values are adjusted afterwards (`with_adjusted_p`).
    """
    groups: dict[str, Flags] = {POOLED: np.ones(matched.treated.size, dtype=bool)}
    if len(cohorts) > 1:
        groups.update(cohorts)
    return [
        _finding(
            metric, cohort, matched, protocol=protocol, basis=basis, outcome=outcomes[metric], traits=traits, before=before, among=among
        )
        for metric in protocol.outcomes
        for cohort, among in groups.items()
    ]


def with_adjusted_p(found: Sequence[Finding], *, protocol: Protocol) -> list[Finding]:
    """The findings with p-values adjusted within the families that the protocol names; a basis is a family of its own."""
    rule = protocol.multiple_testing
    families: dict[tuple[str, str], list[int]] = {}
    for index, finding in enumerate(found):
        if finding.p is not None:
            families.setdefault((finding.basis, "" if rule.family == "all" else finding.cohort), []).append(index)
    result = list(found)
    for members in families.values():
        values = adjusted([result[index].p or 0.0 for index in members], method=rule.method)
        for index, value in zip(members, values, strict=True):
            result[index] = replace(result[index], p_adjusted=value)
    return result


def _finding(
    metric: str,
    cohort: str,
    matched: Matched,
    *,
    protocol: Protocol,
    basis: str,
    outcome: Floats,
    traits: Floats,
    before: Mapping[str, Floats],
    among: Flags,
) -> Finding:
    sample = sample_of(matched, outcome=outcome, traits=traits, among=None if cohort == POOLED else among)
    unmatched = int(np.count_nonzero(among[matched.unmatched_treated]))
    inside = int(np.count_nonzero(among[matched.matched_treated]))
    if sample is None:
        entropy = matched.plan.method == "entropy" and inside > 0 and cohort != POOLED
        reason = "weights_for_all" if entropy else "no_match"
        return Finding(
            metric=metric, cohort=cohort, basis=basis, estimator="none", n=0, comparison_n=0, unmatched_n=unmatched,
            unknown_n=inside, withheld=reason,
        )  # fmt: skip
    rule = protocol.outcomes[metric]
    blank = Finding(
        metric=metric, cohort=cohort, basis=basis, estimator="none", n=sample.n, comparison_n=sample.comparison_n,
        unmatched_n=unmatched, unknown_n=sample.unknown, ours=(sample.weight * sample.outcome)[sample.treated],
        theirs=_by_person(sample), units=sample.unit[sample.treated],
    )  # fmt: skip
    small = sample.n < protocol.minimum_sample
    if small and not protocol.fall_back:
        return replace(blank, withheld="below_minimum")
    estimate, notes = _estimate(metric, sample, protocol=protocol, before=before, fall_back=small)
    if estimate is None:
        return replace(blank, withheld="too_few_to_adjust")
    return _with_uncertainty(blank, sample, estimate, protocol=protocol, rule=rule, fall_back=small, notes=notes)


def _estimate(
    metric: str, sample: Sample, *, protocol: Protocol, before: Mapping[str, Floats], fall_back: bool
) -> tuple[Estimate | None, list[str]]:
    def one(name: str, variable: str | None, level: float | None) -> Estimate | None:
        if name == "regression":
            return estimators.regression(sample)
        if name == "fixed":
            return estimators.fixed(sample, level=level or 0.0)
        if name in ("before_after", "difference_in_differences"):
            function = estimators.before_after if name == "before_after" else estimators.difference_in_differences
            return function(sample, before=before[variable or ""][sample.unit])
        return estimators.difference(sample)

    if not fall_back:
        return one(protocol.effect.estimator, None, None), []
    parts = []
    for part in protocol.fall_back or []:
        if part.metric in (None, metric):
            estimate = one(part.estimator, part.before, None if part.value is None else float(part.value))
            if estimate is None:
                return None, []
            parts.append((float(part.weight), estimate))
    return estimators.mixed(parts), ["fallback"]


def _with_uncertainty(
    blank: Finding, sample: Sample, estimate: Estimate, *, protocol: Protocol, rule: Outcome, fall_back: bool, notes: list[str]
) -> Finding:
    effect, confidence = protocol.effect, float(protocol.effect.confidence)
    share, plain = rule.value == "share", estimate.name == "difference_in_means"
    found = interval(sample, estimate, rule=effect.standard_errors, confidence=confidence)
    low, high = (None, None) if found is None else (found.low, found.high)
    if share and plain:
        low, high = paired_share(sample, confidence=confidence) or (
            free_share(sample, confidence=confidence) if found is None else (low, high)
        )
    if found is None:
        notes.append("no_spread" if sample.n > 1 else "one_pair")
    tested = sample if plain else _without_traits(sample)
    exact = exact_test(tested, seed=protocol.seed) if sample.n < effect.exact_test_below and not fall_back else None
    p = None if found is None else found.p
    if exact is not None:
        p = exact.p
    elif sample.n < effect.exact_test_below:
        notes.append("no_exact_test")
    resampled = None
    if effect.bootstrap and not fall_back:
        resampled = bootstrap(tested, draws=effect.bootstrap, seed=protocol.seed, confidence=confidence)
        if isinstance(resampled, Bootstrap) and found is not None and not 0.8 <= resampled.se / found.se <= 1.25:
            notes.append("bootstrap_differs")
    return replace(
        blank,
        estimator=estimate.name,
        fallback=fall_back,
        value=estimate.value,
        comparison=estimate.comparison,
        se=None if found is None else found.se,
        low=low,
        high=high,
        p=p,
        exact=exact,
        resampled=resampled,
        gamma=None if fall_back else rosenbaum_gamma(tested, share=share and plain, alpha=(1 - confidence) / 2),
        e=_e_value(sample, estimate, share=share, low=low, high=high),
        notes=tuple(notes),
    )


def _without_traits(sample: Sample) -> Sample:
    """The sample with what the traits explain taken off the outcome, for tests beside an adjusted estimate (Rosenbaum 2002)."""
    design = np.column_stack([np.ones(sample.outcome.size), sample.traits])
    fitted = design @ np.linalg.lstsq(design, sample.outcome, rcond=None)[0]
    return sample.with_outcome(sample.outcome - fitted)


def _by_person(sample: Sample) -> Floats:
    theirs = ~sample.treated
    _unit, where = np.unique(sample.unit[theirs], return_inverse=True)
    return np.bincount(where, weights=(sample.weight * sample.outcome)[theirs]).astype(np.float64)


def _e_value(sample: Sample, estimate: Estimate, *, share: bool, low: float | None, high: float | None) -> EValue | None:
    if low is None or high is None or not math.isfinite(estimate.effect):
        return None
    if share:
        return e_value_of_shares(value=estimate.value, comparison=estimate.comparison, low=low, high=high)
    spread = 0.0
    for arm in (sample.treated, ~sample.treated):
        weight = sample.weight[arm] / sample.weight[arm].sum()
        spread += float(weight @ (sample.outcome[arm] - weight @ sample.outcome[arm]) ** 2)
    return e_value(effect=estimate.effect, low=low, high=high, sd=math.sqrt(spread / 2))
