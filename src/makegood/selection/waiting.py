"""How long people wait: for a permission, for the next step; those who still wait count for as long as they have waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from makegood.selection.shares import Share


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its dates; `answered_on` is None while it is open."""

    asked_on: date
    due_on: date
    answered_on: date | None = None
    needed_on: date | None = None
    """The end date of the candidate for whom it was asked."""


@dataclass(frozen=True)
class Turnaround:
    """Waiting as of a day. `median_days` counts open requests for as long as they have waited; None: not half answered."""

    asked: int
    answered: int
    open_past_due: int
    late: Share
    """Answered after the day on which it was due, or open past it; of all that were answered or are past it."""
    after_needed: Share
    """Answered after the candidate's end date; of those answered whose end date is known."""
    median_days: int | None


def turnaround(requests: Iterable[Request], *, as_of: date) -> Turnaround:
    """What is known of waiting on a day; requests and answers after it do not count.

    The median is that of Kaplan and Meier (1958): a request that is open leaves the count on the day itself, and does
    not count as answered.
    """
    rows = [row for row in requests if row.asked_on <= as_of]
    answered = [row for row in rows if row.answered_on is not None and row.answered_on <= as_of]
    open_ones = [row for row in rows if row.answered_on is None or row.answered_on > as_of]
    past_due = [row for row in open_ones if row.due_on < as_of]
    late = [row for row in answered if row.answered_on is not None and row.answered_on > row.due_on]
    known = [row for row in answered if row.needed_on is not None]
    after = [row for row in known if row.answered_on is not None and row.needed_on is not None and row.answered_on > row.needed_on]
    times = [((row.answered_on - row.asked_on).days, True) for row in answered if row.answered_on is not None]
    times += [((as_of - row.asked_on).days, False) for row in open_ones]
    return Turnaround(
        asked=len(rows),
        answered=len(answered),
        open_past_due=len(past_due),
        late=Share(len(late) + len(past_due), len(answered) + len(past_due)),
        after_needed=Share(len(after), len(known)),
        median_days=_median(times),
    )


def _median(times: list[tuple[int, bool]]) -> int | None:
    return _days_until(Counter(times), 0.5)


@dataclass(frozen=True)
class Wait:
    """Waiting for one step: how many have it behind them, how many wait now, and for how long.

    `median_days`: within so many days half have done it; `most_days`: nine in ten. None: not that many have yet.
    """

    done: int
    waiting: int
    median_days: int | None
    most_days: int | None


def wait(times: Mapping[tuple[int, Literal["done", "open", "left"]], int]) -> Wait:
    """The wait for a step from (days since the step before, how it stands) -> candidates.

    Who still waits (`open`) and who left counts for as long as they waited: Kaplan and Meier (1958).
    """
    ended: Counter[tuple[int, bool]] = Counter()
    states: Counter[str] = Counter()
    for (days, state), candidates in times.items():
        ended[days, state == "done"] += candidates
        states[state] += candidates
    return Wait(states["done"], states["open"], _days_until(ended, 0.5), _days_until(ended, 0.9))


def _days_until(times: Mapping[tuple[int, bool], int], share: float) -> int | None:
    """The first day on which this share has ended, by the estimate of Kaplan and Meier; None where it never does."""
    waiting, at_risk = 1.0, sum(times.values())
    for day in sorted({time for time, _ in times}):
        events = times.get((day, True), 0)
        if events:
            waiting *= 1 - events / at_risk
            # A product of rounded fractions may stay a hair above the share.
            if waiting <= 1 - share + 1e-12:
                return day
        at_risk -= events + times.get((day, False), 0)
    return None
