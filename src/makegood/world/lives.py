"""From plans to records: each person's dated spells, what the registers watched, reconvictions, and the time before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from makegood.values.month import add_months
from makegood.world.background import Characteristics
from makegood.world.jobs import Workplace, jobs
from makegood.world.records import Coverage, Life, Observation, Spell
from makegood.world.specification import MONTHS_BEFORE, Specification
from makegood.world.window import Window, runs
from makegood.world.work import Employment

REGISTERED_BY_ALL = ("employment", "benefit", "detention")
_ON_BENEFIT = 0.6
"""Share that has any benefit in the window; the model's months are spread over them."""


@dataclass(frozen=True)
class Person:
    """Everything that was decided about one person before the records are written down.

    `watched` is the number of months that the registers cover, `held_from` the day from which somebody was
    detained until the end of the track; `entry` and `registered_until` are the executor's register, participants only.
    """

    person: str
    window: Window
    background: Characteristics
    work: Employment
    reconvicted: bool
    watched: int
    held_from: date | None = None
    registered_until: date | None = None
    entry: Mapping[str, str] | None = None


def live(someone: Person, specification: Specification, *, rng: Random) -> Life:
    """One person's records, from what was decided about them."""
    words = specification.records
    window = someone.window
    place = Workplace(
        someone.person, someone.work.contract, words.sources.employment, specification.work.hours, changes=someone.entry is None
    )
    spells: list[Spell] = []
    for stretch in someone.work.stretches:
        spells += jobs(stretch, window=window, place=place, observed_until=specification.observed_until, rng=rng)
    busy = {month for stretch in someone.work.stretches for month in range(stretch.first, stretch.end)}
    reconviction = window.index + timedelta(days=rng.randint(14, (window.end - window.index).days - 1)) if someone.reconvicted else None
    held = _detention(someone, reconviction, busy=busy, share=words.detained_again, rng=rng)
    locked = set(range(*held)) if held else set()
    if held:
        first = someone.held_from or window.start(held[0]) + timedelta(days=rng.randint(0, 10))
        spells.append(Spell(someone.person, "detention", first, window.start(held[1]), source=words.sources.detention))
    mean = someone.background.by(specification.planted.benefit_model)
    for start, end in runs(_benefit(mean, months=someone.watched, work=busy, locked=locked, rng=rng)):
        spells.append(Spell(someone.person, "benefit", window.start(start), window.start(end), source=words.sources.benefit))
    spells += _executor_spells(someone, specification, rng=rng)
    observations: tuple[Observation, ...] = ()
    if reconviction:
        source = words.sources.reconviction
        event = Observation(someone.person, words.reconviction_metric, reconviction, 1, "event", specification.cohort, source)
        observations = (event,)
    return Life(someone.person, tuple(spells), _before(someone, specification, rng=rng), _coverage(someone, specification), observations)


def _detention(someone: Person, reconviction: date | None, *, busy: set[int], share: float, rng: Random) -> tuple[int, int] | None:
    """Months in detention within the window, clear of work: first month and the month after the last."""
    window = someone.window
    if someone.held_from:
        start = window.month_of(someone.held_from)
        return start, min(window.months, start + rng.randint(9, 14))
    if reconviction is None or rng.random() >= share:
        return None
    earliest, length = window.month_of(reconviction) + 1, rng.randint(1, 6)
    for start in range(earliest, someone.watched - length + 1):
        if not busy & set(range(start, start + length)):
            return start, start + length
    return None


def _benefit(mean: float, *, months: int, work: set[int], locked: set[int], rng: Random) -> list[int]:
    """Months on benefit: soon after release, in months without work first, never while detained.

    How many does not depend on the work: benefit also tops up low wages, and the programme is to leave it as it was.
    """
    if rng.random() >= _ON_BENEFIT:
        return []
    usual = min(months, max(1, round(mean / _ON_BENEFIT)))
    wanted = rng.randint(max(1, usual // 2), min(months, usual + usual // 2))
    first = rng.randint(0, 2)
    open_months = [month for month in range(first, months) if month not in locked]
    return sorted(sorted(open_months, key=lambda month: (month in work, month))[:wanted])


def _executor_spells(someone: Person, specification: Specification, *, rng: Random) -> list[Spell]:
    """Courses and housing of a participant, as the executor registers them."""
    if someone.entry is None or someone.registered_until is None:
        return []
    words, window = specification.records, someone.window
    spells = []
    if someone.work.education:
        now = window.month_of(specification.status_on)
        first = rng.randint(0, max(0, now - 4))
        end = min(now, first + rng.randint(3, 8))
        spells.append(Spell(someone.person, "education", window.start(first), window.start(end), source=words.sources.education))
    stable = someone.entry.get("housing_situation") not in words.unstable_homes
    housed = window.index if stable else add_months(window.index, rng.randint(1, 8))
    if housed < someone.registered_until:
        spells.append(Spell(someone.person, "housing", housed, someone.registered_until, source=words.sources.housing))
    return spells


def _before(someone: Person, specification: Specification, *, rng: Random) -> tuple[Spell, ...]:
    """The last detention up to the index date, and work and benefit before it; they give the characteristics back."""
    who, known, sources = someone.person, someone.background, specification.records.sources
    locked = someone.window.index - timedelta(days=known.detention_days)
    spells = [Spell(who, "detention", locked, someone.window.index, source=sources.detention)]
    if known.months_worked_before:
        gap = rng.randint(0, MONTHS_BEFORE - known.months_worked_before)
        start, end = add_months(locked, -gap - known.months_worked_before), add_months(locked, -gap)
        hours = rng.choice((24, 32, 36, 38, 40))
        spells.append(Spell(who, "employment", start, end, hours, rng.choice(("temporary", "agency")), sources.employment))
    if known.months_benefit_before:
        spells.append(Spell(who, "benefit", add_months(locked, -known.months_benefit_before), locked, source=sources.benefit))
    return tuple(spells)


def _coverage(someone: Person, specification: Specification) -> tuple[Coverage, ...]:
    sources, window = specification.records.sources, someone.window
    until = window.start(someone.watched)
    rows = [Coverage(someone.person, kind, getattr(sources, kind), window.index, until) for kind in REGISTERED_BY_ALL]
    if someone.registered_until:
        rows += [
            Coverage(someone.person, kind, getattr(sources, kind), window.index, someone.registered_until)
            for kind in ("education", "housing")
        ]
    return tuple(rows)
