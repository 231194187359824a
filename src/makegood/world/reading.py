"""Reading a world's folder: `world.yaml`, `margins.csv`, `differences.csv`, whole or refused with every problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from makegood.cases.table import Table, read_table
from makegood.programme.reading import problems_of
from makegood.programme.yaml_text import Place, YamlText, read_yaml_text
from makegood.values.problem import Problem, Refused, Where
from makegood.world.margins import Difference, Margin, corrected, split, sums
from makegood.world.recruitment_plan import RecruitmentPlan, read_recruitment
from makegood.world.specification import Specification

CLASS = "months_in_programme"
"""The published class of months between index date and leaving; see `stays`."""
NEEDED = ("sex", "age", "country_of_birth", "offence_type", "municipality", CLASS)
"""Variables that every world must have."""
SPECIFICATION, MARGINS, DIFFERENCES = "world.yaml", "margins.csv", "differences.csv"
DIFFERENCE = ("difference", "kind", "variable", "code", "group", "published", "used", "why", "source")


@dataclass(frozen=True)
class Plan:
    """Everything an invented world must meet: the specification, the counts that are used, what was corrected."""

    specification: Specification
    margins: tuple[Margin, ...]
    differences: tuple[Difference, ...]
    recruitment: RecruitmentPlan | None = None
    """The way from list to start, where the world has one."""

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
    if not problems:
        problems += _splits(text, specification, margins)
    if not problems:
        margins, problems = corrected(margins, differences, file=str(folder / DIFFERENCES))
        margins = split(margins, specification.assumed_splits, groups=tuple(groups))
        problems += sums(margins, groups=groups, file=str(folder / MARGINS))
        problems += _references(text, specification, margins)
    if problems:
        raise Refused(problems)
    recruitment = read_recruitment(folder, participants=specification.people)
    return Plan(specification, tuple(margins), tuple(differences), recruitment)


def _specification(text: YamlText) -> Specification:
    try:
        return Specification.model_validate(text.data)
    except ValidationError as error:
        found = problems_of(error, text, Specification)
        raise Refused(replace(item, remedy=item.remedy.replace("reference/programme.md", "reference/world.md")) for item in found) from None


def _margins(path: Path, *, groups: tuple[str, ...], problems: list[Problem]) -> Iterator[Margin]:
    table = _table(path, ("variable", "code", "total", *groups, "source"), problems)
    seen: set[tuple[str, str]] = set()
    for place, row in table.dicts() if table else ():
        variable, code = row.get("variable", ""), row.get("code", "")
        where = replace(place, path=f"{variable}/{code}")
        counts = {name: row[name] for name in ("total", *groups) if name in row}
        if (variable, code) in seen:
            problems.append(Problem(where, "twice", "this code stands here a second time", "", "keep one of the two"))
        elif not variable or not code or "total" not in counts or not all(re.fullmatch(r"[0-9]{1,9}", word) for word in counts.values()):
            shown = ", ".join(counts.values()) or "nothing"
            problems.append(Problem(where, "not_a_count", f"found {shown}", "", "write a variable, a code and whole numbers of people"))
        else:
            seen.add((variable, code))
            by_group = {name: int(counts[name]) for name in groups if name in counts}
            yield Margin(variable, code, int(counts["total"]), by_group, row.get("source", ""), place.line)


def _differences(path: Path, *, problems: list[Problem]) -> Iterator[Difference]:
    table = _table(path, DIFFERENCE, problems)
    for place, row in table.dicts() if table else ():
        words = {name: row.get(name, "") for name in DIFFERENCE}
        yield Difference(**words, line=place.line)


def _table(path: Path, columns: tuple[str, ...], problems: list[Problem]) -> Table | None:
    try:
        return read_table(path, required=columns)
    except Refused as refused:
        problems += refused.problems
        return None


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
    """Codes and variables that the specification names must stand in the margins, and the other way round."""
    known: dict[str, set[str]] = {}
    for margin in margins:
        known.setdefault(margin.variable, set()).add(margin.code)

    def named(place: Place, variable: str, codes: Iterable[str]) -> Iterator[Problem]:
        where = Where(text.file, text.line_of(place), "/".join(str(part) for part in place))
        if variable not in known:
            yield Problem(where, "unknown_variable", f"margins.csv has no variable '{variable}'", "", "spell it as in margins.csv")
        for code in sorted(set(codes) - known.get(variable, set(codes))):
            yield Problem(where, "unknown_code", f"'{variable}' has no code '{code}' in margins.csv", "", "spell it as in margins.csv")

    words = specification
    for variable in NEEDED:
        yield from named(("background",), variable, ())
    women = words.background.women_where
    yield from named(("background", "women_where"), women.variable, (women.code,))
    dealt = set(known) - {item.variable for item in words.associations}
    for number, item in enumerate(words.associations):
        place = ("associations", number)
        yield from named(place, item.variable, (*item.first, *item.last))
        if item.after:
            yield from named(place, item.after, item.ranks)
        if item.variable in dealt or (item.after or item.variable) not in dealt | {item.variable}:
            what = f"'{item.variable}' stands here twice" if item.variable in dealt else f"'{item.after}' is dealt later than this"
            yield Problem(
                Where(text.file, text.line_of(place), "associations"), "wrong_order", what, "", "put it once, after what it follows"
            )
        dealt.add(item.variable)
    for number, stay in enumerate(words.stays):
        yield from named(("stays", number), CLASS, (stay.code,))
    for number, profile in enumerate(words.profiles):
        for variable, code in profile.codes.items():
            yield from named(("profiles", number), variable, (code,))
    yield from _profiles(text, specification, margins)
    histories = ("work", "histories")
    yield from named(histories, words.work.variable, [history.code for history in words.work.histories])
    used = {margin.code for margin in margins if margin.variable == words.work.variable and margin.total}
    for code in sorted(used - {history.code for history in words.work.histories}):
        where = Where(text.file, text.line_of(histories), "/".join(histories))
        yield Problem(where, "no_history", f"nothing says how '{code}' looks in records", "", "add a history with a pattern")


def _profiles(text: YamlText, specification: Specification, margins: Sequence[Margin]) -> Iterator[Problem]:
    """No profile gives a code to more people of a group than have it."""
    left = {(margin.variable, margin.code, group): count for margin in margins for group, count in margin.groups.items()}
    for number, profile in enumerate(specification.profiles):
        for variable, code in profile.codes.items():
            key = (variable, code, profile.group)
            left[key] = left.get(key, 0) - profile.people
            if left[key] < 0:
                place = ("profiles", number)
                where = Where(text.file, text.line_of(place), f"profiles/{number}")
                what = f"more people of '{profile.group}' are given '{code}' of '{variable}' than have it"
                yield Problem(where, "too_many", what, "", "let the profiles add up to the margins at most")
