"""Ways to Wellness, Newcastle 2015-2022. Source: the scale in the INDIGO data set: nothing below 0.5, all from 1.4, linear between."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from makegood.doors import facts_from_files, settle_files

PRICE = 1_000_000


@pytest.mark.parametrize(("gain", "share"), [("0.49", "0"), ("0.5", "0"), ("0.95", "0.5"), ("1.4", "1"), ("2", "1")])
def test_the_scale(gain: str, share: str) -> None:
    facts = facts_from_files("ways-to-wellness")
    settled = settle_files(replace(facts, results=[replace(facts.results[0], value=Decimal(gain))]), as_of=None)
    assert settled.statement.total == Decimal(share) * PRICE


def test_the_payers_bear_the_whole() -> None:
    settled = settle_files(facts_from_files("ways-to-wellness"), as_of=None)
    assert len(settled.statement.payments) == 3
    assert settled.statement.total == Decimal("0.5") * PRICE
