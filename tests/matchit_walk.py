"""MatchIt 4.7's search, step by step in plain Python: slow, and the referee of the fast one.

One step at a time to the left and to the right of the treated, over everybody in the order of the score (or of the
first turned coordinate), as `nn_match` of MatchIt 4.7.1 walks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


def stable(values: Sequence[float]) -> list[int]:
    return sorted(range(len(values)), key=lambda row: values[row])


def queue(score: Sequence[float], treated: Sequence[bool], order: str) -> list[int]:
    focal = [row for row in range(len(score)) if treated[row]]
    if order == "largest":
        return sorted(focal, key=lambda row: -score[row])
    if order == "smallest":
        return sorted(focal, key=lambda row: score[row])
    return focal


def walk(start_left: int, start_right: int, count: int) -> Any:
    """Places by turns, left first; the caller may close a side by sending 'left' or 'right'."""
    left, right, go_left = start_left, start_right, False
    open_left = open_right = True
    while open_left or open_right:
        go_left = (not go_left) if open_left and open_right else open_left
        if go_left:
            left -= 1
            if left < 0:
                open_left = False
                continue
            closed = yield left, "left"
        else:
            right += 1
            if right >= count:
                open_right = False
                continue
            closed = yield right, "right"
        if closed == "left":
            open_left = False
        elif closed == "right":
            open_right = False


def by_score(
    score: Sequence[float],
    treated: Sequence[bool],
    *,
    limit: float = math.inf,
    ratio: int = 1,
    order: str = "largest",
    strata: Sequence[int] | None = None,
    left_out: Sequence[bool] | None = None,
) -> dict[int, list[int]]:
    """Without replacement: treated row -> its controls. `left_out`: discarded units, who stand in the line all the same."""
    line = stable(score)
    at = {row: place for place, row in enumerate(line)}
    gone = [False] * len(treated) if left_out is None else left_out
    free = [not arm and not out for arm, out in zip(treated, gone, strict=True)]
    pairs: dict[int, list[int]] = {}
    given_up = {row for row, out in enumerate(gone) if out}
    for _round in range(ratio):
        for row in queue(score, treated, order):
            if row in given_up:
                continue
            held = [at[row], *(at[other] for other in pairs.get(row, []))]
            steps = walk(min(held), max(held), len(line))
            found: list[tuple[float, int]] = []
            closed = None
            while True:
                try:
                    place, side = steps.send(closed)
                except StopIteration:
                    break
                closed = None
                other = line[place]
                if not free[other]:
                    continue
                far = abs(score[row] - score[other])
                if far > limit or (found and found[0][0] < far):
                    closed = side
                    continue
                if strata is not None and strata[row] != strata[other]:
                    continue
                found.append((far, other))
                closed = side
            if not found:
                given_up.add(row)
                continue
            chosen = min(found, key=lambda item: item[0])[1]
            pairs.setdefault(row, []).append(chosen)
            free[chosen] = False
    return pairs


def by_points(
    points: Sequence[Sequence[float]],
    score: Sequence[float],
    treated: Sequence[bool],
    *,
    limit: float = math.inf,
    ratio: int = 1,
    order: str = "data",
    replacement: bool = False,
    left_out: Sequence[bool] | None = None,
) -> dict[int, list[int]]:
    """By squared distance between `points[row]`; on equal distances the search keeps the last that it reaches."""
    line = stable([point[0] for point in points])
    at = {row: place for place, row in enumerate(line)}
    gone = [False] * len(treated) if left_out is None else left_out
    free = [not arm and not out for arm, out in zip(treated, gone, strict=True)]
    pairs: dict[int, list[int]] = {}
    given_up = {row for row, out in enumerate(gone) if out}
    for _round in range(1 if replacement else ratio):
        for row in queue(score, treated, order):
            if row in given_up:
                continue
            best: list[tuple[float, int]] = []
            wanted = ratio if replacement else 1
            for place, _side in walk(at[row], at[row], len(line)):
                other = line[place]
                if not free[other] or abs(score[row] - score[other]) > limit:
                    continue
                square = 0.0
                for one, two in zip(points[row], points[other], strict=True):
                    square += (one - two) ** 2
                spot = 0
                while spot < len(best) and best[spot][0] < square:
                    spot += 1
                best.insert(spot, (square, other))
                del best[wanted:]
            if not best:
                given_up.add(row)
                continue
            pairs.setdefault(row, []).extend(other for _square, other in best)
            if not replacement:
                free[best[0][1]] = False
    return pairs


def by_distance(score: Sequence[float], treated: Sequence[bool], *, limit: float, ratio: int, closest: bool) -> dict[int, list[int]]:
    """The orders `closest` and `farthest`: a list kept by distance, looked at again only where its head lost its control."""
    free = [not arm for arm in treated]
    line = stable(score)
    at = {row: place for place, row in enumerate(line)}
    pairs: dict[int, list[int]] = {row: [] for row in range(len(score)) if treated[row]}
    alive = set(pairs)

    def search(row: int, lost: int | None) -> int | None:
        held = [at[row], *(at[other] for other in pairs[row]), *([] if lost is None else [at[lost]])]
        best: tuple[float, int] | None = None
        for place, _side in walk(min(held), max(held), len(line)):
            other = line[place]
            far = abs(score[row] - score[other])
            if free[other] and far <= limit and (best is None or far < best[0]):
                best = far, other
        return None if best is None else best[1]

    for _round in range(ratio):
        waiting: list[list[Any]] = []
        for row in sorted(alive):
            other = search(row, None)
            if other is None:
                alive.discard(row)
            else:
                waiting.append([abs(score[row] - score[other]), row, other])
        waiting.sort(key=lambda entry: entry[0] if closest else -entry[0])
        while waiting:
            far, row, other = waiting.pop(0)
            if free[other]:
                free[other] = False
                pairs[row].append(other)
                continue
            again = search(row, other)
            if again is None:
                alive.discard(row)
                continue
            far = abs(score[row] - score[again])
            place = 0
            while place < len(waiting) and (waiting[place][0] < far if closest else waiting[place][0] >= far):
                place += 1
            waiting.insert(place, [far, row, again])
    return {row: others for row, others in pairs.items() if others}
