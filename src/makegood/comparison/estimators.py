"""Estimators of the effect on the treated, each with the influence of every row, so that any mix has a variance.

With effect = f(rows), the influence of a row is its first-order contribution to `effect - truth`; the variance is the
sum of squared influences over independent groups. For a difference in means it is `w (y - mean) / sum of w`, for a
least-squares coefficient a row of `(X'WX)^-1 x w e` (Liang and Zeger 1986; MacKinnon and White 1985).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from makegood.comparison.matched import Flags, Floats
from makegood.comparison.sample import Sample


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """`value`: level of the treated, `comparison`: level without the programme. `influence`: (rows,) on the effect.

    `parameters`: fitted coefficients, for the correction of small samples. `name`: as results name the estimator.
    """

    name: str
    value: float
    comparison: float
    influence: Floats
    parameters: int

    @property
    def effect(self) -> float:
        """Level of the treated less the level without the programme."""
        return self.value - self.comparison


def _mean(sample: Sample, arm: Flags, values: Floats) -> tuple[float, Floats]:
    weight = np.where(arm, sample.weight, 0.0)
    total = weight.sum()
    mean = float(weight @ values / total)
    return mean, weight * (values - mean) / total


def difference(sample: Sample) -> Estimate:
    """Weighted mean of the treated less that of their controls."""
    value, plus = _mean(sample, sample.treated, sample.outcome)
    comparison, minus = _mean(sample, ~sample.treated, sample.outcome)
    return Estimate(name="difference_in_means", value=value, comparison=comparison, influence=plus - minus, parameters=2)


def regression(sample: Sample) -> Estimate | None:
    """The difference adjusted by weighted least squares with the traits, their slopes free in each arm.

    The comparison is what the controls' regression predicts for the treated (g-computation, as MatchIt advises).
    Traits that are constant or sums of others within the sample drop out. None when too few rows are left to fit.
    """
    means = [_mean(sample, sample.treated, column)[0] for column in sample.traits.T]
    centred = sample.traits - np.array(means)
    arm = sample.treated.astype(np.float64)
    root = np.sqrt(sample.weight)
    kept: list[int] = []
    for index in range(centred.shape[1]):
        trial = centred[:, [*kept, index]]
        full = np.column_stack([np.ones_like(arm), arm, trial, trial * arm[:, None]]) * root[:, None]
        scale = np.linalg.norm(full, axis=0)
        if np.all(scale > 0) and np.linalg.matrix_rank(full / scale, tol=1e-9) == full.shape[1]:
            kept.append(index)
    traits = centred[:, kept]
    design = np.column_stack([np.ones_like(arm), arm, traits, traits * arm[:, None]])
    if sample.outcome.size - design.shape[1] < 2:
        return None
    weighted = design * root[:, None]
    coefficients = np.linalg.lstsq(weighted, sample.outcome * root, rcond=None)[0]
    residual = sample.outcome - design @ coefficients
    bread = np.linalg.inv(weighted.T @ weighted)
    influence = (design @ bread[1]) * sample.weight * residual
    value, _ = _mean(sample, sample.treated, sample.outcome)
    return Estimate(
        name="regression_adjusted",
        value=value,
        comparison=value - float(coefficients[1]),
        influence=influence,
        parameters=design.shape[1],
    )


def difference_in_differences(sample: Sample, *, before: Floats) -> Estimate:
    """Change of the treated less change of their controls; `before`: (rows,) the same measure before the index date."""
    change = difference(sample.with_outcome(sample.outcome - before))
    value, _ = _mean(sample, sample.treated, sample.outcome)
    return Estimate(
        name="difference_in_differences", value=value, comparison=value - change.effect, influence=change.influence, parameters=2
    )


def before_after(sample: Sample, *, before: Floats) -> Estimate:
    """The treated now less the same treated before: no comparison group at all."""
    value, _ = _mean(sample, sample.treated, sample.outcome)
    change, influence = _mean(sample, sample.treated, sample.outcome - before)
    return Estimate(name="before_after", value=value, comparison=value - change, influence=influence, parameters=1)


def fixed(sample: Sample, *, level: float) -> Estimate:
    """The treated less a level that the parties agreed."""
    value, influence = _mean(sample, sample.treated, sample.outcome)
    return Estimate(name="fixed_level", value=value, comparison=level, influence=influence, parameters=1)


def mixed(parts: Sequence[tuple[float, Estimate]]) -> Estimate:
    """Estimates of one sample in fixed weights; the shared rows make their variance a joint one."""
    influence = np.sum([weight * part.influence for weight, part in parts], axis=0)
    return Estimate(
        name=" + ".join(f"{weight:.0%} {part.name}" for weight, part in parts),
        value=parts[0][1].value,
        comparison=sum(weight * part.comparison for weight, part in parts),
        influence=influence,
        parameters=max(part.parameters for _weight, part in parts),
    )
