"""Effects: each form and sign, against each kind of counterfactual. Improvement is positive."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from builders import a_line, a_metric, a_programme, a_result, figure, owed, settled
from makegood.cases.rows import Result
from makegood.settle import Settlement

MATCHED = [{"kind": "matched_group"}]


def measured(metric: dict[str, Any], *rows: Result, as_of: str = "2024-12-31") -> Settlement:
    agreement = a_programme(
        outcome_metrics={"job": metric},
        figures={"effect": {"effect": "job"}},
        cohorts={"first": {"title": "First"}, "second": {"title": "Second"}},
        outcome_pricings={"job": a_line(price="1000")},
    )
    return settled(agreement, results=rows, as_of=as_of)


def effect_of(metric: dict[str, Any], *rows: Result) -> Decimal | None:
    return figure(measured(metric, *rows), "effect")


@pytest.mark.parametrize(
    ("form", "better", "value", "comparison", "expected"),
    [
        ("difference", "more", "3.5", "1.5", "2"),
        ("difference", "more", "1.5", "3.5", "-2"),
        ("difference", "fewer", "1.5", "3.5", "2"),
        ("points", "more", "0.33", "0.30", "0.03"),
        ("points", "fewer", "0.33", "0.45", "0.12"),
        ("relative", "more", "120", "100", "0.2"),
        ("relative", "fewer", "80", "100", "0.2"),
        ("relative", "fewer", "110", "100", "-0.1"),
        ("ratio", "more", "30", "10", "0.75"),
        ("value", "more", "30", "10", "30"),
        ("relative", "more", "5", "0", None),  # nothing to divide by
        ("ratio", "more", "0", "0", None),
    ],
)
def test_forms_and_signs(form: str, better: str, value: str, comparison: str, expected: str | None) -> None:
    metric = a_metric(better=better, effect={"form": form, "counterfactual": MATCHED})
    found = effect_of(metric, a_result(value, comparison_value=comparison, comparison_kind="matched_group"))
    assert found == (None if expected is None else Decimal(expected))


def test_a_relative_reduction_from_155_to_142_is_8_387_percent() -> None:
    metric = a_metric(better="fewer", effect={"form": "relative", "counterfactual": MATCHED})
    found = effect_of(metric, a_result("142", comparison_value="155"))
    assert found is not None
    assert round(found, 5) == Decimal("0.08387")
    assert found * 155 == pytest.approx(Decimal(13))


def test_without_a_comparison_the_effect_is_unknown_not_the_value() -> None:
    metric = a_metric(effect={"form": "difference", "counterfactual": MATCHED})
    outcome = measured(metric, a_result("142"))
    assert figure(outcome, "effect") is None
    assert owed(outcome) == 0
    assert outcome.statement.payments[0].note.startswith("not known yet")


def test_a_fixed_rate_is_a_term_of_the_agreement() -> None:
    metric = a_metric(effect={"form": "difference", "counterfactual": [{"kind": "fixed_rate", "is": "25%"}]})
    assert effect_of(metric, a_result("0.60")) == Decimal("0.35")


def test_no_counterfactual_counts_the_value_itself() -> None:
    assert effect_of(a_metric(effect={"form": "difference", "counterfactual": [{"kind": "none"}]}), a_result("7")) == 7


CHANGING = [{"kind": "fixed_rate", "is": "25%", "until": "2022-01-01"}, {"kind": "matched_group", "from": "2022-01-01"}]


@pytest.mark.parametrize(
    ("period_end", "expected"),
    [
        ("2021-12-31", "0.35"),  # 60% less the fixed 25%
        ("2022-01-01", "0.35"),  # the last day of the period is 31 December 2021
        ("2022-01-02", "0.2"),  # 60% less the 40% of the matched group
    ],
)
def test_the_counterfactual_changes_during_the_term(period_end: str, expected: str) -> None:
    metric = a_metric(effect={"form": "difference", "counterfactual": CHANGING})
    assert effect_of(metric, a_result("0.60", comparison_value="0.40", period_end=period_end)) == Decimal(expected)


def test_a_day_for_which_no_counterfactual_is_agreed_is_unknown() -> None:
    metric = a_metric(effect={"form": "difference", "counterfactual": [{"kind": "fixed_rate", "is": "25%", "from": "2023-01-01"}]})
    assert effect_of(metric, a_result("0.60", period_end="2022-06-30")) is None


@pytest.mark.parametrize(("n", "expected"), [("99", "0.8"), ("100", "2"), (None, None)])
def test_a_small_sample_falls_back_with_weights(n: str | None, expected: str | None) -> None:
    """Under 100 persons 80% of a baseline of 1 counts instead; without n nobody knows which."""
    metric = a_metric(
        effect={"form": "difference", "counterfactual": MATCHED, "fallback": {"below": "100", "is": {"product": ["80%", "1"]}}}
    )
    found = effect_of(metric, a_result("3.5", comparison_value="1.5", n=n))
    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(("p", "expected"), [("0.05", 2), ("0.051", 0), (None, None)])
def test_significance_where_it_is_asked(p: str | None, expected: int | None) -> None:
    metric = a_metric(effect={"form": "difference", "counterfactual": MATCHED, "significant_at": "5%"})
    assert effect_of(metric, a_result("3.5", comparison_value="1.5", p=p)) == expected


def test_cohorts_are_pooled_by_persons_before_they_are_compared() -> None:
    """(10 x 30 + 20 x 10) / 40 = 12.5 against (6 x 20 + 12 x 40) / 60 = 10."""
    metric = a_metric(pools="mean_by_n", effect={"form": "difference", "counterfactual": MATCHED})
    rows = [
        a_result("10", cohort="first", comparison_value="6", n="30", comparison_n="20"),
        a_result("20", cohort="second", comparison_value="12", n="10", comparison_n="40"),
    ]
    assert effect_of(metric, *rows) == Decimal("2.5")


def test_a_weighted_composite_of_parts() -> None:
    metrics = {name: a_metric(effect={"form": "relative", "counterfactual": MATCHED}) for name in ("care", "safety")}
    index = {"sum": [{"product": ["66%", {"effect": "care"}]}, {"product": ["34%", {"effect": "safety"}]}]}
    agreement = a_programme(outcome_metrics=metrics, figures={"index": index}, outcome_pricings={"care": a_line(metric="care")})
    rows = [a_result("15", metric="care", comparison_value="10"), a_result("6", metric="safety", comparison_value="5")]
    assert figure(settled(agreement, results=rows), "index") == Decimal("0.66") * Decimal("0.5") + Decimal("0.34") * Decimal("0.2")


def test_a_cohort_first_then_pooled_net_of_what_was_paid() -> None:
    """Each cohort pays 100 at 10% or more; the pooled test at 7.5% pays 250 less what cohorts earned."""
    metric = a_metric(pools="mean_by_n", better="fewer", effect={"form": "relative", "counterfactual": MATCHED})
    effect = {"effect": "job"}
    lines = {
        "cohort": a_line(for_each="cohort", counts="1", price="100", when={"figure": effect, "from": "10%"}),
        "pooled": a_line(counts="1", price="250", when={"figure": effect, "from": "7.5%"}, net_of="cohort"),
    }
    agreement = a_programme(
        outcome_metrics={"job": metric}, outcome_pricings=lines, cohorts={"first": {"title": "First"}, "second": {"title": "Second"}}
    )
    rows = [
        a_result("142", cohort="first", comparison_value="155", n="100"),  # 8.4%: no payment
        a_result("135", cohort="second", comparison_value="150", n="100"),  # 10.0%: pays
        a_result("277", cohort="all", comparison_value="305", n="200"),  # 9.2%: pays
    ]
    outcome = settled(agreement, results=rows)
    assert (owed(outcome, "cohort"), owed(outcome, "pooled")) == (100, 150)
