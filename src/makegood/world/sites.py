"""Participants come from sites, and no site starts anybody before it recruits.

The published class of months in the programme gives a window of index dates, and the last prison a day from which that
prison took part. Where the two do not go together in one person, the classes of two people of one group change places:
how many have each class, and how many come from each prison, stays as published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from makegood.values.problem import Problem, Refused, Where
from makegood.world.chance import stream
from makegood.world.reading import CLASS
from makegood.world.recruitment_words import RecruitmentWords
from makegood.world.specification import Specification, Stay
from makegood.world.traits import STATUS

PRISON = "last_prison"
_TRIES = 2_000


def site_of(entry: Mapping[str, str], words: RecruitmentWords) -> str:
    """The site from which a participant comes."""
    return words.site_of[entry[PRISON]]


def ready_on(entry: Mapping[str, str], words: RecruitmentWords | None, specification: Specification) -> date:
    """The first index date that somebody of this prison can have: the site recruits, and the fewest days go by."""
    if words is None:
        return specification.intake.first
    begins = words.sites[site_of(entry, words)].from_
    return max(specification.intake.first, begins + timedelta(days=specification.intake.engaged_days_before.least + 1))


def fitted(
    entries: Sequence[dict[str, str]], specification: Specification, words: RecruitmentWords | None, *, seed: int
) -> list[dict[str, str]]:
    """The entries, with classes changed between people until every class has enough index dates for its sites.

    Raises Refused where a world cannot be lived: too many people of a late site in early classes.
    """
    fitting = [dict(entry) for entry in entries]
    if words is None:
        return fitting
    rng = stream(seed, "sites")
    stays = {(stay.group, stay.code): stay for stay in specification.stays}
    for _ in range(_TRIES):
        late = _late(fitting, stays, specification, words)
        if late is None:
            return fitting
        other = _partner(late, fitting, stays, specification, words, rng=rng)
        if other is not None:
            fitting[late][CLASS], fitting[other][CLASS] = fitting[other][CLASS], fitting[late][CLASS]
    what = "the sites begin too late for the published months in the programme"
    raise Refused([Problem(Where("recruitment.yaml", 0, "sites"), "no_such_stay", what, "", "let a site begin earlier, or widen a stay")])


def earliest_slots(stay: Stay, people: int) -> list[date]:
    """The earliest index dates that `people` can have, one in each equal part of a window."""
    days = (stay.index_to - stay.index_from).days + 1
    return [stay.index_from + timedelta(days=int(place * days / people)) for place in range(people)]


def _members(entries: Sequence[Mapping[str, str]], key: tuple[str, str]) -> list[int]:
    return [who for who, entry in enumerate(entries) if (entry[STATUS], entry.get(CLASS, "")) == key]


def _late(
    entries: Sequence[Mapping[str, str]], stays: Mapping[tuple[str, str], Stay], specification: Specification, words: RecruitmentWords
) -> int | None:
    """Somebody who does not fit into the class: the last of those that are too many for its late index dates."""
    for key, stay in stays.items():
        members = sorted(_members(entries, key), key=lambda who: (ready_on(entries[who], words, specification), who))
        slots = earliest_slots(stay, len(members)) if members else []
        for who, slot in zip(members, slots, strict=True):
            if ready_on(entries[who], words, specification) > slot:
                return members[-1]
    return None


def _partner(
    late: int, entries: Sequence[Mapping[str, str]], stays: Mapping[tuple[str, str], Stay], specification: Specification,
    words: RecruitmentWords, *, rng: Random,
) -> int | None:  # fmt: skip
    """Somebody of the group in a class with later index dates, ready for an earlier one, with as much or as little work."""
    own = stays[entries[late][STATUS], entries[late][CLASS]]
    work = specification.work.variable
    unstarted = {history.code for history in specification.work.histories if not history.started}
    found = [
        who
        for who, entry in enumerate(entries)
        if entry[STATUS] == entries[late][STATUS]
        and entry[CLASS] != entries[late][CLASS]
        and (entry[work] in unstarted) == (entries[late][work] in unstarted)
        and stays[entry[STATUS], entry[CLASS]].index_to > own.index_to
        and ready_on(entry, words, specification) < ready_on(entries[late], words, specification)
    ]
    return rng.choice(found) if found else None
