"""What a matched sample can show, beside statsmodels, before anyone sees an outcome."""

from __future__ import annotations

import math

import pytest
from statsmodels.stats.power import TTestPower

from makegood.comparison.power import Power, power_of, standard_error


def asked(**change: float) -> Power:
    usual = {"sd": 5.0, "correlation": 0.0, "n": 103, "effective_controls": 103.0, "alpha": 0.05, "power": 0.8, "effect": 2.0}
    words = {**usual, **change}
    found = power_of(
        "months",
        sd=words["sd"],
        correlation=words["correlation"],
        n=int(words["n"]),
        effective_controls=words["effective_controls"],
        alpha=words["alpha"],
        power=words["power"],
        effect=words["effect"],
    )
    assert found is not None
    return found


@pytest.mark.parametrize("correlation", [0.0, 0.3])
@pytest.mark.parametrize("effect", [1.0, 2.0, -2.0])
def test_the_power_of_pairs_is_that_of_a_paired_t_test(correlation: float, effect: float) -> None:
    spread = 5 * math.sqrt(2 * (1 - correlation))  # of the difference within a pair
    expected = TTestPower().power(effect_size=abs(effect) / spread, nobs=103, alpha=0.05)
    assert asked(correlation=correlation, effect=effect).at_effect == pytest.approx(expected, abs=1e-9)


def test_the_least_effect_that_is_found_with_the_power_asked() -> None:
    expected = TTestPower().solve_power(nobs=103, alpha=0.05, power=0.8) * 5 * math.sqrt(2)
    assert asked().detectable == pytest.approx(expected, rel=1e-4)  # statsmodels searches to that
    assert asked(effect=asked().detectable).at_effect == pytest.approx(0.8, abs=1e-9)


def test_the_pairs_needed_are_the_first_number_that_is_enough() -> None:
    enough = math.ceil(TTestPower().solve_power(effect_size=2 / (5 * math.sqrt(2)), alpha=0.05, power=0.8))
    assert asked().needed == enough
    assert asked(n=enough, effective_controls=enough).at_effect >= 0.8  # type: ignore[operator]
    assert asked(n=enough - 1, effective_controls=enough - 1).at_effect < 0.8  # type: ignore[operator]


def test_more_controls_for_each_help_and_less_and_less() -> None:
    """Variance of the difference: s2 (1 + 1/k), so from one control to two a quarter of it goes, and never more than half."""
    one, two, many = (standard_error(sd=5, correlation=0, n=100, effective_controls=100 * k) for k in (1, 2, 1_000))
    assert (two / one) ** 2 == pytest.approx(0.75)
    assert (many / one) ** 2 == pytest.approx(0.5, abs=0.001)


def test_one_person_can_show_nothing() -> None:
    assert power_of("m", sd=1, correlation=0, n=1, effective_controls=1, alpha=0.05, power=0.8, effect=None) is None
