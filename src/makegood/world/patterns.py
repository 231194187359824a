"""How a published class of work can look within the observation window: a plain function for each pattern, by name.

A pattern places a number of counting months as stretches of months. `now` is the month in which the status date
lies: the classes were registered on that day, so a pattern obeys it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

LONGEST_AFTER = 12
"""Months of work at most for somebody who found work after the status date only."""


@dataclass(frozen=True)
class Stretch:
    """Work from month `first` up to month `end`; `full` when its months count (hours reach the rule's)."""

    first: int
    end: int
    full: bool = True


Bounds = tuple[int, int]


def _none_yet_bounds(now: int, window: int) -> Bounds:
    return (1, min(window - 1 - now, LONGEST_AFTER)) if window - 1 > now else (0, 0)


def _none_yet(months: int, *, now: int, window: int, rng: Random) -> list[Stretch]:
    """No job on or before the status date; one later where months are to be placed."""
    if not months:
        return []
    first = rng.randint(now + 1, window - months)
    return [Stretch(first, first + months)]


def _one_job_bounds(now: int, window: int) -> Bounds:
    return 1, min(now, window)


def _one_job(months: int, *, now: int, window: int, rng: Random) -> list[Stretch]:
    """One job that ended by the status date; of few hours where no month counts."""
    length = months or rng.randint(1, min(6, now))
    first = rng.randint(0, min(now, window) - length)
    return [Stretch(first, first + length, full=months > 0)]


def _intermittent_bounds(now: int, window: int) -> Bounds:
    return 2, min(now, window) - 1


def _intermittent(months: int, *, now: int, window: int, rng: Random) -> list[Stretch]:
    """Two jobs with at least a month between them, both ended by the status date."""
    room = min(now, window)
    length = months or rng.randint(2, min(6, room - 1))
    before = rng.randint(1, length - 1)
    spare = room - length - 1
    lead, gap = sorted((rng.randint(0, spare), rng.randint(0, spare)))
    second = before + 1 + gap
    return [Stretch(lead, lead + before, full=months > 0), Stretch(second, second + length - before, full=months > 0)]


def _constant_bounds(now: int, window: int) -> Bounds:
    # From the month before the status date to the month after it, or to the window's end.
    return min(now + 2, window) - (now - 1), window


def _constant(months: int, *, now: int, window: int, rng: Random) -> list[Stretch]:
    """A job that runs on the status date, begun in an earlier month; of few hours where no month counts."""
    least, _ = _constant_bounds(now, window)
    length = months or rng.randint(least, least + 4)
    latest = min(now - 1, window - length) if length <= window else 0
    earliest = max(0, min(now + 2, window) - length)
    first = rng.randint(min(earliest, latest), latest)
    return [Stretch(first, min(first + length, window), full=months > 0)]


BOUNDS: dict[str, Callable[[int, int], Bounds]] = {
    "none_yet": _none_yet_bounds,
    "one_job": _one_job_bounds,
    "intermittent": _intermittent_bounds,
    "constant": _constant_bounds,
}
"""Pattern -> fewest and most counting months that it can hold, given the status month and the window's length."""

PLACES: dict[str, Callable[..., list[Stretch]]] = {
    "none_yet": _none_yet,
    "one_job": _one_job,
    "intermittent": _intermittent,
    "constant": _constant,
}
"""Pattern -> the stretches that hold that many counting months."""
