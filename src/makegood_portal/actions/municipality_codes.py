"""Codes of municipalities from a list of the statistics office: a CSV file with code, name, year and merged_into.

A municipality is found by its code, else by its name. One that merged stays as it was, with its requests and contact
persons, and names the municipality that took its place; it is asked nothing new.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from makegood.values.problem import Problem, Where, nearest
from makegood_portal.actions.acting import action, add, change, fact
from makegood_portal.actions.refusal import Refusal
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


def read_codes(content: bytes, *, file: str = "") -> list[CodeLine]:
    """The lines of a list, comma or semicolon. Raises `CodesRefused` with every problem and its line."""
    where = Where(file or "list")
    if len(content) > MOST_BYTES:
        raise CodesRefused([Problem(where, "too_large", "the list is larger than 500 kB", "", "send the list of municipalities only")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CodesRefused([Problem(where, "wrong_encoding", "this is not UTF-8", "", "save the list as CSV UTF-8")]) from None
    first = text.split("\n", 1)[0]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","))
    except csv.Error:
        raise CodesRefused([Problem(where, "too_large", "a cell is far too long", "", "send the list of municipalities only")]) from None
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
    return CodeLine(number, _code(words["code"]), words["name"], year, _code(words["merged_into"]))


def _code(word: str) -> str:
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


@action(*CODE_KEEPERS)
def take_codes_in(*, by: Scope, on: None, content: bytes, file: str = "") -> CodesTaken:  # noqa: ARG001 - it is about no record
    """Take a list in, all of it or nothing; the same list again changes nothing. A newer year is never put back."""
    lines = read_codes(content, file=file)
    known = {one.cbs_code: one for one in MunicipalityDetails.objects.select_for_update(of=("self",)).select_related("municipality")}
    named = {one.name.casefold(): one for one in Organisation.objects.filter(kind=Kind.MUNICIPALITY)}
    counts = {"new": 0, "changed": 0, "merged": 0, "same": 0}
    found: dict[str, Organisation] = {}
    details: dict[str, MunicipalityDetails] = {}
    for line in lines:
        row = known.get(line.code)
        town = row.municipality if row else named.get(line.name.casefold())
        if town is None:
            town = add(Organisation(kind=Kind.MUNICIPALITY, name=line.name))
            counts["new"] += 1
        row = row or MunicipalityDetails.objects.filter(municipality=town).first()
        found[line.code] = town
        if row is None:
            details[line.code] = add(MunicipalityDetails(municipality=town, cbs_code=line.code, cbs_year=line.year))
            continue
        details[line.code] = row
        if line.year < row.cbs_year:
            continue
        other = named.get(line.name.casefold())
        renames = not line.merged_into and town.name != line.name and (other is None or other.pk == town.pk)
        before = (row.cbs_code, row.cbs_year, town.name)
        if not line.merged_into:
            change(row, cbs_code=line.code, cbs_year=line.year)
        if renames:
            change(town, name=line.name)
        counts["changed" if before != (row.cbs_code, row.cbs_year, town.name) else "same"] += 1
    for line in lines:
        if line.merged_into and details[line.code].merged_into_id is None:
            change(details[line.code], merged_into_id=found[line.merged_into].pk, merged_year=line.year)
            counts["merged"] += 1
    fact(lines=len(lines), **counts)
    return CodesTaken(**counts)
