"""Whether answers are missing for some more than for others; then a comparison of groups rests on who answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scipy import stats

from makegood.programme.delivery_criteria import Item
from makegood.selection.answers import Answers, value_of
from makegood.selection.shares import Share


@dataclass(frozen=True)
class MissingByGroup:
    """One item in several groups: the share that answered in each, and whether the groups differ."""

    item: str
    answered: Mapping[str, Share]
    p: float | None
    """Chance of a difference like this or a rarer one where groups do not differ: Fisher's exact test for two groups,
    Pearson's chi-square without correction for more; None where everybody answered, or nobody."""


def missing_by_group(records: Iterable[tuple[str, Answers]], *, name: str, item: Item) -> MissingByGroup:
    """An item over people in named groups: dropouts and others, one prison and another."""
    table: dict[str, list[int]] = {}
    for group, answers in records:
        table.setdefault(group, [0, 0])[value_of(item, answers.get(name)) is None] += 1
    columns = [sum(row[place] for row in table.values()) for place in (0, 1)]
    shares = {group: Share(row[0], sum(row)) for group, row in table.items()}
    if len(table) < 2 or not all(columns):
        return MissingByGroup(name, shares, None)
    rows = list(table.values())
    p = stats.fisher_exact(rows).pvalue if len(rows) == 2 else stats.chi2_contingency(rows, correction=False).pvalue
    return MissingByGroup(name, shares, float(p))
