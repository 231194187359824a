"""The published effect evaluation: 103 of 119 matched, 3.5 months of work against 1.5, nothing else that differs."""

from __future__ import annotations

import json
from statistics import mean

import pytest

from a_world import a_world, day, months_at_work, rows_of, spells_by_person

POOL = 3000


def measured(seed: int, pool: int) -> dict[str, int]:
    jobs = spells_by_person("employment", seed=seed, pool=pool)
    return {
        row["person"]: months_at_work(jobs[row["person"]], day(row["index_date"])) if jobs[row["person"]] else 0
        for row in rows_of("people.csv", seed=seed, pool=pool)
    }


@pytest.mark.parametrize("seed", [1, 7])
def test_the_records_carry_the_planted_months_of_each_participant(seed: int) -> None:
    counted = measured(seed, 60)
    planted = rows_of("planted.csv", seed=seed)
    assert {row["person"]: int(row["months_with"]) for row in planted} == {row["person"]: counted[row["person"]] for row in planted}
    alike = [row for row in planted if row["matchable"] == "yes"]
    assert len(alike) == 103
    # 361 / 103 = 3.50 and 155 / 103 = 1.50: 206 months more, 2.00 each.
    assert sum(int(row["months_with"]) for row in alike) == 361
    assert sum(float(row["expected_months_without"]) for row in alike) == pytest.approx(155, abs=0.01)
    assert json.loads(a_world(seed)["manifest.json"])["planted"]["effect_on_months"] == "2.0000"


def test_a_propensity_match_finds_a_counterpart_for_103_and_the_whole_pool_misleads() -> None:
    """An independent evaluator's first try: logistic propensity, nearest within 0.2 standard deviations, no reuse."""
    numpy = pytest.importorskip("numpy")
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    rows = rows_of("characteristics.csv", seed=1, pool=POOL)
    numbers = ("age", "prior_detentions", "detention_days", "months_worked_before", "months_benefit_before")
    codes = [(name, code) for name in ("sex", "country_of_birth", "offence_type") for code in sorted({row[name] for row in rows})[1:]]
    table = numpy.array([[*(float(row[name]) for name in numbers), *(float(row[name] == code) for name, code in codes)] for row in rows])
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    treated = numpy.array([row["person"].startswith("P") for row in rows])
    chance = LogisticRegression(C=1e6, max_iter=5000).fit(table, treated).predict_proba(table)[:, 1]
    score = numpy.log(chance / (1 - chance))
    free = set(numpy.flatnonzero(~treated))
    pairs = []
    for one in sorted(numpy.flatnonzero(treated), key=lambda place: -score[place]):
        nearest = min(free, key=lambda place: (abs(score[place] - score[one]), place))
        if abs(score[nearest] - score[one]) <= 0.2 * score.std():
            free.remove(nearest)
            pairs.append((rows[one]["person"], rows[nearest]["person"]))
    matchable = {row["person"] for row in rows_of("planted.csv", seed=1, pool=POOL) if row["matchable"] == "yes"}
    assert {one for one, _ in pairs} == matchable
    counted = measured(1, POOL)
    assert mean(counted[one] for one, _ in pairs) == pytest.approx(3.5, abs=0.01)
    assert mean(counted[other] for _, other in pairs) == pytest.approx(1.5, abs=0.9)  # three standard errors of 103 people
    assert mean(months for person, months in counted.items() if person.startswith("C")) > 2.3


def test_reconvictions_and_benefit_follow_one_rule_in_both_arms() -> None:
    people = rows_of("people.csv", seed=1, pool=POOL)
    background = {row["person"]: row for row in rows_of("characteristics.csv", seed=1, pool=POOL)}
    again = {row["subject"] for row in rows_of("observations.csv", seed=1, pool=POOL)}
    on_benefit = spells_by_person("benefit", seed=1, pool=POOL)
    by_arm: dict[str, list[str]] = {"programme": [], "comparison": []}
    for row in people:
        known = background[row["person"]]
        if int(known["months_worked_before"]) == 0 and int(known["prior_detentions"]) <= 8:
            by_arm[row["arm"]].append(row["person"])
    shares = {arm: mean(person in again for person in persons) for arm, persons in by_arm.items()}
    benefit = {arm: mean(bool(on_benefit[person]) for person in persons) for arm, persons in by_arm.items()}
    assert abs(shares["programme"] - shares["comparison"]) < 0.15
    assert abs(benefit["programme"] - benefit["comparison"]) < 0.15
