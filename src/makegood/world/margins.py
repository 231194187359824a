"""Published counts, the corrections that the report's own sums ask for, and whether they add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from makegood.values.problem import Problem, Where

TOTAL = "total"


@dataclass(frozen=True)
class Margin:
    """One row of `margins.csv`: how many have this code, in all and by group.

    `groups` is empty where only the total was published; a group that is not in it does not have the variable.
    """

    variable: str
    code: str
    total: int
    groups: Mapping[str, int]
    source: str
    line: int


@dataclass(frozen=True)
class Difference:
    """One row of `differences.csv`. Only kind `count` changes a margin; the others tell the reader what was done."""

    difference: str
    kind: str
    variable: str
    code: str
    group: str
    published: str
    used: str
    why: str
    source: str
    line: int = 0


def corrected(margins: Sequence[Margin], differences: Sequence[Difference], *, file: str) -> tuple[list[Margin], list[Problem]]:
    """The counts that are used: published, with each difference of kind `count` applied.

    A difference whose published figure is not the one in the margins, or whose cell is unknown, is a problem.
    """
    rows = {(margin.variable, margin.code): margin for margin in margins}
    problems = []
    for item in differences:
        if item.kind != "count":
            continue
        margin = rows.get((item.variable, item.code))
        where = Where(file, item.line, f"{item.variable}/{item.code}/{item.group}")
        found = None if margin is None else margin.total if item.group == TOTAL else margin.groups.get(item.group)
        if margin is None or str(found) != item.published or not item.used.isdigit():
            shown = "no such count" if found is None else f"{found}"
            problems.append(
                Problem(
                    where,
                    "difference_unknown",
                    f"'{item.published}' is to become '{item.used}', but margins.csv has {shown}",
                    "",
                    "name a cell of margins.csv, its published count and a whole number",
                )
            )
            continue
        used = int(item.used)
        changed = replace(margin, total=used) if item.group == TOTAL else replace(margin, groups={**margin.groups, item.group: used})
        rows[(item.variable, item.code)] = changed
    return list(rows.values()), problems


def split(margins: Sequence[Margin], splits: Mapping[str, Mapping[str, Sequence[int]]], *, groups: Sequence[str]) -> list[Margin]:
    """Margins that were published in total only, spread over the groups as the specification assumes."""
    return [
        replace(margin, groups=dict(zip(groups, splits[margin.variable][margin.code], strict=True)))
        if margin.code in splits.get(margin.variable, {})
        else margin
        for margin in margins
    ]


def sums(margins: Sequence[Margin], *, groups: Mapping[str, int], file: str) -> Iterator[Problem]:
    """A problem for each row whose groups do not add up to its total, and each column that is not its group."""
    columns: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    lines: dict[str, int] = {}
    for margin in margins:
        lines.setdefault(margin.variable, margin.line)
        totals[margin.variable] = totals.get(margin.variable, 0) + margin.total
        column = columns.setdefault(margin.variable, {})
        for group, count in margin.groups.items():
            column[group] = column.get(group, 0) + count
        if margin.groups and sum(margin.groups.values()) != margin.total:
            found = f"the groups add up to {sum(margin.groups.values())}, the total is {margin.total}"
            yield _sum(Where(file, margin.line, f"{margin.variable}/{margin.code}"), found)
    for variable, column in columns.items():
        where = Where(file, lines[variable], variable)
        for group, count in column.items():
            if group in groups and count != groups[group]:
                yield _sum(where, f"the codes add up to {count}, group '{group}' has {groups[group]}")
        expected = sum(groups[group] for group in column if group in groups) if column else sum(groups.values())
        if totals[variable] != expected:
            yield _sum(where, f"the codes add up to {totals[variable]} of {expected} people")


def _sum(where: Where, found: str) -> Problem:
    return Problem(where, "does_not_add_up", found, "Everybody has exactly one code", "correct the count, and say so in differences.csv")
