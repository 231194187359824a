"""Codes of municipalities from a list of the statistics office: a CSV file with code, name, year and merged_into.

A municipality is found by its code, else by its name. One that merged stays as it was, with its requests and contact
persons, and names the municipality that took its place; it is asked nothing new.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from makegood.values.problem import Problem, Refused, Where, nearest
from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.csv_cells import cells_of
from makegood_portal.actions.refusal import Refusal, Stale
from makegood_portal.ledger.models import MunicipalityDetails, Organisation
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Kind, Role

CODE_KEEPERS = (Role.HEAD_OFFICE, Role.LEAD)
"""The directory is everybody's; its codes are kept by those who answer for a whole programme."""
COLUMNS = ("code", "name", "year", "merged_into")
MOST_BYTES = 500_000
MOST_ROWS = 2_000
FIRST_YEAR, LAST_YEAR = 1830, 2100


class CodesRefused(Refusal):
    """The list cannot be used; `problems` says why, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("codes_refused", _("This list cannot be used. What was found stands below."), field="file")
        self.problems = problems


@dataclass(frozen=True)
class CodeLine:
    """A line of the list; `merged_into` is the code of the municipality that took its place, from the year on."""

    line: int
    code: str
    name: str
    year: int
    merged_into: str


@dataclass(frozen=True)
class CodesTaken:
    """What the list changed, counted."""

    new: int
    changed: int
    merged: int
    same: int


@dataclass(frozen=True, kw_only=True)
class CodeChange:
    """What a line does to the directory: `kind` is new, changed, same or older (than what is known, and left alone).

    `was` is how the municipality stands there now: code, year and name; empty where it is new. `into` is the name of the
    municipality that takes its place from this list on.
    """

    line: CodeLine
    kind: str
    was: tuple[str, int, str] | None
    renames: bool
    into: str


@dataclass(frozen=True)
class CodesPlan:
    """What a list would do, line by line. `mark` is the same only as long as nothing of it changed."""

    changes: tuple[CodeChange, ...]

    @property
    def counts(self) -> CodesTaken:
        """The changes, counted."""
        kinds = [one.kind for one in self.changes]
        merged = sum(bool(one.into) for one in self.changes)
        return CodesTaken(kinds.count("new"), kinds.count("changed"), merged, kinds.count("same"))

    @property
    def mark(self) -> str:
        """A fingerprint of what would change."""
        told = [(one.line.code, one.line.name, one.line.year, one.kind, one.was, one.into) for one in self.changes]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def read_codes(content: bytes, *, file: str = "") -> list[CodeLine]:
    """The lines of a list, comma or semicolon. Raises `CodesRefused` with every problem and its line."""
    where = Where(file or "list")
    try:
        rows = cells_of(content, where, most=MOST_BYTES)
    except Refused as refused:
        raise CodesRefused(list(refused.problems)) from None
    header = [word.strip().casefold() for word in rows[0]] if rows else []
    if not set(COLUMNS[:3]) <= set(header) or not set(header) <= set(COLUMNS) or len(header) != len(set(header)):
        remedy = "begin with the columns code, name, year and, where municipalities merged, merged_into"
        raise CodesRefused([Problem(Where(where.file, 1), "columns_missing", "the first line does not name the columns", "", remedy)])
    if len(rows) > MOST_ROWS:
        raise CodesRefused([Problem(where, "too_large", f"the list has more than {MOST_ROWS} lines", "", "send one year only")])
    numbered = [(number, dict(zip(header, row, strict=False))) for number, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    lines = [_line(number, row) for number, row in numbered]
    problems = [problem for line in lines for problem in _problems_of(line, where)] + list(_together(lines, where))
    if problems:
        raise CodesRefused(problems)
    if not lines:
        raise CodesRefused([Problem(where, "empty_file", "the list has no municipalities", "", "send a list with a line for each")])
    return lines


def _line(number: int, row: dict[str, str]) -> CodeLine:
    words = {name: row.get(name, "").strip() for name in COLUMNS}
    year = int(words["year"]) if words["year"].isdecimal() and len(words["year"]) == 4 else 0
    return CodeLine(number, four_digits(words["code"]), words["name"], year, four_digits(words["merged_into"]))


def four_digits(word: str) -> str:
    """Four digits, as the statistics office writes them; a spreadsheet takes the noughts in front away, GM0363 has letters."""
    plain = word.upper().removeprefix("GM")
    return plain.zfill(4) if plain.isascii() and plain.isdecimal() and len(plain) <= 4 else word


def _problems_of(line: CodeLine, where: Where) -> Iterator[Problem]:
    here = Where(where.file, line.line)
    for code in filter(None, (line.code, line.merged_into)):
        if not re.fullmatch(r"[0-9]{4}", code):
            yield Problem(here, "not_a_code", "a code has four digits", "", "write it as 0363")
    if not line.code:
        yield Problem(here, "missing_value", "the code is missing", "", "write the code of the municipality")
    if not line.name or len(line.name) > 200:
        yield Problem(here, "missing_value", "the name is missing or too long", "", "write the name of the municipality")
    if not FIRST_YEAR <= line.year <= LAST_YEAR:
        yield Problem(here, "not_a_year", "the year cannot be", "", "write the year of the list, such as 2026")
    if line.merged_into and line.merged_into == line.code:
        yield Problem(here, "merged_into_itself", "a municipality merged into itself", "", "write the code of the other one")


def _together(lines: list[CodeLine], where: Where) -> Iterator[Problem]:
    """No code or name twice, and who merged did so into a municipality of the list that still is one."""
    codes: dict[str, CodeLine] = {}
    names: set[str] = set()
    for line in lines:
        if line.code in codes or line.name.casefold() in names:
            yield Problem(Where(where.file, line.line), "twice", "this municipality stands in the list twice", "", "leave one line")
        codes.setdefault(line.code, line)
        names.add(line.name.casefold())
    for line in lines:
        into = codes.get(line.merged_into)
        if line.merged_into and (into is None or into.merged_into):
            what = f"{line.merged_into} is no municipality of this list that still is one"
            yield Problem(Where(where.file, line.line), "unknown_municipality", what, "", nearest(line.merged_into, set(codes)))


@dataclass(frozen=True)
class _Directory:
    """The municipalities as they stand: details by code and by municipality, municipalities by name."""

    known: dict[str, MunicipalityDetails]
    details: dict[UUID, MunicipalityDetails]
    named: dict[str, Organisation]

    def town(self, line: CodeLine) -> Organisation | None:
        """The municipality of a line: by its code, else by its name."""
        row = self.known.get(line.code)
        return row.municipality if row else self.named.get(line.name.casefold())


def _directory(*, lock: bool) -> _Directory:
    rows = MunicipalityDetails.objects.select_related("municipality")
    found = list(rows.select_for_update(of=("self",)) if lock else rows)
    towns = Organisation.objects.filter(kind=Kind.MUNICIPALITY)
    return _Directory(
        {one.cbs_code: one for one in found if one.cbs_code},
        {one.municipality_id: one for one in found},
        {one.name.casefold(): one for one in towns},
    )


def _planned(lines: list[CodeLine], directory: _Directory) -> CodesPlan:
    names = {line.code: line.name for line in lines}
    return CodesPlan(tuple(_change_of(line, directory, names) for line in lines))


def _change_of(line: CodeLine, directory: _Directory, names: dict[str, str]) -> CodeChange:
    town = directory.town(line)
    row = directory.details.get(town.pk) if town else None
    into = names[line.merged_into] if line.merged_into and (row is None or row.merged_into_id is None) else ""
    if town is None or row is None:
        kind = "new" if town is None else "changed"
        return CodeChange(line=line, kind=kind, was=("", 0, town.name) if town else None, renames=False, into=into)
    was = (row.cbs_code, row.cbs_year, town.name)
    if line.year < row.cbs_year:
        return CodeChange(line=line, kind="older", was=was, renames=False, into=into)
    other = directory.named.get(line.name.casefold())
    renames = not line.merged_into and town.name != line.name and (other is None or other.pk == town.pk)
    recoded = not line.merged_into and (row.cbs_code, row.cbs_year) != (line.code, line.year)
    return CodeChange(line=line, kind="changed" if renames or recoded else "same", was=was, renames=renames, into=into)


@action(*CODE_KEEPERS)
def look_at_codes(*, by: Scope, on: None, content: bytes, file: str = "") -> CodesPlan:  # noqa: ARG001 - it is about no record
    """What a list would do; nothing is kept. Raises `CodesRefused` where `take_codes_in` would."""
    lines = read_codes(content, file=file)
    fact(lines=len(lines))
    return _planned(lines, _directory(lock=False))


@action(*CODE_KEEPERS)
def take_codes_in(*, by: Scope, on: None, content: bytes, seen: str = "", file: str = "") -> CodesTaken:  # noqa: ARG001 - it is about no record
    """Take a list in, all of it or nothing; the same list again changes nothing. A newer year is never put back.

    With `seen`, the mark of the plan that somebody looked at, it is refused where the directory changed since then.
    """
    lines, directory = read_codes(content, file=file), _directory(lock=True)
    plan = _planned(lines, directory)
    if seen and seen != plan.mark:
        raise Stale("codes_stale", _("The directory changed since you looked. This is what the list would do now."), field="file")
    found: dict[str, Organisation] = {}
    details: dict[str, MunicipalityDetails] = {}
    for one in plan.changes:
        line, town = one.line, directory.town(one.line)
        town = town or add(Organisation(kind=Kind.MUNICIPALITY, name=line.name))
        row = directory.details.get(town.pk)
        found[line.code] = town
        details[line.code] = row or add(MunicipalityDetails(municipality=town, cbs_code=line.code, cbs_year=line.year))
        if row and one.kind == "changed" and not line.merged_into:
            change(row, cbs_code=line.code, cbs_year=line.year)
        if one.renames:
            change(town, name=line.name)
    for one in plan.changes:
        if one.into:
            into = found[one.line.merged_into].pk
            change(details[one.line.code], merged_into_id=into, merged_year=one.line.year)
    counts = plan.counts
    fact(lines=len(lines), **asdict(counts))
    return counts
