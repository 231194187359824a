"""What an attacker can work out about a refused figure from the published ones: bounds by linear programming."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Name = tuple[str, ...]
Relation = tuple[tuple[float, Name], ...]
"""Terms (factor, figure) that add up to 0: a total less its parts."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure that stands in a table.

    `sensitive`: it tells of too few persons; `width`: how wide the attacker's interval must stay when it is refused.
    `low`, `high`: what everybody knows of it beforehand; `whole`: it is a count. `half`: half the step to which it is
    rounded when published, so that the true value lies within `shown` plus or minus it. `hidden`: never published
    itself, though others may give it away. `priority`: the greater, the later it is sacrificed for another.
    """

    name: Name
    value: float
    shown: float
    sensitive: bool = False
    width: float = 0.0
    low: float = 0.0
    high: float = math.inf
    whole: bool = True
    half: float = 0.0
    hidden: bool = False
    priority: int = 0


@dataclass(frozen=True)
class Ties:
    """Relations, and for each figure which of them name it."""

    relations: Sequence[Relation]
    of: dict[Name, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[Name, list[int]] = {}
        for index, relation in enumerate(self.relations):
            for _factor, name in relation:
                found.setdefault(name, []).append(index)
        object.__setattr__(self, "of", found)

    def around(self, target: Name, *, known: Collection[Name] = ()) -> tuple[list[Name], list[Relation]]:
        """The figures and relations that hang together with a target. What is `known` exactly passes nothing on: a
        relation through it says no more than its value does."""
        seen, used, todo = {target}, set(), [target]
        while todo:
            for index in self.of.get(todo.pop(), ()):
                if index not in used:
                    used.add(index)
                    for _factor, name in self.relations[index]:
                        if name not in seen:
                            seen.add(name)
                            if name not in known:
                                todo.append(name)
        return sorted(seen), [self.relations[index] for index in sorted(used)]


def bounds(target: Name, *, figures: Mapping[Name, Figure], ties: Ties, published: Collection[Name]) -> tuple[float, float]:
    """Least and greatest value of `target` that fits everything published and every relation.

    Counts are held to whole numbers. The attacker is taken to know all relations, and that nothing leaves its `low`
    and `high`.
    """
    from scipy import optimize  # noqa: PLC0415 (takes a third of a second)

    exact = {name for name in published if figures[name].whole and not figures[name].half}
    names, used = ties.around(target, known=exact)
    place = {name: index for index, name in enumerate(names)}
    matrix = np.zeros((len(used), len(names)))
    right = np.zeros(len(used))
    for row, relation in enumerate(used):
        for factor, name in relation:
            matrix[row, place[name]] += factor
    limits = [_known(figures[name], published) for name in names]
    whole = np.array([1 if figures[name].whole else 0 for name in names])
    found = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(names))
        cost[place[target]] = sign
        answer = optimize.linprog(
            cost, A_eq=matrix if used else None, b_eq=right if used else None, bounds=limits, integrality=whole, method="highs"
        )
        if answer.status in (3, 4) and not math.isfinite(limits[place[target]][0 if sign > 0 else 1]):
            found.append(-sign * math.inf)
        elif answer.status == 0:
            found.append(float(answer.x[place[target]]))
        else:  # infeasible only by rounding of the floats: the attacker then knows the value
            found.append(figures[target].value)
    return found[0], found[1]


def _known(figure: Figure, published: Collection[Name]) -> tuple[float, float]:
    if figure.name not in published:
        return figure.low, figure.high
    slack = figure.half if figure.whole else figure.half + 1e-9 * max(1.0, abs(figure.shown))
    return max(figure.low, figure.shown - slack), min(figure.high, figure.shown + slack)


def cheapest_pattern(
    target: Name, move: float, *, figures: Mapping[Name, Figure], ties: Ties, published: Collection[Name]
) -> set[Name] | None:
    """Published figures to give up so that `target` could as well be `move` higher (lower, when negative).

    The least costly way to shift figures together so that every relation still holds (Kelly, Golden and Assad 1992):
    refused ones shift freely within what is known of them, published ones at a cost that grows with their priority.
    None when no shift exists.
    """
    from scipy import optimize  # noqa: PLC0415 (takes a third of a second)

    names, used = ties.around(target)
    place = {name: index for index, name in enumerate(names)}
    size = len(names)
    matrix = np.zeros((len(used), 2 * size))
    for row, relation in enumerate(used):
        for factor, name in relation:
            matrix[row, place[name]] += factor
            matrix[row, size + place[name]] -= factor
    cost, limits = np.zeros(2 * size), []
    for index, name in enumerate(names):
        figure = figures[name]
        cost[[index, size + index]] = 1e-6 if name not in published else 1.0 + 2.0**figure.priority
    for name in names:
        limits.append((0.0, max(0.0, figures[name].high - figures[name].value)))
    for name in names:
        limits.append((0.0, max(0.0, figures[name].value - figures[name].low)))
    up, down = place[target], size + place[target]
    limits[up], limits[down] = ((move, move), (0.0, 0.0)) if move > 0 else ((0.0, 0.0), (-move, -move))
    answer = optimize.linprog(cost, A_eq=matrix, b_eq=np.zeros(len(used)), bounds=limits, method="highs") if used else None
    if answer is None or answer.status != 0:
        return None
    moved = np.abs(answer.x[:size] - answer.x[size:]) > 1e-7
    return {name for index, name in enumerate(names) if moved[index] and name in published}
