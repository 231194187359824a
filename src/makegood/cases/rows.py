"""Rows as typed values: one frozen class a file, its fields are the columns, and one reader for all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from makegood.values.fingerprint import plain
from makegood.values.parsing import code, day, number, text, whole
from makegood.values.problem import Problem, Refused, Where, nearest

_NOWHERE = Where()
MAX_PROBLEMS = 50


def word_of(*words: str) -> Callable[[Any], str]:
    """A parser that takes one of these words and nothing else."""

    def parse(word: Any) -> str:
        if word not in words:
            raise ValueError(f"'{word}' is not one of its words; {nearest(str(word), words)}")
        return str(word)

    return parse


def column(parse: Callable[[Any], Any], *, required: bool = False) -> Any:
    """A field of a row class: how its text is parsed, and whether it must be there."""
    return (
        field(metadata={"parse": parse, "required": required})
        if required
        else field(default=None, metadata={"parse": parse, "required": False})
    )


@dataclass(frozen=True, kw_only=True)
class Result:
    """An outcome as measured, for a cohort (`all`: pooled over cohorts)."""

    result: str = column(text, required=True)
    """The result's own name; each row has another."""
    metric: str = column(code, required=True)
    """The metric, by its name in `outcome_metrics`."""
    cohort: str = column(code, required=True)
    """The cohort, or `all`: pooled over cohorts."""
    value: Decimal = column(number, required=True)
    """The figure for the programme's group."""
    unit: str | None = column(text)
    """The unit; when given it must be the metric's."""
    arm_basis: str | None = column(text)
    """Who is in the figure: all who were enrolled, or those who engaged."""
    accepted: Decimal | None = column(number)
    """How much of the value was accepted; the rest is refused."""
    class_: str | None = column(code)
    """The class of person."""
    payer: str | None = column(code)
    """The payer whose cases these are."""
    phase: str | None = column(code)
    """The phase of the contract."""
    component: str | None = column(code)
    """The part of a composite outcome."""
    comparison_kind: str | None = column(
        word_of("none", "fixed_rate", "historical_baseline", "modelled", "matched_group", "randomised_group")
    )
    """Where the comparison comes from; it must be what the terms agree."""
    comparison_value: Decimal | None = column(number)
    """The figure without the programme."""
    estimator: str | None = column(text)
    """How the figures were estimated, in words."""
    se: Decimal | None = column(number)
    """Standard error of the effect."""
    ci_low: Decimal | None = column(number)
    """Lower end of its 95% interval."""
    ci_high: Decimal | None = column(number)
    """Upper end of its 95% interval."""
    p: Decimal | None = column(number)
    """p-value of the effect."""
    n: int | None = column(whole)
    """Persons (or units) in the value."""
    comparison_n: int | None = column(whole)
    """Persons (or units) in the comparison."""
    unmatched_n: int | None = column(whole)
    """Participants without a match."""
    unknown_n: int | None = column(whole)
    """Persons or months that are not known."""
    period_start: date | None = column(day)
    """First day of the period measured."""
    period_end: date | None = column(day)
    """First day after it."""
    observed_until: date | None = column(day)
    """Until when facts were observed; a settlement before this day does not know the row."""
    status: str | None = column(word_of("interim", "final"))
    """interim or final; of two rows about one thing the final one counts, then the later one."""
    report_version: str | None = column(text)
    """Version of the report it comes from."""
    report_sha256: str | None = column(text)
    """SHA-256 of that report."""
    validated_by: str | None = column(code)
    """The party that validated it."""
    validated_on: date | None = column(day)
    """When."""
    where: Where = _NOWHERE


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An outcome of a person as claimed by the provider, with its evidence and state."""

    claim: str = column(text, required=True)
    """The claim's own name; each row has another."""
    metric: str = column(code, required=True)
    """The metric, by its name in `outcome_metrics`."""
    achieved_on: date = column(day, required=True)
    """The day of the outcome; claims are taken in this order."""
    person: str | None = column(text)
    """The person's pseudonym; absent: the claim is a person of its own."""
    line: str | None = column(code)
    """The line it is claimed under; absent: whichever line pays for the metric."""
    claimed_on: date | None = column(day)
    """The day on which it was claimed."""
    quantity: Decimal | None = column(number)
    """How many units; absent: 1."""
    unit: str | None = column(text)
    """The unit; when given it must be the metric's."""
    period_start: date | None = column(day)
    """First day of the period claimed for."""
    period_end: date | None = column(day)
    """First day after it."""
    cohort: str | None = column(code)
    """The cohort."""
    class_: str | None = column(code)
    """The class of person."""
    payer: str | None = column(code)
    """The payer whose case this is."""
    phase: str | None = column(code)
    """The phase of the contract."""
    occurrence: str | None = column(text)
    """Which spell of the outcome, where it can recur: after a break the next."""
    state: str | None = column(word_of("claimed", "validated", "paid", "refused", "withdrawn", "clawed_back"))
    """Where the claim stands; absent: validated."""
    evidence_kind: str | None = column(code)
    """The kind of document."""
    evidence: str | None = column(text)
    """The document's reference."""
    signed_by: str | None = column(code)
    """The party that signed it."""
    validated_by: str | None = column(code)
    """The party that validated it."""
    validated_on: date | None = column(day)
    """When."""
    withdrawn_on: date | None = column(day)
    """The day on which its evidence was withdrawn."""
    reason: str | None = column(text)
    """Why it was refused, withdrawn or clawed back."""
    replaces: str | None = column(text)
    """The claim that it corrects."""
    where: Where = _NOWHERE


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """Money that moved, or was committed, between two parties."""

    transaction: str = column(text, required=True)
    """The transaction's own name; each row has another."""
    date: date = column(day, required=True)
    """The day on which money moved or was promised."""
    kind: str = column(word_of("commitment", "drawing", "grant", "fee", "guarantee", "outcome_payment", "repayment"), required=True)
    """What it was."""
    from_: str = column(code, required=True)
    """The party that paid or promised."""
    to: str = column(code, required=True)
    """The party that received."""
    amount: Decimal = column(number, required=True)
    """How much; never negative."""
    currency: str = column(text, required=True)
    """The programme's currency."""
    tranche: str | None = column(code)
    """The tranche or investment it belongs to, where an investor has several."""
    where: Where = _NOWHERE


Row = TypeVar("Row", Result, Claim, Transaction)


def columns_of(kind: type[Row]) -> tuple[list[str], list[str]]:
    """The required and the optional columns of a row class, as the file writes them."""
    fields = [item for item in dataclasses.fields(kind) if item.name != "where"]
    return [_file_name(item) for item in fields if item.metadata["required"]], [
        _file_name(item) for item in fields if not item.metadata["required"]
    ]


def rows_from(kind: type[Row], records: Iterable[tuple[Where, Mapping[str, str]]]) -> list[Row]:
    """Type records of text; empty values are absent. Each row's first column must differ from every other row's."""
    parsers = {_file_name(item): (item.name, item.metadata["parse"]) for item in dataclasses.fields(kind) if item.name != "where"}
    required, _ = columns_of(kind)
    identity = required[0]
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, Where] = {}
    for where, record in records:
        values: dict[str, Any] = {"where": where}
        for name, written in record.items():
            if name not in parsers:
                problems.append(Problem(_at(where, name), "unknown_column", f"'{name}' is not a column here", "", nearest(name, parsers)))
                continue
            field_name, parse = parsers[name]
            try:
                values[field_name] = parse(written)
            except ValueError as error:
                what, _, remedy = str(error).partition("; ")
                problems.append(Problem(_at(where, name), "not_typed", what, "", remedy))
        absent = [name for name in required if name not in record]
        problems += [Problem(_at(where, name), "missing_value", f"'{name}' is empty", "", "fill it in") for name in absent]
        key = record.get(identity)
        if key is not None and key in seen:
            what = f"the {identity} '{key}' stands here a second time, first on line {seen[key].line}"
            problems.append(
                Problem(
                    _at(where, identity),
                    f"{identity}_twice",
                    what,
                    "One outcome would be counted twice",
                    "remove one, or give it a name of its own",
                )
            )
        elif key is not None:
            seen[key] = where
        if len(problems) >= MAX_PROBLEMS:
            break
        if not problems:
            rows.append(kind(**values))
    if problems:
        raise Refused(problems)
    return rows


def record_of(row: Row) -> dict[str, str]:
    """A row as the text of its file, without empty columns."""
    return {
        _file_name(item): str(plain(getattr(row, item.name)))
        for item in dataclasses.fields(row)
        if item.name != "where" and getattr(row, item.name) is not None
    }


def _file_name(item: dataclasses.Field[Any]) -> str:
    return item.name.rstrip("_")


def _at(where: Where, name: str) -> Where:
    return Where(where.file, where.line, name)
