"""Newpin Social Benefit Bond, New South Wales 2013. Source: the published coupon table; the coupon of the first year was 7.5%."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from makegood.doors import Facts, facts_from_files, settle_files

PRINCIPAL = 7_000_000


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_from_files("newpin")


def coupon(facts: Facts, rate: str, *, year: int) -> Decimal:
    start = 2012 + year
    result = replace(
        facts.results[0], value=Decimal(rate), comparison_kind=None, period_start=date(start, 7, 1), period_end=date(start + 1, 7, 1),
        observed_until=date(start + 1, 7, 1),
    )  # fmt: skip
    settled = settle_files(replace(facts, results=[result]), as_of=None)
    return sum((row.amount for row in settled.statement.payments if row.line == "interest"), Decimal(0)) / PRINCIPAL


def test_the_first_year_paid_seven_and_a_half_percent(facts: Facts) -> None:
    settled = settle_files(facts, as_of=None)
    assert settled.statement.total == Decimal("0.075") * PRINCIPAL
    assert settled.waterfall.repayments[0].repaid == Decimal(525_000)


@pytest.mark.parametrize(
    ("rate", "published"),
    [("0.70", "0.15"), ("0.6999", "0.12"), ("0.65", "0.12"), ("0.6499", "0.075"), ("0.60", "0.075"), ("0.5999", "0.03"), ("0.55", "0.03")],
)
def test_steps_include_their_lower_edge_and_nothing_lies_between_them(facts: Facts, rate: str, published: str) -> None:
    assert coupon(facts, rate, year=1) == Decimal(published)


@pytest.mark.parametrize(("year", "published"), [(1, "0.05"), (2, "0.05"), (3, "0.05"), (4, "0"), (5, "0")])
def test_the_floor_holds_for_three_years(facts: Facts, year: int, published: str) -> None:
    assert coupon(facts, "0.5499", year=year) == Decimal(published)
