"""How dated records become an outcome metric: the measurement rule as a term of the agreement."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from makegood.programme.scalars import Name, Number, Whole
from makegood.programme.term import Term

SpellKind = Literal["employment", "benefit", "detention", "housing", "education"]


class MonthRule(Term):
    """When a month counts. Exactly one of three ways:

    `average_hours: 24`: hours of all overlapping spells, averaged to the week, are at least that many;
    `contract_hours: 24` with `on_share_of_days: 50%`: on at least that share of the month's days the contracts
    that run add up to at least that many hours a week; `any_day: 1`: on at least that many days a spell ran.
    """

    average_hours: Number | None = None
    """Hours a week, averaged over the month."""
    contract_hours: Number | None = None
    """Hours a week of the contracts that run."""
    on_share_of_days: Number | None = None
    """The share of the month's days on which they run."""
    any_day: Whole | None = None
    """The number of days on which a spell ran."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [way for way in (self.average_hours, self.contract_hours, self.any_day) if way is not None]
        if len(ways) != 1:
            raise ValueError("a month counts in exactly one way: average_hours, contract_hours or any_day")
        if (self.contract_hours is None) != (self.on_share_of_days is None):
            raise ValueError("contract_hours and on_share_of_days go together")
        for hours in (self.average_hours, self.contract_hours):
            if hours is not None and not 0 < hours <= 168:
                raise ValueError("hours a week lie above 0 and at most 168")
        if self.on_share_of_days is not None and not 0 < self.on_share_of_days <= 1:
            raise ValueError("a share of days lies above 0% and at most 100%")
        if self.any_day is not None and not 1 <= self.any_day <= 28:
            raise ValueError("any_day is a number of days from 1 to 28")
        return self


class Measured(Term):
    """From records to the metric. Exactly one of `months_of`, `class_of`, `observed`.

    `months_of`: months of the observation window in which spells of that kind count by `counts_when`.
    `class_of`: persons whose counted months of another metric lie from `at_least` to `at_most` (durable work: at
    least 18 of 24). `observed`: events, scores or days from the observations of that name; `take` says what of
    them: `count`, `any`, `sum`, `mean`, `first`, `last`, or `change` (last less first).
    `value` says how persons become the figure of a cohort: `total`, `mean` or `share`.
    `unknown` says how an unknown month or person counts: `not_counted`, `counted`, or `left_out` (the person does
    not enter the figure).
    """

    months_of: SpellKind | None = None
    """Count months with spells of this kind."""
    counts_when: MonthRule | None = None
    """When a month counts."""
    class_of: Name | None = None
    """Classify persons by their counted months of this metric."""
    at_least: Whole | None = None
    """The fewest months of the class."""
    at_most: Whole | None = None
    """The most months of the class."""
    observed: Name | None = None
    """Use the observations of this name."""
    take: Literal["count", "any", "sum", "mean", "first", "last", "change"] | None = None
    """What of the observations."""
    value: Literal["total", "mean", "share"] = "mean"
    """How persons become the figure of a cohort."""
    window_months: Whole | None = None
    """Another observation window than the calendar's."""
    unknown: Literal["not_counted", "counted", "left_out"] = "not_counted"
    """How an unknown month or person counts."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.months_of, self.class_of, self.observed)) != 1:
            raise ValueError("a metric is measured in exactly one way: months_of, class_of or observed")
        if (self.months_of is None) != (self.counts_when is None):
            raise ValueError("months_of and counts_when go together")
        if self.class_of is None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("at_least and at_most belong to class_of")
        if self.class_of is not None and self.at_least is None and self.at_most is None:
            raise ValueError("class_of needs at_least, at_most or both")
        if (self.observed is None) != (self.take is None):
            raise ValueError("observed and take go together")
        if self.window_months is not None and not 1 <= self.window_months <= 600:
            raise ValueError("window_months lies from 1 to 600")
        return self
