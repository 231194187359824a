"""The propensity score: the model that R's glm and statsmodels fit, without a column for any level."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from makegood.comparison import passes
from makegood.comparison.design import Covariates, covariates
from makegood.comparison.layout import layout
from makegood.comparison.propensity import ITERATIONS, fit


def a_register(*, treated: int, pool: int, seed: int, empty_region: bool = False) -> Covariates:
    """People whose treatment hangs on age, months worked and two categories."""
    generator = np.random.default_rng(seed)
    count = treated + pool
    age, months = generator.normal(38, 11, count), generator.poisson(9, count).astype(float)
    sex, region = generator.integers(0, 2, count), generator.choice(7, count, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.06, 0.04])
    wish = -0.04 * age + 0.05 * months + 0.5 * sex + 0.2 * (region == 2) + generator.gumbel(size=count)
    if empty_region:
        wish[region == 6] = -np.inf
    arms = np.zeros(count, dtype=bool)
    arms[np.argsort(-wish)[:treated]] = True
    columns = {"age": age, "months": months, "sex": sex, "region": region}
    made, problems = covariates(arms, columns=columns, categories=("sex", "region"))
    assert made is not None
    assert not [problem for problem in problems if problem.severity == "error"]
    return made


def dense(people: Covariates) -> NDArray[np.float64]:
    """The design matrix with a column for each level, as R would build it."""
    columns = [np.ones(people.rows), *people.numbers]
    for name in people.category_names:
        category = people.category(name)
        columns += [(category.codes == level).astype(float) for level in range(1, len(category.levels))]
    return np.stack(columns, axis=1)


@pytest.mark.parametrize(("treated", "pool", "seed"), [(119, 5_000, 1), (500, 2_000, 2), (40, 60, 3), (2_000, 30_000, 4)])
def test_the_settled_scores_are_those_of_statsmodels(treated: int, pool: int, seed: int) -> None:
    people = a_register(treated=treated, pool=pool, seed=seed)
    score, problems = fit(people, settled=True)
    matrix = dense(people)
    model = sm.Logit(people.treated.astype(float), matrix).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
    assert not problems
    assert np.abs(score.linear - matrix @ model.params).max() < 1e-8
    assert np.abs(score.coefficients - model.params).max() < 1e-8
    assert score.probability == pytest.approx(model.predict(matrix), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_scores_stop_where_r_stops(seed: int) -> None:
    people = a_register(treated=119, pool=3_000, seed=seed, empty_region=seed % 2 == 1)
    score, _problems = fit(people)
    # statsmodels' IRLS from R's start, stopped by R's own rule: |change| / (|deviance| + 0.1) < 1e-8.
    matrix, family = dense(people), sm.families.Binomial()
    arms = people.treated.astype(float)
    before = family.deviance(arms, (arms + 0.5) / 2)
    for number in range(1, ITERATIONS + 1):
        model = sm.GLM(arms, matrix, family=family).fit(maxiter=number, tol=0)
        if abs(model.deviance - before) / (abs(model.deviance) + 0.1) < 1e-8:
            break
        before = model.deviance
    assert score.passes == number
    assert np.abs(score.linear - matrix @ model.params).max() < 1e-8


def test_compiled_and_plain_passes_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    people = a_register(treated=300, pool=9_000, seed=5)
    plain, _problems = fit(people)
    monkeypatch.setattr(passes, "LARGE", 0)
    compiled, _problems = fit(people)
    assert np.abs(plain.linear - compiled.linear).max() < 1e-9
    assert plain.passes == compiled.passes


def test_the_number_of_processors_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    people = a_register(treated=300, pool=9_000, seed=6)
    monkeypatch.setattr(passes, "LARGE", 0)
    found = []
    for processors in (1, 2, 7):
        monkeypatch.setattr("os.cpu_count", lambda processors=processors: processors)
        found.append(fit(people)[0].linear)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_equal_people_get_equal_scores_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    few = generator.normal(size=(50, 2))
    rows = generator.integers(0, 50, 10_001)
    arms = generator.random(rows.size) < 0.1
    made, _problems = covariates(arms, columns={"a": few[rows, 0], "b": few[rows, 1]}, categories=())
    assert made is not None
    for large in (10**9, 0):
        monkeypatch.setattr(passes, "LARGE", large)
        score, _problems = fit(made)
        for person in range(50):
            assert np.unique(score.linear[rows == person]).size <= 1


def test_columns_that_say_nothing_new_are_left_out_and_named() -> None:
    generator = np.random.default_rng(1)
    one = generator.normal(size=800)
    arms = generator.random(800) < 1 / (1 + np.exp(1 - one))
    same, _problems = covariates(arms, columns={"one": one, "twice": 2 * one + 1, "always": np.full(800, 3.0)}, categories=())
    alone, _problems = covariates(arms, columns={"one": one}, categories=())
    assert same is not None
    assert alone is not None
    score, _problems = fit(same)
    assert score.dropped == ("twice", "always")
    assert np.abs(score.linear - fit(alone)[0].linear).max() < 1e-9


def test_more_combinations_of_levels_than_a_table_holds() -> None:
    generator = np.random.default_rng(2)
    columns = {f"c{number}": generator.integers(0, 40, 3_000) for number in range(3)} | {"x": generator.normal(size=3_000)}
    arms = generator.random(3_000) < 0.3
    made, _problems = covariates(arms, columns=columns, categories=("c0", "c1", "c2"))
    assert made is not None
    assert layout(made, on=made.names).cells < 3_001
    score, _problems = fit(made, settled=True)
    matrix = dense(made)
    model = sm.Logit(arms.astype(float), matrix).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
    assert np.abs(score.linear - matrix @ model.params).max() < 1e-8


def test_complete_separation_falls_back_to_a_ridge_and_says_so() -> None:
    generator = np.random.default_rng(3)
    sentence = np.concatenate([generator.uniform(5, 9, 60), generator.uniform(0, 4, 400)])
    arms = np.arange(460) < 60
    made, _problems = covariates(arms, columns={"sentence": sentence}, categories=())
    assert made is not None
    score, problems = fit(made)
    assert score.separated
    assert score.ridge > 0
    assert [problem.code for problem in problems] == ["separation"]
    # scikit-learn's C = 1 on the standardised column, the intercept free.
    standard = ((sentence - sentence.mean()) / sentence.std())[:, None]
    model = LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000).fit(standard, arms)
    assert score.linear == pytest.approx(model.decision_function(standard), abs=1e-5)


def test_a_level_without_treated_runs_off_as_in_r_and_the_others_stay() -> None:
    people = a_register(treated=119, pool=3_000, seed=1, empty_region=True)
    score, _problems = fit(people)
    region = people.category("region").codes
    assert not score.separated
    assert score.linear[region == 6].max() < score.linear[region != 6].min()
