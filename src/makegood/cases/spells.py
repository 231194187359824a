"""Spells: dated periods of work, benefit, detention, housing or education, as sources recorded them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from makegood.cases import typed
from makegood.cases.column_file import Columns, FileTable, read_columns
from makegood.cases.compiled import fitting, in_parts
from makegood.cases.doubles import doubles_of
from makegood.cases.identity import codes_of
from makegood.cases.overlapping import mark_overlaps
from makegood.cases.people import People
from makegood.cases.quality import Finding, Quality, finding
from makegood.values.problem import Problem, Refused

COLUMNS = Columns(("spell", "person", "kind", "start", "end"), ("hours_per_week", "contract", "source", "certainty", "evidence"))
KINDS = ("employment", "benefit", "detention", "housing", "education")
UNKNOWN_HOURS = -1
FULL_WEEK = 168 * 10**typed.HOUR_DIGITS
LONG = 18_262
"""Days in 50 years."""


@dataclass(frozen=True)
class Spells:
    """Usable spells in the order of people: columns of length m; spells of person p stand at first[p] up to first[p+1].

    Days since 1970, `end` exclusive (typed.RUNNING: still runs); hours per week in ten-thousandths, UNKNOWN_HOURS
    where they are not known.
    """

    file: str
    person: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int8]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    hours: npt.NDArray[np.int32]
    row: npt.NDArray[np.int64]
    words: Mapping[str, pa.Array]
    """Columns of the file as they stand there (spell, contract, source, certainty, evidence), by file row."""
    has_hours: bool
    is_text: bool

    def __len__(self) -> int:
        return len(self.start)


def no_spells(people: People) -> Spells:
    """No spells at all: the file was not given."""
    none = np.zeros(0, np.int32)
    first = np.zeros(len(people) + 1, np.int64)
    return Spells("", none, first, none.astype(np.int8), none, none, none, none.astype(np.int64), {}, True, True)


def read_spells(path: Path, people: People) -> tuple[Spells, Quality]:
    """Spells from CSV or Parquet, those of `people`. Raises Refused for a file that cannot be understood."""
    table = read_columns(path, COLUMNS)
    problems: list[Problem] = []
    typed.words(table, "spell", problems)
    person = codes_of(typed.words(table, "person", problems), among=people.person)
    kind_words = typed.words(table, "kind", problems)
    kind = typed.code_of_words(kind_words, KINDS)
    if (kind < 0).any():
        strange = np.flatnonzero((kind < 0) & np.asarray(pc.binary_length(kind_words).to_numpy(zero_copy_only=False) > 0))
        problems += table.refuse(
            strange, "kind", "unknown_kind", "'{value}' is not a kind of spell", "", f"write one of {', '.join(KINDS)}"
        )
    start = typed.days(table, "start", problems)
    end = typed.days(table, "end", problems, empty=typed.RUNNING)
    for column in ("contract", "source", "certainty", "evidence"):
        if table.has(column):
            typed.words(table, column, problems, needed=False)
    hours, listed = _hours(table, kind, problems)
    if problems:
        raise Refused(problems)
    usable, more = _usable(table, person, start, end)
    rows = None if usable.all() else np.flatnonzero(usable)
    order, first = by_person(person if rows is None else person[rows], len(people))
    taken = rows if order is None else order if rows is None else rows[order]

    def in_order(values: Any) -> Any:
        return values if taken is None else values[taken]

    spells = Spells(
        file=table.file,
        person=in_order(person),
        first=first,
        kind=in_order(kind),
        start=in_order(start),
        end=in_order(end),
        hours=in_order(hours),
        row=np.arange(table.rows) if taken is None else taken,
        words={name: column for name, column in table.columns.items() if name in ("spell", "contract", "source", "certainty", "evidence")},
        has_hours=table.has("hours_per_week"),
        is_text=table.is_text,
    )
    return spells, Quality(tuple(listed + more)) + _overlaps(table, spells)


def by_person(person: npt.NDArray[np.int32], people: int) -> tuple[npt.NDArray[np.int64] | None, npt.NDArray[np.int64]]:
    """The order that brings rows to the order of people (None: they stand so), and where each person's rows begin."""
    first = np.zeros(people + 1, np.int64)
    np.cumsum(np.bincount(person, minlength=people), out=first[1:])
    if not len(person) or bool((person[1:] >= person[:-1]).all()):
        return None, first
    return np.argsort(person, kind="stable"), first


def _hours(table: FileTable, kind: Any, problems: list[Problem]) -> tuple[npt.NDArray[np.int32], list[Finding]]:
    if not table.has("hours_per_week"):
        return np.full(table.rows, UNKNOWN_HOURS, np.int32), []
    missing = -(2**62)
    hours, rounded = typed.scaled(table, "hours_per_week", problems, digits=typed.HOUR_DIGITS, most=10**12, empty=missing)
    absent = hours == missing
    negative, over = (hours < 0) & ~absent, hours > FULL_WEEK
    listed: list[Finding] = []
    for code, mask in (
        ("hours_missing", absent & (kind == 0)),
        ("hours_negative", negative),
        ("hours_over_168", over),
        ("hours_rounded", rounded & ~negative & ~over),
    ):
        listed += _listed(table, code, mask)
    return np.where(absent | negative | over, UNKNOWN_HOURS, hours).astype(np.int32), listed


def _usable(table: FileTable, person: Any, start: Any, end: Any) -> tuple[npt.NDArray[np.bool_], list[Finding]]:
    """Which rows can be used, and what is wrong with the others; a row with several faults is listed under the first."""
    usable = np.ones(table.rows, np.bool_)
    listed: list[Finding] = []
    doubles = doubles_of(table, "spell")
    faults = [("spell_unknown_person", person < 0), ("spell_zero_length", end == start), ("spell_reversed", end < start)]
    if doubles is not None:
        faults = [("spell_twice", doubles[0]), ("spell_contradicts", doubles[1]), *faults]
    for code, mask in faults:
        fresh = mask & usable
        if fresh.any():
            listed += _listed(table, code, fresh)
            usable &= ~mask
    listed += _listed(table, "spell_over_50_years", (end - start.astype(np.int64) > LONG) & (end != typed.RUNNING) & usable)
    return usable, listed


def _listed(table: FileTable, code: str, mask: Any) -> list[Finding]:
    records, persons = table.columns["spell"], table.columns["person"]
    return finding(code, file=table.file, is_text=table.is_text, mask=mask, records=records, persons=persons)


def _overlaps(table: FileTable, spells: Spells) -> Quality:
    marks = np.zeros(len(spells), np.bool_)
    kernel = fitting(mark_overlaps, rows=len(spells))
    in_parts(
        lambda a, b: kernel(spells.first, spells.kind, spells.start, spells.end, marks, a, b), size=len(spells.first) - 1, rows=len(spells)
    )
    if not marks.any():
        return Quality()
    mask = np.zeros(table.rows, np.bool_)
    mask[spells.row[marks]] = True
    return Quality(tuple(_listed(table, "spell_overlaps", mask)))
