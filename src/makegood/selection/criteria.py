"""Which criteria are in force on a day, and how a candidate answers them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import Criterion, Need
from makegood.selection.answers import Answers
from makegood.selection.needs import Decided, Verdict, decide


def in_force(delivery: Delivery, *, on: date, lists: Collection[str] | None = None) -> Iterator[tuple[str, str, Criterion]]:
    """List, name and criterion of those in force on a day; only those of `lists` where given."""
    for listed_in, listing in delivery.criteria.items():
        if lists is not None and listed_in not in lists:
            continue
        for name, criterion in listing.criteria.items():
            begun = criterion.from_ is None or criterion.from_ <= on
            if begun and (criterion.retired_on is None or on < criterion.retired_on):
                yield listed_in, name, criterion


def needs_of(delivery: Delivery) -> dict[str, Need]:
    """Criterion -> its need, of every list, in force or not: others may refer to it."""
    return {name: criterion.when for listing in delivery.criteria.values() for name, criterion in listing.criteria.items()}


def items_of(need: Need, whens: Mapping[str, Need]) -> set[str]:
    """The items that a need looks at, directly or through another criterion."""
    if need.item is not None:
        return {need.item}
    if need.criterion is not None:
        return items_of(whens[need.criterion], whens)
    return {item for part in need.all_of or need.any_of or need.none_of or [] for item in items_of(part, whens)}


def resting_on(delivery: Delivery, items: Collection[str]) -> frozenset[str]:
    """The criteria that look at any of these items."""
    whens = needs_of(delivery)
    return frozenset(name for name, need in whens.items() if not items_of(need, whens).isdisjoint(items))


@dataclass(frozen=True)
class Answered:
    """A criterion answered for a candidate: whether it is met, and whether it lets the candidate pass."""

    criteria_list: str
    name: str
    criterion: Criterion
    decided: Decided
    passes: Verdict


def answered(
    delivery: Delivery, answers: Answers, *, on: date, lists: Collection[str] | None = None, without: Collection[str] = ()
) -> list[Answered]:
    """Every criterion in force on a day for one candidate, without words; but for those of which one is not shown the answer."""
    whens = needs_of(delivery)
    return [
        Answered(listed_in, name, criterion, decided, _PASSES.get((criterion.effect, decided.verdict), "yes"))
        for listed_in, name, criterion in in_force(delivery, on=on, lists=lists)
        if name not in without
        for decided in (decide(criterion.when, answers, items=delivery.items, whens=whens),)
    ]


def together(rows: Collection[Answered]) -> Verdict:
    """No as soon as one does not let pass, yes when all do, otherwise unknown."""
    passes = {row.passes for row in rows}
    return "no" if "no" in passes else "unknown" if "unknown" in passes else "yes"


_PASSES: Mapping[tuple[str, Verdict], Verdict] = {
    ("requires", "yes"): "yes",
    ("requires", "no"): "no",
    ("requires", "unknown"): "unknown",
    ("excludes", "yes"): "no",
    ("excludes", "no"): "yes",
    ("excludes", "unknown"): "unknown",
}
"""What an answer means for taking part; a criterion that advises or describes keeps nobody out."""
