"""Werk na Detentie 2016-2019. Sources: process evaluation (terms); effect evaluation of 2022 (103 matched, 3.5 months against 1.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from makegood.cases.rows import Result
from makegood.doors import Facts, facts_from_files, settle_files

AS_SIGNED = date(2016, 6, 3)
"""150 participants were planned; from 1 August 2017 there were 119."""


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_from_files("werk-na-detentie")


def figures(facts: Facts, *, terms_on: date | None = None) -> dict[str, Decimal | None]:
    settled = settle_files(facts, as_of=None, terms_on=terms_on)
    return {name: node.value for name, node in settled.statement.figures.items()}


def test_the_ambition_for_150_and_for_119_participants(facts: Facts) -> None:
    """Need 104: target and threshold follow agreed rules."""
    assert figures(facts, terms_on=AS_SIGNED)["ambition"] == 882
    assert figures(facts)["ambition"] == 700


def test_the_premium_starts_at_176_of_882(facts: Facts) -> None:
    assert figures(facts, terms_on=AS_SIGNED)["threshold"] == 176


def test_one_hundred_and_three_matched_participants_worked_206_months_more(facts: Facts) -> None:
    assert figures(facts)["extra_months"] == (Decimal("3.5") - Decimal("1.5")) * 103 == 206


@pytest.mark.parametrize(("terms_on", "percent"), [(AS_SIGNED, "23.4"), (None, "29.4")])
def test_the_share_of_the_ambition(facts: Facts, terms_on: date | None, percent: str) -> None:
    share = figures(facts, terms_on=terms_on)["share_of_ambition"]
    assert share is not None
    assert round(share * 100, 1) == Decimal(percent)


@pytest.mark.parametrize("terms_on", [AS_SIGNED, None])
def test_206_months_lie_above_the_threshold_under_both_versions(facts: Facts, terms_on: date | None) -> None:
    settled = settle_files(facts, as_of=None, terms_on=terms_on)
    threshold = settled.statement.figures["threshold"].value
    assert threshold is not None
    assert threshold <= 206
    assert sum(payment.amount for payment in settled.statement.payments if payment.line == "premium") > 0


@pytest.mark.parametrize(("points", "euros"), [("0.03", 18_300), ("0.10", 61_000), ("0.25", 61_000), ("-0.02", 0)])
def test_each_point_of_recidivism_pays_6_100_and_ten_at_most(facts: Facts, points: str, euros: int) -> None:
    reconvicted = Result(
        result="r", metric="reconvicted", cohort="all", value=Decimal("0.45") - Decimal(points), comparison_value=Decimal("0.45"),
        comparison_kind="matched_group", n=119, observed_until=date(2019, 8, 1), status="final",
    )  # fmt: skip
    settled = settle_files(replace(facts, results=[*facts.results, reconvicted]), as_of=None)
    assert sum(payment.amount for payment in settled.statement.payments if payment.line == "recidivism_reduction") == euros
