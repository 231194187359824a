"""HMP Peterborough 2010-2017. Sources: Civil Society, August 2014 (142 against 155); Barrow Cadbury Trust, July 2017 (9% over all)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from makegood.doors import Facts, facts_from_files, settle_files
from makegood.payment.statement import Payment
from makegood.settle import Settlement


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_from_files("hmp-peterborough")


def paid_lines(settled: Settlement) -> set[str]:
    return {payment.line for payment in settled.statement.payments if payment.amount}


def reduction(payment: Payment) -> Decimal:
    return next(
        node.value for step in payment.steps for node in step.walk() if node.what.startswith("effect on") and node.value is not None
    )


def test_the_first_cohort_fell_by_8_387_percent_and_brought_no_payment(facts: Facts) -> None:
    settled = settle_files(facts, as_of=date(2014, 8, 7))
    cohort = next(payment for payment in settled.statement.payments if payment.line == "cohort_payment")
    assert round(reduction(cohort), 5) == Decimal("0.08387")
    assert settled.statement.total == 0


def test_nine_percent_over_all_cohorts_brings_one_payment(facts: Facts) -> None:
    settled = settle_files(facts, as_of=None)
    assert paid_lines(settled) == {"pooled_payment"}
    assert reduction(next(payment for payment in settled.statement.payments if payment.line == "pooled_payment")) == Decimal("0.09")
    assert 5_000_000 < settled.statement.total <= 8_000_000, "the capital and a return, below the published ceiling"
    [foundations] = settled.waterfall.repayments
    assert foundations.loss == 0
