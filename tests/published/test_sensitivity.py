"""Bounds on hidden bias and E-values, beside the published worked examples of those who proposed them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from makegood.comparison.sample import Sample
from makegood.comparison.sensitivity import e_value, e_value_of_ratio, e_value_of_shares, rosenbaum_gamma, rosenbaum_p

# Lead in the blood (micrograms per decilitre) of 33 children of workers in a battery factory, and of 33 children of the
# same age and neighbourhood: Morton and others (1982), American Journal of Epidemiology 115(4).
EXPOSED = [
    38,
    23,
    41,
    18,
    37,
    36,
    23,
    62,
    31,
    34,
    24,
    14,
    21,
    17,
    16,
    20,
    15,
    10,
    45,
    39,
    22,
    35,
    49,
    48,
    44,
    35,
    43,
    39,
    34,
    13,
    73,
    25,
    27,
]
CONTROL = [16, 18, 18, 24, 19, 11, 10, 15, 16, 18, 18, 13, 19, 10, 16, 16, 24, 13, 9, 14, 21, 19, 7, 18, 19, 12, 11, 22, 25, 16, 13, 11, 13]


def the_children() -> Sample:
    size = len(EXPOSED)
    return Sample(
        outcome=np.array([*EXPOSED, *CONTROL], dtype=float),
        treated=np.arange(2 * size) < size,
        weight=np.ones(2 * size),
        group=np.tile(np.arange(size), 2),
        unit=np.arange(2 * size),
        traits=np.empty((2 * size, 0)),
        sets=True,
    )


@pytest.mark.parametrize(("gamma", "upper"), [(1, 0.0001), (2, 0.0018), (3, 0.0136), (4, 0.0388), (4.25, 0.0468), (5, 0.0740)])
def test_the_upper_bounds_of_the_signed_rank_test(gamma: float, upper: float) -> None:
    """Rosenbaum (2002), Observational Studies, second edition, section 4.3.3: the statistic is 527."""
    found = rosenbaum_p(gamma, ours=np.array(EXPOSED, dtype=float), theirs=np.array(CONTROL, dtype=float), share=False)
    assert found < upper if gamma == 1 else round(found, 4) == upper


def test_the_bound_is_where_the_p_value_reaches_the_level() -> None:
    """The table goes from 0.0468 at 4.25 to 0.0740 at 5, so that of 5% lies between."""
    found = rosenbaum_gamma(the_children(), share=False, alpha=0.05)
    assert found is not None
    assert 4.25 < found < 4.5
    at = rosenbaum_p(found, ours=np.array(EXPOSED, dtype=float), theirs=np.array(CONTROL, dtype=float), share=False)
    assert at == pytest.approx(0.05, abs=1e-6)


def test_for_shares_the_bound_is_binomial() -> None:
    """Smoking and lung cancer, Hammond (1964), as in Rosenbaum (2002), section 4.3.2: of 36,975 pairs 122 differ, in 110
    of them the heavy smoker died. His normal approximation gives 0.0036, 0.03 and 0.1 at a bias of 4, 5 and 6; the
    exact binomial tail is a little smaller each time."""
    ours = np.array([1.0] * 110 + [0.0] * 12)
    theirs = 1 - ours
    assert rosenbaum_p(1, ours=ours, theirs=theirs, share=True) < 0.0001
    for gamma, approximate in ((4, 0.0036), (5, 0.03), (6, 0.1)):
        found = rosenbaum_p(gamma, ours=ours, theirs=theirs, share=True)
        assert found == pytest.approx(stats.binom.sf(109, 122, gamma / (1 + gamma)))
        assert found == pytest.approx(approximate, abs=0.008)


def test_nothing_is_left_to_explain_where_there_is_no_finding() -> None:
    sample = the_children()
    swapped = sample.with_outcome(np.array([*CONTROL[:16], *EXPOSED[16:], *EXPOSED[:16], *CONTROL[16:]], dtype=float))
    assert rosenbaum_gamma(swapped, share=False, alpha=0.025) is None


def test_the_e_value_of_a_published_ratio_and_of_its_limit() -> None:
    """VanderWeele and Ding (2017), Annals of Internal Medicine 167(4): maternal breastfeeding and respiratory death, a
    risk ratio of 3.9 (1.8 to 8.7) has the E-value 7.26, its limit 3.0."""
    assert e_value_of_ratio(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value_of_ratio(1.8) == pytest.approx(3.0, abs=0.005)


def test_a_protective_ratio_is_turned_over() -> None:
    """The same paper: ratios below 1 are inverted first."""
    assert e_value_of_ratio(0.5) == pytest.approx(e_value_of_ratio(2))
    assert e_value_of_ratio(2) == pytest.approx(2 + math.sqrt(2))
    assert e_value_of_ratio(1) == 1


def test_a_difference_in_means_goes_through_the_standardised_difference() -> None:
    """The same paper: RR = exp(0.91 d), with d in standard deviations."""
    found = e_value(effect=2, low=0.5, high=3.5, sd=4)
    assert found is not None
    assert found.point == pytest.approx(e_value_of_ratio(math.exp(0.91 * 0.5)))
    assert found.limit == pytest.approx(e_value_of_ratio(math.exp(0.91 * 0.125)))
    assert e_value(effect=2, low=-0.5, high=4.5, sd=4).limit == 1  # type: ignore[union-attr]
    assert e_value(effect=2, low=1, high=3, sd=0) is None


def test_a_difference_of_shares_goes_through_their_ratio() -> None:
    found = e_value_of_shares(value=0.30, comparison=0.15, low=0.03, high=0.27)
    assert found is not None
    assert found.point == pytest.approx(e_value_of_ratio(2))
    assert found.limit == pytest.approx(e_value_of_ratio(0.18 / 0.15))
    assert e_value_of_shares(value=0.3, comparison=0, low=0.1, high=0.5) is None
