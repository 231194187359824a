"""What was known of everybody before the index date, in both arms: the variables on which people can be matched.

Participants follow their register where it knows, and are drawn where it does not. Part of the pool lies close to
a participant, the rest is like the prisoners who did not take part, and nobody in the pool resembles the
participants outside its support: that is why matching matters and why it cannot match everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from makegood.world.chance import hand_out, stream
from makegood.world.specification import MONTHS_BEFORE, Background, Between, Model, Pool, Specification
from makegood.world.traits import MISSING

_UNREGISTERED = "not_in_prison_data"


@dataclass(frozen=True)
class Characteristics:
    """One person before the index date. Months before lie in the 24 months before detention."""

    sex: str
    age: int
    country_of_birth: str
    offence_type: str
    municipality: str
    prior_detentions: int
    detention_days: int
    months_worked_before: int
    months_benefit_before: int

    def by(self, model: Model) -> float:
        """What a model expects of somebody with this background."""
        value = (
            model.intercept
            + model.months_worked_before * self.months_worked_before
            + model.prior_detentions * self.prior_detentions
            + model.age_less_35 * (self.age - 35)
            + model.born_elsewhere * (self.country_of_birth == "elsewhere")
        )
        return max(model.floor, value)


def participants(
    entries: Sequence[Mapping[str, str]], specification: Specification, *, seed: int
) -> tuple[list[Characteristics], frozenset[int]]:
    """The participants' backgrounds, and which of them lie outside the pool's support."""
    rng = stream(seed, "background/participants")
    words, outside = specification.background, specification.outside_support
    apart = _spread(entries, outside.people, by=specification.work.variable, rng=rng)
    priors = hand_out(len(entries), words.participants.prior_detentions, rng=rng)
    people = []
    for who, entry in enumerate(entries):
        paid = entry.get("paid_job_in_past") == "yes"
        worked, benefit, days = _before(words.participants, rng=rng, never_worked=not paid)
        woman = entry["sex"] == "female" or (entry["sex"] in MISSING and entry[words.women_where.variable] == words.women_where.code)
        born = entry["country_of_birth"]
        people.append(
            Characteristics(
                sex="female" if woman else "male",
                age=_age(entry["age"], rng=rng),
                country_of_birth=rng.choice(("netherlands", "netherlands", "elsewhere")) if born in MISSING else born,
                offence_type="unknown" if entry["offence_type"] == _UNREGISTERED else entry["offence_type"],
                municipality=entry["municipality"],
                prior_detentions=_within(outside.prior_detentions, rng=rng) if who in apart else priors[who],
                detention_days=days,
                months_worked_before=worked,
                months_benefit_before=benefit,
            )
        )
    return people, apart


def pool(likes: Sequence[Characteristics], specification: Specification, *, size: int, seed: int) -> list[Characteristics]:
    """The comparison pool: first those close to one of `likes`, in turn, then the others, shuffled together."""
    rng = stream(seed, "background/pool")
    words = specification.background.pool
    similar = round(size * words.similar)
    people = [_close_to(likes[place % len(likes)], words, rng=rng) for place in range(similar)]
    others = size - similar
    ready = zip(
        hand_out(others, {"female": words.female, "male": 1 - words.female}, rng=rng),
        hand_out(others, {"elsewhere": words.born_elsewhere, "netherlands": 1 - words.born_elsewhere}, rng=rng),
        hand_out(others, words.offence_type, rng=rng),
        hand_out(others, words.municipality, rng=rng),
        hand_out(others, words.prior_detentions, rng=rng),
        strict=True,
    )
    for sex, born, offence, municipality, prior in ready:
        worked, benefit, days = _before(words, rng=rng)
        people.append(Characteristics(sex, _within(words.ages, rng=rng), born, offence, municipality, prior, days, worked, benefit))
    rng.shuffle(people)
    return people


def _close_to(like: Characteristics, words: Pool, *, rng: Random) -> Characteristics:
    def near(value: int, step: int, bounds: Between) -> int:
        return min(max(value + rng.randint(-step, step), bounds.least), bounds.most)

    elsewhere = rng.random() < 0.2
    before = Between(least=0, most=MONTHS_BEFORE)
    return replace(
        like,
        age=near(like.age, 2, words.ages),
        municipality=rng.choices(list(words.municipality), weights=list(words.municipality.values()))[0]
        if elsewhere
        else like.municipality,
        prior_detentions=near(like.prior_detentions, 1, Between(least=0, most=words.most_prior_detentions)),
        detention_days=near(like.detention_days, 20, words.detention_days),
        months_worked_before=near(like.months_worked_before, 1, before) if like.months_worked_before else 0,
        months_benefit_before=near(like.months_benefit_before, 2, before) if like.months_benefit_before else 0,
    )


def _spread(entries: Sequence[Mapping[str, str]], people: int, *, by: str, rng: Random) -> frozenset[int]:
    """People drawn evenly over the codes of a variable, so that each draw holds all kinds."""
    order = list(range(len(entries)))
    rng.shuffle(order)
    order.sort(key=lambda who: entries[who][by])
    start = rng.random()
    return frozenset(order[int((place + start) * len(order) / people)] for place in range(people))


def _before(words: Background, *, rng: Random, never_worked: bool = False) -> tuple[int, int, int]:
    """Months worked, months on benefit, days of the last detention."""
    # Work in the last two years is rarer where no paid job is known at all.
    share = words.worked_before * (0.3 if never_worked else 1.0)
    worked = _within(words.months_worked_before, rng=rng) if rng.random() < share else 0
    benefit = _within(words.months_benefit_before, rng=rng) if rng.random() < words.on_benefit_before else 0
    return worked, benefit, _within(words.detention_days, rng=rng)


def _within(span: Between, *, rng: Random) -> int:
    return rng.randint(span.least, span.most)


def _age(code: str, *, rng: Random) -> int:
    """Years within the published class, such as `a31_40`; an unknown age lies between 25 and 45."""
    ends = re.fullmatch(r"a(\d+)_(\d+)", code)
    return rng.randint(int(ends[1]), int(ends[2])) if ends else rng.randint(25, 45)
