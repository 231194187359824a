"""A k-d tree over the pool that forgets whoever is taken: the search of `mahalanobis` for large inputs.

A node knows the box of its people in every coordinate and in the score, and how many of them are free; a branch is
left out when it holds nobody who is free, nobody within the caliper, or nobody who is as near as the best so far.
Bentley (1975), Communications of the ACM 18(9).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from makegood.comparison.kernels import in_parts
from makegood.comparison.machine import machine
from makegood.comparison.mahalanobis import Group, Search, places_by_first
from makegood.comparison.matched import Floats, Rows

LEAF = 12


class Tree(Search):
    """See `Search`; built once for a group."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.focal = np.flatnonzero(group.treated)
        pool = np.flatnonzero(~group.treated & group.allowed)
        self.levels = max(int(np.ceil(np.log2(max(pool.size / LEAF, 1.0)))), 0)
        points = np.empty((pool.size, group.points.shape[0] + 1))
        points[:, :-1] = group.points[:, pool].T
        points[:, -1] = group.scores[pool]
        unit = _unit_of_score(group, pool.size)
        order = _ordered(points, self.levels, unit)
        self.points, self.rows = points[order], pool[order]
        self.boxes, self.count = _boxed(self.points, self.levels)
        self.free = np.ones(pool.size, dtype=np.bool_)
        self.own = np.ascontiguousarray(np.vstack([group.points[:, self.focal], group.scores[self.focal]]).T)
        self.at = np.empty(0, dtype=np.int64)
        self.own_at = np.empty(0, dtype=np.int64)
        self.place = np.full(group.treated.size, -1, dtype=np.int64)
        self.place[self.rows] = np.arange(pool.size)

    def _ranks(self) -> None:
        """Who is reached when matters only between equal distances; sorting for it waits for the first of them."""
        at = places_by_first(self.group.points)
        self.at, self.own_at = at[self.rows], at[self.focal]

    def choose(self, who: int) -> int:
        """See `Search`."""
        found, tied = _choose(
            self.points, self.boxes, self.count, self.free, self.levels, self.own, who, self.group.limit, self.at, self.own_at
        )
        if tied and not self.at.size:
            self._ranks()
            return self.choose(who)
        return int(self.rows[found]) if found >= 0 else -1

    def take(self, place: int) -> None:
        """See `Search`."""
        _take(self.count, self.free, self.levels, self.place[place])

    def is_free(self, place: int) -> bool:
        """See `Search`."""
        return bool(self.free[self.place[place]])

    def apart(self, who: int, place: int) -> float:
        """See `Search`."""
        total = 0.0
        for one, other in zip(self.own[who, :-1], self.points[self.place[place], :-1], strict=True):
            total += float(one - other) ** 2
        return total

    def again(self, ratio: int) -> Rows:
        """See `Search`."""
        return self._with_ranks(_again, ratio)

    def in_turn(self, ratio: int) -> Rows:
        """See `Search`."""
        return self._with_ranks(_in_turn, ratio)

    def _with_ranks(self, loop: Any, ratio: int) -> Rows:
        while True:
            found, tied = loop(
                self.points,
                self.boxes,
                self.count.copy(),
                self.free.copy(),
                self.levels,
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


def _ordered(points: Floats, levels: int, unit: float) -> Rows:
    """(pool,) the order in which every node's people stand together: each node halved along its longest side."""
    order = np.arange(points.shape[0])
    for level in range(levels):
        nodes = 1 << level

        def part(_number: int, first: int, last: int, nodes: int = nodes) -> None:
            _halved(points, order, nodes, unit, first, last)

        in_parts(part, nodes, min(nodes, 16))
    return order


@machine
def _halved(points: Any, order: Any, nodes: Any, unit: Any, begin: Any, end: Any) -> None:
    count, width = points.shape
    for node in range(begin, end):
        first, last = count * node // nodes, count * (node + 1) // nodes
        middle = count * (2 * node + 1) // (2 * nodes)
        side, longest = 0, -1.0
        # The side is judged by a sample of the node: any choice is right, a good one is fast.
        stride = max((last - first) // 256, 1)
        for dimension in range(width):
            low, high = np.inf, -np.inf
            for place in range(first, last, stride):
                value = points[order[place], dimension]
                low, high = min(low, value), max(high, value)
            length = (high - low) * (unit if dimension == width - 1 else 1.0)
            if length > longest:
                side, longest = dimension, length
        _select(points, order, side, first, last - 1, middle)


@machine
def _select(points: Any, order: Any, side: Any, low: Any, high: Any, middle: Any) -> None:
    """Quickselect: whoever belongs at `middle` along `side` stands there, the lower before, the higher behind."""
    while low < high:
        a, b, c = points[order[low], side], points[order[(low + high) // 2], side], points[order[high], side]
        pivot = max(min(a, b), min(max(a, b), c))
        one, two = low, high
        while one <= two:
            while points[order[one], side] < pivot:
                one += 1
            while points[order[two], side] > pivot:
                two -= 1
            if one <= two:
                order[one], order[two] = order[two], order[one]
                one += 1
                two -= 1
        if middle <= two:
            high = two
        elif middle >= one:
            low = one
        else:
            return


@machine
def _boxed(points: Any, levels: Any) -> tuple[Any, Any]:
    """(nodes, 2, width) lowest and highest of each node, and (nodes,) how many people; node 1 is the root."""
    count, width = points.shape
    leaves = 1 << levels
    boxes = np.empty((2 * leaves, 2, width))
    free = np.zeros(2 * leaves, dtype=np.int64)
    for leaf in range(leaves):
        first, last = count * leaf // leaves, count * (leaf + 1) // leaves
        free[leaves + leaf] = last - first
        for dimension in range(width):
            low, high = np.inf, -np.inf
            for place in range(first, last):
                value = points[place, dimension]
                low, high = min(low, value), max(high, value)
            boxes[leaves + leaf, 0, dimension] = low
            boxes[leaves + leaf, 1, dimension] = high
    for node in range(leaves - 1, 0, -1):
        free[node] = free[2 * node] + free[2 * node + 1]
        for dimension in range(width):
            boxes[node, 0, dimension] = min(boxes[2 * node, 0, dimension], boxes[2 * node + 1, 0, dimension])
            boxes[node, 1, dimension] = max(boxes[2 * node, 1, dimension], boxes[2 * node + 1, 1, dimension])
    return boxes, free


@machine
def _bound(boxes: Any, node: Any, own: Any, limit: Any) -> float:
    """The least squared distance that anybody in the node can have; infinite when all lie outside the caliper."""
    width = own.size
    score = own[width - 1]
    if score - boxes[node, 1, width - 1] > limit or boxes[node, 0, width - 1] - score > limit:
        return np.inf
    total = 0.0
    for dimension in range(width - 1):
        value = own[dimension]
        gap = 0.0
        if value < boxes[node, 0, dimension]:
            gap = boxes[node, 0, dimension] - value
        elif value > boxes[node, 1, dimension]:
            gap = value - boxes[node, 1, dimension]
        total += gap * gap
    return total


@machine
def _turn(at: Any, own_at: Any, place: Any, who: Any) -> Any:
    """When the search reaches a control: left first, then by turns."""
    steps = at[place] - own_at[who]
    return -2 * steps - 1 if steps < 0 else 2 * steps


@machine
def _visit(
    points: Any, boxes: Any, count: Any, free: Any, levels: Any, own: Any, who: Any, limit: Any, at: Any, own_at: Any, best: Any, far: Any
) -> tuple[int, bool]:
    """Fill `best` with the nearest free places and `far` with their squared distances; how many, and were any tied."""
    total, width = points.shape
    leaves = 1 << levels
    wanted = best.size
    found = 0
    tied = False
    stack = np.empty(2 * levels + 2, dtype=np.int64)
    bounds = np.empty(2 * levels + 2)
    mine = own[who]
    stack[0], bounds[0] = 1, _bound(boxes, 1, mine, limit)
    depth = 1
    while depth > 0:
        depth -= 1
        node, bound = stack[depth], bounds[depth]
        if bound == np.inf or (found == wanted and bound > far[wanted - 1]) or count[node] == 0:
            continue
        if node < leaves:
            left, right = 2 * node, 2 * node + 1
            to_left, to_right = _bound(boxes, left, mine, limit), _bound(boxes, right, mine, limit)
            if to_left <= to_right:
                left, right, to_left, to_right = right, left, to_right, to_left
            stack[depth], bounds[depth] = left, to_left
            stack[depth + 1], bounds[depth + 1] = right, to_right
            depth += 2
            continue
        leaf = node - leaves
        for place in range(total * leaf // leaves, total * (leaf + 1) // leaves):
            if not free[place] or abs(mine[width - 1] - points[place, width - 1]) > limit:
                continue
            square = 0.0
            for dimension in range(width - 1):
                gap = mine[dimension] - points[place, dimension]
                square += gap * gap
            if found == wanted and square > far[wanted - 1]:
                continue
            spot = found
            while spot > 0 and far[spot - 1] >= square:
                if far[spot - 1] == square:
                    tied = True
                    if at.size and _turn(at, own_at, best[spot - 1], who) > _turn(at, own_at, place, who):
                        break
                spot -= 1
            if spot == wanted:
                continue
            if found < wanted:
                found += 1
            for later in range(found - 1, spot, -1):
                best[later], far[later] = best[later - 1], far[later - 1]
            best[spot], far[spot] = place, square
    return found, tied


@machine
def _take(count: Any, free: Any, levels: Any, place: Any) -> None:
    free[place] = False
    leaves = 1 << levels
    node = leaves + _leaf_of(place, free.size, leaves)
    while node >= 1:
        count[node] -= 1
        node >>= 1


@machine
def _leaf_of(place: Any, total: Any, leaves: Any) -> Any:
    leaf = place * leaves // total
    while total * (leaf + 1) // leaves <= place:
        leaf += 1
    while total * leaf // leaves > place:
        leaf -= 1
    return leaf


@machine
def _choose(
    points: Any, boxes: Any, count: Any, free: Any, levels: Any, own: Any, who: Any, limit: Any, at: Any, own_at: Any
) -> tuple[int, bool]:
    best, far = np.empty(1, dtype=np.int64), np.empty(1)
    found, tied = _visit(points, boxes, count, free, levels, own, who, limit, at, own_at, best, far)
    return (best[0] if found else -1), tied


@machine
def _in_turn(
    points: Any,
    boxes: Any,
    count: Any,
    free: Any,
    levels: Any,
    own: Any,
    turns: Any,
    limit: Any,
    at: Any,
    own_at: Any,
    ratio: Any,
) -> tuple[Any, bool]:
    controls = np.full((own.shape[0], ratio), -1, dtype=np.int64)
    done = np.zeros(own.shape[0], dtype=np.bool_)
    best, far = np.empty(1, dtype=np.int64), np.empty(1)
    any_tied = False
    for number in range(ratio):
        for who in turns:
            if done[who]:
                continue
            found, tied = _visit(points, boxes, count, free, levels, own, who, limit, at, own_at, best, far)
            any_tied = any_tied or tied
            if any_tied and at.size == 0:
                return controls, any_tied
            if found == 0:
                done[who] = True
                continue
            controls[who, number] = best[0]
            _take(count, free, levels, best[0])
    return controls, any_tied


@machine
def _again(
    points: Any,
    boxes: Any,
    count: Any,
    free: Any,
    levels: Any,
    own: Any,
    turns: Any,
    limit: Any,
    at: Any,
    own_at: Any,
    ratio: Any,
) -> tuple[Any, bool]:
    controls = np.full((own.shape[0], ratio), -1, dtype=np.int64)
    any_tied = False
    best, far = np.empty(ratio, dtype=np.int64), np.empty(ratio)
    for who in turns:
        found, tied = _visit(points, boxes, count, free, levels, own, who, limit, at, own_at, best, far)
        any_tied = any_tied or tied
        if any_tied and at.size == 0:
            return controls, any_tied
        for number in range(found):
            controls[who, number] = best[number]
    return controls, any_tied
