"""When participants were engaged, released and gone: dates that the calendar allows.

The published class of months in the programme is a stored value: where no date can agree with it, the dates obey
the specification's windows and the class stays as it was published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from makegood.values.month import add_months
from makegood.values.problem import Problem, Refused, Where
from makegood.world.chance import stream
from makegood.world.reading import CLASS
from makegood.world.specification import Specification, Stay
from makegood.world.traits import STATUS

_SHORTEST = 7
"""Days: whoever left on the day of release was not there."""


@dataclass(frozen=True)
class Dates:
    """Engaged in prison, index date (first day after release), left the programme."""

    engaged_on: date
    index_date: date
    left_on: date


def stays(
    entries: Sequence[Mapping[str, str]], specification: Specification, *, seed: int, ready: Sequence[date] | None = None
) -> list[Dates]:
    """Dates for each participant; the first and the last day of the intake are each somebody's index date.

    `ready` is the first index date that each of them can have, since their prison did not take part before; absent:
    from the beginning of intake. Raises Refused where a stay of the specification does not fit between intake and status date.
    """
    rng = stream(seed, "stays")
    index: dict[int, date] = {}
    stay_of: dict[int, Stay] = {}
    for stay in specification.stays:
        members = [who for who, entry in enumerate(entries) if entry[STATUS] == stay.group and entry.get(CLASS) == stay.code]
        rng.shuffle(members)
        days = (stay.index_to - stay.index_from).days + 1
        for place in range(len(members)):
            # One in each equal part of the window: the intake runs as evenly for one seed as for another.
            day = stay.index_from + timedelta(days=int((place + rng.random()) * days / len(members)))
            who = next((one for one in members if one not in index and (ready is None or ready[one] <= day)), None)
            if who is None:
                raise Refused([_problem(f"stays/{stay.group}/{stay.code}", f"nobody of this class can be released on {day}")])
            index[who] = day
            stay_of[who] = stay
    without = [entry for who, entry in enumerate(entries) if who not in index]
    if without:
        shown = f"{without[0][STATUS]}/{without[0].get(CLASS, '')}"
        raise Refused([_problem("stays", f"{len(without)} people have no stay, such as {shown}")])
    index[min(index, key=lambda who: (index[who], who))] = specification.intake.first
    index[max(index, key=lambda who: (index[who], -who))] = specification.intake.last
    begun: Sequence[date | None] = ready or [None] * len(entries)
    return [
        Dates(
            _engaged(index[who], begun[who], specification, rng=rng),
            index[who],
            _left(index[who], stay_of[who], specification, rng=rng),
        )
        for who in range(len(entries))
    ]


def _engaged(index: date, ready: date | None, specification: Specification, *, rng: Random) -> date:
    """So many days before the index date, not before the programme began, nor before the prison took part."""
    span = specification.intake.engaged_days_before
    begun = ready - timedelta(days=span.least) if ready else specification.intake.engaged_not_before
    return max(specification.intake.engaged_not_before, begun, index - timedelta(days=rng.randint(span.least, span.most)))


def _left(index: date, stay: Stay, specification: Specification, *, rng: Random) -> date:
    """A day on which `least` to `most` whole months are over and that lies on the stay's side of the status date."""
    status = specification.status_on
    earliest = max(add_months(index, stay.least), index + timedelta(days=_SHORTEST))
    latest = add_months(index, stay.most + 1) - timedelta(days=1)
    if stay.left == "before":
        latest = min(latest, status)
    else:
        earliest, latest = max(earliest, status + timedelta(days=1)), min(latest, specification.observed_until)
    if latest < earliest:
        what = f"released on {index}, nobody can have left {stay.least} to {stay.most} months later and {stay.left} {status}"
        raise Refused([_problem(f"stays/{stay.group}/{stay.code}", what)])
    return earliest + timedelta(days=rng.randint(0, (latest - earliest).days))


def _problem(path: str, what: str) -> Problem:
    return Problem(Where("world.yaml", 0, path), "no_such_stay", what, "", "give each group and class a window of index dates that fits")
