"""A k-d tree over the pool that forgets whoever is taken: the search of `mahalanobis` for large inputs.

A node knows the box of its people in every coordinate and in the score, and how many of them are free; a branch is
left out when it holds nobody who is free, nobody within the caliper, or nobody who is as near as the best so far.
Bentley (1975), Communications of the ACM 18(9).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from makegood.comparison import tree_growth, tree_search
from makegood.comparison.kernels import PARTS, in_parts
from makegood.comparison.mahalanobis import Group, Search, places_by_first
from makegood.comparison.matched import Rows

LEAF = 64
"""People in a leaf, more or less: a leaf is compared one by one."""
SAMPLED = 4
"""People of the sample in a leaf; the splits are those of a sample, since any choice is right and a good one is fast."""


class Tree(Search):
    """See `Search`; built once for a group."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.focal = np.flatnonzero(group.treated)
        pool = np.flatnonzero(~group.treated & group.allowed)
        levels = max(int(np.ceil(np.log2(max(pool.size / LEAF, 1.0)))), 0)
        leaves = 1 << levels
        unit = _unit_of_score(group, pool.size)
        sample = pool[:: max(pool.size // (SAMPLED * leaves), 1)]
        chosen = np.column_stack([group.points[:, sample].T, group.scores[sample]])
        self.side, self.cut = np.zeros(leaves, dtype=np.int64), np.zeros(leaves)
        for level in range(levels):
            nodes = 1 << level

            def split(_number: int, first: int, last: int, nodes: int = nodes) -> None:
                tree_growth.halved(chosen, nodes, unit, first, last, self.side, self.cut)

            in_parts(split, nodes, min(nodes, PARTS))
        leaf = np.empty(pool.size, dtype=np.int32)
        counts = np.zeros((PARTS, leaves), dtype=np.int64)

        def drop(number: int, first: int, last: int) -> None:
            tree_growth.dropped(group.points, group.scores, pool, leaves, self.side, self.cut, first, last, leaf, counts[number])

        in_parts(drop, pool.size, PARTS)
        starts = np.concatenate([[0], np.cumsum(counts.T.ravel())])
        self.first = np.ascontiguousarray(starts[::PARTS])
        places = np.ascontiguousarray(starts[:-1].reshape(leaves, PARTS).T)
        self.points = np.empty((pool.size, group.points.shape[0] + 1))
        self.rows, self.leaf = np.empty(pool.size, dtype=np.int64), np.empty(pool.size, dtype=np.int32)

        def move(number: int, first: int, last: int) -> None:
            tree_growth.moved(group.points, group.scores, pool, leaf, first, last, places[number], self.points, self.rows, self.leaf)

        in_parts(move, pool.size, PARTS)
        self.boxes, self.count = np.empty((2 * leaves, 2, self.points.shape[1])), np.zeros(2 * leaves, dtype=np.int64)
        in_parts(
            lambda _number, first, last: tree_growth.boxed(self.points, self.first, first, last, self.boxes, self.count),
            leaves,
            min(leaves, PARTS),
        )
        tree_growth.joined(self.boxes, self.count)
        self.free = np.ones(pool.size, dtype=np.bool_)
        self.own = np.ascontiguousarray(np.vstack([group.points[:, self.focal], group.scores[self.focal]]).T)
        self.at = np.empty(0, dtype=np.int64)
        self.own_at = np.empty(0, dtype=np.int64)
        self.place = np.empty(0, dtype=np.int64)

    def _ranks(self) -> None:
        """Who is reached when matters only between equal distances; sorting for it waits for the first of them."""
        at = places_by_first(self.group.points) if self.group.at is None else self.group.at
        self.at, self.own_at = at[self.rows], at[self.focal]

    def choose(self, who: int) -> int:
        """See `Search`."""
        found, tied = tree_search.choose(
            self.points, self.boxes, self.count, self.free, self.first, self.own, who, self.group.limit, self.at, self.own_at
        )
        if tied and not self.at.size:
            self._ranks()
            return self.choose(who)
        return int(self.rows[found]) if found >= 0 else -1

    def _place(self, row: int) -> int:
        """Where somebody of the group stands in the tree."""
        if not self.place.size:
            self.place = np.full(self.group.treated.size, -1, dtype=np.int64)
            self.place[self.rows] = np.arange(self.rows.size)
        return int(self.place[row])

    def take(self, place: int) -> None:
        """See `Search`."""
        tree_search.take(self.count, self.free, self.leaf, self._place(place))

    def is_free(self, place: int) -> bool:
        """See `Search`."""
        return bool(self.free[self._place(place)])

    def apart(self, who: int, place: int) -> float:
        """See `Search`."""
        total = 0.0
        for one, other in zip(self.own[who, :-1], self.points[self._place(place), :-1], strict=True):
            total += float(one - other) ** 2
        return total

    def again(self, ratio: int) -> Rows:
        """See `Search`."""
        return self._with_ranks(tree_search.again, ratio)

    def in_turn(self, ratio: int) -> Rows:
        """See `Search`."""
        return self._with_ranks(tree_search.in_turn, ratio)

    def _with_ranks(self, loop: Any, ratio: int) -> Rows:
        while True:
            found, tied = loop(
                self.points,
                self.boxes,
                self.count.copy(),
                self.free.copy(),
                self.first,
                self.leaf,
                self.own,
                self.group.turns,
                self.group.limit,
                self.at,
                self.own_at,
                ratio,
            )
            if not tied or self.at.size:
                return np.where(found >= 0, self.rows[found], -1)
            self._ranks()


def _unit_of_score(group: Group, pool: int) -> float:
    """How long one unit of score counts when boxes are cut: the caliper's width as long as a usual near distance."""
    if not np.isfinite(group.limit) or group.limit <= 0:
        return 0.0
    dimensions = group.points.shape[0]
    usual = 4.0 * float((0.15 * pool) ** (-1.0 / dimensions))
    return usual / (2.0 * group.limit)
