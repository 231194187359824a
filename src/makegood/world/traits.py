"""Dealing published codes to participants: every margin of every group exactly, who has what by chance.

The joint distribution is not published. The specification's associations say which codes tend to go together:
hidden traits rank people, codes are dealt along the ranking, and answers of one questionnaire miss together.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from random import Random

from makegood.world.chance import stream
from makegood.world.margins import Margin
from makegood.world.reading import Plan
from makegood.world.specification import Association

STATUS = "status"
MISSING = frozenset({"missing", "unknown"})
"""Codes that say that an answer is not there."""


def deal(plan: Plan, *, seed: int) -> list[dict[str, str]]:
    """One register entry for each participant: `status` and a code for each variable, empty where it does not apply."""
    rng = stream(seed, "status")
    groups = [group for group, size in plan.specification.groups.items() for _ in range(size)]
    rng.shuffle(groups)
    entries = [{STATUS: group} for group in groups]
    together = _profiles(entries, plan, seed=seed)
    associations = {item.variable: item for item in plan.specification.associations}
    variables = list(dict.fromkeys(margin.variable for margin in plan.margins))
    ordered = [name for name in variables if name not in associations] + list(associations)
    for variable in ordered:
        _deal_one(entries, plan.codes(variable), associations.get(variable, Association(variable=variable)), together, seed=seed)
    return [{STATUS: entry[STATUS], **{name: entry.get(name, "") for name in variables}} for entry in entries]


def _profiles(entries: list[dict[str, str]], plan: Plan, *, seed: int) -> list[dict[str, str]]:
    """For each participant the codes that are given beforehand, so that they go together as the text says.

    They fall to people whose answers of a block are missing last, since who has the code has answered.
    """
    rng = stream(seed, "profiles")
    given: list[dict[str, str]] = [{} for _ in entries]
    associations = {item.variable: item for item in plan.specification.associations}
    block = next((associations[name].block for item in plan.specification.profiles for name in item.codes if name in associations), None)
    rank = _ranks(len(entries), stream(seed, f"block/{block}"))
    for group in plan.specification.groups:
        profiles = [item for item in plan.specification.profiles if item.group == group for _ in range(item.people)]
        members = sorted((who for who, entry in enumerate(entries) if entry[STATUS] == group), key=lambda who: -rank[who])
        chosen = members[: len(profiles)]
        rng.shuffle(chosen)
        for who, profile in zip(chosen, profiles, strict=True):
            given[who] = dict(profile.codes)
    return given


def _deal_one(
    entries: list[dict[str, str]], codes: Sequence[Margin], association: Association, together: list[dict[str, str]], *, seed: int
) -> None:
    rng = stream(seed, f"deal/{association.variable}")
    by_group = any(margin.groups for margin in codes)
    everybody = range(len(entries))
    groups = dict.fromkeys(group for margin in codes for group in margin.groups) if by_group else {"": None}
    for group in groups:
        members = [person for person in everybody if not by_group or entries[person][STATUS] == group]
        counts = {margin.code: margin.groups.get(group, 0) if by_group else margin.total for margin in codes}
        for person in members:
            if association.variable in together[person]:
                entries[person][association.variable] = together[person][association.variable]
                counts[entries[person][association.variable]] -= 1
        members = [person for person in members if association.variable not in together[person]]
        rng.shuffle(members)
        if association.block:
            rank = _ranks(len(entries), stream(seed, f"block/{association.block}"))
            members.sort(key=lambda person: rank[person])
            for code in sorted(MISSING & counts.keys()):
                for person in members[: counts[code]]:
                    entries[person][association.variable] = code
                members = members[counts.pop(code) :]
            rng.shuffle(members)
        members = _ranked(members, entries, association, rng=rng, seed=seed)
        for person, code in zip(members, _queue(counts, association, rng=rng), strict=True):
            entries[person][association.variable] = code


def _ranked(members: list[int], entries: list[dict[str, str]], association: Association, *, rng: Random, seed: int) -> list[int]:
    """The members in the order in which codes are dealt; chance decides what the association leaves open."""
    if association.after:
        place = {code: rank for rank, code in enumerate(association.ranks)}
        after = association.after
        return sorted(members, key=lambda person: place.get(entries[person][after], len(place)))
    if association.latent:
        trait = _ranks(len(entries), stream(seed, f"latent/{association.latent}"))
        noise = sqrt(max(0.0, 1 - association.loading**2))
        score = {person: association.loading * trait[person] + noise * rng.gauss(0, 1) for person in members}
        return sorted(members, key=lambda person: score[person])
    return members


def _ranks(people: int, rng: Random) -> list[float]:
    return [rng.gauss(0, 1) for _ in range(people)]


def _queue(counts: dict[str, int], association: Association, *, rng: Random) -> list[str]:
    """The codes to deal: along the file's order for a hidden trait, else shuffled between `first` and `last`."""
    if association.latent:
        return [code for code, count in counts.items() for _ in range(count)]
    middle = [code for code, count in counts.items() if code not in (*association.first, *association.last) for _ in range(count)]
    rng.shuffle(middle)
    top = [code for code in association.first for _ in range(counts.get(code, 0))]
    bottom = [code for code in association.last for _ in range(counts.get(code, 0))]
    return top + middle + bottom
