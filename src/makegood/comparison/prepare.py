"""Compile every loop once, so that the first large run finds its machine code on disk. Called at set-up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from makegood.comparison import mahalanobis, nearest, ordering, passes, strata, turning
from makegood.comparison.design import Covariates, covariates
from makegood.comparison.matched import Plan
from makegood.comparison.matching import match

PLANS = (
    Plan(caliper=0.5),
    Plan(caliper=0.5, exact=("few",)),
    Plan(replacement=True, ratio=2, exact=("few",)),
    Plan(replacement=True, ratio=2),
    Plan(order="closest"),
    Plan(distance="mahalanobis", caliper=0.5, distance_on=("x", "y")),
    Plan(distance="mahalanobis", replacement=True, distance_on=("x", "y")),
    Plan(distance="mahalanobis", order="closest", distance_on=("x", "y")),
    Plan(method="coarsened_exact"),
)


def prepare() -> None:
    """Run every plan on a handful of invented people, as if they were a crowd."""
    with everything_compiled():
        for levels in (3, 40_000):
            people = _handful(levels)
            for plan in PLANS if levels == 3 else PLANS[-1:]:
                match(people, plan=plan)


@contextmanager
def everything_compiled() -> Iterator[None]:
    """While open, the compiled loops take every input, however small."""
    rooms = (passes, ordering, nearest, strata, turning, mahalanobis)
    before = [vars(room)["LARGE"] for room in rooms]
    for room in rooms:
        vars(room)["LARGE"] = 0
    try:
        yield
    finally:
        for room, large in zip(rooms, before, strict=True):
            vars(room)["LARGE"] = large


def _handful(levels: int) -> Covariates:
    draw = np.random.default_rng(1)
    count = 200 if levels < 200 else levels
    arms = np.arange(count) % 5 == 0
    columns = {"x": draw.normal(size=count), "y": draw.normal(size=count), "few": np.arange(count) % 3, "many": np.arange(count) % levels}
    made, _problems = covariates(arms, columns=columns, categories=("few",) if levels < 200 else ("many",))
    if made is None:
        raise RuntimeError("the invented people cannot be matched")
    return made


if __name__ == "__main__":
    prepare()
