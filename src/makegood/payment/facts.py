"""The facts that a settlement rests on, and which of several results speaks for a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from makegood.cases.rows import Claim, Result, Transaction
from makegood.payment.node import Node
from makegood.payment.scope import DIMENSIONS, Scope
from makegood.programme.figure import Selector
from makegood.programme.reading import Agreement, Terms
from makegood.values.problem import Problem

if TYPE_CHECKING:
    from makegood.cases.claim_columns import ClaimColumns


@dataclass
class Books:
    """What is known while one settlement is computed; filled from left to right, never changed behind a reader.

    `valid` are claims that are in order as such, `accepted` those that a line pays; `earned` what lines earned so
    far. `problems` gathers what must be reported, `memo` remembers figures that were worked out.
    """

    agreement: Agreement
    terms: Terms
    as_of: date
    results: Sequence[Result] = ()
    claims: Sequence[Claim] = ()
    columns: ClaimColumns | None = None
    """The claims of a crowd, instead of `claims`."""
    transactions: Sequence[Transaction] = ()
    valid: list[Claim] = field(default_factory=list)
    accepted: dict[str, list[Claim]] = field(default_factory=dict)
    earned: dict[str, Decimal] = field(default_factory=dict)
    problems: set[Problem] = field(default_factory=set)
    memo: dict[tuple[object, ...], Node] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    """Claim -> the claim that was made in its place."""
    signed: frozenset[str] = frozenset()
    """Metrics whose results came in as a signed comparison."""

    receipts: Sequence[tuple[date, Decimal]] = ()
    """What earlier settlements paid: (day, amount)."""
    turns: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """(line, claim) -> which paid claim of its person it is, and which of all that the line pays."""
    _under: dict[tuple[str, ...], Books] = field(default_factory=dict)

    def then(self, day: date) -> Terms:
        """The terms under which a fact of this day is read."""
        return self.agreement.read_on(min(day, self.as_of), under=self.terms) if self.terms.amendments else self.terms

    def under(self, day: date) -> Books:
        """These books with the terms under which a fact of this day is read; claims must have been decided before."""
        terms = self.then(day)
        if terms.amendments == self.terms.amendments:
            return self
        if terms.amendments not in self._under:
            self._under[terms.amendments] = replace(self, terms=terms, memo={}, _under={})
        return self._under[terms.amendments]


def results_for(books: Books, metric: str, *, scope: Scope, where: Selector | None = None, final: bool = False) -> list[Result]:
    """The results of a metric that speak for a scope.

    A column that the scope or `where` names must agree; where no row names it, rows that are not split by it speak.
    A column that nobody names: the pooled row (`cohort: all`, or an empty column) speaks where there is one, else all
    rows do, to be pooled. Of rows about the same thing the last observed one counts.
    """
    rows = [
        row for row in books.results if row.metric == metric and known_on(row, books.as_of) and (not final or row.status in (None, "final"))
    ]
    asked = where.chosen() if where else {}
    rows = [row for row in rows if where is None or where.on_a_day_meant(day_of(row))]
    if metric == scope.metric:
        rows = [row for row in rows if scope.within(day_of(row) or books.as_of)]
    for column in DIMENSIONS:
        wanted = asked.get(column) or scope.wanted(column)
        pooled = [row for row in rows if column_of(row, column) in (None, "all")]
        if wanted is None:
            rows = pooled or rows
        else:
            rows = [row for row in rows if column_of(row, column) in wanted] or (pooled if column != "cohort" else [])
    if scope.period is not None:
        rows = [row for row in rows if (row.period_start, row.period_end) == scope.period]
    return _latest_of_each(rows)


def known_on(row: Result, as_of: date) -> bool:
    """Whether a result was known on a day: observed until then, or about a period that was over."""
    until = row.observed_until or day_of(row)
    return until is None or until <= as_of


def day_of(row: Result) -> date | None:
    """The day by which dated terms read a result: the last day of its period, which is half-open; else of its observation."""
    return row.period_end - timedelta(days=1) if row.period_end is not None else row.observed_until


def column_of(row: Result | Claim, column: str) -> str | None:
    """A row's value under the column's name in the file; None where that file has no such column."""
    value: str | None = getattr(row, "class_" if column == "class" else column, None)
    return value


def identity_of(row: Result) -> tuple[object, ...]:
    """What a result is about: two results with one identity are versions of each other."""
    return (row.metric, *(column_of(row, column) for column in DIMENSIONS), row.period_start, row.period_end)


def _rank(row: Result) -> tuple[bool, date]:
    return row.status == "final", row.observed_until or date.min


def _latest_of_each(rows: Sequence[Result]) -> list[Result]:
    latest: dict[tuple[object, ...], Result] = {}
    for row in rows:
        other = latest.get(identity_of(row))
        if other is None or _rank(row) > _rank(other):
            latest[identity_of(row)] = row
    return sorted(latest.values(), key=lambda row: (row.period_end or date.min, row.cohort, row.result))
