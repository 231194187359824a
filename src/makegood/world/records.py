"""The records of an invented world, as the rows of a data folder; columns are those of the fixed interface."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Spell:
    """A dated stretch of one kind; `end` is the first day after it, None where it still runs."""

    person: str
    kind: str
    start: date
    end: date | None
    hours_per_week: int | None = None
    contract: str = ""
    source: str = ""


@dataclass(frozen=True)
class Coverage:
    """When a source was watching a kind of spell for one person."""

    person: str
    kind: str
    source: str
    start: date
    end: date


@dataclass(frozen=True)
class Observation:
    """An event of one person."""

    subject: str
    metric: str
    on: date
    value: int
    unit: str
    cohort: str
    source: str


@dataclass(frozen=True)
class Transaction:
    """Money between two parties; the amount is exact text."""

    on: date
    kind: str
    giver: str
    taker: str
    amount: str
    currency: str


@dataclass(frozen=True)
class Life:
    """One person's records: in the window, and before the index date."""

    person: str
    spells: tuple[Spell, ...]
    before: tuple[Spell, ...]
    coverage: tuple[Coverage, ...]
    observations: tuple[Observation, ...]
