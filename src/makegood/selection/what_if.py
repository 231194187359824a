"""What other criteria would do: who would come in, who would stay out, and of whom it cannot be said.

An amendment that changes criteria must carry these figures (`analysis`); here they are computed from records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from makegood.programme.delivery import Delivery
from makegood.selection.answers import Answers
from makegood.selection.criteria import Answered, answered, together
from makegood.selection.needs import Verdict


@dataclass(frozen=True)
class Moved:
    """One candidate whose answer differs: what it was, what it would be, and which criteria make the difference."""

    candidate: str
    before: Verdict
    after: Verdict
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class WhatIf:
    """Two sets of criteria over the same candidates."""

    assessed: int
    counts: Mapping[tuple[Verdict, Verdict], int]
    """(answer before, answer after) -> candidates."""
    moved: tuple[Moved, ...]
    """Candidates whose answer differs, in the order in which they were given."""

    @property
    def would_come_in(self) -> tuple[str, ...]:
        """Kept out before, let in after."""
        return tuple(one.candidate for one in self.moved if (one.before, one.after) == ("no", "yes"))

    @property
    def would_stay_out(self) -> tuple[str, ...]:
        """Let in before, kept out after."""
        return tuple(one.candidate for one in self.moved if (one.before, one.after) == ("yes", "no"))

    @property
    def not_known(self) -> int:
        """Of how many it cannot be said whether they move, since an answer is missing before or after."""
        return sum(count for pair, count in self.counts.items() if "unknown" in pair)


def what_if(
    before: Delivery,
    after: Delivery,
    candidates: Mapping[str, Answers],
    *,
    before_on: date,
    after_on: date,
    lists: Collection[str] | None = None,
) -> WhatIf:
    """Every candidate under the criteria of two days, or of the terms in force and a proposal (`after`)."""
    counts: Counter[tuple[Verdict, Verdict]] = Counter()
    moved = []
    for candidate, answers in candidates.items():
        was = answered(before, answers, on=before_on, lists=lists)
        becomes = answered(after, answers, on=after_on, lists=lists)
        pair = (together(was), together(becomes))
        counts[pair] += 1
        if pair[0] != pair[1]:
            moved.append(Moved(candidate, *pair, _criteria(was, becomes)))
    return WhatIf(len(candidates), dict(counts), tuple(moved))


def _criteria(was: list[Answered], becomes: list[Answered]) -> tuple[str, ...]:
    """Criteria that do not let the candidate pass on one side and do, or are absent, on the other."""
    first = {row.name for row in was if row.passes != "yes"}
    second = {row.name for row in becomes if row.passes != "yes"}
    return tuple(sorted(first ^ second))
