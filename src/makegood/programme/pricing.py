"""Outcome pricings: what is counted, what it costs, when it is paid, in which order, on which evidence."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from makegood.programme.figure import Condition, Figure, Selector
from makegood.programme.scalars import Day, Name, Names, Number, OneOrMore, Text, TimeSpan, Whole, Yes
from makegood.programme.term import Term, Words
from makegood.values.parsing import number

Each = Literal["claim", "person", "cohort", "class", "payer", "phase", "component", "period"]


class After(Term):
    """An earlier line that must have been accepted for the same person, and how much earlier.

    With `same_occurrence: yes` only a claim of the same occurrence counts: after a break the clock starts again.
    """

    line: Name
    no_sooner_than: TimeSpan | None = None
    no_later_than: TimeSpan | None = None
    same_occurrence: Yes = False

    @model_validator(mode="before")
    @classmethod
    def _from_a_name(cls, word: object) -> object:
        return {"line": word} if isinstance(word, str) else word


class Sequence(Term):
    """The order of claims for one person.

    `times` a claim may be paid `per` person, occurrence or calendar period; `after` earlier lines; `not_with` lines
    that exclude this one once accepted; `once_accepted` lines that must be accepted at whatever date: until then a
    claim waits, then it is paid for the past too.
    """

    times: Whole | None = None
    per: Literal["person", "occurrence", "month", "quarter", "year", "contract_year"] = "person"
    after: OneOrMore[After] = []
    not_with: Names = []
    once_accepted: Names = []

    @model_validator(mode="after")
    def _at_least_once(self) -> Self:
        if self.times is not None and self.times < 1:
            raise ValueError("a claim is paid at least once; to stop paying a line, retire it by an amendment")
        return self


class OutcomePricing(Term):
    """A line of the price list: `counts` ÷ `per` × `price`, for each of `for_each`, `when` the conditions hold.

    For claims (`for_each: claim`) `counts` is the claim's quantity unless said otherwise; for results it is the
    metric's effect where one is formed, else its value. `net_of` takes off what other lines earned, down to zero.
    `only` names the facts that qualify; `after_event` is an event of the exit plan before which the line sleeps.
    """

    title: Words
    metric: Name
    for_each: OneOrMore[Each] = []
    only: Selector | None = None
    counts: Figure | None = None
    per: Number = Field(default_factory=lambda: number("1"))
    price: Figure
    when: OneOrMore[Condition] = []
    net_of: Names = []
    sequence: Sequence | None = None
    evidence: Name | None = None
    settlement: Name | None = None
    results: Literal["any", "final"] = "any"
    claimed_within: TimeSpan | None = None
    """A claim made later than this after the outcome is refused."""
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    after_event: Name | None = None
    retired_on: Day | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "claim" in self.for_each and len(self.for_each) > 1:
            raise ValueError("`for_each: claim` stands alone")
        if self.sequence is not None and self.for_each != ["claim"]:
            raise ValueError("a sequence orders claims: add `for_each: claim`")
        if self.per <= 0:
            raise ValueError("`per` lies above 0")
        if self.net_of and "claim" in self.for_each:
            raise ValueError("`net_of` goes with results, not with each claim")
        return self


class Evidence(Term):
    """What proves an outcome, who signs, who validates, and which report is pinned."""

    kinds: Names = []
    required: Yes = True
    signed_by: Names = []
    validated_by: Names = []
    validator_is_not_signer: Yes = True
    payable_states: list[Literal["claimed", "validated", "paid"]] = ["validated", "paid"]
    withdrawn: Literal["claw_back", "kept"] = "claw_back"
    report_version: Text | None = None
    report_sha256: Text | None = None
    retired_on: Day | None = None
