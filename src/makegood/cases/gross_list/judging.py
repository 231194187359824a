"""Each row of a list: accepted, corrected or refused, with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from makegood.cases.gross_list.fields import FIELDS, is_unknown, read_cell
from makegood.cases.gross_list.file import ListFile
from makegood.values.problem import Problem, Refused, Where, nearest

Verdict = Literal["accepted", "corrected", "refused"]


@dataclass(frozen=True)
class Remark:
    """What was corrected in a field, or why the row is refused. `code` is stable, `words` are for people; no value is repeated."""

    field: str
    code: str
    words: str


@dataclass(frozen=True)
class JudgedRow:
    """A row as it would come into the register: `values` by field (absent: not known), and what is to be said of it."""

    line: int
    verdict: Verdict
    values: Mapping[str, str]
    remarks: tuple[Remark, ...] = ()


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
    for name, wanted in FIELDS.items():
        if wanted.required and name not in mapping:
            what = f"no column is named for {name.replace('_', ' ')}"
            problems.append(
                Problem(Where(file.name, path=name), "not_mapped", what, "Nobody can be told apart without it", "choose its column")
            )
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


def judge(file: ListFile, mapping: Mapping[str, str], *, on: date) -> Iterator[JudgedRow]:
    """Each row in order. `mapping`: field -> heading; `on`: the day of the list.

    A required value that is missing or cannot be read refuses the row, and so does whoever stands on the list a second
    time. Another value that cannot be read is left out, and said: an unknown release date is no reason to lose a person.
    """
    places = {field: file.header.index(heading) for field, heading in mapping.items()}
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in file.rows:
        values: dict[str, str] = {}
        corrected: list[Remark] = []
        refused: list[Remark] = []
        for name, place in places.items():
            field, cell = FIELDS[name], cells[place]
            if is_unknown(cell):
                if field.required:
                    refused.append(Remark(name, "missing", "nothing stands here"))
                continue
            try:
                values[name], change = read_cell(name, cell, on, counts_from_1904=file.counts_from_1904)
            except ValueError as error:
                remark = Remark(name, "unreadable", str(error))
                (refused if field.required or cell[0] in "=+@" else corrected).append(remark)
                continue
            if change:
                corrected.append(Remark(name, change, CORRECTIONS[change]))
        refused += _against_each_other(values)
        key = _key(values)
        if not refused and key in seen:
            refused.append(Remark("", "twice", f"the same person stands on line {seen[key]}"))
        seen.setdefault(key, line)
        verdict: Verdict = "refused" if refused else "corrected" if corrected else "accepted"
        yield JudgedRow(line, verdict, values, (*refused, *corrected))


CORRECTIONS = {
    "capitals": "written in capitals; now as a name",
    "spaces": "spaces were too many",
    "date": "turned into year-month-day",
    "serial": "a number as Excel counts days; now as year-month-day",
    "number": "written as nine digits",
}
"""What was corrected, in words."""


def _against_each_other(values: Mapping[str, str]) -> Iterator[Remark]:
    since, release, birth = (values.get(name, "") for name in ("detained_since", "release_on", "birth_date"))
    if since and release and release <= since:
        yield Remark("release_on", "reversed", "the release lies before the detention began")
    if birth and since and since <= birth:
        yield Remark("detained_since", "reversed", "the detention began before birth")


def _key(values: Mapping[str, str]) -> tuple[str, ...]:
    """By which a person is told apart within one list: the prison's own number where there is one, else name and birth date."""
    if values.get("number"):
        return ("number", values["number"].casefold())
    return ("name", values.get("family_name", "").casefold(), values.get("given_name", "").casefold(), values.get("birth_date", ""))
