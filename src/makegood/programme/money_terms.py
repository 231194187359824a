"""Who pays and who is repaid: limits, outcome payers, payment plan, investments, guarantees, repayment steps."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.figure import Condition, Figure, RoundingRule, Selector
from makegood.programme.pricing import TrueUp
from makegood.programme.scalars import Day, Name, Names, Number, OneOrMore, TimeSpan, Yes
from makegood.programme.term import Term, Words
from makegood.values.parsing import number

Per = Literal["person", "line", "metric", "cohort", "class", "phase", "payer", "period", "month", "quarter", "year", "contract_year"]
PERIODS = ("period", "month", "quarter", "year", "contract_year")


class Limit(Term):
    """At most so much, `per` what (nothing named: the whole contract), in the order in which limits are written.

    `of` says what is counted: money, or units, claims or persons that are paid; of those above the limit nothing is paid.
    `lines` and `only` name what it covers (default: all). `cut` says which euros give way: the latest, or all in
    proportion. `beyond` names the payer who bears what lies above; else nobody does. `carries_forward`: what a
    period's limit cuts is earned again in the next period, as far as that has room.
    """

    at_most: Figure
    """The ceiling. While it is not known nothing is paid of what it covers."""
    of: Literal["money", "units", "claims", "persons"] = "money"
    """What the ceiling counts."""
    per: OneOrMore[Per] = []
    """A ceiling for each of these; absent: one for the whole contract."""
    lines: Names = []
    """The lines that it covers; absent: all."""
    payer: Name | None = None
    """The payer whose share it covers; absent: all payers together."""
    only: Selector | None = None
    """The facts that it covers; absent: all."""
    cut: Literal["latest_first", "in_proportion"] = "latest_first"
    """Which euros give way."""
    beyond: Name | None = None
    """The payer who bears what lies above."""
    carries_forward: Yes = False
    """yes: what a period has no room for waits for the next."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.carries_forward and not any(per in PERIODS for per in self.per):
            raise ValueError("only a limit per period can carry forward")
        if self.beyond is not None and self.payer is None:
            raise ValueError("`beyond` says who takes over from one payer: name that payer in `payer`")
        if self.of != "money" and (self.carries_forward or self.payer is not None or "payer" in self.per):
            raise ValueError(f"a limit of {self.of} speaks of outcomes, so it cannot carry forward or speak of payers")
        if self.of in ("claims", "persons") and self.cut == "in_proportion":
            raise ValueError(f"{self.of} are paid or not; `cut: in_proportion` goes with money or units")
        return self


class OutcomePaymentCommitment(Term):
    """An outcome payer and the share it bears of each payment.

    `share` may differ by line, metric, class, phase, cohort or date (`by`). `own_cases: yes`: it bears only the cases
    that name it as payer, whole unless a `share` stands there too (another payer then tops up). All shares of a
    payment add up to 100%.
    """

    share: Figure | None = None
    """The share of each payment."""
    own_cases: Yes = False
    """yes: it bears the cases that name it as payer, and no others."""
    maximum: Figure | None = None
    """The commitment as published; what binds stands under `limits`."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.share is None and not self.own_cases:
            raise ValueError("say what the payer bears: a `share`, its `own_cases: yes`, or a share of those")
        return self


class Settlement(Term):
    """A moment of settlement: from which day its lines fall due, and how often it recurs."""

    title: Words | None = None
    """What people call it."""
    from_: Day | None = Field(None, alias="from")
    """The first day on which its lines are due."""
    until: Day | None = None
    """From this day on it is closed."""
    every: TimeSpan | None = None
    """How often it recurs; for the reader, nothing is paid by it."""


class Planned(Term):
    """What the plan expected to have been paid in all by a day."""

    by: Day
    """The day."""
    amount: Figure
    """What should have been paid in all by then."""


class OutcomePaymentPlan(Term):
    """When is paid, and whether a later settlement corrects an earlier one.

    Every settlement computes what is due in all and pays the difference with what was paid. `true_up: full`: that
    difference may be negative and is paid back; `upward_only`: it is never below zero, what was paid too much is
    carried forward against what falls due later; `none`: a payment for results that was made stands, whatever later
    results say. A line may say otherwise for itself.
    """

    true_up: TrueUp = "full"
    """Whether later settlements correct what was paid."""
    settlements: dict[Name, Settlement] = {}
    """The moments at which lines fall due, by name."""
    planned: list[Planned] = []
    """The plan, for comparison with what was paid."""


class Rounding(Term):
    """How money is rounded: to the currency's minor unit, or a multiple of `to`, by `rule`."""

    rule: RoundingRule
    """Half upwards, half to even, down or up."""
    to: Number | None = None
    """A coarser multiple than the currency's smallest unit."""


class Investment(Term):
    """Capital that an investor committed. Only what was drawn is ever repaid."""

    investor: Name
    """The party that invests."""
    committed: Figure
    """What it promised."""
    tranche: Name | None = None
    """The tranche it belongs to; absent: one of its own."""
    title: Words | None = None
    """What people call it."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""


class Guarantee(Term):
    """A guarantor makes good drawn capital that was not repaid, from `called_from` on.

    Of what was lost beyond `only_above` it bears `share`, up to `at_most`: the first loss, a later slice, or a part.
    """

    guarantor: Name
    """The party that guarantees."""
    covers: Names
    """The investments or tranches that it makes good."""
    at_most: Figure
    """The most that it pays; a figure, so it may follow drawings."""
    share: Number = Field(default_factory=lambda: number("1"))
    """Which share of the loss it bears."""
    only_above: Figure | None = None
    """The loss that investors bear before it is called."""
    called_from: Day
    """The first day on which it can be called."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""


class Part(Term):
    """A share of what is left, and for whom: a party, or `investments` in proportion to what they drew."""

    to: Name
    """Who receives it."""
    share: Number
    """Which share of the rest; all shares add up to 100%."""


class RepaymentStep(Term):
    """One step of the waterfall. What a step does not need flows on to the next.

    `principal`: drawn capital of `to`, until it is repaid. `return`: on drawn capital, `annual` (compounding or not)
    or `in_all` (a share of drawn capital once). `amount`: a figure, to a party (a deferred fee). `rest`: shared out.
    `to` names investments, a tranche or a party; several investments share in proportion to what they are owed.
    `from_lines` lets a step be fed by those lines only.
    """

    pays: Literal["principal", "return", "amount", "rest"]
    """What the step is for."""
    to: Names = []
    """Who receives it."""
    annual: Figure | None = None
    """For `return`: the rate of a year; a figure, so it may follow the outcome."""
    compounding: Yes = True
    """For `annual`: yes lets return earn return."""
    in_all: Figure | None = None
    """For `return`: a share of drawn capital, once; a figure, so it may follow the outcome."""
    amount: Figure | None = None
    """For `amount`: how much."""
    at_most: Figure | None = None
    """The most that this step ever pays."""
    parts: list[Part] = []
    """For `rest`: who shares it."""
    from_lines: Names = []
    """Only payments by these lines feed the step."""
    when: OneOrMore[Condition] = []
    """The step pays only when these conditions hold on the day of settlement."""
    from_: Day | None = Field(None, alias="from")
    """The step sleeps before this day."""
    title: Words | None = None
    """What people call it."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.pays == "return" and (self.annual is None) == (self.in_all is None):
            raise ValueError("a return is either `annual` or `in_all`")
        if self.pays != "return" and (self.annual is not None or self.in_all is not None):
            raise ValueError("`annual` and `in_all` go with `pays: return`")
        if (self.pays == "amount") != (self.amount is not None):
            raise ValueError("`pays: amount` and `amount` go together")
        if (self.pays == "rest") != bool(self.parts):
            raise ValueError("`pays: rest` and `parts` go together")
        if self.pays != "rest" and not self.to:
            raise ValueError("say to whom: add `to`")
        if self.pays == "amount" and len(self.to) > 1:
            raise ValueError("an amount goes to one party; write a step for each")
        if self.parts and sum((part.share for part in self.parts), number("0")) != 1:
            raise ValueError("the parts of the rest do not add up to 100%")
        return self
