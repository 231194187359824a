"""Greedy nearest neighbours on one score, with the order and the ties of MatchIt 4.7.

The people stand sorted by score, equal scores in data order. From a treated person the search goes out to both sides
by turns, left first; the nearer wins, and on an exactly equal difference whoever was reached first. Ho, Imai, King
and Stuart (2011), Journal of Statistical Software 42(8); Rassen et al. (2012) for `closest` and `farthest`.

The loops below are plain Python over arrays: run as they stand for small inputs, compiled for large ones.
"""

# ruff: noqa: PLR0917 (compiled loops take their arrays by position)

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.matched import Flags, Floats, Rows

LARGE = 20_000
"""Treated times controls each, from which compiling pays."""

ORDERS = ("largest", "smallest", "closest", "farthest", "data", "random")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Everybody in a row, by stratum and then by score, equal scores in data order.

    `person`: (rows,) who stands at a place; `at`: (rows,) place of a person; `score`: (rows,) the scores in place
    order; `turn`: (rows,) the place in the order by score alone, which decides who is reached first; `first`, `last`:
    (rows,) the ends of a place's stratum, both inclusive; empty when there are no strata.
    """

    person: Rows
    at: Rows
    score: Floats
    turn: Rows
    first: Rows
    last: Rows


def nearest(
    score: Floats,
    *,
    treated: Flags,
    width: float | None,
    ratio: int,
    replacement: bool,
    order: str,
    strata: NDArray[Any] | None = None,
    seed: int | None = None,
) -> Rows:
    """(treated, ratio) the control of each treated in data order, -1 where there is none.

    `score`: (rows,). `width`: the caliper in the score's unit, inclusive; None: none. `strata`: (rows,) codes that must be
    equal within a pair. Without replacement all treated get their first control before any gets a second.
    """
    line = lined_up(score, strata=strata)
    focal = np.flatnonzero(treated)
    limit = np.inf if width is None else float(width)
    if replacement or focal.size == 1:
        return _with_replacement(line, treated, focal, limit, ratio)
    if order in ("closest", "farthest"):
        return _by_distance(line, treated, focal, limit, ratio, closest=order == "closest")
    turns = queue(score[focal], order=order, seed=seed)
    left, right = _neighbours(line, treated)
    loop = compiled(in_turn, focal.size * ratio)
    return np.asarray(loop(line.person, line.at, line.score, line.turn, line.first, line.last, left, right, focal, turns, limit, ratio))


def lined_up(score: Floats, *, strata: NDArray[Any] | None) -> Line:
    """Sort everybody once. A stable sort is paid for only where scores are equal."""
    person = np.argsort(score)
    ordered = score[person]
    if np.any(ordered[1:] == ordered[:-1]):
        person = np.argsort(score, kind="stable")
        ordered = score[person]
    count = score.size
    turn = np.arange(count)
    ends = np.empty(0, dtype=np.int64)
    if strata is None:
        at = np.empty(count, dtype=np.int64)
        at[person] = turn
        return Line(person=person, at=at, score=ordered, turn=turn, first=ends, last=ends)
    of = strata[person]
    grouped = np.argsort(of, kind="stable")
    person, turn = person[grouped], grouped
    at = np.empty(count, dtype=np.int64)
    at[person] = np.arange(count)
    of = of[grouped]
    starts = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]]))
    sizes = np.diff(np.concatenate([starts, [count]]))
    return Line(
        person=person,
        at=at,
        score=ordered[grouped],
        turn=turn,
        first=np.repeat(starts, sizes),
        last=np.repeat(starts + sizes - 1, sizes),
    )


def queue(score: Floats, *, order: str, seed: int | None) -> Rows:
    """In which order the treated choose: places in `score` (treated,), equal scores in data order."""
    if order == "largest":
        return np.argsort(-score, kind="stable")
    if order == "smallest":
        return np.argsort(score, kind="stable")
    if order == "random":
        return np.random.default_rng(seed).permutation(score.size)
    return np.arange(score.size)


def compiled(loop: Callable[..., Any], work: int) -> Callable[..., Any]:
    """The loop itself for little work, its compiled twin for much."""
    if work < LARGE:
        return loop
    from makegood.comparison import loops  # noqa: PLC0415 (compiled code loads only where it pays)

    found: Callable[..., Any] = loops.TWINS[loop.__name__]
    return found


def _neighbours(line: Line, treated: Flags) -> tuple[Rows, Rows]:
    """Links to the next free control on either side: a place that is free points at itself, another one further."""
    places = np.arange(line.person.size)
    taken = treated[line.person]
    left: Rows = places - taken
    right: Rows = places + taken
    return left, right


def find(link: Any, place: int, end: int, step: int) -> int:
    """Follow the links from `place` to a free one, shortening the way; `end` is the last place on that side."""
    here = place
    while (here - end) * step <= 0 and link[here] != here:
        here = link[here]
    while (place - end) * step <= 0 and link[place] != here and place != here:
        onward = link[place]
        link[place] = here
        place = onward
    return here


def in_turn(
    person: Any,
    at: Any,
    score: Any,
    turn: Any,
    first: Any,
    last: Any,
    left: Any,
    right: Any,
    focal: Any,
    turns: Any,
    limit: Any,
    ratio: Any,
) -> Any:
    """Each treated in turn takes the nearest control that is free; round after round."""
    controls = np.full((focal.size, ratio), -1, dtype=np.int64)
    done = np.zeros(focal.size, dtype=np.bool_)
    for number in range(ratio):
        for who in turns:
            if done[who]:
                continue
            place = at[focal[who]]
            low = first[place] if first.size else 0
            high = last[place] if last.size else person.size - 1
            # The search sets out from the outermost control that this treated already has on either side.
            out, back = turn[place], turn[place]
            for earlier in range(number):
                where = turn[at[controls[who, earlier]]]
                out, back = min(out, where), max(back, where)
            chosen = look(score, turn, left, right, place, low, high, limit, out, back)
            if chosen < 0:
                done[who] = True
                continue
            controls[who, number] = person[chosen]
            left[chosen] = chosen - 1
            right[chosen] = chosen + 1
    return controls


def _with_replacement(line: Line, treated: Flags, focal: Rows, limit: float, ratio: int) -> Rows:
    pool = np.flatnonzero(~treated[line.person])
    first = np.searchsorted(pool, line.first[line.at[focal]]) if line.first.size else np.zeros(focal.size, dtype=np.int64)
    last = np.searchsorted(pool, line.last[line.at[focal]], side="right") if line.last.size else np.full(focal.size, pool.size)
    loop = compiled(reached, focal.size * ratio)
    own, start = line.score[line.at[focal]], line.turn[line.at[focal]]
    return np.asarray(loop(line.person[pool], line.score[pool], line.turn[pool], own, start, first, last, limit, ratio))


def reached(person: Any, score: Any, turn: Any, own: Any, start: Any, first: Any, last: Any, limit: Any, ratio: Any) -> Any:
    """For each treated the `ratio` nearest of the pool, who may serve again."""
    controls = np.full((own.size, ratio), -1, dtype=np.int64)
    for who in range(own.size):
        low, high = first[who], last[who]
        while low < high:
            middle = (low + high) // 2
            if turn[middle] < start[who]:
                low = middle + 1
            else:
                high = middle
        before, after = low - 1, low
        places = np.empty(2 * ratio, dtype=np.int64)
        far = np.empty(2 * ratio)
        found, lefts, rights = 0, 0, 0
        while True:
            to_left = before >= first[who] and lefts < ratio
            to_right = after < last[who] and rights < ratio
            if not to_left and not to_right:
                break
            if to_left and to_right:
                to_left = start[who] - turn[before] <= turn[after] - start[who]
            place = before if to_left else after
            distance = abs(own[who] - score[place])
            stop = distance > limit
            if not stop and found >= ratio:
                nearer = 0
                for other in range(found):
                    if far[other] < distance:
                        nearer += 1
                stop = nearer >= ratio
            if stop:
                if to_left:
                    before = first[who] - 1
                else:
                    after = last[who]
                continue
            places[found], far[found] = place, distance
            found += 1
            if to_left:
                before -= 1
                lefts += 1
            else:
                after += 1
                rights += 1
        ranked = ranks(far, found, ratio)
        for number in range(min(found, ratio)):
            controls[who, number] = person[places[ranked[number]]]
    return controls


def ranks(far: Any, found: Any, ratio: Any) -> Any:
    """Places of the `ratio` smallest of `far[:found]`, ascending.

    Equal distances come out as from a heap that keeps the smallest (what the C++ standard library's partial sort
    does, and so MatchIt); where all fit, in the order in which they were reached.
    """
    heap = np.arange(found)
    if found <= ratio:
        for one in range(1, found):
            held = heap[one]
            two = one
            while two > 0 and far[heap[two - 1]] > far[held]:
                heap[two] = heap[two - 1]
                two -= 1
            heap[two] = held
        return heap
    for root in range(ratio // 2 - 1, -1, -1):
        sift(heap, far, root, ratio, heap[root])
    for place in range(ratio, found):
        if far[heap[place]] < far[heap[0]]:
            held = heap[place]
            heap[place] = heap[0]
            sift(heap, far, 0, ratio, held)
    for size in range(ratio - 1, 0, -1):
        held = heap[size]
        heap[size] = heap[0]
        sift(heap, far, 0, size, held)
    return heap[:ratio]


def sift(heap: Any, far: Any, hole: Any, size: Any, held: Any) -> None:
    """Put `held` into the hole: the larger child moves up to the bottom, then `held` climbs back to its place."""
    top = hole
    child = hole
    while child < (size - 1) // 2:
        child = 2 * (child + 1)
        if far[heap[child]] < far[heap[child - 1]]:
            child -= 1
        heap[hole] = heap[child]
        hole = child
    if size % 2 == 0 and child == (size - 2) // 2:
        child = 2 * (child + 1)
        heap[hole] = heap[child - 1]
        hole = child - 1
    parent = (hole - 1) // 2
    while hole > top and far[heap[parent]] < far[held]:
        heap[hole] = heap[parent]
        hole = parent
        parent = (hole - 1) // 2
    heap[hole] = held


def _by_distance(line: Line, treated: Flags, focal: Rows, limit: float, ratio: int, *, closest: bool) -> Rows:
    """The pair with the smallest (or largest) difference first; whoever lost their control looks again."""
    left, right = _neighbours(line, treated)
    search = compiled(look, focal.size * ratio)
    places = line.at[focal]

    def choice(who: int, starts: list[int]) -> int:
        low = int(line.first[places[who]]) if line.first.size else 0
        high = int(line.last[places[who]]) if line.last.size else line.person.size - 1
        turns = [int(line.turn[place]) for place in [int(places[who]), *starts]]
        return int(search(line.score, line.turn, left, right, int(places[who]), low, high, limit, min(turns), max(turns)))

    def taken(place: int) -> None:
        left[place], right[place] = place - 1, place + 1

    def distance(who: int, place: int) -> float:
        return abs(float(line.score[places[who]]) - float(line.score[place]))

    def free(place: int) -> bool:
        return bool(left[place] == place)

    return pair_by_distance(
        focal.size, ratio, closest=closest, choice=choice, taken=taken, free=free, distance=distance, person=line.person
    )


def pair_by_distance(
    treated: int,
    ratio: int,
    *,
    closest: bool,
    choice: Callable[[int, list[int]], int],
    taken: Callable[[int], None],
    free: Callable[[int], bool],
    distance: Callable[[int, int], float],
    person: Rows,
) -> Rows:
    """The order `closest` or `farthest`, over any search: `choice(who, starts)` gives a place or -1.

    Among equal distances the treated stand in data order; one who looked again comes before them when the closest go
    first, after them when the farthest do.
    """
    controls = np.full((treated, ratio), -1, dtype=np.int64)
    places: list[list[int]] = [[] for _ in range(treated)]
    alive = [True] * treated
    sign = 1.0 if closest else -1.0
    for number in range(ratio):
        heap: list[tuple[float, int, int, int]] = []
        for who in range(treated):
            if not alive[who]:
                continue
            place = choice(who, places[who])
            if place < 0:
                alive[who] = False
                continue
            heap.append((sign * distance(who, place), who, who, place))
        heapq.heapify(heap)
        again = 0
        while heap:
            _far, _rank, who, place = heapq.heappop(heap)
            if free(place):
                taken(place)
                places[who].append(place)
                controls[who, number] = person[place]
                continue
            place = choice(who, [*places[who], place])
            if place < 0:
                alive[who] = False
                continue
            again += 1
            heapq.heappush(heap, (sign * distance(who, place), -again if closest else treated + again, who, place))
    return controls


def look(score: Any, turn: Any, left: Any, right: Any, place: Any, low: Any, high: Any, limit: Any, out: Any, back: Any) -> int:
    """The nearest free place to `place`, -1 when the caliper leaves none; `out`, `back`: where the search sets out."""
    before = find(left, place, low, -1)
    after = find(right, place, high, 1)
    chosen = -1
    near = np.inf
    if before >= low and abs(score[place] - score[before]) <= limit:
        chosen = before
        near = abs(score[place] - score[before])
    if after <= high and abs(score[place] - score[after]) <= limit:
        far = abs(score[place] - score[after])
        if chosen < 0 or far < near or (far == near and turn[after] - back < out - turn[before]):
            chosen = after
    return int(chosen)
