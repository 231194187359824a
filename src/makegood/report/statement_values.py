"""The parts of a statement as values: words are in its language, money stays Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from makegood.finance.waterfall import Repayment
from makegood.report.extra_months import ExtraOverTime
from makegood.report.language import Language
from makegood.report.months_over_time import MonthsOverTime
from makegood.report.targets import Against
from makegood.settle import Settlement
from makegood.values.problem import Problem

if TYPE_CHECKING:
    from makegood.report.payment_in_words import Told

ZERO = Decimal(0)


@dataclass(frozen=True)
class Group:
    """A line of the price list over all payers and groups: earned = cuts + due; due = before + now, of which before may be more."""

    title: str
    earned: Decimal
    cuts: tuple[tuple[str, Decimal], ...]
    before: Decimal
    now: Decimal
    due: Decimal
    why: str
    """How it was earned, in a few words; empty where several sums stand behind it."""


@dataclass(frozen=True)
class Flow:
    """Money from one party to another: `capital` put in, or `outcome` money passed on."""

    kind: str
    source: str
    target: str
    amount: Decimal
    words: str


@dataclass(frozen=True)
class Held:
    """How one investment stands."""

    name: str
    row: Repayment
    rate: Decimal | None


@dataclass(frozen=True)
class Reasons:
    """Claims that are not paid for one reason: how many, and the first of them by name."""

    words: str
    foreign: bool
    line: str
    count: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """One result as it was read."""

    metric: str
    labels: str
    value: str
    accepted: str
    compared: str
    against: str
    persons: str
    unmatched: str
    until: str
    target: str
    interval: str
    source: str
    paid: bool
    """A line pays for it, and it is this row that the line goes by."""


@dataclass(frozen=True)
class Assumed:
    """A term that is assumed: where it stands and why, in `lang` (None: the statement's own language)."""

    path: str
    line: str
    why: str
    lang: str | None


@dataclass(frozen=True)
class Statement:
    """Everything that a statement tells."""

    settlement: Settlement
    language: Language
    title: str
    summary: str
    told: tuple[Told, ...]
    groups: tuple[Group, ...]
    targets: tuple[Against, ...]
    months: tuple[MonthsOverTime, ...]
    extra: tuple[ExtraOverTime, ...]
    figures: tuple[tuple[str, str], ...]
    measured: tuple[Measured, ...]
    held: tuple[Held, ...]
    flows: tuple[Flow, ...]
    refused: tuple[Reasons, ...]
    waiting: tuple[Reasons, ...]
    clawed_back: tuple[tuple[str, Decimal, str], ...]
    carried: tuple[tuple[str, Decimal | None, str], ...]
    planned: tuple[tuple[date, Decimal], ...]
    plan_words: str
    evidence: tuple[tuple[str, str], ...]
    assumptions: tuple[Assumed, ...]
    notes: tuple[Problem, ...]

    @property
    def due(self) -> Decimal:
        """What is due in all, whether paid before or not."""
        return sum((payment.due for payment in self.settlement.statement.payments), ZERO)

    @property
    def running(self) -> bool:
        """Whether the contract still runs on the day of settlement, so that what was not repaid is not lost yet."""
        programme = self.settlement.terms.programme
        ends = programme.terminated.on if programme.terminated else programme.calendar.ends_on
        called = bool(self.settlement.waterfall.guarantee_calls)
        return not called and (ends is None or self.settlement.as_of < ends)

    def money(self, amount: Decimal, *, cents: bool = False) -> str:
        """An amount in the programme's currency."""
        return self.language.money(amount, self.settlement.terms.programme.currency, cents=cents)
