"""Project Apollo, care leavers in Sheffield 2018-2022. Source: prices, counts and payments in the INDIGO data set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from makegood.doors import facts_from_files, settle_files
from makegood.settle import Settlement

# line: (price, counted, paid), as published
RATE_CARD = {
    1: (220, 103, 22_660), 2: (220, 0, 0), 3: (220, 91, 20_020), 4: (220, 87, 19_140), 5: (220, 99, 21_780), 6: (220, 53, 11_660),
    7: (220, 45, 9_900), 8: (220, 32, 7_040), 9: (1_760, 17, 29_920), 10: (4_730, 19, 89_870), 11: (4_730, 3, 14_190), 12: (660, 0, 0),
    13: (2_750, 0, 0), 14: (2_750, 0, 0), 15: (4_730, 0, 0), 16: (110, 22, 2_420), 17: (220, 21, 4_400), 18: (330, 17, 5_610),
    19: (660, 73, 48_180), 20: (2_750, 64, 176_000), 21: (2_750, 54, 148_500), 22: (2_750, 46, 126_500), 23: (2_750, 33, 90_750),
}  # fmt: skip


@pytest.fixture(scope="module")
def settled() -> Settlement:
    return settle_files(facts_from_files("project-apollo"), as_of=None)


def test_the_total_is_the_published_payment(settled: Settlement) -> None:
    assert settled.statement.total == Decimal(848_540)


@pytest.mark.parametrize(("line", "published"), RATE_CARD.items())
def test_each_line_pays_what_was_published(settled: Settlement, line: int, published: tuple[int, int, int]) -> None:
    price, counted, paid = published
    [payment] = [payment for payment in settled.statement.payments if payment.line == f"line_{line:02}"]
    assert payment.amount == Decimal(paid)
    assert settled.terms.programme.outcome_pricings[payment.line].price.number == Decimal(price)
    [result] = [row for row in settled.inputs["results"] if row["result"] == payment.line]
    assert result["value"] == str(counted)


def test_line_17_counts_21_and_pays_20(settled: Settlement) -> None:
    [payment] = [payment for payment in settled.statement.payments if payment.line == "line_17"]
    assert (payment.units, payment.amount) == (Decimal(20), Decimal(4_400))
    assert [(refusal.claim, refusal.reason) for refusal in settled.statement.refused] == [
        ("line_17", "1 of 21 not accepted; no reason was published")
    ]
