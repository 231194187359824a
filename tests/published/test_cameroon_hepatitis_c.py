"""Hepatitis C in Cameroon 2020-2022. Sources: Journal of Global Health Reports 2023 (EUR 1 542 a patient); INDIGO (ceiling 397 800)."""

from __future__ import annotations

from decimal import Decimal

from makegood.doors import facts_from_files, settle_files


def test_258_patients_earn_397_836_and_the_ceiling_is_paid() -> None:
    [payment] = settle_files(facts_from_files("cameroon-hepatitis-c"), as_of=None).statement.payments
    assert payment.earned == 258 * 1_542 == 397_836
    assert payment.limits == (("ceiling", Decimal(36)),)
    assert payment.amount == Decimal(397_800)
