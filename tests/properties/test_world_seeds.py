"""The same seed gives the same bytes; another seed gives other people with the same counts."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from a_world import day, month_starts, months_at_work, rows_of, the_plan
from makegood.world.chance import bent_to, shares_of, stream, systematic
from makegood.world.folder import data_folder
from makegood.world.invent import invent
from makegood.world.patterns import BOUNDS, PLACES

seeds = st.integers(0, 2**63 - 1)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_same_seed_same_bytes_and_the_counts_hold(seed: int) -> None:
    world = invent(the_plan(), seed=seed, pool_size=20)
    once = data_folder(world)
    again = data_folder(invent(the_plan(), seed=seed, pool_size=20))
    assert once == again
    assert once["register.csv"] != data_folder(invent(the_plan(), seed=seed ^ 1, pool_size=20))["register.csv"]
    for margin in the_plan().margins:
        found = Counter(one.entry["status"] for one in world.participants if one.entry[margin.variable] == margin.code)
        assert found.total() == margin.total
        assert all(found[group] == count for group, count in margin.groups.items())
    assert sum(one.months for one in world.participants if one.matchable) == 361
    assert sum(one.months for one in world.participants if not one.matchable) == 48


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_a_larger_pool_leaves_the_participants_as_they_are(seed: int) -> None:
    small = invent(the_plan(), seed=seed, pool_size=5)
    large = invent(the_plan(), seed=seed, pool_size=40)
    assert small.participants == large.participants
    assert len(large.pool) == 40


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_counted_months_are_the_planned_ones_in_the_pool_too(seed: int) -> None:
    world = invent(the_plan(), seed=seed, pool_size=60)
    jobs: dict[str, list[dict[str, str]]] = {one.person: [] for one in world.everybody}
    for one in world.everybody:
        for spell in one.life.spells:
            if spell.kind == "employment":
                row = {"start": str(spell.start), "end": str(spell.end or ""), "hours_per_week": str(spell.hours_per_week)}
                jobs[one.person].append(row)
    for one in world.pool:
        if jobs[one.person]:
            assert months_at_work(jobs[one.person], one.index_date) == one.months


def test_no_pool_at_all_is_a_world_too() -> None:
    assert len(rows_of("people.csv", pool=0)) == 119
    assert all(day(row["index_date"]) < month_starts(day(row["index_date"]))[1] for row in rows_of("people.csv", pool=0))


@given(total=st.integers(0, 500), weights=st.dictionaries(st.text(max_size=3), st.floats(0, 1e6), min_size=1, max_size=8))
def test_shares_add_up_and_are_within_one_of_proportion(total: int, weights: dict[str, float]) -> None:
    shares = shares_of(total, weights)
    assert sum(shares.values()) == total
    assert all(count >= 0 for count in shares.values())
    scale = sum(weights.values())
    if scale > 0:
        assert all(abs(shares[key] - total * weight / scale) < 1.001 for key, weight in weights.items())


@given(chances=st.lists(st.floats(0, 1), max_size=50), seed=seeds)
def test_systematic_draws_hit_as_often_as_the_chances_add_up_to(chances: list[float], seed: int) -> None:
    hits = sum(systematic(chances, rng=stream(seed, "test")))
    assert abs(hits - sum(chances)) <= 1.001


@given(data=st.data(), seed=seeds)
def test_numbers_bent_to_a_total_stay_in_their_bounds(data: st.DataObject, seed: int) -> None:
    bounds = data.draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted), min_size=1, max_size=8))
    least, most = [low for low, _ in bounds], [high for _, high in bounds]
    total = data.draw(st.integers(-5, 90))
    found = bent_to(total, start=[5] * len(bounds), least=least, most=most, rng=stream(seed, "test"))
    if sum(least) <= total <= sum(most):
        assert found is not None
        assert sum(found) == total
        assert all(low <= number <= high for low, number, high in zip(least, found, most, strict=True))
    else:
        assert found is None


@given(pattern=st.sampled_from(sorted(PLACES)), now=st.integers(3, 22), window=st.just(24), data=st.data(), seed=seeds)
def test_a_pattern_places_any_number_of_months_within_its_bounds(
    pattern: str, now: int, window: int, data: st.DataObject, seed: int
) -> None:
    least, most = BOUNDS[pattern](now, window)
    months = data.draw(st.one_of(st.just(0), st.integers(least, most)))
    stretches = PLACES[pattern](months, now=now, window=window, rng=stream(seed, "test"))
    assert sum(stretch.end - stretch.first for stretch in stretches if stretch.full) == months
    for stretch in stretches:
        assert 0 <= stretch.first < stretch.end <= window
        if pattern in ("one_job", "intermittent"):
            assert stretch.end <= now
        if pattern == "none_yet":
            assert stretch.first > now
        if pattern == "constant":
            assert stretch.first < now < stretch.end - 1
    if pattern == "intermittent":
        assert stretches[0].end < stretches[1].first
