"""Who pays and who is repaid: limits, outcome payers, payment plan, investments, guarantees, repayment steps."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.figure import Figure, RoundingRule, Selector
from makegood.programme.scalars import Day, Name, Names, Number, OneOrMore, TimeSpan, Yes
from makegood.programme.term import Term, Words
from makegood.values.parsing import number

Per = Literal["person", "line", "metric", "cohort", "class", "phase", "payer", "period", "month", "quarter", "year", "contract_year"]
PERIODS = ("period", "month", "quarter", "year", "contract_year")


class Limit(Term):
    """At most so much, `per` what (nothing named: the whole contract), in the order in which limits are written.

    `lines` and `only` name what it covers (default: all). `cut` says which euros give way: the latest, or all in
    proportion. `beyond` names the payer who bears what lies above; else nobody does. `carries_forward`: what a
    period's limit cuts is earned again in the next period, as far as that has room.
    """

    at_most: Figure
    per: OneOrMore[Per] = []
    lines: Names = []
    payer: Name | None = None
    only: Selector | None = None
    cut: Literal["latest_first", "in_proportion"] = "latest_first"
    beyond: Name | None = None
    carries_forward: Yes = False
    retired_on: Day | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.carries_forward and not any(per in PERIODS for per in self.per):
            raise ValueError("only a limit per period can carry forward")
        if self.beyond is not None and self.payer is None:
            raise ValueError("`beyond` says who takes over from one payer: name that payer in `payer`")
        return self


class OutcomePaymentCommitment(Term):
    """An outcome payer and the share it bears of each payment.

    `share` may differ by line, metric, class, phase, cohort or date (`by`). `own_cases: yes`: it bears the cases that
    name it as payer, whole. All shares of a payment add up to 100%.
    """

    share: Figure | None = None
    own_cases: Yes = False
    maximum: Figure | None = None
    """The commitment as published; what binds stands under `limits`."""
    retired_on: Day | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.share is not None) == self.own_cases:
            raise ValueError("a payer bears a `share`, or its `own_cases: yes`: one of the two")
        return self


class Settlement(Term):
    """A moment of settlement: from which day its lines fall due, and how often it recurs."""

    title: Words | None = None
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    every: TimeSpan | None = None


class Planned(Term):
    """What the plan expected to have been paid in all by a day."""

    by: Day
    amount: Figure


class OutcomePaymentPlan(Term):
    """When is paid, and whether a later settlement corrects an earlier one.

    Every settlement computes what is due in all and pays the difference with what was paid. `true_up: full`: that
    difference may be negative and is paid back; `upward_only`: it is never below zero, what was paid too much is
    carried forward against what falls due later.
    """

    true_up: Literal["full", "upward_only"] = "full"
    settlements: dict[Name, Settlement] = {}
    planned: list[Planned] = []


class Rounding(Term):
    """How money is rounded: to the currency's minor unit, or a multiple of `to`, by `rule`."""

    rule: RoundingRule
    to: Number | None = None


class Investment(Term):
    """Capital that an investor committed. Only what was drawn is ever repaid."""

    investor: Name
    committed: Figure
    tranche: Name | None = None
    title: Words | None = None
    retired_on: Day | None = None


class Guarantee(Term):
    """A guarantor makes good drawn capital that was not repaid, up to `at_most`, from `called_from` on."""

    guarantor: Name
    covers: Names
    at_most: Figure
    called_from: Day
    retired_on: Day | None = None


class Part(Term):
    """A share of what is left, and for whom: a party, or `investments` in proportion to what they drew."""

    to: Name
    share: Number


class RepaymentStep(Term):
    """One step of the waterfall. What a step does not need flows on to the next.

    `principal`: drawn capital of `to`, until it is repaid. `return`: on drawn capital, `annual` (compounding or not)
    or `in_all` (a share of drawn capital once). `amount`: a figure, to a party (a deferred fee). `rest`: shared out.
    `to` names investments, a tranche or a party; several investments share in proportion to what they are owed.
    `from_lines` lets a step be fed by those lines only.
    """

    pays: Literal["principal", "return", "amount", "rest"]
    to: Names = []
    annual: Number | None = None
    compounding: Yes = True
    in_all: Number | None = None
    amount: Figure | None = None
    at_most: Figure | None = None
    parts: list[Part] = []
    from_lines: Names = []
    from_: Day | None = Field(None, alias="from")
    title: Words | None = None

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
        if self.parts and sum((part.share for part in self.parts), number("0")) != 1:
            raise ValueError("the parts of the rest do not add up to 100%")
        return self
