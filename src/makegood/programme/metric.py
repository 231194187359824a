"""Outcome metrics: what is measured, against what, and how the effect is formed."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.figure import Figure, Selector
from makegood.programme.measured import Measured
from makegood.programme.scalars import Day, Name, Number, Sha256, Text, Yes
from makegood.programme.term import Term, Words

CounterfactualKind = Literal["none", "fixed_rate", "historical_baseline", "modelled", "matched_group", "randomised_group"]
EffectForm = Literal["value", "difference", "points", "relative", "ratio"]


class Counterfactual(Term):
    """What would have happened otherwise. `is` where the agreement fixes it; else the result's comparison value.

    Rows with `from` and `until` (exclusive) let its kind change during the term; the fact's date decides.
    """

    kind: CounterfactualKind
    """Where the comparison comes from."""
    is_: Figure | None = Field(None, alias="is")
    """The agreed figure (a fixed rate, a baseline, a modelled one)."""
    from_: Day | None = Field(None, alias="from")
    """In force from this day on."""
    until: Day | None = None
    """In force before this day."""
    where: Selector | None = None
    """For these facts only."""
    protocol_sha256: Sha256 | None = None
    """The locked evaluation protocol under which the comparison is made; from then on it comes signed (`settle --effect`)."""
    unsigned: Literal["refused", "accepted"] = "refused"
    """With a pinned protocol: whether a comparison that the evaluator did not sign counts all the same."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.unsigned == "accepted" and self.protocol_sha256 is None:
            raise ValueError("`unsigned` goes with `protocol_sha256`; without a pinned protocol nothing needs to be signed")
        if self.kind == "none" and self.is_ is not None:
            raise ValueError("without a counterfactual there is no `is`")
        if self.kind in ("matched_group", "randomised_group") and self.is_ is not None:
            raise ValueError(f"a {self.kind} is measured, so `is` does not go with it; the result brings its figure")
        return self


class Fallback(Term):
    """The effect where the sample is smaller than `below` persons: the given figure instead."""

    below: Number
    """The number of persons (`n`) under which the sample is too small."""
    is_: Figure = Field(alias="is")
    """What the effect is then."""


class Effect(Term):
    """How the effect follows from the metric and its counterfactual; improvement counts as positive.

    With v the value and c the counterfactual, for a metric of which more is better: `value` v; `difference` v - c;
    `points` v - c of two shares (one percentage point is 1%); `relative` (v - c) / c; `ratio` v / (v + c). Where
    fewer is better, difference, points and relative change sign: a reduction from 155 to 142 is relative 8.387%.
    """

    form: EffectForm
    """How the value and the counterfactual become one figure."""
    counterfactual: list[Counterfactual] = Field(min_length=1)
    """What would have happened otherwise, one row for each time or group."""
    significant_at: Number | None = None
    """The effect counts only if its p-value is at most this; absent: the point estimate counts."""
    fallback: Fallback | None = None
    """What counts when the sample is too small."""


class OutcomeMetric(Term):
    """One outcome: what it is, in which unit, which way is better, how it is measured and combined.

    `pools` says how rows of several cohorts, classes or periods become one figure: `sum`, `mean` (unweighted),
    `mean_by_n` (weighted by persons), `latest` (by date), or `none`: refuse to combine.
    """

    title: Words
    """What people call it."""
    unit: Text
    """The unit of the value; a results file that names another one is refused."""
    better: Literal["more", "fewer"] = "more"
    """Which way is an improvement."""
    definition: Words | None = None
    """What exactly counts, in words."""
    target: Figure | None = None
    """What was aimed at; it pays nothing of itself."""
    effect: Effect | None = None
    """How the effect is formed; absent: the value itself counts."""
    measured: Measured | None = None
    """How dated records become the metric."""
    pools: Literal["sum", "mean", "mean_by_n", "latest", "none"] = "none"
    """How several rows become one figure."""
    population: Literal["intention_to_treat", "engaged_only"] | None = None
    """Everybody who was enrolled, or those who engaged only."""
    evidence: Name | None = None
    """What proves it: a name under `evidence`."""
    payable: Yes = True
    """no: measured and reported, never paid for."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""
