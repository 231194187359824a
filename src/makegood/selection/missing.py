"""Answers that are not there: per item, from the first day on, and whether they are missing for some more than others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy import stats

from makegood.selection.answers import Answers
from makegood.selection.needs import silence
from makegood.selection.shares import Share


@dataclass(frozen=True)
class Missing:
    """One item over everybody who should have answered it."""

    item: str
    given: Share
    refused: int
    not_asked: int
    not_known: int
    too_empty: bool
    """Fewer answers than the floor: leave the item out of scores and comparisons, and say so."""


def missing_by_item(records: Iterable[Answers], items: Sequence[str], *, floor: float) -> list[Missing]:
    """Each item, the emptiest first. `floor` is the share of answers below which an item is too empty to use."""
    everybody = list(records)
    found = []
    for item in items:
        counts: Counter[str] = Counter()
        for answers in everybody:
            answer = answers.get(item)
            counts["given" if answer is not None and answer.none is None else silence(answer)] += 1
        given = Share(counts["given"], len(everybody))
        too_empty = bool(everybody) and counts["given"] < floor * len(everybody)
        found.append(Missing(item, given, counts["refused"], counts["not_asked"], counts["not_known"], too_empty))
    return sorted(found, key=lambda row: (row.given.share if row.given.share is not None else 1.0, row.item))


@dataclass(frozen=True)
class MissingByGroup:
    """One item in several groups: the share that answered in each, and whether the groups differ."""

    item: str
    given: Mapping[str, Share]
    p: float | None
    """Chance of a difference like this where groups do not differ: Fisher's exact test for two groups, Pearson's
    chi-square without correction for more; None where everybody answered, or nobody."""


def missing_by_group(records: Iterable[tuple[str, Answers]], item: str) -> MissingByGroup:
    """Whether an item is missing for one group more than for another; then a comparison of groups rests on who answered."""
    table: dict[str, list[int]] = {}
    for group, answers in records:
        answer = answers.get(item)
        table.setdefault(group, [0, 0])[0 if answer is not None and answer.none is None else 1] += 1
    columns = [sum(row[place] for row in table.values()) for place in (0, 1)]
    shares = {group: Share(row[0], sum(row)) for group, row in table.items()}
    if len(table) < 2 or not all(columns):
        return MissingByGroup(item, shares, None)
    rows = list(table.values())
    p = stats.fisher_exact(rows).pvalue if len(rows) == 2 else stats.chi2_contingency(rows, correction=False).pvalue
    return MissingByGroup(item, shares, float(p))
