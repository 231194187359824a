"""The programme as a whole."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from makegood.programme.change import Amendment, Disputes, ExitCase, Termination
from makegood.programme.delivery import Delivery
from makegood.programme.figure import Figure
from makegood.programme.metric import OutcomeMetric
from makegood.programme.money_terms import (
    Guarantee,
    Investment,
    Limit,
    OutcomePaymentCommitment,
    OutcomePaymentPlan,
    RepaymentStep,
    Rounding,
)
from makegood.programme.pricing import Evidence, OutcomePricing
from makegood.programme.scalars import Day, Name, PublicKey, Text, TimeSpan, Whole
from makegood.programme.term import Term, Words

Role = Literal[
    "outcome_payer",
    "investor",
    "service_provider",
    "intermediary",
    "guarantor",
    "evaluator",
    "validator",
    "referrer",
    "adviser",
    "supervisor",
]


class Party(Term):
    """An organisation in the contract and what it does there."""

    name: Text
    """Its name."""
    roles: list[Role] = Field(min_length=1)
    """What it does in the contract."""
    public_key: PublicKey | None = None
    """Ed25519 public key of the party, base64: an evaluator's signs results, anybody's countersigns a protocol."""
    retired_on: Day | None = None
    """No longer a party from this day; set by an amendment."""


class Document(Term):
    """A document that terms refer to by its code in `source`."""

    title: Words
    """Its title."""
    publisher: Text | None = None
    """Who published it."""
    url: Text | None = None
    """Where it can be found."""
    published_on: Text | None = None
    """When; a year, month or day."""


class Calendar(Term):
    """The dates of the contract. `ends_on` is the first day on which it no longer runs.

    `index_date` says in words from when a person is observed; `observation_months` how long; `measurement_lag` how
    much later registers are complete.
    """

    starts_on: Day
    """The first day of the contract; an outcome before it is refused."""
    ends_on: Day | None = None
    """The first day on which it no longer runs; a claim of that day or later is refused."""
    outcomes_until: Day | None = None
    """The first day on which outcomes no longer count, where that is another day than `ends_on`."""
    intake_from: Day | None = None
    """The first day of intake."""
    intake_until: Day | None = None
    """The first day without intake."""
    index_date: Words | None = None
    """From when a person is observed, in words."""
    observation_months: Whole | None = None
    """How many months a person is observed."""
    measurement_lag: TimeSpan | None = None
    """How much later registers are complete."""


class Cohort(Term):
    """A group that is measured together; `cancelled_on` where it ended before its time."""

    title: Words
    """What people call it."""
    intake_from: Day | None = None
    """The first day of its intake."""
    intake_until: Day | None = None
    """The first day without intake."""
    planned: Figure | None = None
    """How many people were planned."""
    cancelled_on: Day | None = None
    """The first day on which it no longer runs, where it ended early."""
    retired_on: Day | None = None
    """No longer in use from this day; set by an amendment."""


class Service(Term):
    """What a provider does for whom."""

    provider: Name
    """The party that does it."""
    intervention: Words
    """What is done."""
    target_population: Words | None = None
    """For whom."""
    planned_people: Figure | None = None
    """For how many."""
    from_: Day | None = Field(None, alias="from")
    """The first day."""
    until: Day | None = None
    """The first day without it."""


class Example(Term):
    """A worked example: facts as in the files, and the money that the parties say follows from them.

    `results`, `claims`, `transactions` hold rows with the columns of those files. `after` names an earlier example:
    what it owed has been paid, so that this one owes the difference. `owes`: the total, and per line or payer;
    `figures`: named figures; `refuses`: claims; `repays`: per investment or party.
    """

    as_of: Day
    """The day of settlement."""
    after: Name | None = None
    """Another example whose payments were made before this one."""
    results: list[dict[Text, Text]] = []
    """Rows as in a results file."""
    claims: list[dict[Text, Text]] = []
    """Rows as in a claims file."""
    transactions: list[dict[Text, Text]] = []
    """Rows as in a transactions file."""
    owes: Any = None
    """What all payers owe together."""
    lines: dict[Name, Any] = {}
    """What each line pays."""
    payers: dict[Name, Any] = {}
    """What each payer owes."""
    figures: dict[Name, Any] = {}
    """What named figures come to."""
    repays: dict[Name, Any] = {}
    """What each investment, or another receiver, is repaid."""
    refuses: list[Text] = []
    """Claims that are not paid."""


class Programme(Term):
    """What was agreed. Every part is named; see docs/reference/programme.md for the words, one by one."""

    programme: Name
    """Its code; reports and files call it by this."""
    title: Words
    """What people call it."""
    summary: Words | None = None
    """In a sentence, for somebody who never heard of it."""
    language: Literal["1"] = "1"
    """The version of this language."""
    currency: Text = Field(pattern=r"^[A-Z]{3}$")
    """Three capitals, as in EUR; every amount is in it."""
    rounding: Rounding
    """How money is rounded."""
    documents: dict[Name, Document] = {}
    """What terms refer to as their source."""
    parties: dict[Name, Party] = Field(min_length=1)
    """Everybody in the contract."""
    calendar: Calendar
    """Its dates."""
    cohorts: dict[Name, Cohort] = {}
    """Groups that are measured together."""
    classes: dict[Name, Words] = {}
    """Classes of person that prices may differ by."""
    phases: dict[Name, Words] = {}
    """Phases of the contract that prices may differ by."""
    services: dict[Name, Service] = {}
    """What providers do for whom."""
    delivery: Delivery | None = None
    """How people come to take part; no payment rests on it."""
    outcome_metrics: dict[Name, OutcomeMetric] = Field(min_length=1)
    """What is measured."""
    figures: dict[Name, Figure] = {}
    """Numbers that are named once and used in several places."""
    evidence: dict[Name, Evidence] = {}
    """What proves an outcome."""
    outcome_pricings: dict[Name, OutcomePricing] = Field(min_length=1)
    """The price list: each entry is a line."""
    limits: dict[Name, Limit] = {}
    """What limits payments, in the order in which they bite."""
    outcome_payment_commitments: dict[Name, OutcomePaymentCommitment] = Field(min_length=1)
    """Who pays, by the party's name."""
    outcome_payment_plan: OutcomePaymentPlan = OutcomePaymentPlan()
    """When is paid."""
    investments: dict[Name, Investment] = {}
    """Capital that was committed."""
    guarantees: dict[Name, Guarantee] = {}
    """Who makes good what is lost."""
    investor_repayment: dict[Name, RepaymentStep] = {}
    """Who is repaid, in this order."""
    exit_plan: dict[Name, ExitCase] = Field(min_length=1)
    """What happens when the contract ends early; required."""
    terminated: Termination | None = None
    """Set when the contract did end early."""
    disputes: Disputes | None = None
    """What happens when a figure is disputed."""
    examples: dict[Name, Example] = {}
    """Worked examples; `makegood check` runs them."""
    amendments: dict[Name, Amendment] = {}
    """Dated changes."""

    @model_validator(mode="before")
    @classmethod
    def _untitled_lines_bear_the_title_of_their_metric(cls, terms: Any) -> Any:
        lines, metrics = (terms.get(key) if isinstance(terms, dict) else None for key in ("outcome_pricings", "outcome_metrics"))
        if not isinstance(lines, dict) or not isinstance(metrics, dict):
            return terms
        titled = {}
        for name, line in lines.items():
            metric = metrics.get(line["metric"]) if isinstance(line, dict) and isinstance(line.get("metric"), str) else None
            title = metric.get("title") if isinstance(metric, dict) else None
            titled[name] = {"title": title, **line} if isinstance(line, dict) and title is not None else line
        return {**terms, "outcome_pricings": titled}
