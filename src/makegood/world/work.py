"""Who worked how many months: participants to the published totals, the pool as its background makes one expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from makegood.values.problem import Problem, Refused, Where
from makegood.world.background import Characteristics
from makegood.world.chance import bent_to, hand_out, stream, systematic
from makegood.world.jobs import DIRECT
from makegood.world.patterns import BOUNDS, PLACES, Stretch
from makegood.world.specification import History, Specification
from makegood.world.window import Window

MOST_EXPECTED = 20.0
"""Expected months without the programme stay under this, whatever the model says."""
FIRST_STATUS_MONTH = 4
"""Two jobs and a gap need that many months before the status date."""
_SPREAD = 2.0
"""Months that those who find any work have more than the average: sets how many find none."""


@dataclass(frozen=True)
class Employment:
    """One person's work: stretches of months, the kind of contract, whether a course was followed."""

    stretches: tuple[Stretch, ...]
    contract: str
    education: bool

    @property
    def months(self) -> int:
        """Months that count."""
        return sum(stretch.end - stretch.first for stretch in self.stretches if stretch.full)


def scale(people: Sequence[Characteristics], apart: frozenset[int], specification: Specification) -> float:
    """What makes the model expect, of the matchable participants together, the planted months without the programme."""
    base = sum(person.by(specification.planted.months_model) for who, person in enumerate(people) if who not in apart)
    return specification.planted.months_without / base


def expected_months(person: Characteristics, specification: Specification, *, scaled: float) -> float:
    """Months of work that this background makes one expect without the programme."""
    return min(MOST_EXPECTED, scaled * person.by(specification.planted.months_model))


def participants_work(
    entries: Sequence[Mapping[str, str]],
    windows: Sequence[Window],
    specification: Specification,
    *,
    apart: frozenset[int],
    idle: frozenset[int],
    seed: int,
) -> list[Employment]:
    """Work that agrees with the published classes and adds up to the planted months, matchable or not.

    Those in `idle` find no work after the status date. Raises Refused where the classes cannot hold that many months.
    """
    rng = stream(seed, "work/participants")
    words = specification.work
    by_code = {history.code: history for history in words.histories}
    histories = [by_code[entry[words.variable]] for entry in entries]
    now = [window.month_of(specification.status_on) for window in windows]
    if not all(FIRST_STATUS_MONTH <= month < window.months for month, window in zip(now, windows, strict=True)):
        what = f"the status date must lie in the window of everybody, from its month {FIRST_STATUS_MONTH + 1} on"
        raise Refused([Problem(Where("world.yaml", 0, "status_on"), "status_outside", what, "", "change the status date or the intake")])
    full = _full(histories, apart=apart, idle=idle, rng=rng)
    months = [0] * len(entries)
    for total, members in (
        (specification.planted.months_with, [who for who in full if who not in apart]),
        (specification.planted.months_outside_support, [who for who in full if who in apart]),
    ):
        bounds = [BOUNDS[histories[who].pattern](now[who], windows[who].months) for who in members]
        around = [histories[who].around for who in members]
        start = [rng.randint(max(1, usual // 2), usual + usual // 2) for usual in around]
        found = bent_to(total, start=start, least=[low for low, _ in bounds], most=[high for _, high in bounds], rng=rng)
        if found is None:
            what = f"{len(members)} people at work cannot have {total} months together"
            raise Refused(
                [Problem(Where("world.yaml", 0, "planted"), "months_out_of_reach", what, "", "change the months or the histories")]
            )
        for who, count in zip(members, found, strict=True):
            months[who] = count
    steady = [who for who, history in enumerate(histories) if history.pattern in ("constant", "intermittent")]
    contract = dict(zip(steady, hand_out(len(steady), words.contracts, rng=rng), strict=True))
    shares = words.contracts
    return [
        Employment(
            tuple(PLACES[history.pattern](months[who], now=now[who], window=windows[who].months, rng=rng)),
            contract.get(who) or rng.choices(list(shares), weights=list(shares.values()))[0],
            history.education,
        )
        for who, history in enumerate(histories)
    ]


def _full(histories: Sequence[History], *, apart: frozenset[int], idle: frozenset[int], rng: Random) -> list[int]:
    """Those with counting months: of each class the takers whose hours reach the rule's, in whole numbers.

    They are taken evenly from the people who can be matched and those who cannot.
    """
    chosen = []
    for history in dict.fromkeys(histories):
        members = [who for who, other in enumerate(histories) if other == history]
        free = [who for who in members if history.pattern != "none_yet" or who not in idle]
        takers = min(round(len(members) * history.takers * (1 - history.part_time)), len(free))
        rng.shuffle(free)
        free.sort(key=lambda who: who in apart)
        start = rng.random()
        chosen += [free[int((place + start) * len(free) / takers)] for place in range(takers)]
    return sorted(chosen)


def pool_work(expected: Sequence[float], windows: Sequence[Window], specification: Specification, *, seed: int) -> list[Employment]:
    """Work of the pool: a share finds any, more of it where more is expected; the mean is the expected one."""
    rng = stream(seed, "work/pool")
    order = sorted(range(len(expected)), key=lambda who: (expected[who], who))
    chances = [expected[who] / (expected[who] + _SPREAD) for who in order]
    found = dict(zip(order, systematic(chances, rng=rng), strict=True))
    shares = specification.work.contracts
    people = []
    for who, mean in enumerate(expected):
        length = windows[who].months
        months = _some(mean + _SPREAD, most=length, rng=rng) if found[who] else 0
        contract = rng.choices(list(shares), weights=list(shares.values()))[0]
        people.append(Employment(tuple(_anywhere(months, window=length, rng=rng)), contract or DIRECT, education=False))
    return people


def _some(mean: float, *, most: int, rng: Random) -> int:
    """From 1 to `most` with that mean: a first month, and each other month with a chance that differs by person."""
    share = min(0.98, max(0.02, (mean - 1) / (most - 1)))
    chance = rng.betavariate(4 * share, 4 * (1 - share))
    return 1 + sum(rng.random() < chance for _ in range(most - 1))


def _anywhere(months: int, *, window: int, rng: Random) -> list[Stretch]:
    """That many counting months in one or two stretches; without any, now and then a job of few hours."""
    if not months:
        if rng.random() > 0.15:
            return []
        length = rng.randint(1, 8)
        first = rng.randint(0, window - length)
        return [Stretch(first, first + length, full=False)]
    spare = window - months
    if months < 4 or spare < 2 or rng.random() < 0.65:
        first = rng.randint(0, spare)
        return [Stretch(first, first + months)]
    before = rng.randint(1, months - 1)
    first = rng.randint(0, spare - 1)
    second = rng.randint(first + before + 1, window - (months - before))
    return [Stretch(first, first + before), Stretch(second, second + months - before)]
