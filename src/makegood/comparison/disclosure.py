"""What may leave a closed environment: small cells and dominated ones are refused, and enough others that none can be
worked out again.

A refused figure is protected when the interval that everything published leaves for it is at least as wide as its
rule asks. That is checked by `cell_bounds.bounds`, not by the pattern of the table; figures are sacrificed one by one
until it holds. The list of refused figures does not say which were sensitive themselves: that would give them away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.cell_bounds import Figure, Name, Relation, Ties, bounds, cheapest_pattern
from makegood.comparison.protocol_terms import SmallCells


@dataclass(frozen=True, kw_only=True)
class Release:
    """`published`: names that may leave; `refused`: those that may not; `widths`: what the bounds leave of each
    sensitive figure, for the evaluator inside only."""

    published: frozenset[Name]
    refused: tuple[Name, ...]
    widths: dict[Name, tuple[float, float]]


def count_figure(
    name: Name, count: int, *, rule: SmallCells, group: bool = False, hidden: bool = False, priority: int = 0, high: float = math.inf
) -> Figure:
    """A count of persons under a rule. `group`: nobody at all would tell something of everybody, so 0 is sensitive too."""
    sensitive = 0 < count < rule.minimum or (group and count == 0)
    return Figure(
        name=name,
        value=count,
        shown=rounded_count(count, rule=rule),
        sensitive=sensitive,
        width=float(rule.minimum),
        half=rule.round_counts_to // 2 if rule.round_counts_to > 1 else 0.0,
        hidden=hidden,
        priority=priority,
        high=high,
    )


def total_figure(
    name: Name, values: NDArray[np.float64], *, rule: SmallCells, low: float | None, high: float | None, priority: int = 0
) -> Figure:
    """The total behind a published mean, under the rule on dominance and the least number of persons.

    `values`: (persons,) contributions; `low` and `high`: the range of one person's value that everybody knows.
    """
    size = values.size
    parts = np.abs(values)
    whole = float(parts.sum())
    largest = np.sort(
        parts if size <= rule.largest_contributors else np.partition(parts, -rule.largest_contributors)[-rule.largest_contributors :]
    )
    dominated = rule.dominance is not None and whole > 0 and float(largest.sum()) > float(rule.dominance) * whole
    mean = float(values.mean()) if size else 0.0
    shown = round(mean, rule.decimals) * size
    return Figure(
        name=name,
        value=float(values.sum()),
        shown=shown,
        sensitive=dominated or 0 < size < rule.minimum,
        width=float(largest[-1]) if size else 0.0,
        low=-math.inf if low is None else low * size,
        high=math.inf if high is None else high * size,
        whole=False,
        half=0.5 * 10.0 ** (-rule.decimals) * size,
        priority=priority,
    )


def rounded_count(count: int, *, rule: SmallCells) -> int:
    """A count as it leaves: the nearest multiple of the rule's step, halves upward."""
    step = rule.round_counts_to
    return (2 * count + step) // (2 * step) * step


def release(figures: Sequence[Figure], *, relations: Sequence[Relation]) -> Release:
    """What may be published of these figures, given the relations that tie them."""
    by_name = {figure.name: figure for figure in figures}
    published = {figure.name for figure in figures if not figure.sensitive and not figure.hidden}
    todo = sorted(figure.name for figure in figures if figure.sensitive)
    ties = Ties([relation for relation in relations if all(name in by_name for _factor, name in relation)])
    widths: dict[Name, tuple[float, float]] = {}
    while todo:
        exposed = todo[-1]
        widths[exposed] = bounds(exposed, figures=by_name, ties=ties, published=published)
        if widths[exposed][1] - widths[exposed][0] >= by_name[exposed].width - 1e-9:
            todo.pop()  # giving up more figures later can only widen this interval
            continue
        sacrificed = _pattern(exposed, by_name, ties, published) or _cheapest(exposed, by_name, ties, published)
        if sacrificed:
            published -= sacrificed
        else:
            todo.pop()  # nothing tied to it is published; what everybody knows beforehand is narrower than the rule asks
    refused = tuple(sorted(figure.name for figure in figures if not figure.hidden and figure.name not in published))
    return Release(published=frozenset(published), refused=refused, widths=widths)


def _pattern(exposed: Name, figures: dict[Name, Figure], ties: Ties, published: set[Name]) -> set[Name]:
    """What to give up so that an exposed figure could lie half its width lower and the rest of it higher."""
    figure = figures[exposed]
    below = min(figure.value - figure.low, figure.width / 2)
    below = float(math.floor(below)) if figure.whole else below
    given: set[Name] = set()
    for move in (-below, figure.width - below):
        if move:
            given |= cheapest_pattern(exposed, move, figures=figures, ties=ties, published=published - given) or set()
    return given


def _cheapest(exposed: Name, figures: dict[Name, Figure], ties: Ties, published: set[Name]) -> set[Name]:
    """One figure to give up where no pattern was found: nearest to the exposed one, then of least priority, then the smallest."""
    reached, ring = {exposed}, {exposed}
    while ring:
        around = {name for mark in ring for index in ties.of.get(mark, ()) for _f, name in ties.relations[index]} - reached
        candidates = [name for name in around if name in published]
        if candidates:
            return {min(candidates, key=lambda name: (figures[name].priority, abs(figures[name].value), name))}
        reached |= around
        ring = around
    return set()
