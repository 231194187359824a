"""Reading a world's folder: `world.yaml`, `margins.csv`, `differences.csv`, whole or refused with every problem."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from makegood.programme.yaml_text import Place, YamlText, read_yaml_text
from makegood.values.problem import Problem, Refused, Where
from makegood.world.margins import Difference, Margin, corrected, split, sums
from makegood.world.specification import Specification

SPECIFICATION, MARGINS, DIFFERENCES = "world.yaml", "margins.csv", "differences.csv"
_DIFFERENCE = ("difference", "kind", "variable", "code", "group", "published", "used", "why", "source")


@dataclass(frozen=True)
class Plan:
    """Everything an invented world must meet: the specification, the counts that are used, what was corrected."""

    specification: Specification
    margins: tuple[Margin, ...]
    differences: tuple[Difference, ...]

    def codes(self, variable: str) -> list[Margin]:
        """The margins of one variable, in the order of the file."""
        return [margin for margin in self.margins if margin.variable == variable]


def read_plan(folder: Path) -> Plan:
    """Read the three files of a world. Raises Refused with every problem of all of them."""
    if not folder.is_dir():
        what = "there is no such folder" if not folder.exists() else "this is a file"
        raise Refused(
            [Problem(Where(str(folder)), "no_world", what, "A world is a folder with world.yaml", "name a programme that has a world")]
        )
    text = read_yaml_text(folder / SPECIFICATION)
    specification = _specification(text)
    groups = specification.groups
    problems: list[Problem] = []
    margins = list(_margins(folder / MARGINS, groups=tuple(groups), problems=problems))
    differences = list(_differences(folder / DIFFERENCES, problems=problems))
    problems += _splits(text, specification, margins)
    if not problems:
        margins, problems = corrected(margins, differences, file=str(folder / DIFFERENCES))
        margins = split(margins, specification.assumed_splits, groups=tuple(groups))
        problems += sums(margins, groups=groups, file=str(folder / MARGINS))
        problems += _references(text, specification, margins)
    if problems:
        raise Refused(problems)
    return Plan(specification, tuple(margins), tuple(differences))


def _specification(text: YamlText) -> Specification:
    try:
        return Specification.model_validate(text.data)
    except ValidationError as error:
        raise Refused(_from_pydantic(text, found["loc"], found["msg"], found["type"]) for found in error.errors()) from None


def _from_pydantic(text: YamlText, place: Place, message: str, kind: str) -> Problem:
    what = {"missing": "this is missing", "extra_forbidden": "nobody reads this word"}.get(kind, message.removeprefix("Value error, "))
    where = Where(text.file, text.line_of(place), "/".join(str(part) for part in place))
    return Problem(where, "not_a_world", what, "", "see docs/reference/world.md for the words of a world")


def _rows(path: Path, header: Sequence[str], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    remedy = f"write a CSV in UTF-8 with the header {','.join(header)}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(Problem(Where(str(path)), "no_such_file", "there is no such file", "", remedy))
        return
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(Where(str(path)), "unreadable", "it cannot be read as text", "", remedy))
        return
    reader = csv.reader(io.StringIO(text))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        problems.append(Problem(Where(str(path), reader.line_num), "not_csv", f"this is not CSV: {error}", "", remedy))
        return
    if not rows or rows[0][1] != list(header):
        problems.append(Problem(Where(str(path), 1), "wrong_header", "the columns are not those of this file", "", remedy))
        return
    for line, row in rows[1:]:
        if len(row) != len(header):
            problems.append(Problem(Where(str(path), line), "wrong_width", f"{len(row)} values under {len(header)} columns", "", remedy))
        else:
            yield line, row


def _margins(path: Path, *, groups: tuple[str, ...], problems: list[Problem]) -> Iterator[Margin]:
    seen: set[tuple[str, str]] = set()
    for line, row in _rows(path, ("variable", "code", "total", *groups, "source"), problems):
        variable, code, *counts, source = row
        where = Where(str(path), line, f"{variable}/{code}")
        if (variable, code) in seen:
            problems.append(Problem(where, "twice", "this code stands here a second time", "", "keep one of the two"))
        elif any(count and not count.isdigit() for count in counts) or not counts[0]:
            problems.append(Problem(where, "not_a_count", f"{', '.join(counts)}: a count is a whole number", "", "write digits only"))
        else:
            seen.add((variable, code))
            by_group = {group: int(count) for group, count in zip(groups, counts[1:], strict=True) if count}
            yield Margin(variable, code, int(counts[0]), by_group, source, line)


def _differences(path: Path, *, problems: list[Problem]) -> Iterator[Difference]:
    for line, row in _rows(path, _DIFFERENCE, problems):
        yield Difference(*row, line)


def _splits(text: YamlText, specification: Specification, margins: Sequence[Margin]) -> Iterator[Problem]:
    known = {(margin.variable, margin.code) for margin in margins}
    for variable, codes in specification.assumed_splits.items():
        for code, counts in codes.items():
            place = ("assumed_splits", variable, code)
            where = Where(text.file, text.line_of(place), "/".join(place))
            if (variable, code) not in known:
                yield Problem(where, "unknown_code", "margins.csv has no such code", "", "spell it as in margins.csv")
            if len(counts) != len(specification.groups):
                yield Problem(
                    where, "wrong_width", f"{len(counts)} counts for {len(specification.groups)} groups", "", "one for each group"
                )


def _references(text: YamlText, specification: Specification, margins: Sequence[Margin]) -> Iterator[Problem]:
    """Codes and variables that the specification names must stand in the margins."""
    known = {margin.variable: {row.code for row in margins if row.variable == margin.variable} for margin in margins}
    named: list[tuple[Place, str, tuple[str, ...]]] = [
        (("associations", place), item.variable, (*item.first, *item.last)) for place, item in enumerate(specification.associations)
    ]
    named += [(("associations", place), item.after, item.ranks) for place, item in enumerate(specification.associations) if item.after]
    named.append((("work", "histories"), specification.work.variable, tuple(item.code for item in specification.work.histories)))
    for place, variable, codes in named:
        where = Where(text.file, text.line_of(place), "/".join(str(part) for part in place))
        if variable not in known:
            yield Problem(where, "unknown_variable", f"margins.csv has no variable '{variable}'", "", "spell it as in margins.csv")
        for code in sorted(set(codes) - known.get(variable, set(codes))):
            yield Problem(where, "unknown_code", f"'{variable}' has no code '{code}' in margins.csv", "", "spell it as in margins.csv")
