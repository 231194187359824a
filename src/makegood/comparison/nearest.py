"""Greedy nearest neighbours on one score, with the order and the ties of MatchIt 4.7.

The people stand sorted by score, equal scores in data order. From a treated person the search goes out to both sides
by turns, left first; the nearer wins, and on an exactly equal difference whoever was reached first. Ho, Imai, King
and Stuart (2011), Journal of Statistical Software 42(8); Rassen et al. (2012) for `closest` and `farthest`.

The loops below are plain Python over arrays: run as they stand for small inputs, compiled for large ones.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.matched import Flags, Floats, Rows
from makegood.comparison.ordering import stable_order
from makegood.comparison.random_order import r_permutation

LARGE = 300_000
"""Rows, and ten for each control that is asked for, from which loading the compiled loops pays."""

Links = NDArray[np.int32]
ORDERS = ("largest", "smallest", "closest", "farthest", "data", "random")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Everybody in a row, by stratum and then by score, equal scores in data order.

    `person`: (rows,) who stands at a place; `score`: (rows,) the scores in place order; `places`: (treated,) where each
    treated stands, in data order. With strata `turn`: (rows,) the place in the order by score alone, which decides who
    is reached first, and `first`, `last`: (rows,) the ends of a place's stratum, both inclusive; all three empty without.
    """

    person: Rows
    score: Floats
    places: Rows
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
    allowed: Flags | None = None,
    candidates: Flags | None = None,
) -> Rows:
    """(treated, ratio) the control of each treated in data order, -1 where there is none.

    `score`: (rows,). `width`: the caliper in the score's unit, inclusive; None: none. `strata`: (rows,) codes that must be
    equal within a pair. `allowed`: (rows,) who may be paired; None: everybody. `candidates`: (rows,) all treated and whoever
    of the pool is within the caliper of one; only they are looked at. Without replacement all treated get their first
    control before any gets a second.
    """
    if candidates is not None:
        some = np.flatnonzero(candidates)
        place = np.empty(score.size, dtype=np.int64)
        place[stable_order(score)[0]] = np.arange(score.size)
        inside = paired(treated, strata=strata, allowed=allowed)
        line = lined_up(score[some], treated=treated[some], strata=None if strata is None else strata[some], place=place[some])
        found = _along(line, treated[some], inside[some], width=width, ratio=ratio, replacement=replacement, order=order, seed=seed)
        return np.where(found >= 0, some[found], -1)
    line = lined_up(score, treated=treated, strata=strata)
    inside = paired(treated, strata=strata, allowed=allowed)
    return _along(line, treated, inside, width=width, ratio=ratio, replacement=replacement, order=order, seed=seed)


def _along(
    line: Line, treated: Flags, inside: Flags, *, width: float | None, ratio: int, replacement: bool, order: str, seed: int | None
) -> Rows:
    """The pairs along a line."""
    limit = np.inf if width is None else float(width)
    if replacement or line.places.size == 1:
        found = _with_replacement(line, ~treated & inside, limit, ratio)
        found[~inside[treated]] = -1
        return found
    left, right = _neighbours(line, inside)
    if order in ("closest", "farthest"):
        return _by_distance(line, left, right, inside, limit, ratio, closest=order == "closest")
    turns = queue(line.score[line.places], order=order, seed=seed, among=inside[treated])
    loop = compiled(in_turn, line, ratio)
    found = loop(line.score, line.turn, line.first, line.last, left, right, line.places, turns, limit, ratio)
    return np.where(found >= 0, line.person[found], -1)


def lined_up(score: Floats, *, treated: Flags, strata: NDArray[Any] | None, place: Rows | None = None) -> Line:
    """Sort everybody once, and by stratum where there are strata. `place`: where they stand by score in a larger line."""
    person, ordered = stable_order(score)
    empty = np.empty(0, dtype=np.int64)
    turn, first, last = empty, empty, empty
    if strata is not None:
        of = strata[person]
        # Sixteen bits are sorted by counting.
        grouped = np.argsort(of.astype(np.uint16) if of.max() < 1 << 16 else of, kind="stable")
        person, turn, of, ordered = person[grouped], grouped, of[grouped], ordered[grouped]
        turn = turn if place is None else place[person]
        starts = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]]))
        sizes = np.diff(np.concatenate([starts, [of.size]]))
        first, last = np.repeat(starts, sizes), np.repeat(starts + sizes - 1, sizes)
    found = np.flatnonzero(treated[person])
    places = found[np.argsort(person[found])]
    return Line(person=person, score=ordered, places=places, turn=turn, first=first, last=last)


def paired(treated: Flags, *, strata: NDArray[Any] | None, allowed: Flags | None) -> Flags:
    """(rows,) who can have a partner at all: allowed, and in a stratum with people on both sides."""
    inside = np.ones(treated.size, dtype=bool) if allowed is None else allowed
    if strata is None:
        return inside
    both = np.ones(int(strata.max()) + 1, dtype=bool)
    for arm in (treated, ~treated):
        both &= np.bincount(strata[arm], minlength=both.size) > 0
    return np.asarray(inside & both[strata])


def queue(score: Floats, *, order: str, seed: int | None, among: Flags | None = None) -> Rows:
    """In which order the treated choose: places in `score` (treated,), equal scores in data order; only those `among`.

    `random` is the order that R draws after `set.seed(seed)`.
    """
    places = np.arange(score.size) if among is None else np.flatnonzero(among)
    if order == "largest":
        return places[np.argsort(-score[places], kind="stable")]
    if order == "smallest":
        return places[np.argsort(score[places], kind="stable")]
    if order == "random" and seed is not None:
        return places[r_permutation(places.size, seed=seed)]
    return places


def compiled(loop: Callable[..., Any], line: Line, ratio: int) -> Callable[..., Any]:
    """The loop itself for little work, its compiled twin for much."""
    if line.person.size + 10 * line.places.size * ratio < LARGE:
        return loop
    from makegood.comparison import loops  # noqa: PLC0415 (compiled code loads only where it pays)

    found: Callable[..., Any] = loops.TWINS[loop.__name__]
    return found


def _neighbours(line: Line, inside: Flags) -> tuple[Links, Links]:
    """Links to the next free control on either side: a place that is free points at itself, another one further."""
    left = np.arange(line.person.size, dtype=np.int32)
    right = left.copy()
    left[line.places] -= 1
    right[line.places] += 1
    if not inside.all():
        closed = np.flatnonzero(~inside[line.person] & (left == right))
        left[closed] -= 1
        right[closed] += 1
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


def in_turn(score: Any, turn: Any, first: Any, last: Any, left: Any, right: Any, places: Any, turns: Any, limit: Any, ratio: Any) -> Any:
    """(treated, ratio) places: each treated in turn takes the nearest control that is free; round after round."""
    controls = np.full((places.size, ratio), -1, dtype=np.int64)
    done = np.zeros(places.size, dtype=np.bool_)
    for number in range(ratio):
        for who in turns:
            if done[who]:
                continue
            place = places[who]
            low = first[place] if first.size else 0
            high = last[place] if last.size else score.size - 1
            # The search sets out from the outermost control that this treated already has on either side.
            out = turn[place] if turn.size else place
            back = out
            for earlier in range(number):
                held = controls[who, earlier]
                where = turn[held] if turn.size else held
                out, back = min(out, where), max(back, where)
            chosen = look(score, turn, left, right, place, low, high, limit, out, back)
            if chosen < 0:
                done[who] = True
                continue
            controls[who, number] = chosen
            left[chosen] = chosen - 1
            right[chosen] = chosen + 1
    return controls


def _with_replacement(line: Line, controls: Flags, limit: float, ratio: int) -> Rows:
    pool = np.flatnonzero(controls[line.person])
    own, start = line.score[line.places], line.places
    first, last = np.zeros(own.size, dtype=np.int64), np.full(own.size, pool.size)
    turn = pool
    if line.turn.size:
        first = np.searchsorted(pool, line.first[line.places])
        last = np.searchsorted(pool, line.last[line.places], side="right")
        turn, start = line.turn[pool], line.turn[line.places]
    loop = compiled(reached, line, ratio)
    return np.asarray(loop(line.person[pool], line.score[pool], turn, own, start, first, last, limit, ratio))


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


def _by_distance(line: Line, left: Links, right: Links, inside: Flags, limit: float, ratio: int, *, closest: bool) -> Rows:
    """The pair with the smallest (or largest) difference first; whoever lost their control looks again."""
    alive = inside[line.person[line.places]].tolist()
    search = compiled(look, line, ratio)
    turn = line.turn

    def choice(who: int, starts: list[int]) -> int:
        place = int(line.places[who])
        low = int(line.first[place]) if line.first.size else 0
        high = int(line.last[place]) if line.last.size else line.person.size - 1
        turns = [int(turn[start]) if turn.size else start for start in [place, *starts]]
        return int(search(line.score, turn, left, right, place, low, high, limit, min(turns), max(turns)))

    def taken(place: int) -> None:
        left[place], right[place] = place - 1, place + 1

    def distance(who: int, place: int) -> float:
        return abs(float(line.score[line.places[who]]) - float(line.score[place]))

    def free(place: int) -> bool:
        return bool(left[place] == place)

    return pair_by_distance(alive, ratio, closest=closest, choice=choice, taken=taken, free=free, distance=distance, person=line.person)


def pair_by_distance(
    alive: list[bool],
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

    `alive`: (treated,) who may be paired. Among equal distances the treated stand in data order; one who looked again
    comes before them when the closest go first, after them when the farthest do.
    """
    treated = len(alive)
    controls = np.full((treated, ratio), -1, dtype=np.int64)
    places: list[list[int]] = [[] for _ in range(treated)]
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


def look(score: Any, turn: Any, left: Any, right: Any, place: Any, low: Any, high: Any, limit: Any, out: Any, back: Any) -> Any:
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
        if chosen < 0 or far < near:
            chosen = after
        elif far == near:
            to_left = out - (turn[before] if turn.size else before)
            to_right = (turn[after] if turn.size else after) - back
            if to_right < to_left:
                chosen = after
    return chosen
