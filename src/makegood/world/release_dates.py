"""What was known of a release date, and when: dates that turn out wrong are part of the trade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from makegood.world.candidates import Candidate
from makegood.world.chance import stream
from makegood.world.recruitment_plan import RecruitmentPlan

WRONG = "release_date_wrong"


@dataclass(frozen=True)
class ReleaseDate:
    """A release date as a source gave it on a day. The last one of a candidate is the day on which the release was."""

    candidate: str
    recorded_on: date
    release_on: date
    source: str


def release_dates(everybody: Sequence[Candidate], plan: RecruitmentPlan, *, seed: int) -> Iterator[ReleaseDate]:
    """The history of everybody's release date, in the order of the candidates."""
    words = plan.words.release
    for one in sorted(everybody, key=lambda one: one.candidate):
        rng = stream(seed, f"release/{one.candidate}")
        first = min(one.listed_on or min(one.steps.values()), one.released_on)
        changes = one.provider_reason == WRONG or rng.random() < words.changed
        if changes and (one.released_on - first).days > 2:
            days = rng.randint(words.by_days.least, words.by_days.most)
            thought = one.released_on + timedelta(days=days if rng.random() < 0.5 else -days)
            thought = max(thought, first + timedelta(days=1))
            # A wrong date is found out about when the candidate leaves because of it, another one at some time before.
            found = one.left_on if one.provider_reason == WRONG and one.left_on else None
            found = found or first + timedelta(days=rng.randint(1, (one.released_on - first).days))
            yield ReleaseDate(one.candidate, first, thought, words.sources[0])
            yield ReleaseDate(one.candidate, min(found, one.released_on), one.released_on, rng.choice(words.sources))
        else:
            yield ReleaseDate(one.candidate, first, one.released_on, words.sources[0])
