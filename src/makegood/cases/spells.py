"""Spells: dated periods of work, benefit, detention, housing or education, as sources recorded them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from makegood.cases import typed
from makegood.cases.column_file import NO_COLUMNS, Columns, FileTable, LazyColumns
from makegood.cases.compiled import run
from makegood.cases.doubles import doubles_of
from makegood.cases.identity import codes_of
from makegood.cases.overlapping import overlaps
from makegood.cases.people import People, not_empty
from makegood.cases.quality import Column, Finding, Quality, findings
from makegood.values.problem import Problem, Refused

COLUMNS = Columns(
    ("person", "spell", "kind", "start", "end"),
    ("hours_per_week", "contract", "source", "certainty", "evidence"),
    coded=("kind", "hours_per_week", "contract", "source", "certainty"),
    later=("contract", "source", "certainty", "evidence"),
    dates=("start", "end"),
)
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
    order: npt.NDArray[np.int64] | None
    """The row of the file (from 0) in which each spell stands; None: in the order of the file."""
    words: LazyColumns
    """Columns of the file as they stand there (spell, contract, source, certainty, evidence), by file row."""
    has_hours: bool
    is_text: bool

    def __len__(self) -> int:
        return len(self.start)

    def rows_of(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The rows of the file in which the spells at these places stand."""
        return places if self.order is None else self.order[places]


def no_spells(people: People) -> Spells:
    """No spells at all: the file was not given."""
    none = np.zeros(0, np.int32)
    first = np.zeros(len(people) + 1, np.int64)
    return Spells("", none, first, none.astype(np.int8), none, none, none, None, NO_COLUMNS, True, True)


def read_spells(table: FileTable, people: People) -> tuple[Spells, Quality]:
    """Spells from CSV or Parquet, those of `people`. Raises Refused for a file that cannot be understood."""
    problems: list[Problem] = []
    typed.identifiers(table, "spell", problems)
    person = codes_of(typed.identifiers(table, "person", problems), among=people.person)
    kind_words = typed.words(table, "kind", problems)
    kind, known = typed.code_of_words(kind_words, KINDS)
    if not known:
        strange = not_empty(kind_words, np.flatnonzero(kind < 0))
        problems += table.refuse(
            strange, "kind", "unknown_kind", "'{value}' is not a kind of spell", "", f"write one of {', '.join(KINDS)}"
        )
    start = typed.days(table, "start", problems)
    end = typed.days(table, "end", problems, empty=typed.RUNNING)
    for column in ("contract", "source", "certainty", "evidence"):
        if table.has(column):
            typed.check_words(table, column, problems)
    hours, listed = _hours(table, kind, problems)
    if problems:
        raise Refused(problems)
    rows, more = _usable(table, person, start, end)
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
        order=taken,
        words=table.columns.only("spell", "contract", "source", "certainty", "evidence"),
        has_hours=table.has("hours_per_week"),
        is_text=table.is_text,
    )
    return spells, Quality(tuple(listed + more)) + _overlaps(table, spells)


def by_person(person: npt.NDArray[np.int32], people: int) -> tuple[npt.NDArray[np.int64] | None, npt.NDArray[np.int64]]:
    """The order that brings rows to the order of people (None: they stand so), and where each person's rows begin."""
    first, falls = np.zeros(people + 1, np.int64), np.zeros(1, np.int64)
    run(mark_first, size=len(person), rows=len(person), given=(person,), written=(first,), added=(falls,))
    if not falls[0]:
        return None, first
    first[0] = 0
    np.cumsum(np.bincount(person, minlength=people), out=first[1:])
    order = np.empty(len(person), np.int64)
    run(put_in_order, size=len(person), rows=len(person), given=(person,), written=(order, first[:-1].copy()), shared=True)
    return order, first


def mark_first(a: int, b: int, person: Any, first: Any, falls: Any) -> None:
    """Where each person's rows begin as far as rows a..b tell, and after the last row for whoever comes later; `falls`
    counts the rows that stand after one of a later person: with any, what is written is worth nothing.
    """
    for row in range(a, b):
        before = person[row - 1] if row > 0 else -1
        falls[0] += person[row] < before
        for who in range(before + 1, person[row] + 1):
            first[who] = row
    if b == len(person) and b > a:
        for who in range(person[b - 1] + 1, len(first)):
            first[who] = b


def put_in_order(a: int, b: int, person: Any, order: Any, place: Any) -> None:
    """Each row to the next place of its person; `place` begins where each person's rows do."""
    for row in range(a, b):
        who = person[row]
        order[place[who]] = row
        place[who] += 1


def _hours(table: FileTable, kind: Any, problems: list[Problem]) -> tuple[npt.NDArray[np.int32], list[Finding]]:
    if not table.has("hours_per_week"):
        return np.full(table.rows, UNKNOWN_HOURS, np.int32), []
    missing, size = -(2**62), table.rows
    hours, fault, counts = np.empty(size, np.int32), np.empty(size, np.uint8), np.zeros(len(HOUR_FAULTS) + 2, np.int64)
    values = table.columns["hours_per_week"]
    if pa.types.is_float64(values.type):
        floats = (typed.buffer_of(values, np.float64), typed.presence_of(values), values.offset, 10.0**typed.HOUR_DIGITS, float(MOST_HOURS))
        given = (*floats, kind, FULL_WEEK)
        run(judge_float_hours, size=size, rows=size, given=given, written=(hours, fault), added=(counts,))
        if not counts[-1]:
            return hours, _listed(table, HOUR_FAULTS, fault, counts)
        counts[:] = 0
    whole, rounded = typed.scaled(table, "hours_per_week", problems, digits=typed.HOUR_DIGITS, most=MOST_HOURS, empty=missing)
    run(judge_hours, size=size, rows=size, given=(whole, rounded, kind, missing, FULL_WEEK), written=(hours, fault), added=(counts,))
    return hours, _listed(table, HOUR_FAULTS, fault, counts)


HOUR_FAULTS = ("hours_missing", "hours_negative", "hours_over_168", "hours_rounded")


MOST_HOURS = 10**12
"""A larger number of hours per week is a slip of the file, not of a record."""


def judge_float_hours(
    a: int,
    b: int,
    floats: Any,
    present: Any,
    offset: int,
    factor: float,
    most: float,
    kind: Any,
    full: int,
    hours: Any,
    fault: Any,
    counts: Any,
) -> None:
    """What `scale_floats` and `judge_hours` do, in one pass. The last of `counts`: how many are no number or beyond `most`."""
    odd = 0
    for row in range(a, b):
        bit = row + offset
        found, known = 0, -1
        if len(present) > 0 and not (present[bit >> 3] >> (bit & 7)) & 1:
            if kind[row] == 0:
                found = 1
        else:
            value = floats[row]
            if not -most <= value <= most:  # no number compares with nothing
                found = 5
            else:
                exact = value * factor
                near = int(exact + 0.5) if exact >= 0 else -int(0.5 - exact)
                if near < 0:
                    found = 2
                elif near > full:
                    found = 3
                else:
                    known = near
                    if abs(exact - near) > 1e-6 * max(1.0, abs(near) * 1e-6):
                        found = 4
        hours[row] = known
        fault[row] = found
        if found > 0:
            odd += 1
            counts[found] += 1
    counts[0] += b - a - odd


def judge_hours(a: int, b: int, whole: Any, rounded: Any, kind: Any, missing: int, full: int, hours: Any, fault: Any, counts: Any) -> None:
    """Hours of rows a..b, -1 where they are not known, the number of what is odd about them in HOUR_FAULTS, how many of each."""
    for row in range(a, b):
        value = whole[row]
        fault[row] = 0
        hours[row] = -1
        if value == missing:
            if kind[row] == 0:
                fault[row] = 1
        elif value < 0:
            fault[row] = 2
        elif value > full:
            fault[row] = 3
        else:
            hours[row] = value
            if rounded[row]:
                fault[row] = 4
        counts[fault[row]] += 1


def _usable(table: FileTable, person: Any, start: Any, end: Any) -> tuple[npt.NDArray[np.int64] | None, list[Finding]]:
    """Which rows can be used (None: all), and what is wrong with the others; a row with several faults is listed under the first."""
    fault, counts = np.zeros(table.rows, np.uint8), np.zeros(len(SPELL_FAULTS) + 1, np.int64)
    doubles = doubles_of(table, "spell")
    if doubles is not None:
        fault[doubles[0]], fault[doubles[1]] = 1, 2
    given = (person, start, end, LONG, typed.RUNNING)
    run(judge_spells, size=table.rows, rows=table.rows, given=given, written=(fault,), added=(counts,))
    long = SPELL_FAULTS.index("spell_over_50_years") + 1
    rows = None if counts[0] + counts[long] == table.rows else np.flatnonzero((fault == 0) | (fault == long))
    return rows, _listed(table, SPELL_FAULTS, fault, counts)


SPELL_FAULTS = ("spell_twice", "spell_contradicts", "spell_unknown_person", "spell_zero_length", "spell_reversed", "spell_over_50_years")


def judge_spells(a: int, b: int, person: Any, start: Any, end: Any, long: int, running: int, fault: Any, counts: Any) -> None:
    """What is odd about rows a..b, by its number in SPELL_FAULTS, where nothing is yet; how many bear each number."""
    odd = 0
    for row in range(a, b):
        if fault[row] != 0:
            pass
        elif person[row] < 0:
            fault[row] = 3
        elif end[row] == start[row]:
            fault[row] = 4
        elif end[row] < start[row]:
            fault[row] = 5
        elif end[row] != running and end[row] - start[row] > long:
            fault[row] = 6
        if fault[row] > 0:
            odd += 1
            counts[fault[row]] += 1
    counts[0] += b - a - odd


def _listed(table: FileTable, codes: Sequence[str], faults: Any, counts: Any) -> list[Finding]:
    records, persons = Column(table.columns["spell"]), Column(table.columns["person"])
    return findings(codes, faults, counts=counts, file=table.file, is_text=table.is_text, records=records, persons=persons)


def _overlaps(table: FileTable, spells: Spells) -> Quality:
    marks, many = overlaps(spells.first, spells.person, spells.kind, spells.start, spells.end)
    row, counts = spells.order, np.array([len(spells) - many, many])
    records, persons = Column(table.columns["spell"], row), Column(table.columns["person"], row)
    found = findings(
        ("spell_overlaps",), marks, counts=counts, file=table.file, is_text=table.is_text, row=row, records=records, persons=persons
    )
    return Quality(tuple(found))
