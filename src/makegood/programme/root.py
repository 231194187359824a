"""The programme as a whole."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from makegood.programme.change import Amendment, Disputes, ExitCase, Termination
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
from makegood.programme.scalars import Day, Name, Text, TimeSpan, Whole
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
    roles: list[Role] = Field(min_length=1)
    public_key: Text | None = None
    """Ed25519 public key with which the party signs, base64."""
    retired_on: Day | None = None


class Document(Term):
    """A document that terms refer to by its code in `source`."""

    title: Text
    publisher: Text | None = None
    url: Text | None = None
    published_on: Text | None = None


class Calendar(Term):
    """The dates of the contract. `ends_on` is the first day on which it no longer runs.

    `index_date` says in words from when a person is observed; `observation_months` how long; `measurement_lag` how
    much later registers are complete.
    """

    starts_on: Day
    ends_on: Day | None = None
    intake_from: Day | None = None
    intake_until: Day | None = None
    index_date: Words | None = None
    observation_months: Whole | None = None
    measurement_lag: TimeSpan | None = None


class Cohort(Term):
    """A group that is measured together; `cancelled_on` where it ended before its time."""

    title: Words
    intake_from: Day | None = None
    intake_until: Day | None = None
    planned: Figure | None = None
    cancelled_on: Day | None = None
    retired_on: Day | None = None


class Service(Term):
    """What a provider does for whom."""

    provider: Name
    intervention: Words
    target_population: Words | None = None
    planned_people: Figure | None = None
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None


class Example(Term):
    """A worked example: facts as in the files, and the money that the parties say follows from them.

    `results`, `claims`, `transactions`, `paid` hold rows with the columns of those files. `owes`: the total, and per
    line or payer; `figures`: named figures; `refuses`: claims; `repays`: per investment.
    """

    as_of: Day
    results: list[dict[Text, Text]] = []
    claims: list[dict[Text, Text]] = []
    transactions: list[dict[Text, Text]] = []
    owes: Any = None
    lines: dict[Name, Any] = {}
    payers: dict[Name, Any] = {}
    figures: dict[Name, Any] = {}
    repays: dict[Name, Any] = {}
    refuses: list[Text] = []


class Programme(Term):
    """What was agreed. Every part is named; see docs/reference/programme.md for the words, one by one."""

    programme: Name
    title: Words
    summary: Words | None = None
    language: Literal["1"] = "1"
    currency: Text = Field(pattern=r"^[A-Z]{3}$")
    rounding: Rounding
    documents: dict[Name, Document] = {}
    parties: dict[Name, Party] = Field(min_length=1)
    calendar: Calendar
    cohorts: dict[Name, Cohort] = {}
    classes: dict[Name, Words] = {}
    phases: dict[Name, Words] = {}
    services: dict[Name, Service] = {}
    outcome_metrics: dict[Name, OutcomeMetric] = Field(min_length=1)
    figures: dict[Name, Figure] = {}
    evidence: dict[Name, Evidence] = {}
    outcome_pricings: dict[Name, OutcomePricing] = Field(min_length=1)
    limits: dict[Name, Limit] = {}
    outcome_payment_commitments: dict[Name, OutcomePaymentCommitment] = Field(min_length=1)
    outcome_payment_plan: OutcomePaymentPlan = OutcomePaymentPlan()
    investments: dict[Name, Investment] = {}
    guarantees: dict[Name, Guarantee] = {}
    investor_repayment: dict[Name, RepaymentStep] = {}
    exit_plan: dict[Name, ExitCase] = Field(min_length=1)
    terminated: Termination | None = None
    disputes: Disputes | None = None
    examples: dict[Name, Example] = {}
    amendments: dict[Name, Amendment] = {}
