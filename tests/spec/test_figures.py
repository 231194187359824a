"""Figures: each verb with its edges. Expected values are worked out by hand beside each row."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from builders import a_claim, a_claim_line, a_line, a_metric, a_programme, a_result, a_transaction, due, figure, owed, settled
from makegood.cases.rows import Claim, Result, Transaction

FACTS = {
    "outcome_metrics": {"job": a_metric(), "score": a_metric(unit="point", pools="none"), "never": a_metric()},
    "classes": {"a": "A", "b": "B"},
    "cohorts": {"first": {"title": "First"}, "second": {"title": "Second"}},
}


def value_of(
    terms: Any,
    *,
    results: Sequence[Result] = (),
    claims: Sequence[Claim] = (),
    transactions: Sequence[Transaction] = (),
    as_of: str = "2024-12-31",
    **more: Any,
) -> Decimal | None:
    """What a figure is, on these facts."""
    agreement = a_programme(**{**FACTS, **more}, figures={**more.get("figures", {}), "x": terms})
    return figure(settled(agreement, results=results, claims=claims, transactions=transactions, as_of=as_of), "x")


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("882", "882"),
        ("18%", "0.18"),
        ("0.18", "0.18"),
        ("EUR 61 000", "61000"),
        ("-2.50", "-2.5"),
        ({"sum": ["1", "2", "3"]}, "6"),
        ({"difference": ["10", "3", "2"]}, "5"),
        ({"product": ["18%", "18"]}, "3.24"),
        ({"ratio": ["1", "8"]}, "0.125"),
        ({"ratio": ["1", "0"]}, None),  # nothing to divide by is unknown, never zero
        ({"least": ["3", "2"]}, "2"),
        ({"greatest": ["3", "2"]}, "3"),
        ({"sum": ["1", {"result": "never"}]}, None),  # what rests on something unknown is unknown
        ({"greatest": ["1", {"result": "never"}]}, None),
        ({"sum": ["7"], "round": {}}, "7"),
        ({"sum": ["2.5"], "round": {}}, "3"),
        ({"sum": ["2.5"], "round": {"rule": "half_even"}}, "2"),
        ({"sum": ["2.9"], "round": {"rule": "down"}}, "2"),
        ({"sum": ["2.1"], "round": {"rule": "up"}}, "3"),
        ({"sum": ["-2.5"], "round": {}}, "-3"),
        ({"sum": ["-2.1"], "round": {"rule": "up"}}, "-3"),
        ({"sum": ["1234"], "round": {"to": "50"}}, "1250"),  # 24.68 fifties
        ({"sum": ["0.18766"], "round": {"to": "0.1%"}}, "0.188"),
        ({"sum": ["10"], "only_above": "3"}, "7"),
        ({"sum": ["2"], "only_above": "3"}, "0"),
        ({"sum": ["2"], "at_least": "3"}, "3"),
        ({"sum": ["10"], "at_most": "3"}, "3"),
        # the order is only_above, at_least, at_most, round: 10.6 - 3 = 7.6, at most 5.5, rounded 6
        ({"sum": ["10.6"], "round": {}, "at_most": "5.5", "at_least": "1", "only_above": "3"}, "6"),
        # 2 - 3 gives 0, at least 1, at most 5
        ({"sum": ["2"], "at_most": "5", "at_least": "1", "only_above": "3"}, "1"),
        ({"sum": ["1"], "at_most": {"result": "never"}}, None),  # an unknown bound is unknown, not absent
    ],
)
def test_numbers_combine(terms: Any, expected: str | None) -> None:
    assert value_of(terms) == (None if expected is None else Decimal(expected))


STEPS = [{"below": "10", "is": "0"}, {"from": "10", "below": "20", "is": "1"}, {"from": "20", "is": "2"}]
CLOSED_ABOVE = [{"up_to": "10", "is": "0"}, {"above": "10", "up_to": "20", "is": "1"}, {"above": "20", "is": "2"}]
SHORT = [{"from": "10", "is": "1"}, {"from": "20", "is": "2"}]  # a row ends where the next begins


@pytest.mark.parametrize(
    ("rows", "value", "expected"),
    [
        (STEPS, "9.99", 0),
        (STEPS, "10", 1),
        (STEPS, "19.99", 1),
        (STEPS, "20", 2),
        (CLOSED_ABOVE, "10", 0),
        (CLOSED_ABOVE, "10.01", 1),
        (CLOSED_ABOVE, "20", 1),
        (CLOSED_ABOVE, "20.01", 2),
        (SHORT, "9.99", 0),  # what no step covers pays nothing
        (SHORT, "10", 1),
        (SHORT, "19.99", 1),
        (SHORT, "20", 2),
        (SHORT, "-5", 0),
    ],
)
def test_steps(rows: list[dict[str, str]], value: str, expected: int) -> None:
    assert value_of({"steps": {"result": "score"}, "rows": rows}, results=[a_result(value, metric="score")]) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.2", "0"),
        ("0.5", "0"),
        ("0.95", "0.5"),  # halfway from 0.5 to 1.4
        ("1.4", "1"),
        ("3", "1"),
        ("0.59", "0.1"),  # a tenth of the way
    ],
)
def test_points_joined_by_lines(value: str, expected: str) -> None:
    rows = [{"at": "0.5", "is": "0%"}, {"at": "1.4", "is": "100%"}]
    assert value_of({"points": {"result": "score"}, "rows": rows}, results=[a_result(value, metric="score")]) == Decimal(expected)


def test_points_with_a_kink() -> None:
    rows = [{"at": "0", "is": "0"}, {"at": "10", "is": "100"}, {"at": "20", "is": "110"}]
    assert value_of({"points": {"result": "score"}, "rows": rows}, results=[a_result("15", metric="score")]) == 105


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("50", 50 * 10),
        ("100", 100 * 10),
        ("150", 100 * 10 + 50 * 5),
        ("350", 100 * 10 + 200 * 5 + 50 * 1),
    ],
)
def test_slices_price_each_part_at_its_own_rate(value: str, expected: int) -> None:
    rows = [{"up_to": "100", "each": "10"}, {"above": "100", "up_to": "300", "each": "5"}, {"above": "300", "each": "1"}]
    assert value_of({"slices": {"result": "score"}, "rows": rows}, results=[a_result(value, metric="score")]) == expected


@pytest.mark.parametrize(("value", "expected"), [("100", 95), ("1000", 950), ("2000", 950 + 400)])
def test_one_rate_until_paid_back_and_another_after(value: str, expected: int) -> None:
    """95% of savings until 950 was paid, which takes 1000 of savings; then 40%."""
    rows = [{"each": "95%", "until_paid": "950"}, {"each": "40%"}]
    assert value_of({"slices": {"result": "score"}, "rows": rows}, results=[a_result(value, metric="score")]) == expected


def test_whole_amount_tiers_differ_from_slices() -> None:
    """20 at 5 each where every one is priced by the tier of the whole: 100, not 10 x 10 + 10 x 5 = 150."""
    tier = {"steps": {"result": "job"}, "rows": [{"below": "20", "is": "10"}, {"from": "20", "is": "5"}]}
    slices = {"slices": {"result": "job"}, "rows": [{"below": "10", "each": "10"}, {"from": "10", "each": "5"}]}
    lines = {"tiers": a_line(price=tier), "slices": a_line(counts=slices, price="1")}
    outcome = settled(a_programme(outcome_pricings=lines), results=[a_result("20")])
    assert (owed(outcome, "tiers"), owed(outcome, "slices")) == (100, 150)


PRICE_BY = {
    "by": [
        {"class": "a", "until": "2022-01-01", "is": "100"},
        {"class": "a", "from": "2022-01-01", "is": "110"},
        {"class": "b", "is": "50"},
        {"otherwise": "yes", "is": "10"},
    ]
}


@pytest.mark.parametrize(
    ("class_", "day", "expected"),
    [
        ("a", "2021-12-31", 100),
        ("a", "2022-01-01", 110),  # until is the first day on which it no longer holds
        ("b", "2021-12-31", 50),
        (None, "2021-12-31", 10),
    ],
)
def test_a_price_by_class_and_date(class_: str | None, day: str, expected: int) -> None:
    agreement = a_programme(**{**FACTS, "outcome_pricings": {"job": a_claim_line(price=PRICE_BY)}})
    assert owed(settled(agreement, claims=[a_claim("c1", day, class_=class_)])) == expected


def test_a_price_for_no_class_is_unknown_and_says_so() -> None:
    agreement = a_programme(**{**FACTS, "outcome_pricings": {"job": a_claim_line(price={"by": [{"class": "a", "is": "5"}]})}})
    outcome = settled(agreement, claims=[a_claim("c1", class_="b")])
    assert owed(outcome) == 0
    assert "no row of `by` applies" in outcome.statement.payments[0].note


@pytest.mark.parametrize(
    ("take", "expected"),
    [(None, 8), ("value", 8), ("reported", 9), ("n", 40), ("comparison", 2), ("p", Decimal("0.04"))],
)
def test_what_is_taken_of_a_result(take: str | None, expected: Decimal) -> None:
    row = a_result("9", accepted="8", n="40", comparison_value="2", p="0.04")
    assert value_of({"result": "job"} | ({"take": take} if take else {}), results=[row]) == expected


@pytest.mark.parametrize(
    ("pools", "take", "expected"),
    [
        ("sum", "value", 10 + 40),
        ("mean", "value", 25),
        ("mean_by_n", "value", (10 * 30 + 40 * 10) / Decimal(40)),  # 17.5
        ("latest", "value", 40),
        ("sum", "n", 40),
        ("mean", "n", 40),  # persons are counted, never averaged
        ("latest", "n", 10),
        ("mean_by_n", "p", None),  # p-values cannot be pooled
        ("sum", "p", None),
        ("mean", "se", None),
    ],
)
def test_rows_of_several_cohorts_become_one_figure(pools: str, take: str, expected: Decimal | None) -> None:
    rows = [
        a_result("10", cohort="first", n="30", p="0.1", se="1", period_end="2021-01-01"),
        a_result("40", cohort="second", n="10", p="0.2", se="1", period_end="2022-01-01"),
    ]
    assert value_of({"result": "job", "take": take}, results=rows, outcome_metrics={"job": a_metric(pools=pools)}) == expected


def test_the_pooled_row_speaks_where_there_is_one() -> None:
    rows = [a_result("10", cohort="first"), a_result("40", cohort="second"), a_result("45", cohort="all")]
    assert value_of({"result": "job"}, results=rows) == 45
    assert value_of({"result": "job", "where": {"cohort": "second"}}, results=rows) == 40
    assert value_of({"result": "job", "where": {"cohort": ["first", "second"]}}, results=rows) == 50


def test_the_last_observation_of_a_thing_counts_and_final_before_interim() -> None:
    early = a_result("10", result="r1", observed_until="2021-01-01")
    late = a_result("12", result="r2", observed_until="2022-01-01")
    assert value_of({"result": "job"}, results=[late, early]) == 12
    assert value_of({"result": "job"}, results=[late, early], as_of="2021-06-30") == 10
    final = a_result("11", result="r3", observed_until="2021-06-01", status="final")
    assert value_of({"result": "job"}, results=[late, early, final]) == 11


def test_claims_are_counted_by_quantity_number_and_person() -> None:
    claims = [a_claim("c1", person="p1", quantity="2"), a_claim("c2", person="p1", quantity="3"), a_claim("c3", person="p2")]
    taken = {take: value_of({"claims": "job", "take": take}, claims=claims) for take in ("quantity", "count", "persons")}
    assert taken == {"quantity": 6, "count": 3, "persons": 2}


def test_accepted_counts_only_what_a_line_pays() -> None:
    lines = {"job": a_claim_line(sequence={"times": "1"})}
    claims = [a_claim("c1", person="p1"), a_claim("c2", person="p1"), a_claim("c3", person="p2")]
    assert value_of({"accepted": "job", "take": "count"}, claims=claims, outcome_pricings=lines) == 2


def test_transactions_until_the_day_of_settlement() -> None:
    rows = [
        a_transaction("drawing", "100", "2020-01-01"),
        a_transaction("drawing", "50", "2021-01-01"),
        a_transaction("drawing", "7", "2025-01-01"),
        a_transaction("fee", "9", "2020-01-01"),
    ]
    invested: dict[str, Any] = {"investments": {"senior": {"investor": "investor", "committed": "200"}}}
    assert value_of({"transactions": "drawing"}, transactions=rows, **invested) == 150
    assert value_of({"transactions": "drawing"}, transactions=rows, as_of="2020-12-31", **invested) == 100
    assert value_of({"transactions": "fee", "from_party": "provider"}, transactions=rows, **invested) == 9
    assert value_of({"transactions": "fee", "from_party": "payer"}, transactions=rows, **invested) == 0


def test_committed_by_investment_and_by_tranche() -> None:
    invested: dict[str, Any] = {
        "investments": {
            "one": {"investor": "investor", "committed": "200", "tranche": "senior"},
            "two": {"investor": "other_investor", "committed": "300", "tranche": "senior"},
            "three": {"investor": "other_investor", "committed": "50"},
        }
    }
    assert value_of({"committed": "senior"}, **invested) == 500
    assert value_of({"committed": ["one", "three"]}, **invested) == 250


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"since": "2024-01-01", "in": "days"}, 365),  # 2024 is a leap year: 31 December is day 365 after day 0
        ({"since": "2024-01-31", "in": "months"}, 11),
        ({"since": "2024-01-01", "until": "2024-03-01", "in": "days"}, 60),
        ({"since": "2022-12-31", "in": "years"}, Decimal(731) / 365),
        ({"since": "2025-06-01", "in": "days"}, 0),
    ],
)
def test_elapsed(terms: dict[str, str], expected: Decimal) -> None:
    value = value_of({"elapsed": terms})
    assert value is not None
    assert abs(value - expected) < Decimal("1e-20")


def test_growth_compounds_by_whole_years_until_the_day_of_the_fact() -> None:
    price = {"product": ["1000", {"growth": {"yearly": "6%", "since": "2020-01-01"}}]}
    agreement = a_programme(outcome_pricings={"job": a_claim_line(price=price)})
    days = {"2020-12-31": "1000", "2021-01-01": "1060", "2021-12-31": "1060", "2022-01-01": "1123.60"}
    assert {day: str(owed(settled(agreement, claims=[a_claim("c1", day)])).normalize()) for day in days} == {
        day: str(Decimal(amount).normalize()) for day, amount in days.items()
    }


def test_list_price_less_a_discount_by_class() -> None:
    discount = {"by": [{"class": "a", "is": "10%"}, {"class": "b", "is": "25%"}]}
    price = {"product": ["200", {"difference": ["100%", discount]}]}
    agreement = a_programme(**{**FACTS, "outcome_pricings": {"job": a_line(for_each="class", price=price)}})
    outcome = settled(agreement, results=[a_result("1", result="r1", class_="a"), a_result("2", result="r2", class_="b")])
    assert owed(outcome) == 180 + 2 * 150


def test_conditions_joint_or_either_and_edges() -> None:
    both = {"all_of": [{"figure": {"result": "job"}, "from": "10"}, {"figure": {"result": "score"}, "above": "5"}]}
    either = {"any_of": both["all_of"]}
    lines = {"both": a_line(price="7", counts="1", when=both), "either": a_line(price="9", counts="1", when=either)}
    agreement = a_programme(**{**FACTS, "outcome_pricings": lines})
    table = {("10", "5"): 9, ("10", "5.01"): 16, ("9", "6"): 9, ("9", "5"): 0}
    for (job, score), expected in table.items():
        assert owed(settled(agreement, results=[a_result(job), a_result(score, metric="score")])) == expected


def test_a_condition_on_something_unknown_does_not_hold_and_says_so() -> None:
    agreement = a_programme(**{**FACTS, "outcome_pricings": {"job": a_line(when={"figure": {"result": "score"}, "from": "1"})}})
    outcome = settled(agreement, results=[a_result("10")])
    assert owed(outcome) == 0
    assert "not known yet" in outcome.statement.payments[0].note


@pytest.mark.parametrize(
    ("value", "whole", "above"),
    [("19", 0, 0), ("20", 2000, 0), ("25", 2500, 500)],
)
def test_a_threshold_pays_from_zero_or_only_above_itself(value: str, whole: int, above: int) -> None:
    lines = {
        "whole": a_line(when={"figure": {"result": "job"}, "from": "20"}),
        "above": a_line(counts={"result": "job", "only_above": "20"}),
    }
    outcome = settled(a_programme(outcome_pricings=lines), results=[a_result(value)])
    assert (due(outcome, "whole"), due(outcome, "above")) == (whole, above)


def test_units_of_account_and_rounding_of_money() -> None:
    agreement = a_programme(outcome_pricings={"job": a_line(per="3", price="10")})
    assert owed(settled(agreement, results=[a_result("1")])) == Decimal("3.33")
    assert owed(settled(agreement, results=[a_result("2")])) == Decimal("6.67")
    to_tens = a_programme(rounding={"rule": "down", "to": "10"}, outcome_pricings={"job": a_line(price="9.99")})
    assert owed(settled(to_tens, results=[a_result("2")])) == 10  # 19.98 down


def test_several_results_that_do_not_combine_are_refused() -> None:
    from makegood.values.problem import Refused  # noqa: PLC0415

    agreement = a_programme(**{**FACTS, "outcome_metrics": {"job": a_metric(pools="none")}})
    with pytest.raises(Refused, match=r"several results .* apply at once"):
        settled(agreement, results=[a_result("1", cohort="first"), a_result("2", cohort="second")])
