"""Each row of a list: accepted, corrected or refused, with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from makegood.cases.gross_list.fields import FIELDS, IN_PARTS, UnreadableError, is_unknown, may_be_bsn, read_cell, required_with
from makegood.cases.gross_list.file import ListFile
from makegood.cases.gross_list.whole_name import read_whole_name
from makegood.values.problem import Problem, Refused, Where, nearest

Verdict = Literal["accepted", "corrected", "refused"]


@dataclass(frozen=True)
class Remark:
    """What was corrected in a field, or why the row is refused. `code` is stable, `words` are for people; they repeat no value.

    `line` is the other line where that speaks of the same person. `found` is what stands in the cell and `there` what
    stands on the other line: both are of a person and kept as such; of what is sensitive they say nothing.
    """

    field: str
    code: str
    words: str
    line: int = 0
    found: str = ""
    there: str = ""


@dataclass(frozen=True)
class JudgedRow:
    """A row as it would come into the register: `values` by field (absent: not known), and what is to be said of it."""

    line: int
    verdict: Verdict
    values: Mapping[str, str]
    remarks: tuple[Remark, ...] = ()


Person = Callable[[Mapping[str, str]], str]
"""The values of a row -> a word that is the same for the same name and birth date."""


def _by_name(values: Mapping[str, str]) -> str:
    return " ".join(values[name].casefold() for name in ("family_name", "given_name", "birth_date"))


def check_mapping(file: ListFile, mapping: Mapping[str, str], *, may_hold_bsn: bool) -> None:
    """Raises Refused with everything that is wrong with a mapping (field -> heading)."""
    problems = []
    for field, heading in mapping.items():
        where = Where(file.name, path=field)
        if field not in FIELDS:
            problems.append(Problem(where, "unknown_field", f"'{field}' is nothing that a list can say", "", nearest(field, FIELDS)))
        if heading not in file.header:
            remedy = nearest(heading, [word for word in file.header if word])
            problems.append(Problem(where, "missing_column", f"the list has no column '{heading}'", "", remedy))
    for name in required_with(mapping):
        if name not in mapping:
            what = f"no column is named for {name.replace('_', ' ')}"
            problems.append(
                Problem(Where(file.name, path=name), "not_mapped", what, "Nobody can be told apart without it", "choose its column")
            )
    if "whole_name" in mapping and set(mapping) & set(IN_PARTS):
        what, remedy = "the whole name and a part of it are both named", "name the whole name, or its parts"
        problems.append(Problem(Where(file.name, path="whole_name"), "name_twice", what, "They could contradict each other", remedy))
    if "bsn" in mapping and not may_hold_bsn:
        why = "A citizen service number may only be kept where a law gives the task"
        remedy = "leave the column out; a pseudonym is made for each person"
        problems.append(Problem(Where(file.name, path="bsn"), "no_bsn_here", "this organisation may not hold BSNs", why, remedy))
    twice = sorted({heading for heading in mapping.values() if list(mapping.values()).count(heading) > 1})
    problems += [
        Problem(Where(file.name, path=heading), "mapped_twice", f"the column '{heading}' is named twice", "", "name it once")
        for heading in twice
    ]
    if problems:
        raise Refused(problems)


def judge(file: ListFile, mapping: Mapping[str, str], *, on: date, person: Person = _by_name) -> Iterator[JudgedRow]:
    """Each row in order. `mapping`: field -> heading; `on`: the day of the list; `person`: how names and birth dates are compared.

    A required value that is missing or cannot be read refuses the row, and so does whoever stands on the list a second
    time. Another value that cannot be read is left out, and said: an unknown release date is no reason to lose a person.
    """
    places = {field: file.header.index(heading) for field, heading in mapping.items()}
    return iter(_once_each([_judged(file, line, cells, places, on) for line, cells in file.rows], person))


def _judged(file: ListFile, line: int, cells: Sequence[str], places: Mapping[str, int], on: date) -> JudgedRow:
    """A row by itself."""
    values: dict[str, str] = {}
    corrected: list[Remark] = []
    refused: list[Remark] = []
    for name, place in places.items():
        field, cell = FIELDS[name], cells[place]
        found = "" if field.sensitive or may_be_bsn(cell) else cell
        if is_unknown(cell):
            if field.required:
                refused.append(Remark(name, "missing", "nothing stands here", found=found))
            elif cell:
                corrected.append(Remark(name, "unknown", "it is not known; left out", found=found))
            continue
        try:
            read, changes = _read(name, cell, file, on)
        except UnreadableError as error:
            remark = Remark(name, error.code, str(error), found=found)
            (refused if field.required or cell[0] in "=+@" else corrected).append(remark)
            continue
        values.update(read)
        corrected += [Remark(part, change, CORRECTIONS[change], found=found) for part, change in changes]
    refused += _against_each_other(values)
    return JudgedRow(line, "refused" if refused else "corrected" if corrected else "accepted", values, (*refused, *corrected))


def _read(name: str, cell: str, file: ListFile, on: date) -> tuple[Mapping[str, str], Sequence[tuple[str, str]]]:
    """Field -> value of a cell, and (field, what was corrected). One cell says several things where it holds a whole name."""
    if name == "whole_name":
        return read_whole_name(cell, on)
    value, change = read_cell(name, cell, on, counts_from_1904=file.counts_from_1904)
    return {name: value}, [(name, change)] if change else []


def _once_each(rows: list[JudgedRow], person: Person) -> list[JudgedRow]:
    """The same rows; who stands on several of them comes in by the first, with what they agree on.

    They are told apart by the prison's own number where there is one, and by name and birth date. A row that is refused
    by itself keeps nobody out: the other row of that person is the one that counts.
    """
    first_with: dict[tuple[str, str], int] = {}
    others: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        if row.verdict == "refused":
            continue
        keys = [(name, value) for name, value in (("number", row.values.get("number", "").casefold()), ("", person(row.values))) if value]
        first = next((first_with[key] for key in keys if key in first_with), place)
        for key in keys:
            first_with.setdefault(key, first)
        if first != place:
            others.setdefault(first, []).append(place)
    for first, again in others.items():
        _agreed(rows, first, again, person)
    return rows


def _agreed(rows: list[JudgedRow], first: int, again: Sequence[int], person: Person) -> None:
    """Put right what several rows of one person say. No row wins from another in silence.

    Where one number stands beside two names or birth dates nobody knows who is meant: none comes in. Another value that
    differs is left out. What stands on one of the rows only is taken from there.
    """
    one = rows[first]
    said = dict.fromkeys(one.values, one)
    remarks: dict[str, Remark] = {}
    clash = False
    for place in again:
        other = rows[place]
        same = person(other.values) == person(one.values)
        clash = clash or not same
        mine = [Remark("", "twice", f"the same person stands on line {one.line}", line=one.line)]
        for name, value in other.values.items():
            before = said.setdefault(name, other)
            if before is other:
                remarks[name] = Remark(name, "from_line", f"taken from line {other.line}", line=other.line)
            elif value.casefold() != before.values[name].casefold() and not (same and FIELDS[name].required):
                mine.append(_differs(name, other, before))
                remarks[name] = _differs(name, before, other)
        rows[place] = replace(other, verdict="refused", remarks=(*mine, *other.remarks))
    kept = tuple(remark for remark in one.remarks if remark.field not in remarks)
    if clash:
        rows[first] = replace(one, verdict="refused", remarks=(*remarks.values(), *kept))
        for place in again:  # no row may say that there is a line that counts
            if not any(remark.code == "who" for remark in rows[place].remarks):
                rows[place] = replace(rows[place], remarks=tuple(_of_none(remark) for remark in rows[place].remarks))
    elif remarks:
        values = {name: row.values[name] for name, row in said.items() if name not in remarks or remarks[name].code == "from_line"}
        rows[first] = replace(one, verdict="corrected", values=values, remarks=(*remarks.values(), *kept))


def _of_none(remark: Remark) -> Remark:
    return replace(remark, code="none_counts", words=f"{remark.words}, and nobody knows who is meant") if remark.code == "twice" else remark


def _differs(name: str, row: JudgedRow, other: JudgedRow) -> Remark:
    field = FIELDS[name]
    code = "who" if field.required else "differs"
    words = f"line {other.line} says otherwise of the same person"
    found, there = ("", "") if field.sensitive else (row.values[name], other.values[name])
    return Remark(name, code, words, line=other.line, found=found, there=there)


CORRECTIONS = {
    "capitals": "written in capitals; now as a name",
    "spaces": "spaces were too many",
    "invisible": "signs that nobody sees were taken out",
    "date": "turned into year-month-day",
    "serial": "a number as Excel counts days; now as year-month-day",
    "number": "written as nine digits",
    "initials": "initials alone; kept as they are",
    "last_word": "the last word was read as the family name",
    "other_sex": "read as another sex than man or woman",
}
"""What was corrected, in words."""


def _against_each_other(values: Mapping[str, str]) -> Iterator[Remark]:
    since, release, birth = (values.get(name, "") for name in ("detained_since", "release_on", "birth_date"))
    if since and release and release <= since:
        yield Remark("release_on", "reversed", "the release lies before the detention began")
    if birth and since and since <= birth:
        yield Remark("detained_since", "reversed", "the detention began before birth")
