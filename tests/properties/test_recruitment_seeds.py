"""Whatever the seed: the same bytes for the same seed, the published counts, and a calendar that is obeyed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from a_world import the_plan
from makegood.world.candidates import Candidate
from makegood.world.folder import data_folder
from makegood.world.invent import invent
from makegood.world.manifest import RECRUITMENT_FILES
from makegood.world.recruitment import Recruitment
from makegood.world.recruitment_words import STEPS

seeds = st.integers(0, 2**63 - 1)


def recruited(seed: int) -> Recruitment:
    found = invent(the_plan(), seed=seed, pool_size=0).recruitment
    assert found is not None
    return found


@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_counts_hold_for_every_seed(seed: int) -> None:
    plan = the_plan().recruitment
    assert plan is not None
    people = recruited(seed).candidates
    listed = [one for one in people if one.listed_on is not None]
    assert (len(listed), sum(one.participant is not None for one in listed)) == (1299, 118)
    assert (sum(one.selected for one in people), sum(one.participant is not None for one in people)) == (223, 119)
    assert Counter(one.prison_reason for one in people if one.prison_reason) == plan.reasons["prison_service"]
    assert Counter(one.provider_reason for one in people if one.provider_reason) == plan.reasons["provider"]
    assert Counter(one.site for one in listed) == {name: site.listed for name, site in plan.words.sites.items()}
    uptake = Counter(one.site for one in listed if one.participant is not None)
    assert sum(uptake[name] / site.listed >= 0.10 for name, site in plan.words.sites.items()) == 5
    assert len({one.candidate for one in people}) == 1300


@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_the_calendar_is_obeyed_for_every_seed(seed: int) -> None:
    plan = the_plan().recruitment
    assert plan is not None
    for one in recruited(seed).candidates:
        in_order(one)
        site = plan.words.sites[one.site]
        assert one.steps.get("informed", date.max) >= site.from_
        assert 91 < one.detention_days <= 360
        assert one.listed_on is None or one.detained_from < one.listed_on < one.released_on
        if one.participant is not None:
            assert one.steps["started"] == one.participant.dates.index_date > one.released_on >= one.steps["permission_asked"]
            assert one.participant.dates.engaged_on >= site.from_


def in_order(one: Candidate) -> None:
    days = [one.steps[step] for step in STEPS if step in one.steps and step != "contract_signed"]
    assert all(earlier <= later for earlier, later in pairwise(days)), one.candidate
    assert one.left_on is None or max(days) <= one.left_on
    assert (one.left_on is None) == (one.participant is not None)


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_same_seed_same_files_another_seed_other_people(seed: int) -> None:
    once = data_folder(invent(the_plan(), seed=seed, pool_size=5))
    again = data_folder(invent(the_plan(), seed=seed, pool_size=50))
    other = data_folder(invent(the_plan(), seed=seed ^ 1, pool_size=5))
    assert {name: once[name] for name in RECRUITMENT_FILES} == {name: again[name] for name in RECRUITMENT_FILES}
    assert once["gross_list.csv"] != other["gross_list.csv"]
