"""Exact and coarsened exact matching: people are compared within strata of equal, or equally binned, covariates.

Iacus, King and Porro (2012), Political Analysis 20(1). Bins as MatchIt 4.7 draws them: equal widths from the lowest to
the highest value, their number by Sturges' rule unless the plan says otherwise, a value on a cut in the higher bin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.layout import strata_of
from makegood.comparison.matched import Flags, Floats, Matched, Plan, Rows
from makegood.values.problem import Problem, Where

LARGE = 300_000
"""Rows from which loading the compiled loops costs less than they save."""

Bins = int | str | tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """The inner cut points of a number, ascending; `even` when they are equally wide, from `low` in steps of `step`."""

    inner: Floats
    even: bool
    low: float
    step: float


def exact(covariates: Covariates, plan: Plan) -> Matched:
    """Strata of people who are equal on every covariate of the plan."""
    names = tuple(dict.fromkeys((*plan.exact, *plan.score_on))) or covariates.names
    return from_strata(covariates.treated, plan=plan, strata=_numbered(strata_of(covariates, names=names), covariates.treated))


def coarsened_exact(covariates: Covariates, plan: Plan) -> Matched:
    """Strata of people who fall into the same bin of every number and the same level of every category."""
    names = tuple(dict.fromkeys((*plan.score_on, *plan.exact))) or covariates.names
    asked = dict.fromkeys(plan.exact, 0) | dict(plan.bins)
    numbers, found = [], []
    whole = []
    for name in names:
        if name in covariates.category_names:
            continue
        bins = asked.get(name, "sturges")
        if bins == 0:
            whole.append(name)
        elif bins != 1:
            cuts = cuts_of(covariates.number(name), bins, ends=covariates.ends_of(name))
            if cuts is None:
                remedy = "give a number of bins, sturges, scott, fd, q and a number, or cut points"
                found.append(Problem(Where(path=f"matching/bins/{name}"), "unknown_bins", f"'{bins}' cuts nothing", "", remedy))
            else:
                numbers.append((name, cuts))
    if found:
        return _empty(covariates, plan, found)
    categories = tuple(name for name in names if name in covariates.category_names)
    if covariates.rows >= LARGE and not whole and all(cuts.even for _name, cuts in numbers):
        from makegood.comparison import coarse  # noqa: PLC0415 (compiled code loads only where it pays)

        known = coarse.strata(covariates, numbers=numbers, categories=categories)
        if known is not None:
            strata, counts, members = known
            return from_strata(covariates.treated, plan=plan, strata=strata, counts=counts, members=members)
    total = strata_of(covariates, names=(*categories, *whole)) if categories or whole else np.zeros(covariates.rows, dtype=np.int64)
    for name, cuts in numbers:
        total = total * (cuts.inner.size + 1) + np.searchsorted(cuts.inner, covariates.number(name), side="right")
        if total.max() >= 1 << 40:
            total = np.unique(total, return_inverse=True)[1]
    return from_strata(covariates.treated, plan=plan, strata=_numbered(total, covariates.treated))


def cuts_of(values: Floats, bins: Bins, *, ends: tuple[float, float] | None = None) -> Cuts | None:
    """The cut points that `bins` asks for; None when the word is not known. `ends`: lowest and highest, where known.

    Sturges (1926): log2(n) + 1. Scott (1979): width 3.5 s n^(-1/3). Freedman and Diaconis (1981): width 2 IQR n^(-1/3),
    of values rounded to five digits. `q4`: quartiles. As R's `nclass` functions and `seq` compute them.
    """
    if isinstance(bins, tuple):
        return Cuts(inner=np.unique(np.array(bins, dtype=np.float64)), even=False, low=0.0, step=0.0)
    low, high = ends or (float(values.min()), float(values.max()))
    count: int
    if isinstance(bins, int):
        count = bins
    elif bins == "sturges":
        count = math.ceil(math.log2(values.size) + 1)
    elif bins == "scott":
        width = 3.5 * float(values.std(ddof=1)) * values.size ** (-1 / 3)
        count = max(1, math.ceil((high - low) / width)) if width > 0 else 1
    elif bins == "fd":
        width = _freedman(values)
        count = max(1, math.ceil((high - low) / width * values.size ** (1 / 3))) if width > 0 else 1
    elif bins.startswith("q") and bins[1:].isdigit() and int(bins[1:]) > 0:
        parts = int(bins[1:])
        inner = np.asarray(np.unique(np.quantile(values, np.arange(1, parts) / parts)), dtype=np.float64)
        return Cuts(inner=inner, even=False, low=low, step=0.0)
    else:
        return None
    if count < 1:
        return None
    step = (high - low) / count
    places: Floats = np.arange(1, count, dtype=np.float64)
    return Cuts(inner=low + places * step, even=True, low=low, step=step)


def _freedman(values: Floats) -> float:
    """Twice the interquartile range; where it is 0, ever wider quantiles, then Scott's width, as R does."""
    with np.errstate(divide="ignore"):
        power = np.where(values == 0, 0.0, 4.0 - np.floor(np.log10(np.abs(values))))
    rounded = np.rint(values * 10.0**power) / 10.0**power
    low, high = np.quantile(rounded, [0.25, 0.75])
    width = 2.0 * float(high - low)
    tail = 0.25
    while width == 0 and tail / 2 > 1 / 512:
        tail /= 2
        low, high = np.quantile(rounded, [tail, 1 - tail])
        width = float(high - low) / (1 - 2 * tail)
    return width if width > 0 else 3.5 * float(values.std(ddof=1))


def _numbered(codes: NDArray[np.int64], treated: Flags) -> NDArray[np.int32]:
    """(rows,) strata with people on both sides, numbered by their first treated; -1 elsewhere."""
    levels, first = np.unique(codes[treated], return_index=True)
    number = np.empty(levels.size, dtype=np.int32)
    number[np.argsort(first)] = np.arange(levels.size, dtype=np.int32)
    place = np.minimum(np.searchsorted(levels, codes), levels.size - 1)
    strata = np.where(levels[place] == codes, number[place], -1).astype(np.int32)
    theirs = np.bincount(strata[~treated & (strata >= 0)], minlength=levels.size)
    kept = theirs > 0
    renumbered = np.where(kept, np.cumsum(kept) - 1, -1)
    return np.append(renumbered, -1)[strata].astype(np.int32)


def from_strata(
    treated: Flags,
    *,
    plan: Plan,
    strata: NDArray[np.int32],
    counts: NDArray[np.int64] | None = None,
    members: Rows | None = None,
) -> Matched:
    """Weights from strata (rows,), -1 outside: a control counts as its stratum's treated over its controls, scaled to the
    number of matched controls. Where they are known already: `counts` (2, strata), controls and treated of each, and
    `members`, the rows of those who are in one.
    """
    members = np.flatnonzero(strata >= 0) if members is None else members
    of, arms = strata[members], treated[members]
    if counts is None:
        size = int(of.max()) + 1 if members.size else 0
        counts = np.stack([np.bincount(of[arms == arm], minlength=size) for arm in (False, True)])
    theirs, ours = counts
    each = ours / np.maximum(theirs, 1) * (theirs.sum() / max(int(ours.sum()), 1))
    weights = np.zeros(treated.size)
    weights[members] = np.where(arms, 1.0, each[of])
    return Matched(
        plan=plan,
        treated=treated,
        controls=np.empty((int(np.count_nonzero(treated)), 0), dtype=np.int64),
        subclass=strata,
        weights=weights,
    )


def _empty(covariates: Covariates, plan: Plan, problems: list[Problem]) -> Matched:
    return Matched(
        plan=plan,
        treated=covariates.treated,
        controls=np.empty((int(np.count_nonzero(covariates.treated)), 0), dtype=np.int64),
        subclass=np.full(covariates.rows, -1, dtype=np.int32),
        weights=np.zeros(covariates.rows),
        problems=tuple(problems),
    )
