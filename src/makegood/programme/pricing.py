"""Outcome pricings: what is counted, what it costs, when it is paid, in which order, on which evidence."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from makegood.programme.figure import Condition, Figure, Selector
from makegood.programme.scalars import Day, Name, Names, Number, OneOrMore, Text, TimeSpan, Whole, Yes
from makegood.programme.term import Term, Words
from makegood.values.parsing import number

TrueUp = Literal["full", "upward_only", "none"]
Each = Literal["claim", "person", "cohort", "class", "payer", "phase", "component", "period"]


class Predecessor(Term):
    """A line that was paid for the same person: `line`, or `any_of` several."""

    line: Name | None = None
    """The line."""
    any_of: Names = []
    """One of these lines."""

    @model_validator(mode="before")
    @classmethod
    def _from_a_name(cls, word: object) -> object:
        return {"line": word} if isinstance(word, str) else word

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.line is None) != bool(self.any_of):
            raise ValueError("name one line, or several with `any_of: [...]`")
        return self

    def lines(self) -> list[str]:
        """The lines of which one is asked."""
        return [self.line] if self.line is not None else self.any_of

    def words(self) -> str:
        """The lines for people."""
        return " or ".join(f"'{line}'" for line in self.lines())


class After(Predecessor):
    """An earlier line that must have been paid for the same person, and how much earlier.

    With `same_occurrence: yes` only a claim of the same occurrence counts: after a break the clock starts again.
    """

    no_sooner_than: TimeSpan | None = None
    """The shortest time between the two."""
    no_later_than: TimeSpan | None = None
    """The longest time between the two."""
    same_occurrence: Yes = False
    """yes: the earlier claim must be of the same occurrence."""


class Sequence(Term):
    """The order of claims for one person.

    `times` a claim may be paid `per` person, occurrence or calendar period; `after` earlier lines; `not_with` lines
    that exclude this one once accepted; `once_accepted` lines that must be accepted at whatever date: until then a
    claim waits, then it is paid for the past too. Each entry of `after` and `once_accepted` must be met.
    """

    times: Whole | None = None
    """How often a claim may be paid; absent: without limit."""
    per: Literal["person", "occurrence", "month", "quarter", "year", "contract_year"] = "person"
    """Within what `times` is counted, for each person."""
    after: OneOrMore[After] = []
    """Earlier lines that must have been paid first."""
    not_with: Names = []
    """Lines that exclude this one once they were paid."""
    once_accepted: OneOrMore[Predecessor] = []
    """Lines that must be paid at whatever date; until then the claim waits."""

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
    Without a `title` a line bears that of its metric.
    """

    model_config = ConfigDict(json_schema_extra=lambda schema: schema["required"].remove("title"))

    title: Words
    """What people call the line."""
    metric: Name
    """The outcome it pays for."""
    for_each: OneOrMore[Each] = []
    """What gets a payment of its own; absent: one payment in all."""
    only: Selector | None = None
    """Which facts qualify."""
    counts: Figure | None = None
    """How many units; absent: see above."""
    per: Number = Field(default_factory=lambda: number("1"))
    """The size of one unit: `per: 1%` prices each percentage point."""
    price: Figure
    """The price of one unit."""
    when: OneOrMore[Condition] = []
    """The conditions under which it pays at all; one that does not hold makes it 0."""
    net_of: Names = []
    """What these lines earned is taken off, down to 0."""
    sequence: Sequence | None = None
    """The order of claims for one person."""
    evidence: Name | None = None
    """What proves it; absent: as the metric says."""
    settlement: Name | None = None
    """The moment of the payment plan from which it is due; absent: at once."""
    true_up: TrueUp | None = None
    """Whether later settlements correct it; absent: as the payment plan says."""
    results: Literal["any", "final"] = "any"
    """final: interim results do not count."""
    claimed_within: TimeSpan | None = None
    """A claim made later than this after the outcome is refused."""
    from_: Day | None = Field(None, alias="from")
    """In force for facts from this day on."""
    until: Day | None = None
    """In force for facts before this day."""
    after_event: Name | None = None
    """Pays only after this event of the exit plan."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""

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
        if self.true_up == "none" and "claim" in self.for_each:
            raise ValueError("claims are decided anew each time; evidence that may be withdrawn in vain is `withdrawn: kept`")
        return self


class Evidence(Term):
    """What proves an outcome, who signs, who validates, and which report is pinned."""

    kinds: Names = []
    """The kinds of document that count; absent: any."""
    required: Yes = True
    """yes: a claim that counts must name its document."""
    signed_by: Names = []
    """Who may sign; absent: anybody."""
    validated_by: Names = []
    """Who may validate; absent: anybody."""
    validator_is_not_signer: Yes = True
    """yes: nobody validates what they signed."""
    payable_states: list[Literal["claimed", "validated", "paid"]] = ["validated", "paid"]
    """The states of a claim that are paid."""
    withdrawn: Literal["claw_back", "kept"] = "claw_back"
    """What happens to a claim that was paid and whose evidence is withdrawn."""
    report_version: Text | None = None
    """The version of the report that results must name."""
    report_sha256: Text | None = None
    """The SHA-256 of the report that results must name."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""
