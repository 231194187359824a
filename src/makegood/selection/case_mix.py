"""What a change of criteria does to who takes part: counts, and how the mix of cases shifts, trait by trait.

Candidates who are alike in everything that is looked at are one group, so that a hundred thousand cost as much as the
few hundred ways in which they differ.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from makegood.programme.delivery import Delivery
from makegood.selection.answers import Answers
from makegood.selection.criteria import Answered, answered, in_force, items_of, needs_of, together
from makegood.selection.needs import Verdict


@dataclass(frozen=True)
class Alike:
    """So many people with the same answers and the same traits (trait -> level)."""

    answers: Answers
    traits: Mapping[str, str]
    people: int


@dataclass(frozen=True)
class Level:
    """One level of a trait: how many are let in before and after, and how its share of them shifts."""

    trait: str
    level: str
    people: int
    before: int
    after: int
    would_come_in: int
    would_stay_out: int
    share_before: float | None
    """Of all who are let in; None where nobody is."""
    share_after: float | None
    difference: float | None
    """Standardised difference of the two shares: (after - before) / sqrt of their mean variance p(1 - p), as Austin (2009,
    Statistics in Medicine 28(25)) defines it for shares. None where a side is empty, or both shares are 0 or 1."""


@dataclass(frozen=True)
class OfCriterion:
    """One criterion by itself: of how many it says yes, no, or that it is not known whether they pass."""

    criteria_list: str
    criterion: str
    yes: int
    no: int
    unknown: int


@dataclass(frozen=True)
class CaseMix:
    """Two sets of criteria over the same people."""

    assessed: int
    counts: Mapping[tuple[Verdict, Verdict], int]
    """(answer before, answer after) -> people."""
    levels: tuple[Level, ...]
    silent: tuple[str, ...]
    """Criteria left out of both sides, since of nobody it is known whether they meet them: they cannot tell people apart."""
    before: tuple[OfCriterion, ...]
    after: tuple[OfCriterion, ...]

    def let_in(self, *, after: bool) -> int:
        """How many the criteria let in."""
        return sum(count for pair, count in self.counts.items() if pair[after] == "yes")

    @property
    def would_come_in(self) -> int:
        """Kept out before, let in after."""
        return self.counts.get(("no", "yes"), 0)

    @property
    def would_stay_out(self) -> int:
        """Let in before, kept out after."""
        return self.counts.get(("yes", "no"), 0)

    @property
    def not_known(self) -> int:
        """Of how many it cannot be said whether they move."""
        return sum(count for pair, count in self.counts.items() if "unknown" in pair)


def case_mix(
    before: Delivery, after: Delivery, groups: Sequence[Alike], *, before_on: date, after_on: date, without: Collection[str] = ()
) -> CaseMix:
    """Every group under the criteria of two days, or of the terms in force and a proposal (`after`).

    A criterion that is unknown for everybody would make everybody unknown and hide what the change does; it is left out
    of both sides and named in `silent`. So are those of `without`, which are not looked at: who counts is not shown the answers.
    """
    was = [answered(before, group.answers, on=before_on, without=without) for group in groups]
    becomes = [answered(after, group.answers, on=after_on, without=without) for group in groups]
    silent = _silent([*was, *becomes])
    counts: Counter[tuple[Verdict, Verdict]] = Counter()
    of_level: dict[tuple[str, str], Counter[tuple[Verdict, Verdict]]] = {}
    for group, first, second in zip(groups, was, becomes, strict=True):
        pair = (_without(first, silent), _without(second, silent))
        counts[pair] += group.people
        for trait, level in group.traits.items():
            of_level.setdefault((trait, level), Counter())[pair] += group.people
    people = [group.people for group in groups]
    found = CaseMix(sum(people), dict(counts), (), tuple(sorted(silent)), _by_criterion(was, people), _by_criterion(becomes, people))
    let_in = (found.let_in(after=False), found.let_in(after=True))
    levels = tuple(_level(trait, level, pairs, let_in) for (trait, level), pairs in sorted(of_level.items()))
    return CaseMix(found.assessed, found.counts, levels, found.silent, found.before, found.after)


def _silent(rows: Sequence[Sequence[Answered]]) -> frozenset[str]:
    known = {row.name for side in rows for row in side if row.passes != "unknown"}
    return frozenset(row.name for side in rows for row in side) - known


def _without(rows: Sequence[Answered], silent: Collection[str]) -> Verdict:
    return together([row for row in rows if row.name not in silent])


def _by_criterion(sides: Sequence[Sequence[Answered]], people: Sequence[int]) -> tuple[OfCriterion, ...]:
    found: dict[tuple[str, str], Counter[Verdict]] = {}
    for rows, number in zip(sides, people, strict=True):
        for row in rows:
            if row.criterion.effect in ("requires", "excludes"):
                found.setdefault((row.criteria_list, row.name), Counter())[row.passes] += number
    return tuple(OfCriterion(*key, counts["yes"], counts["no"], counts["unknown"]) for key, counts in found.items())


def _level(trait: str, level: str, pairs: Mapping[tuple[Verdict, Verdict], int], let_in: tuple[int, int]) -> Level:
    before = sum(count for pair, count in pairs.items() if pair[0] == "yes")
    after = sum(count for pair, count in pairs.items() if pair[1] == "yes")
    shares = [number / of if of else None for number, of in zip((before, after), let_in, strict=True)]
    return Level(
        trait, level, sum(pairs.values()), before, after, pairs.get(("no", "yes"), 0), pairs.get(("yes", "no"), 0),
        shares[0], shares[1], standardised_difference(shares[0], shares[1]),
    )  # fmt: skip


def standardised_difference(before: float | None, after: float | None) -> float | None:
    """Of two shares; see `Level.difference`."""
    if before is None or after is None:
        return None
    variance = (before * (1 - before) + after * (1 - after)) / 2
    return (after - before) / math.sqrt(variance) if variance else None


def looked_at(delivery: Delivery, *, on: date) -> frozenset[str]:
    """The items that a criterion in force on a day looks at, directly or through another criterion."""
    whens = needs_of(delivery)
    return frozenset(item for _, _, criterion in in_force(delivery, on=on) for item in items_of(criterion.when, whens))
