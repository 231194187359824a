"""When is paid and by whom: interims and true-up, moments of settlement, shares by day, cases of one's own, amendments."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from builders import a_claim, a_claim_line, a_line, a_metric, a_programme, a_result, due, owed, reasons, settled
from makegood.cases.rows import Claim, Result
from makegood.programme.reading import Agreement
from makegood.settle import Settlement

METRICS = {"job": a_metric(pools="latest"), "home": a_metric(unit="home", pools="latest")}
BOTH = {"job": a_line(price="10"), "home": a_line(metric="home", price="10")}


def a_plan(true_up: str, **more: Any) -> Agreement:
    return a_programme(outcome_metrics=METRICS, outcome_pricings=BOTH, outcome_payment_plan={"true_up": true_up}, **more)


def year_by_year(terms: Agreement, *years: Sequence[Result]) -> list[Settlement]:
    """Settlements on the last day of 2021, 2022 …, each net of those before."""
    made: list[Settlement] = []
    for index, results in enumerate(years):
        made.append(settled(terms, results=results, paid=made, as_of=f"{2021 + index}-12-31"))
    return made


def jobs(count: int, *, homes: int = 0) -> list[Result]:
    return [a_result(count), a_result(homes, metric="home")]


@pytest.mark.parametrize(
    ("true_up", "first", "second", "third"),
    [
        ("full", 100, -40, 60),  # 10, then 6, then 12 jobs at 10: what was too much is paid back
        ("upward_only", 100, 0, 20),  # never paid back; the third year counts from the 100
        ("none", 100, 0, 0),  # what was paid stands
    ],
)
def test_later_results_correct_what_was_paid_or_not(true_up: str, first: int, second: int, third: int) -> None:
    made = year_by_year(a_plan(true_up), jobs(10), jobs(6), jobs(12))
    assert [owed(settlement) for settlement in made] == [first, second, third]


def test_what_was_paid_too_much_is_set_off_against_another_line_of_that_payer() -> None:
    """10 jobs paid 100; 6 are due, so 40 too much. Three homes earn 30: nothing is paid and 10 is still open; ten homes pay 90."""
    terms = a_plan("upward_only")
    first = settled(terms, results=jobs(10), as_of="2021-12-31")
    second = settled(terms, results=jobs(6, homes=3), paid=[first], as_of="2022-12-31")
    assert (owed(second), [row["amount"] for row in second.statement.carried_forward]) == (0, [-10])
    third = settled(terms, results=jobs(6, homes=10), paid=[first, second], as_of="2023-12-31")
    assert (owed(third), third.statement.carried_forward) == (60, ())


def test_a_line_may_say_otherwise_than_the_plan() -> None:
    lines = {"job": a_line(price="10", true_up="none"), "home": a_line(metric="home", price="10")}
    terms = a_programme(outcome_metrics=METRICS, outcome_pricings=lines)
    assert [owed(row) for row in year_by_year(terms, jobs(10, homes=10), jobs(6, homes=6))] == [200, -40]


def test_a_payment_that_stands_takes_its_room_under_a_limit() -> None:
    """100 was paid for jobs and stands though 6 are left; of 150 in all 50 is left for homes."""
    terms = a_plan("none", limits={"all": {"at_most": "150"}})
    assert [owed(row) for row in year_by_year(terms, jobs(10), jobs(6, homes=10))] == [100, 50]


def test_claims_wait_for_their_settlement() -> None:
    """Nine tenths at once, the tenth that was held back from 2023 on; outcomes after the window do not come into it."""
    lines = {"now": a_claim_line(price="90"), "later": a_claim_line(price="10", settlement="final")}
    plan = {"settlements": {"final": {"from": "2023-01-01", "until": "2022-07-01"}}}
    terms = a_programme(outcome_pricings=lines, outcome_payment_plan=plan)
    claims = [a_claim("c1"), a_claim("c2", "2022-07-01")]
    before, after = settled(terms, claims=claims, as_of="2022-12-31"), settled(terms, claims=claims, as_of="2023-01-01")
    assert (due(before, "now"), due(before, "later"), due(after, "later")) == (180, 0, 10)
    assert reasons(before) == {}  # both were paid by a line; nobody reads of a refusal


def test_a_line_is_for_facts_of_its_days_and_keeps_what_it_paid() -> None:
    """A line in force until 2022 still owes for the results of 2021 when it is settled years later."""
    lines = {"job": a_line(for_each="period", until="2022-01-01"), "pooled": a_line(until="2022-01-01")}
    rows = [
        a_result("1", result="r1", period_start="2021-01-01", period_end="2022-01-01"),
        a_result("2", result="r2", period_start="2022-01-01", period_end="2023-01-01"),
    ]
    outcome = settled(a_programme(outcome_pricings=lines), results=rows, as_of="2025-01-01")
    assert (due(outcome, "job"), due(outcome, "pooled")) == (100, 100)


def test_a_line_for_several_classes_pays_for_those_and_no_others() -> None:
    classes = {"classes": {"a": "A", "b": "B", "c": "C"}}
    rows = [a_result(count, result=name, class_=name) for name, count in (("a", 1), ("b", 2), ("c", 4))]
    terms = a_programme(**classes, outcome_pricings={"job": a_line(only={"class": ["a", "b"]})})
    assert due(settled(terms, results=rows)) == 300


@pytest.mark.parametrize(("achieved_on", "paid"), [("2021-12-31", 100), ("2022-01-01", 0)])
@pytest.mark.parametrize("calendar", [{"ends_on": "2022-01-01"}, {"ends_on": "2021-06-01", "outcomes_until": "2022-01-01"}])
def test_outcomes_count_until_the_contract_says(achieved_on: str, paid: int, calendar: dict[str, str]) -> None:
    terms = a_programme(outcome_pricings={"job": a_claim_line()}, calendar={"starts_on": "2020-01-01", **calendar})
    outcome = settled(terms, claims=[a_claim("c1", achieved_on)])
    assert owed(outcome) == paid
    assert reasons(outcome) == ({} if paid else {"c1": "achieved on 2022-01-01; outcomes count until 2022-01-01"})


def shared(payers: dict[str, Any], claims: Sequence[Claim], **more: Any) -> Settlement:
    return settled(a_programme(outcome_pricings={"job": a_claim_line()}, outcome_payment_commitments=payers, **more), claims=claims)


def by_payer(outcome: Settlement) -> tuple[Any, Any]:
    return due(outcome, payer="payer"), due(outcome, payer="other_payer")


def test_shares_follow_the_day_of_each_outcome() -> None:
    """2021 for one payer, 2022 for the other, in one settlement and whatever came later."""
    turn = {
        "payer": {"share": {"by": [{"until": "2022-01-01", "is": "100%"}, {"from": "2022-01-01", "is": "0"}]}},
        "other_payer": {"share": {"by": [{"until": "2022-01-01", "is": "0"}, {"from": "2022-01-01", "is": "100%"}]}},
    }
    assert by_payer(shared(turn, [a_claim("c1"), a_claim("c2", "2021-12-31"), a_claim("c3", "2022-01-01")])) == (200, 100)


def test_the_cents_of_one_payment_add_up() -> None:
    thirds = {"payer": {"share": "33.5%"}, "other_payer": {"share": "66.5%"}}
    assert by_payer(shared(thirds, [a_claim(f"c{n}", quantity="0.01") for n in range(3)])) == (
        Decimal("1.01"),
        Decimal("1.99"),
    )  # 3.00, of which 1.005 and 1.995: the cent goes to the first


def test_a_budget_of_one_payer_for_each_year() -> None:
    """60 of each 100; 100 a year. 2021: two jobs, 120 of which 100; 2022: one job, 60. The other bears the rest where it is agreed."""
    payers = {"payer": {"share": "60%"}, "other_payer": {"share": "40%"}}
    claims = [a_claim("c1"), a_claim("c2"), a_claim("c3", "2022-01-01")]
    budget = {"at_most": "100", "payer": "payer", "per": "year"}
    assert by_payer(shared(payers, claims, limits={"budget": budget})) == (160, 120)
    assert by_payer(shared(payers, claims, limits={"budget": {**budget, "beyond": "other_payer"}})) == (160, 140)


def test_own_cases_whole_or_with_a_top_up() -> None:
    claims = [a_claim("c1", payer="payer"), a_claim("c2", payer="other_payer")]
    whole = {"payer": {"own_cases": "yes"}, "other_payer": {"own_cases": "yes"}}
    assert by_payer(shared(whole, claims)) == (100, 100)
    topped = {"payer": {"own_cases": "yes", "share": "80%"}, "other_payer": {"share": "20%"}}
    assert by_payer(shared(topped, [a_claim("c1", payer="payer")])) == (80, 20)


def test_shares_that_do_not_add_up_for_a_case_are_refused() -> None:
    from makegood.values.problem import Refused  # noqa: PLC0415

    with pytest.raises(Refused, match=r"shares of 'job' .*do not add up to 100%"):
        shared({"payer": {"own_cases": "yes"}, "other_payer": {"own_cases": "yes"}}, [a_claim("c1")])


def an_amendment(from_: str, *changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"from": from_, "reason": "R", "expected_effect": "E", "review_on": "2025-01-01", "changes": list(changes), **more}


DEARER = {"term": "outcome_pricings/job/price", "was": "100", "becomes": "120"}


@pytest.mark.parametrize(("reaches_back", "paid"), [("no", 100 + 120), ("yes", 120 + 120)])
@pytest.mark.parametrize("kind", ["claims", "results"])
def test_a_fact_is_read_under_the_terms_of_its_day(reaches_back: str, paid: int, kind: str) -> None:
    line = a_claim_line() if kind == "claims" else a_line(for_each="period")
    terms = a_programme(
        outcome_pricings={"job": line}, amendments={"dearer": an_amendment("2022-01-01", DEARER, reaches_back=reaches_back)}
    )
    facts: dict[str, Any] = {
        "claims": [a_claim("c1", "2021-12-31"), a_claim("c2", "2022-01-01")],
        "results": [
            a_result("1", result="r1", period_start="2021-01-01", period_end="2022-01-01"),
            a_result("1", result="r2", period_start="2022-01-01", period_end="2023-01-01"),
        ],
    }
    assert owed(settled(terms, **{kind: facts[kind]})) == paid
    assert owed(settled(terms, **{kind: facts[kind]}, as_of="2021-12-31", terms_on="2021-12-31")) == 100


def test_an_earlier_settlement_is_not_changed_by_a_later_amendment() -> None:
    terms = a_programme(outcome_pricings={"job": a_claim_line()}, amendments={"dearer": an_amendment("2022-01-01", DEARER)})
    first = settled(terms, claims=[a_claim("c1")], as_of="2021-12-31")
    assert owed(settled(terms, claims=[a_claim("c1")], paid=[first], as_of="2022-12-31")) == 0


def test_a_payer_that_retires_bears_what_came_before() -> None:
    changes = [
        {"term": "outcome_payment_commitments/payer", "retired": "yes"},
        {"term": "outcome_payment_commitments/other_payer/share", "was": "0", "becomes": "100%"},
    ]
    payers = {"payer": {"share": "100%"}, "other_payer": {"share": "0"}}
    claims = [a_claim("c1"), a_claim("c2", "2022-01-01")]
    assert by_payer(shared(payers, claims, amendments={"leaves": an_amendment("2022-01-01", *changes)})) == (100, 100)


def test_a_claim_that_was_paid_and_is_gone_goes_back_and_is_named() -> None:
    terms = a_programme(outcome_pricings={"job": a_claim_line()})
    first = settled(terms, claims=[a_claim("c1"), a_claim("c2")])
    second = settled(terms, claims=[a_claim("c1")], paid=[first])
    assert owed(second) == -100
    assert second.clawed_back == ({"claim": "c2", "amount": "100.00", "reason": "it is no longer among the claims"},)
