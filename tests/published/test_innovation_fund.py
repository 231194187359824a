"""Innovation Fund, round 1, Department for Work and Pensions 2012-2015. Source: rates and ceiling in the INDIGO data set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from makegood.doors import facts_from_files, settle_files
from makegood.settle import Settlement

RATES = (1_300, 800, 700, 2_200, 3_300, 2_000, 1_200, 2_600, 1_000)
CEILING = 8_200


@pytest.fixture(scope="module")
def settled() -> Settlement:
    return settle_files(facts_from_files("innovation-fund"), as_of=None)


def test_the_published_rates(settled: Settlement) -> None:
    assert [line.price.number for line in settled.terms.programme.outcome_pricings.values()] == [Decimal(rate) for rate in RATES]


def test_a_person_with_every_outcome_earns_15_100_and_is_paid_the_ceiling(settled: Settlement) -> None:
    every_outcome = [row for row in settled.statement.decided if row.claim <= "c09"]
    assert sum(row.earned for row in every_outcome) == sum(RATES) == Decimal(15_100)
    assert sum(row.left for row in every_outcome) == CEILING


def test_26_weeks_are_paid_only_after_13_weeks_were(settled: Settlement) -> None:
    reasons = {refusal.claim: refusal.reason for refusal in settled.statement.refused}
    assert reasons["c10"] == "'job_13_weeks' was not paid before for this person"


def test_each_outcome_is_paid_once_per_person(settled: Settlement) -> None:
    reasons = {refusal.claim: refusal.reason for refusal in settled.statement.refused}
    assert reasons["c12"] == "'job_13_weeks' is paid once per person, and was"
    assert settled.statement.total == CEILING + 2_600
