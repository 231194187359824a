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
    metric: str = column(code, required=True)
    cohort: str = column(code, required=True)
    value: Decimal = column(number, required=True)
    unit: str | None = column(text)
    arm_basis: str | None = column(text)
    accepted: Decimal | None = column(number)
    class_: str | None = column(code)
    payer: str | None = column(code)
    phase: str | None = column(code)
    component: str | None = column(code)
    comparison_kind: str | None = column(
        word_of("none", "fixed_rate", "historical_baseline", "modelled", "matched_group", "randomised_group")
    )
    comparison_value: Decimal | None = column(number)
    estimator: str | None = column(text)
    se: Decimal | None = column(number)
    ci_low: Decimal | None = column(number)
    ci_high: Decimal | None = column(number)
    p: Decimal | None = column(number)
    n: int | None = column(whole)
    comparison_n: int | None = column(whole)
    unmatched_n: int | None = column(whole)
    unknown_n: int | None = column(whole)
    period_start: date | None = column(day)
    period_end: date | None = column(day)
    observed_until: date | None = column(day)
    status: str | None = column(word_of("interim", "final"))
    report_version: str | None = column(text)
    report_sha256: str | None = column(text)
    validated_by: str | None = column(code)
    validated_on: date | None = column(day)
    where: Where = _NOWHERE


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An outcome of a person as claimed by the provider, with its evidence and state."""

    claim: str = column(text, required=True)
    metric: str = column(code, required=True)
    achieved_on: date = column(day, required=True)
    person: str | None = column(text)
    line: str | None = column(code)
    claimed_on: date | None = column(day)
    quantity: Decimal | None = column(number)
    unit: str | None = column(text)
    period_start: date | None = column(day)
    period_end: date | None = column(day)
    cohort: str | None = column(code)
    class_: str | None = column(code)
    payer: str | None = column(code)
    phase: str | None = column(code)
    occurrence: str | None = column(text)
    state: str | None = column(word_of("claimed", "validated", "paid", "refused", "withdrawn", "clawed_back"))
    evidence_kind: str | None = column(code)
    evidence: str | None = column(text)
    signed_by: str | None = column(code)
    validated_by: str | None = column(code)
    validated_on: date | None = column(day)
    withdrawn_on: date | None = column(day)
    reason: str | None = column(text)
    replaces: str | None = column(text)
    where: Where = _NOWHERE


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """Money that moved, or was committed, between two parties."""

    transaction: str = column(text, required=True)
    date: date = column(day, required=True)
    kind: str = column(word_of("commitment", "drawing", "grant", "fee", "guarantee", "outcome_payment", "repayment"), required=True)
    from_: str = column(code, required=True)
    to: str = column(code, required=True)
    amount: Decimal = column(number, required=True)
    currency: str = column(text, required=True)
    tranche: str | None = column(code)
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
