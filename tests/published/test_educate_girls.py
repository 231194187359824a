"""Educate Girls, Rajasthan 2015-2018. Source: INDIGO data set; 160% and 116% of target, USD 422 000 paid, the ceiling."""

from __future__ import annotations

from decimal import Decimal

from makegood.doors import facts_from_files, settle_files


def test_both_targets_were_passed_and_the_ceiling_was_paid() -> None:
    settled = settle_files(facts_from_files("educate-girls"), as_of=None)
    assert sum(payment.earned for payment in settled.statement.payments) > 422_000
    assert settled.statement.total == Decimal(422_000)
    assert settled.waterfall.repayments[0].repaid == Decimal(422_000)


def test_learning_weighs_eighty_percent_and_enrolment_twenty() -> None:
    settled = settle_files(facts_from_files("educate-girls"), as_of=None)
    learning, enrolment = (payment.earned / payment.units for payment in settled.statement.payments if payment.units)
    assert learning / (learning + enrolment) == Decimal("0.8")
