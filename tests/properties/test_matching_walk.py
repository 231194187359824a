"""The fast searches find what a walk of one step at a time finds, ties included; plain and compiled alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.comparison import nearest, ordering
from makegood.comparison.mahalanobis import Everybody, Group
from makegood.comparison.matched import Rows
from makegood.comparison.tree import Tree
from matchit_walk import by_distance, by_points, by_score


@pytest.fixture(params=["plain", "compiled"], scope="module")
def _speed(request: pytest.FixtureRequest) -> Iterator[None]:
    before = nearest.LARGE
    nearest.LARGE = 0 if request.param == "compiled" else 10**12
    yield
    nearest.LARGE = before


def as_pairs(treated: np.ndarray, controls: Rows) -> dict[int, list[int]]:
    rows = np.flatnonzero(treated)
    return {int(row): [int(one) for one in picked if one >= 0] for row, picked in zip(rows, controls, strict=True) if (picked >= 0).any()}


@st.composite
def people(draw: st.DrawFn) -> tuple[list[float], list[bool]]:
    size = draw(st.integers(2, 40))
    # Whole numbers and halves: many equal scores and many equal differences.
    score = draw(st.lists(st.integers(-6, 6).map(lambda value: value / 2), min_size=size, max_size=size))
    treated = draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(lambda arms: any(arms) and not all(arms)))
    return score, treated


@pytest.mark.usefixtures("_speed")
@settings(max_examples=150, deadline=None)
@given(
    people(),
    st.sampled_from([None, 0.0, 0.5, 1.0, 3.0]),
    st.integers(1, 4),
    st.sampled_from(["largest", "smallest", "data"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 99),
)
def test_nearest_by_score_is_the_walk(
    drawn: tuple[list[float], list[bool]], width: float | None, ratio: int, order: str, stratified: bool, discards: bool, seed: int
) -> None:
    score, treated = drawn
    if sum(treated) == 1:
        return
    draw = np.random.default_rng(seed)
    strata = draw.integers(0, 3, len(score)) if stratified else None
    left_out = draw.random(len(score)) < 0.2 if discards else np.zeros(len(score), dtype=bool)
    found = nearest.nearest(
        np.array(score), treated=np.array(treated), width=width, ratio=ratio, replacement=False, order=order, strata=strata,
        allowed=~left_out,
    )  # fmt: skip
    expected = by_score(
        score, treated, limit=np.inf if width is None else width, ratio=ratio, order=order,
        strata=None if strata is None else strata.tolist(), left_out=left_out.tolist(),
    )  # fmt: skip
    assert as_pairs(np.array(treated), found) == expected


@settings(max_examples=100, deadline=None)
@given(people(), st.sampled_from([None, 0.5, 2.0]), st.integers(1, 3), st.booleans())
def test_with_replacement_each_control_is_among_the_nearest(
    drawn: tuple[list[float], list[bool]], width: float | None, ratio: int, stratified: bool
) -> None:
    score, treated = np.array(drawn[0]), np.array(drawn[1])
    strata = np.arange(score.size) % 2 if stratified else np.zeros(score.size, dtype=np.int64)
    found = nearest.nearest(
        score, treated=treated, width=width, ratio=ratio, replacement=True, order="data", strata=strata if stratified else None
    )
    for row, picked in zip(np.flatnonzero(treated), found, strict=True):
        open_to = np.flatnonzero(~treated & (strata == strata[row]))
        far = np.sort(np.abs(score[open_to] - score[row]))
        far = far[far <= (np.inf if width is None else width)][:ratio]
        chosen = picked[picked >= 0]
        assert len(set(chosen.tolist())) == chosen.size == far.size
        assert np.abs(score[chosen] - score[row]).tolist() == far.tolist()


@st.composite
def crowds(draw: st.DrawFn) -> Group:
    size, dimensions = draw(st.integers(3, 60)), draw(st.integers(1, 3))
    generator = np.random.default_rng(draw(st.integers(0, 10**6)))
    # A coarse grid: people with equal covariates, and equal distances on both sides.
    points = generator.integers(-3, 4, (dimensions, size)).astype(float)
    treated = generator.random(size) < 0.3
    treated[0], treated[1], treated[2] = True, True, False
    scores = generator.integers(-4, 5, size) / 4
    allowed = generator.random(size) < 0.8
    allowed[2] = True
    turns = nearest.queue(scores[treated], order=draw(st.sampled_from(["largest", "data"])), seed=None, among=allowed[treated])
    limit = draw(st.sampled_from([np.inf, 0.25, 1.0]))
    return Group(points=points, scores=scores, treated=treated, allowed=allowed, limit=limit, turns=turns)


@settings(max_examples=150, deadline=None)
@given(crowds(), st.integers(1, 3), st.booleans(), st.sampled_from([1, 3, 12]))
def test_both_mahalanobis_searches_are_the_walk(group: Group, ratio: int, replacement: bool, leaf: int) -> None:
    from makegood.comparison import tree  # noqa: PLC0415

    tree.LEAF = leaf
    order = "data" if np.all(np.diff(group.turns) > 0) else "largest"
    expected = by_points(
        group.points.T.tolist(),
        group.scores.tolist(),
        group.treated.tolist(),
        limit=group.limit,
        ratio=ratio,
        order=order,
        replacement=replacement,
        left_out=(~group.allowed).tolist(),
    )
    for search in (Everybody(group), Tree(group)):
        found = search.again(ratio) if replacement else search.in_turn(ratio)
        assert as_pairs(group.treated, found) == expected


@settings(max_examples=100, deadline=None)
@given(people(), st.sampled_from([None, 0.5, 2.0]), st.integers(1, 3), st.sampled_from(["closest", "farthest"]))
def test_closest_and_farthest_first_are_the_walk(
    drawn: tuple[list[float], list[bool]], width: float | None, ratio: int, order: str
) -> None:
    score, treated = drawn
    if sum(treated) == 1:
        return
    found = nearest.nearest(np.array(score), treated=np.array(treated), width=width, ratio=ratio, replacement=False, order=order)
    limit = np.inf if width is None else width
    assert as_pairs(np.array(treated), found) == by_distance(score, treated, limit=limit, ratio=ratio, closest=order == "closest")


@pytest.fixture(params=["plain", "compiled"])
def _sorting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "LARGE", 0 if request.param == "compiled" else 10**12)


@pytest.mark.usefixtures("_sorting")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.integers(1, 200))
def test_the_fast_order_is_the_stable_order(values: list[float], copies: int) -> None:
    column = np.tile(np.array(values), copies)
    order, ordered = ordering.stable_order(column)
    assert np.array_equal(order, np.argsort(column, kind="stable"))
    assert np.array_equal(ordered, column[order])


@pytest.mark.usefixtures("_sorting")
def test_the_fast_order_holds_where_values_crowd_below_its_grid() -> None:
    generator = np.random.default_rng(5)
    column = np.concatenate([generator.random(5_000) * 1e-18, generator.normal(size=5_000) * 1e3, np.zeros(500), -np.zeros(500)])
    order, ordered = ordering.stable_order(column)
    assert np.array_equal(order, np.argsort(column, kind="stable"))
    assert np.array_equal(ordered, np.sort(column))
