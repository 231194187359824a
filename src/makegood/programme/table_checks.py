"""Gaps, overlaps and amounts that cannot be: tables that join, choices that do not overlap, prices and caps that make sense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from makegood.programme.constants import constant
from makegood.programme.figure import Choice, Figure, Row, Selector
from makegood.programme.reading import Terms
from makegood.programme.yaml_text import Place
from makegood.values.problem import Problem


def tables(terms: Terms) -> Iterator[Problem]:
    """Steps and slices join without gap or overlap; points ascend; rows of `by` do not overlap."""
    for place, term in terms.of_money:
        if not isinstance(term, Figure):
            continue
        rows = term.rows or []
        if term.points is not None:
            ats = [constant(row.at, terms.programme) for row in rows]
            if len(rows) < 2:
                yield Problem(terms.where((*place, "rows")), "one_point", "one point makes no line", "", "give at least two points")
            for index in range(1, len(rows)):
                before, after = ats[index - 1], ats[index]
                if before is not None and after is not None and before >= after:
                    yield Problem(
                        terms.where((*place, "rows", index)),
                        "not_ascending",
                        f"the point at {after} does not lie above {before}",
                        "A value must have one price",
                        "order the points upwards, each once",
                    )
        elif rows:
            yield from _joins(terms, place, rows)
        if term.by:
            yield from _overlapping_choices(terms, place, term.by)


def _joins(terms: Terms, place: Place, rows: list[Row]) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        low, high = constant(row.from_ or row.above, terms.programme), constant(row.below or row.up_to, terms.programme)
        where = terms.where((*place, "rows", index))
        if low is not None and high is not None and (low > high or (low == high and not (row.from_ and row.up_to))):
            yield Problem(
                where, "empty_step", f"nothing lies between {low} and {high}", "This row can never apply", "swap or correct the edges"
            )
        if index == 0:
            continue
        previous = rows[index - 1]
        end, start = previous.below or previous.up_to, row.from_ or row.above
        if end is None and start is None and previous.until_paid is None:
            yield Problem(
                where,
                "edge_missing",
                "neither this row nor the one before says where they meet",
                "A value must have one price",
                "add `from` or `above` here",
            )
        elif (
            end is None
            and constant(previous.from_ or previous.above, terms.programme) is not None
            and constant(start, terms.programme) is not None
        ):
            if constant(previous.from_ or previous.above, terms.programme) >= constant(start, terms.programme):  # type: ignore[operator]
                yield Problem(
                    where,
                    "steps_overlap",
                    "this row does not start above the one before",
                    "A value must have one price",
                    "order the rows upwards",
                )
        elif end is not None and start is not None:
            yield from _meet(terms, where, previous, row)


def _meet(terms: Terms, where: Any, previous: Row, row: Row) -> Iterator[Problem]:
    end, start = constant(previous.below or previous.up_to, terms.programme), constant(row.from_ or row.above, terms.programme)
    if end is None or start is None:
        return
    both_closed = previous.up_to is not None and row.from_ is not None
    both_open = previous.below is not None and row.above is not None
    if start < end or (start == end and both_closed):
        yield Problem(
            where,
            "steps_overlap",
            f"this row starts at {start}, the one before ends at {end}{' and both include it' if start == end else ''}",
            "A value must have one price",
            "let the rows meet: one includes the edge, the other does not",
        )
    elif start > end or both_open:
        yield Problem(
            where,
            "steps_gap",
            f"nothing is said of values {f'from {end} to {start}' if start != end else f'of exactly {end}'}",
            "An outcome in the gap would have no price",
            "let the rows meet: `below: x` and `from: x`, or `up_to: x` and `above: x`",
        )


def _overlapping_choices(terms: Terms, place: Place, choices: list[Choice]) -> Iterator[Problem]:
    for index, one in enumerate(choices):
        for other in choices[:index]:
            if one.when or other.when or one.otherwise or other.otherwise:
                continue
            first, second = one.chosen(), other.chosen()
            apart = any(not set(first[column]) & set(second[column]) for column in first.keys() & second.keys())
            early = one.until is not None and other.from_ is not None and one.until <= other.from_
            late = other.until is not None and one.from_ is not None and other.until <= one.from_
            if not (apart or early or late):
                yield Problem(
                    terms.where((*place, "by", index)),
                    "choices_overlap",
                    "this row and an earlier one can both apply to one fact",
                    "A fact must have one value",
                    "let the rows differ in class, payer, phase, cohort or dates, or add `when`",
                )


def amounts(terms: Terms) -> Iterator[Problem]:
    """Currencies agree; prices, commitments and caps are not negative; a cap is not below its floor."""
    programme = terms.programme
    for place, term in terms.of_money:
        if isinstance(term, Figure):
            if term.currency is not None and term.currency != programme.currency:
                yield Problem(
                    terms.where(place),
                    "currency_mismatch",
                    f"{term.currency} stands here, the programme settles in {programme.currency}",
                    "No rate of exchange is agreed",
                    f"convert the amount to {programme.currency}",
                )
            low, high = constant(term.at_least, terms.programme), constant(term.at_most, terms.programme)
            if low is not None and high is not None and high < low:
                yield Problem(
                    terms.where((*place, "at_most")),
                    "cap_below_floor",
                    f"at most {high} and at least {low} cannot both hold",
                    "The figure would have no value",
                    "correct one of the two",
                )
            value = constant(term, programme)
            if place[-1:] in (("committed",), ("at_most",), ("amount",), ("maximum",)) and value is not None and value < 0:
                yield _negative(terms, place, f"{place[-1]} is negative: {value}")
    for name, pricing in programme.outcome_pricings.items():
        for inner, figure in priced_by(pricing.price):
            value = constant(figure, programme)
            if value is not None and value < 0:
                yield _negative(terms, ("outcome_pricings", name, "price", *inner), f"the price is negative: {value}")


def priced_by(price: Figure) -> Iterator[tuple[Place, Figure]]:
    """The figures that a price may turn out to be: itself, what its rows are, what its choices are; not what it asks."""
    yield (), price
    for index, row in enumerate(price.rows or []):
        for name, part in (("is", row.is_), ("each", row.each)):
            if part is not None:
                yield from (((*("rows", index, name), *place), figure) for place, figure in priced_by(part))
    for index, choice in enumerate(price.by or []):
        yield from ((("by", index, "is", *place), figure) for place, figure in priced_by(choice.is_))


def _negative(terms: Terms, place: Place, what: str) -> Problem:
    remedy = "write the amount without a sign; a deduction is a line of its own that says so"
    return Problem(terms.where(place), "negative_amount", what, "An outcome would cost the provider money", remedy)


def facts_named(terms: Terms) -> Iterator[Problem]:
    """A class, phase or cohort that prices depend on has a price everywhere."""
    programme = terms.programme
    declared = {
        "class": set(programme.classes),
        "phase": set(programme.phases),
        "cohort": set(programme.cohorts),
        "payer": set(programme.outcome_payment_commitments),
    }
    for place, term in terms.of_money:
        if not isinstance(term, Figure) or not term.by or any(choice.otherwise for choice in term.by):
            continue
        columns = [set(choice.chosen()) for choice in term.by]
        if not all(len(column) == 1 and column == columns[0] for column in columns) or any(choice.when for choice in term.by):
            continue
        column = next(iter(columns[0]))
        covered = {value for choice in term.by for value in choice.chosen()[column]}
        missing = declared.get(column, set()) - covered
        selected = _only(programme, place, column)
        missing = missing & selected if selected else missing
        if missing:
            yield Problem(
                terms.where((*place, "by")),
                "choice_missing",
                f"nothing is said of {column} {', '.join(sorted(missing))}",
                "A fact of that kind would have no value",
                "add a row, or `otherwise: yes`",
                severity="warning",
            )


def _only(programme: Any, place: Place, column: str) -> set[str]:
    if place[:1] != ("outcome_pricings",):
        return set()
    only: Selector | None = programme.outcome_pricings[place[1]].only
    return set(only.chosen().get(column, ())) if only else set()
