"""From a stretch of months of work to employment spells: days, hours and contracts.

A full stretch counts exactly its months under the rule of average hours, and under contract hours on half of the
days: the first day lies so early in the first month, and the last so late in the last, that both still count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from makegood.world.patterns import Stretch
from makegood.world.records import Spell
from makegood.world.window import Window

DIRECT = "direct"
"""With the employer; the spell says of which kind. Any other contract, such as `agency`, stands as it is."""

_DIRECT = {"temporary": 65, "permanent": 15, "on_call": 20}
_SHORTEST_MONTH = 28


@dataclass(frozen=True)
class Workplace:
    """What all jobs of one person have in common. `changes`: contracts may follow one another or run together."""

    person: str
    contract: str
    source: str
    rule_hours: int
    changes: bool


def jobs(stretch: Stretch, *, window: Window, place: Workplace, observed_until: date, rng: Random) -> list[Spell]:
    """The employment spells of one stretch; one spell unless the workplace allows changes."""
    full = place.rule_hours
    hours = full + rng.choice((0, 4, 8, 8, 12, 12, 14, 16)) if stretch.full else rng.randint(8, full - 4)
    slack = int(_SHORTEST_MONTH * (1 - full / hours)) if stretch.full else _SHORTEST_MONTH // 2
    start = window.start(stretch.first) + timedelta(days=rng.randint(0, slack))
    end = _end(stretch, window=window, slack=slack, observed_until=observed_until, rng=rng)
    months = stretch.end - stretch.first
    change = rng.random() if place.changes and stretch.full else 1.0
    if change < 0.4 and months >= 6:
        # A second contract follows the first on the day that it ends.
        day = window.start(stretch.first + months // 2) + timedelta(days=rng.randint(0, 27))
        parts = [(start, day, hours), (day, end, hours)]
    elif 0.9 < change < 1.0:
        # Two contracts side by side, neither of which would count alone.
        part = rng.randint(8, hours - 8)
        parts = [(start, end, part), (start, end, hours - part)]
    else:
        parts = [(start, end, hours)]
    return [
        Spell(place.person, "employment", first, last, weekly, _contract(place, rng=rng), place.source) for first, last, weekly in parts
    ]


def _end(stretch: Stretch, *, window: Window, slack: int, observed_until: date, rng: Random) -> date | None:
    """The day after the last; a stretch up to the window's end goes on after it or still runs."""
    if stretch.end == window.months:
        later = window.end + timedelta(days=rng.randint(1, 120))
        return None if later > observed_until or rng.random() < 0.6 else later
    # A stretch of a single month has its slack at the start.
    return window.start(stretch.end) - timedelta(days=rng.randint(0, slack) if stretch.end - stretch.first > 1 else 0)


def _contract(place: Workplace, *, rng: Random) -> str:
    return place.contract if place.contract != DIRECT else rng.choices(list(_DIRECT), weights=list(_DIRECT.values()))[0]
