"""Nearest neighbours by Mahalanobis distance, within a caliper on the propensity score where the plan asks for one.

Small inputs compare each treated with everybody within the caliper; large ones ask a k-d tree.
On an exactly equal distance MatchIt 4.7 keeps whoever its search reaches last; so does this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.matched import Flags, Floats, Plan, Rows, Score
from makegood.comparison.nearest import nearest, pair_by_distance, queue
from makegood.comparison.random_order import RandomOrder
from makegood.comparison.turning import turned
from makegood.values.problem import Problem, Where

LARGE = 50_000_000
"""Treated times controls from which a tree costs less than comparing all."""


def by_mahalanobis(
    covariates: Covariates,
    *,
    plan: Plan,
    score: Score | None,
    width: float | None,
    order: str,
    strata: NDArray[np.int64] | None,
    allowed: Flags | None = None,
    candidates: Flags | None = None,
) -> tuple[Rows, list[Problem]]:
    """(treated, ratio) the control of each treated, -1 where there is none; and a note on covariates that say nothing.

    `allowed`: (rows,) who may be paired; the covariance is theirs. None: everybody. `candidates`: see `nearest`.
    """
    points = turned(covariates, on=plan.distance_on or covariates.names, among=allowed)
    if points.shape[0] == 0:
        what = "no covariate of the Mahalanobis distance differs between people"
        return np.full((int(covariates.treated.sum()), plan.ratio), -1, dtype=np.int64), [
            Problem(Where(path="matching/distance"), "no_distance", what, "", "name covariates that differ")
        ]
    on = plan.distance_on or covariates.names
    remarks = _unlike_matchit(sum(name in covariates.category_names for name in on))
    treated = covariates.treated
    if points.shape[0] == 1 and score is None:
        line = nearest(
            points[0],
            treated=treated,
            width=None,
            ratio=plan.ratio,
            replacement=plan.replacement,
            order=order,
            strata=strata,
            seed=plan.seed,
            allowed=allowed,
        )
        return line, remarks
    focal = np.flatnonzero(treated)
    scores = score.linear if score is not None else np.zeros(treated.size)
    inside = np.ones(treated.size, dtype=bool) if allowed is None else allowed
    # A random order is drawn for each stratum in turn, as MatchIt does, which matches them one by one.
    draws = None if order != "random" or plan.seed is None else RandomOrder(plan.seed)
    limit = np.inf if width is None else width
    controls = np.full((focal.size, plan.ratio), -1, dtype=np.int64)
    for everybody, ours in _groups(treated, focal, strata):
        rows = everybody
        among = inside[focal[ours]]
        if not among.any() or not (inside[rows] & ~treated[rows]).any():
            continue
        turns = queue(scores[focal[ours]], order=order, seed=None, among=among)
        at = None
        if candidates is not None:
            kept = candidates[rows]
            at, rows = places_by_first(points[:, rows])[kept], rows[kept]
        group = Group(
            points=points[:, rows] if rows.size < treated.size else points,
            scores=scores[rows],
            treated=treated[rows],
            allowed=inside[rows],
            limit=limit,
            turns=turns if draws is None else turns[draws.permutation(turns.size)],
            at=at,
        )
        picked = _pairs(group, ratio=plan.ratio, replacement=plan.replacement, order=order)
        controls[ours] = np.where(picked >= 0, rows[picked], -1)
    return controls, remarks


def _unlike_matchit(categories: int) -> list[Problem]:
    if categories < 2:
        return []
    what = f"the distance runs over {categories} categories, where MatchIt's is not the Mahalanobis distance"
    remedy = "for the same pairs measure the distance on numbers, and ask for equal categories (exact)"
    return [Problem(Where(path="matching/distance"), "unlike_matchit", what, "its pairs may differ from these", remedy, "warning")]


@dataclass(frozen=True, kw_only=True)
class Group:
    """The people of one stratum: `points` (dimensions, rows), `scores`, `treated`, `allowed` (rows,), `limit` the caliper's
    width (infinite: none), `turns` who of the treated chooses when; those who may not be paired are not in it. `at`:
    (rows,) where they stand along the first coordinate, where more people stand there than are in the group."""

    points: Floats
    scores: Floats
    treated: Flags
    allowed: Flags
    limit: float
    turns: Rows
    at: Rows | None = None


def _groups(treated: Flags, focal: Rows, strata: NDArray[np.int64] | None) -> list[tuple[Rows, Rows]]:
    """Row numbers of each stratum with people on both sides, and the places of its treated among all treated."""
    if strata is None:
        return [(np.arange(treated.size), np.arange(focal.size))]
    order = np.argsort(strata, kind="stable")
    ends = np.cumsum(np.bincount(strata))
    place = np.cumsum(treated) - 1
    groups = []
    for first, last in zip(np.concatenate([[0], ends[:-1]]), ends, strict=True):
        rows = order[first:last]
        ours = rows[treated[rows]]
        if 0 < ours.size < rows.size:
            groups.append((rows, place[ours]))
    return groups


def _pairs(group: Group, *, ratio: int, replacement: bool, order: str) -> Rows:
    """(treated, ratio) row numbers within the group."""
    treated = int(group.treated.sum())
    search: Search
    if treated * (group.treated.size - treated) < LARGE:
        search = Everybody(group)
    else:
        from makegood.comparison.tree import Tree  # noqa: PLC0415 (compiled code loads only where it pays)

        search = Tree(group)
    if replacement or treated == 1:
        return search.again(ratio)
    if order in ("closest", "farthest"):
        return pair_by_distance(
            group.allowed[group.treated].tolist(),
            ratio,
            closest=order == "closest",
            choice=lambda who, _starts: search.choose(who),
            taken=search.take,
            free=search.is_free,
            distance=search.apart,
            person=np.arange(group.treated.size),
        )
    return search.in_turn(ratio)


class Search:
    """How a treated finds their nearest free control: `who` counts treated, a place counts rows of the group."""

    def choose(self, who: int) -> int:
        """The nearest free control of a treated, -1 when the caliper leaves none."""
        raise NotImplementedError

    def take(self, place: int) -> None:
        """A control is no longer free."""
        raise NotImplementedError

    def is_free(self, place: int) -> bool:
        """Whether a control is still free."""
        raise NotImplementedError

    def apart(self, who: int, place: int) -> float:
        """The squared distance between a treated and a control."""
        raise NotImplementedError

    def again(self, ratio: int) -> Rows:
        """(treated, ratio) the nearest controls when they may serve again."""
        raise NotImplementedError

    def in_turn(self, ratio: int) -> Rows:
        """(treated, ratio) round after round, each treated in turn."""
        raise NotImplementedError


def places_by_first(points: Floats) -> Rows:
    """(rows,) place of each in the order of the first coordinate, along which MatchIt's search walks."""
    at = np.empty(points.shape[1], dtype=np.int64)
    at[np.argsort(points[0], kind="stable")] = np.arange(points.shape[1])
    return at


class Everybody(Search):
    """Compare a treated with every control within the caliper."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.focal = np.flatnonzero(group.treated)
        pool = np.flatnonzero(~group.treated)
        self.pool = pool[np.argsort(group.scores[pool], kind="stable")]
        self.pool_scores = group.scores[self.pool]
        self.pool_points = group.points[:, self.pool]
        self.free = ~group.treated & group.allowed
        self.at = places_by_first(group.points) if group.at is None else group.at

    def _near(self, who: int) -> tuple[Rows, Floats]:
        """Free controls within the caliper, and their squared distances."""
        row = self.focal[who]
        own, limit = self.group.scores[row], self.group.limit
        if np.isfinite(limit):
            # A little wider than the caliper, then exactly: a rounded sum must not cut anybody off.
            slack = limit * (1 + 1e-12) + 1e-12 * abs(own)
            first = int(np.searchsorted(self.pool_scores, own - slack))
            last = int(np.searchsorted(self.pool_scores, own + slack, side="right"))
        else:
            first, last = 0, self.pool.size
        rows: Rows = self.pool[first:last]
        squares = np.zeros(rows.size)
        for dimension in range(self.group.points.shape[0]):
            squares += (self.group.points[dimension, row] - self.pool_points[dimension, first:last]) ** 2
        kept = self.free[rows] & (np.abs(own - self.pool_scores[first:last]) <= limit)
        return rows[kept], squares[kept]

    def _reached(self, who: int, rows: Rows) -> Rows:
        """When the search reaches each of `rows`: it goes left, right, left from the treated."""
        steps: Rows = self.at[rows] - self.at[self.focal[who]]
        return np.asarray(np.where(steps < 0, -2 * steps - 1, 2 * steps))

    def choose(self, who: int) -> int:
        """See `Search`."""
        rows, squares = self._near(who)
        if rows.size == 0:
            return -1
        best = rows[squares == squares.min()]
        return int(best[np.argmax(self._reached(who, best))])

    def take(self, place: int) -> None:
        """See `Search`."""
        self.free[place] = False

    def is_free(self, place: int) -> bool:
        """See `Search`."""
        return bool(self.free[place])

    def apart(self, who: int, place: int) -> float:
        """See `Search`."""
        total = 0.0
        for coordinates in self.group.points:
            total += (coordinates[self.focal[who]] - coordinates[place]) ** 2
        return float(total)

    def again(self, ratio: int) -> Rows:
        """See `Search`."""
        controls = np.full((self.focal.size, ratio), -1, dtype=np.int64)
        for who in self.group.turns.tolist():
            rows, squares = self._near(who)
            order = np.lexsort((-self._reached(who, rows), squares))[:ratio]
            controls[who, : order.size] = rows[order]
        return controls

    def in_turn(self, ratio: int) -> Rows:
        """See `Search`."""
        controls = np.full((self.focal.size, ratio), -1, dtype=np.int64)
        done = np.zeros(self.focal.size, dtype=bool)
        for number in range(ratio):
            for who in self.group.turns:
                if done[who]:
                    continue
                place = self.choose(int(who))
                if place < 0:
                    done[who] = True
                    continue
                controls[who, number] = place
                self.take(place)
        return controls
