"""The compiled loops that search the tree of `tree`: the nearest who are free and within the caliper."""

from __future__ import annotations

from typing import Any

import numpy as np

from makegood.comparison.machine import machine

DEPTH = 128
"""Branches that wait at most: two for each level, and 64 levels hold more people than there are."""


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
    points: Any, boxes: Any, count: Any, free: Any, start: Any, own: Any, who: Any, limit: Any, at: Any, own_at: Any, best: Any, far: Any
) -> tuple[int, bool]:
    """Fill `best` with the nearest free places and `far` with their squared distances; how many, and were any tied."""
    width = points.shape[1]
    leaves = count.size // 2
    wanted = best.size
    found = 0
    tied = False
    stack = np.empty(DEPTH, dtype=np.int64)
    bounds = np.empty(DEPTH)
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
        for place in range(start[leaf], start[leaf + 1]):
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
def take(count: Any, free: Any, leaf: Any, place: Any) -> None:
    """Somebody is no longer free."""
    free[place] = False
    node = count.size // 2 + leaf[place]
    while node >= 1:
        count[node] -= 1
        node >>= 1


@machine
def choose(
    points: Any, boxes: Any, count: Any, free: Any, start: Any, own: Any, who: Any, limit: Any, at: Any, own_at: Any
) -> tuple[int, bool]:
    """The nearest who is free, -1 when there is nobody; and whether another is as near."""
    best, far = np.empty(1, dtype=np.int64), np.empty(1)
    found, tied = _visit(points, boxes, count, free, start, own, who, limit, at, own_at, best, far)
    return (best[0] if found else -1), tied


@machine
def in_turn(
    points: Any,
    boxes: Any,
    count: Any,
    free: Any,
    start: Any,
    leaf: Any,
    own: Any,
    turns: Any,
    limit: Any,
    at: Any,
    own_at: Any,
    ratio: Any,
) -> tuple[Any, bool]:
    """(treated, ratio) the nearest who is free for each in turn, round after round; stops at the first tie without ranks."""
    controls = np.full((own.shape[0], ratio), -1, dtype=np.int64)
    done = np.zeros(own.shape[0], dtype=np.bool_)
    best, far = np.empty(1, dtype=np.int64), np.empty(1)
    any_tied = False
    for number in range(ratio):
        for who in turns:
            if done[who]:
                continue
            found, tied = _visit(points, boxes, count, free, start, own, who, limit, at, own_at, best, far)
            any_tied = any_tied or tied
            if any_tied and at.size == 0:
                return controls, any_tied
            if found == 0:
                done[who] = True
                continue
            controls[who, number] = best[0]
            take(count, free, leaf, best[0])
    return controls, any_tied


@machine
def again(
    points: Any,
    boxes: Any,
    count: Any,
    free: Any,
    start: Any,
    leaf: Any,  # noqa: ARG001
    own: Any,
    turns: Any,
    limit: Any,
    at: Any,
    own_at: Any,
    ratio: Any,
) -> tuple[Any, bool]:
    """(treated, ratio) the nearest for each, who may serve again; `leaf` is there for the one signature."""
    controls = np.full((own.shape[0], ratio), -1, dtype=np.int64)
    any_tied = False
    best, far = np.empty(ratio, dtype=np.int64), np.empty(ratio)
    for who in turns:
        found, tied = _visit(points, boxes, count, free, start, own, who, limit, at, own_at, best, far)
        any_tied = any_tied or tied
        if any_tied and at.size == 0:
            return controls, any_tied
        for number in range(found):
            controls[who, number] = best[number]
    return controls, any_tied
