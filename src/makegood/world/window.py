"""A person's observation window as numbered months, and how planned months become dated stretches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from makegood.values.month import add_months, months_between


@dataclass(frozen=True)
class Window:
    """`months` months from the index date; month k runs from `start(k)` up to `start(k + 1)`."""

    index: date
    months: int

    def start(self, month: int) -> date:
        """First day of a month; `start(months)` is the first day after the window."""
        return add_months(self.index, month)

    def month_of(self, day: date) -> int:
        """The month in which a day lies; negative before the index date."""
        month = months_between(self.index, day)
        return month - 1 if day < self.start(month) else month

    @property
    def end(self) -> date:
        """First day after the window."""
        return self.start(self.months)


def runs(months: Iterable[int]) -> list[tuple[int, int]]:
    """Consecutive months joined: first month and the month after the last."""
    joined: list[tuple[int, int]] = []
    for month in sorted(set(months)):
        if joined and joined[-1][1] == month:
            joined[-1] = (joined[-1][0], month + 1)
        else:
            joined.append((month, month + 1))
    return joined
