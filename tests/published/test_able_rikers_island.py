"""ABLE, Rikers Island 2012-2015. Source: The Bond Buyer, July 2015: the city paid nothing, Goldman Sachs lost 1.2 of 7.2 million."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from makegood.doors import facts_from_files, settle_files


def test_without_an_effect_the_city_pays_nothing_and_the_guarantee_six_million() -> None:
    settled = settle_files(facts_from_files("able-rikers-island"), as_of=None)
    [loan] = settled.waterfall.repayments
    assert settled.statement.total == 0
    assert (loan.committed, loan.drawn) == (Decimal(9_600_000), Decimal(7_200_000))
    assert sum(call.amount for call in settled.waterfall.guarantee_calls) == Decimal(6_000_000)
    assert loan.loss == Decimal(1_200_000)


@pytest.mark.parametrize(
    ("reduction", "published"), [("8.4", 0), ("10", 9_600_000), ("10.9", 9_600_000), ("20", 11_712_000), ("30", 11_712_000)]
)
def test_the_published_ends_of_the_payment_table(reduction: str, published: int) -> None:
    facts = facts_from_files("able-rikers-island")
    result = replace(facts.results[0], value=100 - Decimal(reduction))
    assert settle_files(replace(facts, results=[result]), as_of=None).statement.total == published


def test_had_it_run_to_the_end_the_guarantee_was_seven_point_two_million() -> None:
    settled = settle_files(facts_from_files("able-rikers-island"), as_of=None, terms_on=date(2015, 7, 1))
    assert settled.terms.programme.guarantees["bloomberg"].at_most.number == Decimal(7_200_000)
