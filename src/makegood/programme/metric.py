"""Outcome metrics: what is measured, against what, and how the effect is formed."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.figure import Figure, Selector
from makegood.programme.measured import Measured
from makegood.programme.scalars import Day, Name, Number, Text, Yes
from makegood.programme.term import Term, Words

CounterfactualKind = Literal["none", "fixed_rate", "historical_baseline", "modelled", "matched_group", "randomised_group"]
EffectForm = Literal["value", "difference", "points", "relative", "ratio"]


class Counterfactual(Term):
    """What would have happened otherwise. `is` where the agreement fixes it; else the result's comparison value.

    Rows with `from` and `until` (exclusive) let its kind change during the term; the fact's date decides.
    """

    kind: CounterfactualKind
    is_: Figure | None = Field(None, alias="is")
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    where: Selector | None = None
    protocol_sha256: Text | None = None
    """The locked evaluation protocol under which the comparison was made."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "none" and self.is_ is not None:
            raise ValueError("without a counterfactual there is no `is`")
        if self.kind in ("matched_group", "randomised_group") and self.is_ is not None:
            raise ValueError(f"a {self.kind} is measured, so `is` does not go with it; the result brings its figure")
        return self


class Fallback(Term):
    """The effect where the sample is smaller than `below` persons: the given figure instead."""

    below: Number
    is_: Figure = Field(alias="is")


class Effect(Term):
    """How the effect follows from the metric and its counterfactual; improvement counts as positive.

    With v the value and c the counterfactual, for a metric of which more is better: `value` v; `difference` v - c;
    `points` v - c of two shares (one percentage point is 1%); `relative` (v - c) / c; `ratio` v / (v + c). Where
    fewer is better, difference, points and relative change sign: a reduction from 155 to 142 is relative 8.387%.
    """

    form: EffectForm
    counterfactual: list[Counterfactual] = Field(min_length=1)
    significant_at: Number | None = None
    """The effect counts only if its p-value is at most this; absent: the point estimate counts."""
    fallback: Fallback | None = None


class OutcomeMetric(Term):
    """One outcome: what it is, in which unit, which way is better, how it is measured and combined.

    `pools` says how rows of several cohorts, classes or periods become one figure: `sum`, `mean` (unweighted),
    `mean_by_n` (weighted by persons), `latest` (by date), or `none`: refuse to combine.
    """

    title: Words
    unit: Text
    better: Literal["more", "fewer"] = "more"
    definition: Words | None = None
    target: Figure | None = None
    effect: Effect | None = None
    measured: Measured | None = None
    pools: Literal["sum", "mean", "mean_by_n", "latest", "none"] = "none"
    population: Literal["intention_to_treat", "engaged_only"] | None = None
    evidence: Name | None = None
    payable: Yes = True
    """no: measured and reported, never paid for."""
    retired_on: Day | None = None
