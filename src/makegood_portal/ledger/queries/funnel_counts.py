"""What the database counted for the funnel, as values: whom the asker may count, where candidates stood, how long they took."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.utils import timezone

from makegood.programme.delivery import Delivery
from makegood.selection.funnel import Counts, counted
from makegood.selection.shares import Share
from makegood.selection.waiting import Wait, wait
from makegood_portal.ledger.remembered import keep, kept

KEPT_ABOVE, KEPT_FOR = 5_000, timedelta(minutes=25)
"""Above so many candidates the counts are kept for so long, and the worker counts again before that; below they are fresh."""

Cell = tuple[UUID | None, date | None]
"""Prison, and month of the list; the month is empty for who never stood on one."""


@dataclass(frozen=True)
class Cube:
    """What the database counted, and when."""

    rows: Sequence[tuple[Any, ...]]
    counted_at: datetime
    kept: bool = False
    """Whether it is of so many that it is kept for a while."""

    def of(self, what: str) -> Iterable[tuple[Any, ...]]:
        """Rows of a kind, without its name."""
        return (row[1:] for row in self.rows if row[0] == what)


@dataclass(frozen=True)
class May:
    """Whom the asker may count: the whole of a programme, or some prisons; and whether groups of a few too."""

    whole: bool
    everybody: bool
    """Of the whole also those who said no to research."""
    small: bool
    own: Sequence[UUID]
    names: Mapping[UUID, str]
    """The prisons that may be counted, by name."""
    sites: Mapping[UUID, str]
    """Prison -> its code in the programme file."""


_WHO = """
SELECT c.whole, c.everybody, c.small, c.prisons, o.id, o.name, p.site FROM ledger_counts(%s) c LEFT JOIN
  (ledger_party p JOIN ledger_organisation o ON o.id = p.organisation_id AND o.kind = 'prison') ON p.programme_id = %s ORDER BY o.name
"""


def may_count(programme: UUID, delivery: Delivery) -> May:
    """Whom the asker may count, says the database; with the prisons of the programme. One query.

    A prison that was not given its site when the programme was loaded is the site of its name.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [programme, programme])
        rows = cursor.fetchall()
    whole, everybody, small, own = rows[0][:4]
    prisons = [row[4:] for row in rows if row[4] is not None]
    names = {key: name for key, name, _site in prisons if whole or key in own}
    titles = {title: code for code, site in delivery.recruits_from.sites.items() for title in (site.title.en, site.title.nl)}
    sites = {key: site or titles.get(name, "") for key, name, site in prisons}
    return May(whole, everybody, small, own, names, {key: site for key, site in sites.items() if site})


def inform_step(delivery: Delivery) -> str:
    """The step in which candidates are informed; empty where none is."""
    return next((step for step in delivery.order if delivery.steps[step].kind == "inform"), "")


def chosen_step(delivery: Delivery) -> str:
    """The step after which somebody counts as selected: the questionnaire, else the first talk; empty where neither is."""
    for kind in ("questionnaire", "talk"):
        for step in delivery.order[:-1]:
            if delivery.steps[step].kind == kind:
                return step
    return ""


def key_of(programme: UUID, delivery: Delivery, may: May, *, as_of: date) -> str:
    """Under which the counts of a day are kept: they are the same for all who may count the same."""
    # The number is the shape of the rows: what an older version kept is not read by a newer one.
    return f"funnel:2:{programme}:{as_of}:{_who(may)}:{_mark(delivery.order)}"


def count_funnel(programme: UUID, delivery: Delivery, may: May, *, as_of: date, keeps: bool = False) -> Cube:
    """Everything that the funnel counts, as of the end of a day. At most two queries.

    `keeps`: keep it although few were there on that day, since it took long to find them among those of today.
    """
    return _kept(
        key_of(programme, delivery, may, as_of=as_of),
        "SELECT * FROM ledger_funnel(%s, %s, %s, %s, %s)",
        [programme, as_of, delivery.order, inform_step(delivery), chosen_step(delivery)],
        keeps=lambda rows: keeps or sum(row[-1] for row in rows if row[0] == "stand") > KEPT_ABOVE,
    )


def kept_cube(programme: UUID, delivery: Delivery, may: May, *, as_of: date) -> Cube | None:
    """What was counted and is kept; None where nothing is."""
    found = kept(key_of(programme, delivery, may, as_of=as_of))
    return found if isinstance(found, Cube) else None


def long_to_count(programme: UUID, now: Delivery, then: Delivery, may: May, *, as_of: date, today: date) -> bool:
    """Whether a reader would wait for this day: the whole of a programme of so many that today's counts are kept, and this day's not.

    `now` and `then`: what is agreed today and on that day. Where the worker does not run, today's counts are not kept either.
    """
    return may.whole and kept_cube(programme, then, may, as_of=as_of) is None and kept_cube(programme, now, may, as_of=today) is not None


def keep_for_prisons(programme: UUID, delivery: Delivery, may: May, cube: Cube, *, as_of: date) -> list[UUID]:
    """What was counted over the whole, kept for whoever may count one prison only: the rows of that prison. Which prisons."""
    by_prison: dict[UUID, list[tuple[Any, ...]]] = {}
    for row in cube.rows:
        if row[1] is not None:
            by_prison.setdefault(row[1], []).append(row)
    for prison, rows in by_prison.items():
        key = key_of(programme, delivery, replace(may, whole=False, own=[prison]), as_of=as_of)
        keep(key, Cube(rows, cube.counted_at, kept=True), seconds=KEPT_FOR.total_seconds())
    return list(by_prison)


def count_intake(programme: UUID, delivery: Delivery, may: May, *, as_of: date) -> Cube:
    """Starts by day, and when each prison last informed somebody: rows of what, prison, day, number. At most two queries."""
    return _kept(
        f"intake:{programme}:{as_of}:{_who(may)}:{_mark(delivery.order)}",
        "SELECT * FROM ledger_intake(%s, %s, %s, %s)",
        [programme, as_of, delivery.order[-1], inform_step(delivery)],
        keeps=lambda rows: sum(row[-1] for row in rows) > KEPT_ABOVE,
    )


def _who(may: May) -> str:
    if may.whole:
        return "whole" if may.everybody else "known"
    return _mark(map(str, sorted(may.own)))


def _mark(words: Iterable[str]) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:16]


def _kept(key: str, sql: str, words: Sequence[Any], *, keeps: Callable[[Sequence[tuple[Any, ...]]], bool]) -> Cube:
    """What was counted not long ago, else counted now; `keeps` says of what was counted whether it is kept."""
    known = kept(key)
    if isinstance(known, Cube):
        return known
    with connection.cursor() as cursor:
        cursor.execute(sql, list(words))
        rows = cursor.fetchall()
    cube = Cube(rows, timezone.now(), kept=keeps(rows))
    if cube.kept:
        keep(key, cube, seconds=KEPT_FOR.total_seconds())
    return cube


def cells(cube: Cube, order: Sequence[str]) -> dict[Cell, Counts]:
    """Prison and month -> how its candidates stood."""
    standing: dict[Cell, list[tuple[int, Literal["open", "left"], int]]] = {}
    exits: dict[Cell, list[tuple[str, str, str, int]]] = {}
    for prison, month, place, state, *_, n in cube.of("stand"):
        standing.setdefault((prison, month), []).append((place, "left" if state == "left" else "open", n))
    for prison, month, _place, _state, step, listing, reason, *_, n in cube.of("exit"):
        exits.setdefault((prison, month), []).append((step, listing, reason, n))
    return {cell: counted(rows, exits.get(cell, ()), order=order) for cell, rows in standing.items()}


def exits_after(cube: Cube, steps: int, *, prison: UUID | None, month: date | None) -> Counts:
    """The exits of those who had done so many steps of the order or more, as counts without anything else."""
    found: Counter[tuple[str, str, str]] = Counter()
    for where, listed, place, _state, step, listing, reason, *_, n in cube.of("exit"):
        if place >= steps and prison in (None, where) and month in (None, listed):
            found[step, listing, reason] += n
    return Counts(exits=found)


def channels(cube: Cube, steps: int, *, prison: UUID | None, month: date | None) -> dict[str, Share]:
    """Way of recruiting -> who did so many steps of the order or more, of those informed in this way."""
    found: dict[str, list[int]] = {}
    for where, listed, place, _state, channel, *_, n in cube.of("channel"):
        if prison in (None, where) and month in (None, listed):
            row = found.setdefault(channel, [0, 0])
            row[0] += n if place >= steps else 0
            row[1] += n
    return {channel: Share(done, informed) for channel, (done, informed) in found.items()}


def starts(cube: Cube) -> list[tuple[UUID | None, date | None, date]]:
    """Prison, month and day of each start, in order of the day."""
    found = [(row[0], row[1], row[7]) for row in cube.of("start") for _ in range(row[-1])]
    return sorted(found, key=lambda start: start[2])


def last_informed(cube: Cube, may: May) -> dict[str, date]:
    """Site -> the last day on which somebody was informed there."""
    return {may.sites[row[0]]: row[7] for row in cube.of("informed") if row[0] in may.sites}


def waits(cube: Cube, prison: UUID | None) -> dict[int, Wait]:
    """Place of a step in the order, from 1 -> the wait for it; of one prison, or of all."""
    times: dict[int, Counter[tuple[int, Literal["done", "open", "left"]]]] = {}
    for where, _month, place, state, *_, days, each, _all in cube.of("wait"):
        if prison in (None, where):
            found = times.setdefault(place, Counter())
            for day, n in zip(days, each, strict=True):
                if day is not None:
                    found[max(day, 0), state] += n
    return {place: wait(counted_) for place, counted_ in times.items()}


def before_release(cube: Cube, prison: UUID | None) -> Wait | None:
    """Days between being selected and release; below nothing where somebody was selected after it."""
    times: Counter[tuple[int, Literal["done", "open", "left"]]] = Counter()
    for where, *_, days, each, _all in cube.of("before"):
        if prison in (None, where):
            for day, n in zip(days, each, strict=True):
                times[day, "done"] += n
    return wait(times) if times else None


def filling(cube: Cube) -> tuple[dict[UUID | None, Share], dict[UUID | None, Share]]:
    """Prison -> questionnaires finished, of those begun; and answers given, of all that were asked."""
    begun: dict[UUID | None, Counter[str]] = {}
    for where, _month, _place, state, *_, n in cube.of("begun"):
        begun.setdefault(where, Counter())[state] += n
    answers: dict[UUID | None, tuple[int, int]] = {}
    for where, *_, asked, _each, given in cube.of("filled"):
        before = answers.get(where, (0, 0))
        answers[where] = (before[0] + int(given or 0), before[1] + int(asked[0] or 0))
    finished = {where: Share(states["finished"], states.total()) for where, states in begun.items()}
    return finished, {where: Share(given, asked) for where, (given, asked) in answers.items()}
