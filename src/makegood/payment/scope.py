"""A scope: which facts a clause is speaking of at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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

    def value(self, column: str) -> Any:
        """The scope's value of a column as files name it."""
        return getattr(self, "class_" if column == "class" else column)

    def labels(self) -> list[tuple[str, str]]:
        """What narrows the scope, for names and titles: (column, value)."""
        named = [(column, str(self.value(column))) for column in ("cohort", "class", "phase", "component", "payer") if self.value(column)]
        if self.period is not None:
            named.append(("period", "_".join(day.isoformat() for day in self.period if day is not None)))
        return named


def chosen_by(selector: Selector | None, values: Mapping[str, str | None]) -> bool:
    """Whether facts with these column values are meant by a selector."""
    return selector is None or all(values.get(column) in allowed for column, allowed in selector.chosen().items())
