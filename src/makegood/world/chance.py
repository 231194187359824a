"""Chance that was passed in: streams of random numbers by seed and name, and dealing that keeps totals exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, name: str) -> Random:
    """The random numbers of one part of the world.

    Each part draws from its own stream, so that a larger pool leaves the participants as they were.
    """
    return Random(f"{seed}/{name}")  # noqa: S311 - invented people, no secret


def shares_of(total: int, weights: Mapping[T, float]) -> dict[T, int]:
    """Whole numbers that add up to `total` in proportion to `weights`, by the largest remainder.

    Equal remainders go to the key that comes first. All weights zero gives the whole to the first key.
    """
    scale = sum(weights.values())
    keys = list(weights)
    if not scale:
        return {key: total if key == keys[0] else 0 for key in keys}
    exact = {key: total * weights[key] / scale for key in keys}
    counts = {key: int(exact[key]) for key in keys}
    left = total - sum(counts.values())
    for key in sorted(keys, key=lambda item: counts[item] - exact[item])[:left]:
        counts[key] += 1
    return counts


def hand_out(total: int, weights: Mapping[T, float], *, rng: Random) -> list[T]:
    """`total` keys in proportion to `weights`, shuffled."""
    keys = [key for key, count in shares_of(total, weights).items() for _ in range(count)]
    rng.shuffle(keys)
    return keys


def systematic(chances: Sequence[float], *, rng: Random) -> list[bool]:
    """One draw for each chance, by systematic sampling: the number of hits differs from the sum by less than one.

    Neighbours share a step, so sort the chances first to spread the hits evenly over them.
    """
    ticket = rng.random()
    hits = []
    before = 0.0
    for chance in chances:
        after = before + chance
        hits.append(int(after + ticket) > int(before + ticket))
        before = after
    return hits


def bent_to(total: int, *, start: Sequence[int], least: Sequence[int], most: Sequence[int], rng: Random) -> list[int] | None:
    """Whole numbers near `start` within their bounds that add up to `total`; None where the bounds do not allow it.

    One at a time a number drawn by chance moves by one towards the total.
    """
    numbers = [min(max(number, low), high) for number, low, high in zip(start, least, most, strict=True)]
    if not sum(least) <= total <= sum(most):
        return None
    while (gap := total - sum(numbers)) != 0:
        step = 1 if gap > 0 else -1
        free = [place for place, number in enumerate(numbers) if least[place] <= number + step <= most[place]]
        numbers[rng.choice(free)] += step
    return numbers
