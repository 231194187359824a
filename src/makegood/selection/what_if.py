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
from makegood.selection.assess import Assessment, assess
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
        was = assess(before, answers, on=before_on, lists=lists)
        becomes = assess(after, answers, on=after_on, lists=lists)
        counts[was.may_take_part, becomes.may_take_part] += 1
        if was.may_take_part != becomes.may_take_part:
            moved.append(Moved(candidate, was.may_take_part, becomes.may_take_part, _criteria(was, becomes)))
    return WhatIf(len(candidates), dict(counts), tuple(moved))


def _criteria(was: Assessment, becomes: Assessment) -> tuple[str, ...]:
    """Criteria that do not let the candidate pass on one side and do, or are absent, on the other."""
    first = {finding.criterion for finding in was.findings if finding.passes != "yes"}
    second = {finding.criterion for finding in becomes.findings if finding.passes != "yes"}
    return tuple(sorted(first ^ second))
