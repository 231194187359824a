"""The compiled loops that grow the tree of `tree`: splits of a sample, everybody into leaves, boxes around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from makegood.comparison.machine import machine

BLOCK = 256


@machine
def halved(points: Any, nodes: Any, unit: Any, begin: Any, end: Any, side_of: Any, cut_of: Any) -> None:
    """Part each node of a level at the median of its longest side; the lower stand first."""
    count, width = points.shape
    for node in range(begin, end):
        first, last = count * node // nodes, count * (node + 1) // nodes
        middle = count * (2 * node + 1) // (2 * nodes)
        side, longest = 0, -1.0
        for dimension in range(width):
            low, high = np.inf, -np.inf
            for place in range(first, last):
                value = points[place, dimension]
                low, high = min(low, value), max(high, value)
            length = (high - low) * (unit if dimension == width - 1 else 1.0)
            if length > longest:
                side, longest = dimension, length
        if middle < last:
            _select(points, side, first, last - 1, middle)
            cut_of[nodes + node] = points[middle, side]
        side_of[nodes + node] = side


@machine
def _select(points: Any, side: Any, low: Any, high: Any, middle: Any) -> None:
    """Quickselect: whoever belongs at `middle` along `side` stands there, the lower before, the higher behind."""
    width = points.shape[1]
    while low < high:
        a, b, c = points[low, side], points[(low + high) // 2, side], points[high, side]
        pivot = max(min(a, b), min(max(a, b), c))
        one, two = low, high
        while one <= two:
            while points[one, side] < pivot:
                one += 1
            while points[two, side] > pivot:
                two -= 1
            if one <= two:
                for dimension in range(width):
                    points[one, dimension], points[two, dimension] = points[two, dimension], points[one, dimension]
                one += 1
                two -= 1
        if middle <= two:
            high = two
        elif middle >= one:
            low = one
        else:
            return


@machine
def dropped(points: Any, scores: Any, pool: Any, leaves: Any, side: Any, cut: Any, first: Any, last: Any, leaf: Any, counts: Any) -> None:
    """Let everybody fall into a leaf: right of a split who is not below it. A block falls level by level, which keeps
    many comparisons under way at once."""
    width = points.shape[0]
    records = np.empty((BLOCK, width + 1))
    nodes = np.empty(BLOCK, dtype=np.int32)
    for block in range(first, last, BLOCK):
        here = min(BLOCK, last - block)
        for place in range(here):
            row = pool[block + place]
            for dimension in range(width):
                records[place, dimension] = points[dimension, row]
            records[place, width] = scores[row]
            nodes[place] = 1
        reached = 1
        while reached < leaves:
            for place in range(here):
                node = nodes[place]
                nodes[place] = 2 * node + (1 if records[place, side[node]] >= cut[node] else 0)
            reached *= 2
        for place in range(here):
            leaf[block + place] = nodes[place] - leaves
            counts[nodes[place] - leaves] += 1


@machine
def moved(
    points: Any, scores: Any, pool: Any, leaf: Any, first: Any, last: Any, places: Any, records: Any, rows: Any, leaf_of: Any
) -> None:
    """Bring the records of a leaf together; those of a part stand in their own places."""
    width = points.shape[0]
    for place in range(first, last):
        row = pool[place]
        spot = places[leaf[place]]
        places[leaf[place]] = spot + 1
        for dimension in range(width):
            records[spot, dimension] = points[dimension, row]
        records[spot, width] = scores[row]
        rows[spot] = row
        leaf_of[spot] = leaf[place]


@machine
def boxed(points: Any, first: Any, begin: Any, end: Any, boxes: Any, free: Any) -> None:
    """For leaves: (leaves, 2, width) lowest and highest of each, an empty one turned inside out, and how many people."""
    width = points.shape[1]
    leaves = first.size - 1
    for leaf in range(begin, end):
        free[leaves + leaf] = first[leaf + 1] - first[leaf]
        boxes[leaves + leaf, 0], boxes[leaves + leaf, 1] = np.inf, -np.inf
        for place in range(first[leaf], first[leaf + 1]):
            for dimension in range(width):
                value = points[place, dimension]
                boxes[leaves + leaf, 0, dimension] = min(boxes[leaves + leaf, 0, dimension], value)
                boxes[leaves + leaf, 1, dimension] = max(boxes[leaves + leaf, 1, dimension], value)


@machine
def joined(boxes: Any, free: Any) -> None:
    """The boxes and numbers of all other nodes; node 1 is the root."""
    for node in range(free.size // 2 - 1, 0, -1):
        free[node] = free[2 * node] + free[2 * node + 1]
        for dimension in range(boxes.shape[2]):
            boxes[node, 0, dimension] = min(boxes[2 * node, 0, dimension], boxes[2 * node + 1, 0, dimension])
            boxes[node, 1, dimension] = max(boxes[2 * node, 1, dimension], boxes[2 * node + 1, 1, dimension])
