"""A scope: which facts a clause is speaking of at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from makegood.programme.figure import Selector

DIMENSIONS = ("cohort", "class", "payer", "phase", "component")
Period = tuple[date | None, date | None]


@dataclass(frozen=True)
class Scope:
    """The cohort, class, case payer, phase, component and period meant (None: not narrowed), and the fact's day."""

    line: str | None = None
    metric: str | None = None
    cohort: str | None = None
    class_: str | None = None
    payer: str | None = None
    phase: str | None = None
    component: str | None = None
    period: Period | None = None
    person: str | None = None
    on: date | None = None
    among: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Columns of which the line takes several values: (column, values)."""
    between: Period = (None, None)
    """The days (from, until) of the facts that the line pays for."""
    claimant: str | None = None
    """The person whose claim is being priced, where a figure asks for it."""
    quantity: Decimal | None = None
    """Of the claim that is being priced."""
    turn: int | None = None
    """Which paid claim of its person by its line."""
    rank: int | None = None
    """Which of all claims that its line pays."""

    def value(self, column: str) -> Any:
        """The scope's value of a column as files name it."""
        return getattr(self, "class_" if column == "class" else column)

    def wanted(self, column: str) -> tuple[str, ...] | None:
        """The values of a column that are meant; None where it is not narrowed."""
        value = self.value(column)
        return (value,) if value is not None else dict(self.among).get(column)

    def within(self, day: date) -> bool:
        """Whether a fact of this day is one that the line pays for."""
        start, end = self.between
        return (start is None or day >= start) and (end is None or day < end)

    def labels(self) -> list[tuple[str, str]]:
        """What narrows the scope, for names and titles: (column, value)."""
        named = [(column, str(self.value(column))) for column in ("cohort", "class", "phase", "component", "payer") if self.value(column)]
        if self.period is not None:
            named.append(("period", "_".join(day.isoformat() for day in self.period if day is not None)))
        return named


def chosen_by(selector: Selector | None, values: Mapping[str, str | None], day: date | None) -> bool:
    """Whether facts with these column values, of this day, are meant by a selector."""
    return selector is None or (
        all(values.get(column) in allowed for column, allowed in selector.chosen().items()) and selector.on_a_day_meant(day)
    )


def group_id(line: str, scope: Scope) -> str:
    """The lasting name of what payers share: line and what narrows it."""
    return ".".join([line, *(f"{column}={value}" for column, value in scope.labels())])


def payment_id(line: str, scope: Scope, payer: str) -> str:
    """The lasting name of a payment: line, what narrows it, payer."""
    return f"{group_id(line, scope)}.{payer}"
