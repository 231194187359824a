"""Estimates, their standard errors and intervals, beside statsmodels, scipy and figures worked out by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

from makegood.comparison.estimators import before_after, difference, difference_in_differences, fixed, mixed, regression
from makegood.comparison.exact_test import exact_test
from makegood.comparison.multiplicity import adjusted
from makegood.comparison.sample import Sample
from makegood.comparison.uncertainty import Bootstrap, bootstrap, interval, paired_share

Numbers = NDArray[np.float64]


def in_sets(ours: Sequence[float], theirs: Sequence[Sequence[float]], *, traits: Numbers | None = None) -> Sample:
    """One treated beside its controls, each set a group; weights make the controls of a set count for one."""
    outcome, treated, weight, group = [], [], [], []
    for number, (one, others) in enumerate(zip(ours, theirs, strict=True)):
        outcome += [one, *others]
        treated += [True, *[False] * len(others)]
        weight += [1.0, *[1 / len(others)] * len(others)]
        group += [number] * (1 + len(others))
    size = len(outcome)
    return Sample(
        outcome=np.array(outcome, dtype=float),
        treated=np.array(treated),
        weight=np.array(weight),
        group=np.array(group, dtype=np.int64),
        unit=np.arange(size),
        traits=np.empty((size, 0)) if traits is None else traits,
        sets=True,
    )


def in_pairs(ours: Sequence[float], theirs: Sequence[float]) -> Sample:
    return in_sets(ours, [[one] for one in theirs])


@pytest.fixture
def pairs() -> Sample:
    draw = np.random.default_rng(7)
    shared = draw.normal(0, 3, 60)
    return in_pairs((6 + shared + draw.normal(0, 4, 60)).tolist(), (4 + shared + draw.normal(0, 4, 60)).tolist())


@pytest.fixture
def triples() -> Sample:
    draw = np.random.default_rng(8)
    ages = draw.normal(35, 9, (40, 3))
    shared = draw.normal(0, 2, 40)
    outcome = 0.2 * ages + shared[:, None] + draw.normal(0, 3, (40, 3))
    outcome[:, 0] += 2
    return in_sets(outcome[:, 0].tolist(), outcome[:, 1:].tolist(), traits=ages.reshape(-1, 1))


def by_statsmodels(sample: Sample, design: Numbers, **words: object) -> sm.regression.linear_model.RegressionResults:
    return sm.WLS(sample.outcome, design, weights=sample.weight).fit(**words)


@pytest.mark.parametrize("which", ["pairs", "triples"])
def test_standard_errors_clustered_on_pairs_are_those_of_statsmodels(which: str, request: pytest.FixtureRequest) -> None:
    sample: Sample = request.getfixturevalue(which)
    estimate = difference(sample)
    ours = interval(sample, estimate, rule="cluster_pairs", confidence=0.95)
    design = np.column_stack([np.ones(sample.outcome.size), sample.treated])
    theirs = by_statsmodels(sample, design, cov_type="cluster", cov_kwds={"groups": sample.group}, use_t=True)
    assert ours is not None
    assert estimate.effect == pytest.approx(theirs.params[1])
    assert ours.se == pytest.approx(theirs.bse[1])
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.conf_int(0.05)[1]))
    assert ours.p == pytest.approx(theirs.pvalues[1])


def test_in_pairs_the_clustered_standard_error_is_close_to_that_of_a_paired_t_test(pairs: Sample) -> None:
    """The cluster correction differs from the t test's by (N-1)/(N-2) only, N the persons."""
    ours, theirs = pairs.pair_outcomes()
    plain = stats.ttest_rel(ours, theirs)
    found = interval(pairs, difference(pairs), rule="cluster_pairs", confidence=0.95)
    widened = math.sqrt(119 / 118)
    assert found is not None
    assert found.se == pytest.approx((ours - theirs).std(ddof=1) / math.sqrt(60) * widened)
    assert found.p == pytest.approx(2 * stats.t.sf(plain.statistic / widened, 59))


def test_without_pairs_each_arm_has_its_own_variance_as_in_welchs_test(pairs: Sample) -> None:
    ours, theirs = pairs.pair_outcomes()
    welch = stats.ttest_ind(ours, theirs, equal_var=False)
    found = interval(pairs, difference(pairs), rule="robust", confidence=0.95)
    assert found is not None
    assert found.p == pytest.approx(welch.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(welch.confidence_interval(0.95)))


def test_the_regression_is_that_of_statsmodels_with_slopes_in_each_arm(triples: Sample) -> None:
    """g-computation over the treated: with traits centred at their mean the arm's coefficient is the effect on them."""
    age = triples.traits[:, 0] - triples.traits[triples.treated, 0].mean()
    design = np.column_stack([np.ones(age.size), triples.treated, age, age * triples.treated])
    theirs = by_statsmodels(triples, design, cov_type="cluster", cov_kwds={"groups": triples.group}, use_t=True)
    estimate = regression(triples)
    assert estimate is not None
    ours = interval(triples, estimate, rule="cluster_pairs", confidence=0.95)
    assert ours is not None
    assert estimate.effect == pytest.approx(theirs.params[1])
    assert ours.se == pytest.approx(theirs.bse[1])


def test_where_controls_serve_several_the_errors_are_clustered_two_ways() -> None:
    draw = np.random.default_rng(9)
    ours, pool = draw.normal(5, 2, 30), draw.normal(4, 2, 12)
    served = draw.integers(0, 12, 30)
    plain = in_pairs(ours.tolist(), pool[served].tolist())
    unit = np.where(plain.treated, 1_000 + plain.group, served[plain.group])
    sample = Sample(**{**vars(plain), "unit": unit, "reused": True})
    found = interval(sample, difference(sample), rule="cluster_pairs", confidence=0.95)
    fitted = by_statsmodels(sample, np.column_stack([np.ones(60), sample.treated]))
    both, by_set, _by_unit = cov_cluster_2groups(fitted, sample.group, sample.unit)
    expected = math.sqrt(max(both[1, 1], by_set[1, 1]))
    assert found is not None
    assert found.se == pytest.approx(expected, rel=0.01)  # statsmodels corrects each part by its own N - 1


def test_the_bootstrap_over_pairs_agrees_with_the_standard_error(pairs: Sample) -> None:
    found, again = (
        interval(pairs, difference(pairs), rule="cluster_pairs", confidence=0.95),
        bootstrap(pairs, draws=4_000, seed=3, confidence=0.95),
    )
    assert found is not None
    assert isinstance(again, Bootstrap)
    assert again.se == pytest.approx(found.se, rel=0.05)
    assert (again.low, again.high) == pytest.approx((found.low, found.high), abs=0.15 * found.se)
    assert again == bootstrap(pairs, draws=4_000, seed=3, confidence=0.95)
    assert again != bootstrap(pairs, draws=4_000, seed=4, confidence=0.95)


def test_the_bootstrap_draws_pairs_as_scipy_does(pairs: Sample) -> None:
    ours, theirs = pairs.pair_outcomes()
    scipys = stats.bootstrap((ours - theirs,), np.mean, n_resamples=4_000, method="percentile", rng=np.random.default_rng(1))
    again = bootstrap(pairs, draws=4_000, seed=3, confidence=0.95)
    assert isinstance(again, Bootstrap)
    assert again.se == pytest.approx(scipys.standard_error, rel=0.05)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"sets": False}, "weights"), ({"reused": True}, "reused")],
)
def test_where_resampling_says_nothing_it_says_why(pairs: Sample, change: dict[str, bool], why: str) -> None:
    assert bootstrap(Sample(**{**vars(pairs), **change}), draws=999, seed=1, confidence=0.95) == why
    assert bootstrap(in_pairs([1.0], [2.0]), draws=999, seed=1, confidence=0.95) == "one_pair"


def test_the_exact_test_in_pairs_is_scipys_permutation_test() -> None:
    draw = np.random.default_rng(2)
    ours, theirs = draw.normal(2, 2, 11), draw.normal(0.5, 2, 11)
    found = exact_test(in_pairs(ours.tolist(), theirs.tolist()), seed=1)
    expected = stats.permutation_test((ours, theirs), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf)
    assert found is not None
    assert (found.assignments, found.enumerated) == (2**11, True)
    assert found.p == pytest.approx(expected.pvalue)


def test_the_exact_test_of_shares_in_pairs_is_mcnemars() -> None:
    # 20 pairs: in 9 only the participant worked, in 2 only the control, in 9 both or neither.
    ours = [1] * 9 + [0] * 2 + [1] * 4 + [0] * 5
    theirs = [0] * 9 + [1] * 2 + [1] * 4 + [0] * 5
    found = exact_test(in_pairs(ours, theirs), seed=1)
    assert found is not None
    assert found.p == pytest.approx(mcnemar([[4, 9], [2, 5]], exact=True).pvalue)
    assert found.p == pytest.approx(stats.binomtest(2, 11).pvalue)


def test_the_exact_test_in_triples_looks_at_every_assignment() -> None:
    draw = np.random.default_rng(5)
    table = draw.normal([1.2, 0, 0], 1, (7, 3))
    found = exact_test(in_sets(table[:, 0].tolist(), table[:, 1:].tolist()), seed=1)
    sums = [
        abs(sum((row[j] - (row.sum() - row[j]) / 2) for row, j in zip(table, chosen, strict=True)))
        for chosen in itertools.product(range(3), repeat=7)
    ]
    seen = abs(sum(row[0] - row[1:].mean() for row in table))
    assert found is not None
    assert (found.assignments, found.enumerated) == (3**7, True)
    assert found.p == pytest.approx(np.mean([value >= seen - 1e-9 for value in sums]))


def test_a_larger_exact_test_is_drawn_with_the_seed_and_never_gives_zero(pairs: Sample) -> None:
    found = exact_test(pairs, seed=1)
    assert found is not None
    assert not found.enumerated
    assert found == exact_test(pairs, seed=1)
    apart = exact_test(in_pairs(np.arange(100, 130).tolist(), np.arange(30).tolist()), seed=1)
    assert apart is not None
    assert apart.p == pytest.approx(1 / 100_000)  # one of 99,999 draws and the one that happened (Phipson and Smyth 2010)


def test_there_is_no_exact_test_for_weights_or_for_controls_who_serve_several(pairs: Sample) -> None:
    assert exact_test(Sample(**{**vars(pairs), "sets": False}), seed=1) is None
    assert exact_test(Sample(**{**vars(pairs), "reused": True}), seed=1) is None


def test_the_interval_of_two_paired_shares_by_hand() -> None:
    """Bonett and Price (2012): of 20 pairs 9 and 2 differ, so (9+1)/22 and (2+1)/22."""
    ours = [1] * 9 + [0] * 2 + [1] * 4 + [0] * 5
    theirs = [0] * 9 + [1] * 2 + [1] * 4 + [0] * 5
    one, other = 10 / 22, 3 / 22
    reach = stats.norm.ppf(0.975) * math.sqrt((one + other - (one - other) ** 2) / 22)
    assert paired_share(in_pairs(ours, theirs), confidence=0.95) == pytest.approx((one - other - reach, one - other + reach))


def test_an_interval_of_shares_has_width_even_where_nobody_differs() -> None:
    low, high = paired_share(in_pairs([0] * 15, [0] * 15), confidence=0.95) or (0, 0)
    assert low < 0 < high


def test_one_pair_and_pairs_that_do_not_vary_give_no_standard_error() -> None:
    for sample in (in_pairs([3.0], [1.0]), in_pairs([3.0, 3.0, 3.0], [1.0, 1.0, 1.0])):
        assert difference(sample).effect == pytest.approx(2)
        assert interval(sample, difference(sample), rule="cluster_pairs", confidence=0.95) is None


def test_estimators_of_the_fall_back_by_hand() -> None:
    sample = in_pairs([5.0, 7.0], [4.0, 2.0])  # means 6 and 3
    before = np.empty(4)
    before[sample.treated], before[~sample.treated] = [2.0, 3.0], [3.0, 1.0]  # means 2.5 and 2
    changes = difference_in_differences(sample, before=before)
    assert (changes.value, changes.effect) == pytest.approx((6, (6 - 2.5) - (3 - 2)))
    only = before_after(sample, before=before)
    assert (only.value, only.comparison) == pytest.approx((6, 2.5))
    assert fixed(sample, level=4).effect == pytest.approx(2)


def test_a_mix_weighs_the_estimates_and_knows_that_they_share_their_people() -> None:
    """Half the plain difference and half the same again is the plain difference, with its standard error, not less."""
    sample = in_pairs([5.0, 7.0, 6.0, 9.0], [4.0, 2.0, 5.0, 4.0])
    whole = difference(sample)
    half = mixed([(0.5, whole), (0.5, whole)])
    one, other = (interval(sample, each, rule="cluster_pairs", confidence=0.95) for each in (whole, half))
    assert one is not None
    assert other is not None
    assert (half.effect, other.se) == pytest.approx((whole.effect, one.se))
    blend = mixed([(0.75, whole), (0.25, fixed(sample, level=5))])
    assert blend.effect == pytest.approx(0.75 * 3 + 0.25 * (6.75 - 5))
    assert blend.name == "75% difference_in_means + 25% fixed_level"


@pytest.mark.parametrize(("ours", "theirs"), [("holm", "holm"), ("benjamini_hochberg", "fdr_bh")])
def test_several_tests_are_read_together_as_statsmodels_does(ours: str, theirs: str) -> None:
    p = [0.001, 0.04, 0.03, 0.2, 0.04, 0.7, 0.012]
    assert adjusted(p, method=ours) == pytest.approx(multipletests(p, method=theirs)[1].tolist())
    assert adjusted(p, method="none") == p
