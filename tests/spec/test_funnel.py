"""From list to start: counts as of a day, shares with Wilson intervals, ribbons that add up.

Needs 19, 29 and 33.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest
from statsmodels.stats.proportion import proportion_confint

from makegood.selection.funnel import (
    Counts,
    Listed,
    Taken,
    by_channel,
    by_month,
    by_site,
    count_by,
    flows_of,
    reasons_of,
    shares_of,
    starts_of,
    together,
)
from makegood.selection.shares import Share, wilson

ORDER = ("list", "informed", "talk", "start")
END = date(2016, 12, 31)


def day(month: int, number: int = 1) -> date:
    return date(2016, month, number)


LISTED = [
    Listed("a", "lelystad", day(5), "talk"),
    Listed("b", "lelystad", day(5), "flyer"),
    Listed("c", "nieuwegein", day(6), "flyer"),
    Listed("d", "nieuwegein", day(6), None),
    Listed("e", "nieuwegein", day(7), "talk"),
]


def took(candidate: str, step: str, on: date, reason: str = "", reason_list: str = "prison_service") -> Taken:
    outcome: Literal["done", "exit"] = "exit" if reason else "done"
    return Taken(candidate, step, outcome, on, reason_list if reason else None, reason or None)


TAKEN = [
    took("a", "list", day(5)),
    took("a", "informed", day(5, 9)),
    took("a", "talk", day(6)),
    took("a", "start", day(7)),
    took("b", "informed", day(5, 10)),
    took("b", "talk", day(6, 2), "does_not_want"),
    took("c", "informed", day(6, 20)),
    took("c", "talk", day(7, 2), "no_consent"),
    took("c", "talk", day(7, 2), "no_municipal_consent", "provider"),
    took("e", "list", day(7)),
]


def counted(as_of: date = END) -> Counts:
    return count_by(lambda _: "all", LISTED, TAKEN, order=ORDER, as_of=as_of)["all"]


def test_a_later_step_means_that_the_earlier_ones_were_reached() -> None:
    counts = counted()
    assert (counts.listed, counts.open, counts.left) == (5, 2, 2)
    assert [row.reached for row in shares_of(counts, order=ORDER)] == [4, 3, 1, 1]


def test_each_list_keeps_its_own_reasons() -> None:
    counts = counted()
    assert {reason: share.n for reason, share in reasons_of(counts, "prison_service").items()} == {"does_not_want": 1, "no_consent": 1}
    assert {reason: (share.n, share.of) for reason, share in reasons_of(counts, "provider").items()} == {"no_municipal_consent": (1, 1)}
    assert counts.left_after == {"informed": 2}


def test_as_of_a_day_what_came_later_does_not_count() -> None:
    counts = counted(day(6, 1))
    assert (counts.listed, counts.open, counts.left) == (4, 4, 0)
    assert [row.reached for row in shares_of(counts, order=ORDER)] == [2, 2, 1, 0]


def test_whoever_comes_back_is_on_the_way_again() -> None:
    again = [*TAKEN, took("b", "talk", day(8))]
    counts = count_by(lambda _: "all", LISTED, again, order=ORDER, as_of=END)["all"]
    assert (counts.open, counts.left) == (3, 1)


def test_groups_by_site_month_and_channel_add_up_to_the_whole() -> None:
    for by in (by_site, by_month, by_channel):
        groups = count_by(by, LISTED, TAKEN, order=ORDER, as_of=END)
        assert together(groups.values()) == counted()
    sites = count_by(by_site, LISTED, TAKEN, order=ORDER, as_of=END)
    assert {site: starts_of(counts, order=ORDER).n for site, counts in sites.items()} == {"lelystad": 1, "nieuwegein": 0}


def test_what_flows_in_flows_out() -> None:
    flows = flows_of(counted(), order=ORDER)
    for step in ORDER[:-1]:
        arriving = sum(flow.candidates for flow in flows if flow.to == step)
        assert arriving == sum(flow.candidates for flow in flows if flow.source == step)
    assert sum(flow.candidates for flow in flows if flow.to in ("left", "open", "start")) == 5


@pytest.mark.parametrize(("n", "of"), [(0, 7), (7, 7), (118, 1299), (31, 83), (1, 2), (5, 13)])
def test_intervals_are_those_of_statsmodels(n: int, of: int) -> None:
    low, high = proportion_confint(n, of, alpha=0.05, method="wilson")
    assert wilson(n, of, level=0.95) == pytest.approx((low, high), abs=1e-12)


def test_without_anybody_there_is_no_share() -> None:
    assert (Share(0, 0).share, Share(0, 0).low, Share(0, 0).high) == (None, None, None)
