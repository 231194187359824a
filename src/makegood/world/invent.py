"""The story on one page: a plan and a seed become participants, a pool and their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from makegood.world.background import Characteristics, participants, pool
from makegood.world.candidates import Known
from makegood.world.chance import stream, systematic
from makegood.world.lives import Person, live
from makegood.world.money import transactions
from makegood.world.names import name
from makegood.world.reading import Plan
from makegood.world.records import Life, Transaction
from makegood.world.recruitment import Recruitment, recruit
from makegood.world.sites import fitted, ready_on
from makegood.world.specification import Specification
from makegood.world.stays import Dates, stays
from makegood.world.traits import deal
from makegood.world.window import Window
from makegood.world.work import Employment, expected_months, participants_work, pool_work, scale

HELD = ("dropout_reason", "detained_until_end")
"""Participants whom the register has in detention until the end of their track."""


@dataclass(frozen=True)
class Participant:
    """A participant with everything that is known, and the answer that was planted."""

    person: str
    given_name: str
    family_name: str
    entry: Mapping[str, str]
    dates: Dates
    background: Characteristics
    matchable: bool
    expected_months: float
    months: int
    life: Life


@dataclass(frozen=True)
class Control:
    """Somebody of the comparison pool."""

    person: str
    index_date: date
    background: Characteristics
    expected_months: float
    months: int
    life: Life


@dataclass(frozen=True)
class World:
    """An invented world, whole."""

    plan: Plan
    seed: int
    participants: tuple[Participant, ...]
    pool: tuple[Control, ...]
    transactions: tuple[Transaction, ...]
    recruitment: Recruitment | None
    """The way from list to start, where the plan has one."""

    @property
    def everybody(self) -> tuple[Participant | Control, ...]:
        """Both arms, participants first."""
        return (*self.participants, *self.pool)


def invent(plan: Plan, *, seed: int, pool_size: int | None = None) -> World:
    """Invent a world. `pool_size` is the number of people to compare with; the specification's where it is None.

    The same plan, seed and size give the same world; another size leaves the participants as they are. Raises
    Refused where the plan cannot be met.
    """
    words = plan.specification
    recruiting = plan.recruitment.words if plan.recruitment else None
    entries = fitted(deal(plan, seed=seed), words, recruiting, seed=seed)
    known, apart = participants(entries, words, seed=seed)
    ready = [ready_on(entry, recruiting, words) for entry in entries] if recruiting else None
    dates = stays(entries, words, seed=seed, ready=ready)
    windows = [Window(day.index_date, words.window_months) for day in dates]
    scaled = scale(known, apart, words)

    held = {who for who, entry in enumerate(entries) if entry.get(HELD[0]) == HELD[1]}
    lost = _lost_participants(entries, words, held=held, seed=seed)
    work = participants_work(entries, windows, words, apart=apart, idle=frozenset(held | set(lost)), seed=seed)
    again = _reconvicted(known, words, rng=stream(seed, "reconvicted/participants"))
    own = tuple(
        Participant(
            person := f"P{who + 1:03}",
            *name(seed, who, sex=known[who].sex),
            entry,
            dates[who],
            known[who],
            who not in apart,
            expected_months(known[who], words, scaled=scaled),
            work[who].months,
            live(
                Person(
                    person,
                    windows[who],
                    known[who],
                    work[who],
                    again[who],
                    lost.get(who, words.window_months),
                    dates[who].left_on if who in held else None,
                    max(dates[who].left_on, words.status_on),
                    entry,
                ),
                words,
                rng=stream(seed, f"life/{person}"),
            ),
        )
        for who, entry in enumerate(entries)
    )
    likes = [person for who, person in enumerate(known) if who not in apart]
    size = words.background.pool.size if pool_size is None else pool_size
    recruited = recruit(
        [Known(one.person, one.given_name, one.family_name, one.entry, one.dates, one.background) for one in own], plan, seed=seed
    )
    pool_people = tuple(_pool(likes, words, size=size, scaled=scaled, seed=seed))
    return World(plan, seed, own, pool_people, tuple(transactions(words.money)), recruited)


def _pool(likes: Sequence[Characteristics], words: Specification, *, size: int, scaled: float, seed: int) -> Iterator[Control]:
    people = pool(likes, words, size=size, seed=seed)
    rng = stream(seed, "releases/pool")
    days = (words.intake.last - words.intake.first).days
    windows = [Window(words.intake.first + timedelta(days=rng.randint(0, days)), words.window_months) for _ in people]
    expected = [expected_months(person, words, scaled=scaled) for person in people]
    work = pool_work(expected, windows, words, seed=seed)
    again = _reconvicted(people, words, rng=stream(seed, "reconvicted/pool"))
    for who, background in enumerate(people):
        person = f"C{who + 1:06}"
        rng = stream(seed, f"life/{person}")
        watched = _watched(work[who], words, rng=rng)
        life = live(Person(person, windows[who], background, work[who], again[who], watched), words, rng=rng)
        yield Control(person, windows[who].index, background, expected[who], work[who].months, life)


def _reconvicted(people: Sequence[Characteristics], words: Specification, *, rng: Random) -> list[bool]:
    """Who is reconvicted: the same chances in both arms, drawn so that the number is the expected one."""
    model = words.planted.reconviction_model
    order = sorted(range(len(people)), key=lambda who: (people[who].by(model), who))
    drawn = dict(zip(order, systematic([min(0.95, people[who].by(model)) for who in order], rng=rng), strict=True))
    return [drawn[who] for who in range(len(people))]


def _lost_participants(entries: Sequence[Mapping[str, str]], words: Specification, *, held: set[int], seed: int) -> dict[int, int]:
    """Participants whom the registers lose from view, and after how many months: people without work, not detained."""
    rng = stream(seed, "lost/participants")
    idle = {history.code for history in words.work.histories if history.pattern == "none_yet" and not history.education}
    free = [who for who, entry in enumerate(entries) if entry[words.work.variable] in idle and who not in held]
    chosen = sorted(rng.sample(free, min(words.records.lost_from_view.participants, len(free))))
    return {who: rng.randint(words.window_months // 4, words.window_months - 2) for who in chosen}


def _watched(work: Employment, words: Specification, *, rng: Random) -> int:
    """Months that the registers cover; somebody lost from view is not seen at work afterwards."""
    if rng.random() >= words.records.lost_from_view.pool:
        return words.window_months
    last = max((stretch.end for stretch in work.stretches), default=0)
    return max(last, rng.randint(words.window_months // 4, words.window_months - 2))
