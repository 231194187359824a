"""Limits: what gives way, in which order, and what they count. Expected money is worked out by hand beside each table."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from builders import a_claim, a_claim_line, a_line, a_metric, a_programme, a_result, a_transaction, cut, due, owed, problems_of, settled
from makegood.cases.rows import Claim
from makegood.settle import Settlement

TWO_LINES = {"job": a_claim_line(price="100"), "home": a_claim_line(metric="home", price="70")}
METRICS = {"job": a_metric(), "home": a_metric(unit="home"), "never": a_metric()}


def limited(limits: dict[str, Any], claims: Sequence[Claim], *, as_of: str = "2024-12-31", **more: Any) -> Settlement:
    terms = {"outcome_metrics": METRICS, "outcome_pricings": TWO_LINES, "limits": limits, **more}
    return settled(a_programme(**terms), claims=claims, as_of=as_of)


def three_jobs(**columns: Any) -> list[Claim]:
    """Jobs of three persons, a month after each other."""
    return [a_claim(f"c{month}", f"2021-0{month}-01", person=f"p{month}", **columns) for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("limit", "left"),
    [
        ({"at_most": "250"}, [100, 100, 50]),  # the latest gives way
        ({"at_most": "250", "cut": "in_proportion"}, ["83.34", "83.33", "83.33"]),
        ({"at_most": "150", "of": "money"}, [100, 50, 0]),
        ({"at_most": "2", "of": "claims"}, [100, 100, 0]),
        ({"at_most": "2", "of": "persons"}, [100, 100, 0]),
        ({"at_most": "2.5", "of": "units"}, [100, 100, 50]),
        ({"at_most": "1.5", "of": "units", "cut": "in_proportion"}, [50, 50, 50]),
        ({"at_most": "0"}, [0, 0, 0]),
        ({"at_most": "300"}, [100, 100, 100]),
    ],
)
def test_which_euros_give_way(limit: dict[str, str], left: list[Any]) -> None:
    outcome = limited({"most": limit}, three_jobs())
    assert [row.left for row in outcome.statement.decided] == [Decimal(amount) for amount in left]
    assert due(outcome) + cut(outcome, "most") == 300


def test_persons_are_counted_once_whatever_they_claim() -> None:
    claims = [
        a_claim("c1", person="a"),
        a_claim("c2", person="a"),
        a_claim("c3", "2021-01-02", person="b"),
        a_claim("c4", "2021-01-03", person="a"),
    ]
    assert due(limited({"one": {"at_most": "1", "of": "persons"}}, claims)) == 300


def test_what_an_earlier_limit_cut_whole_takes_no_room_of_a_later_count() -> None:
    """The person cap leaves a's second job nothing; so two claims are paid: a's first and b's."""
    claims = [a_claim("c1", person="a"), a_claim("c2", "2021-01-02", person="a"), a_claim("c3", "2021-01-03", person="b")]
    limits = {"person": {"at_most": "100", "per": "person"}, "two": {"at_most": "2", "of": "claims"}}
    assert due(limited(limits, claims)) == 200


@pytest.mark.parametrize(("order", "paid"), [(["person", "total"], 150 + 30), (["total", "person"], 150 + 10)])
def test_the_order_of_limits_is_theirs(order: list[str], paid: int) -> None:
    """a has a job and a home, 170, b a job, 100. Person first: 150 and 100, of which 180. Total first: 170 and 10, then a's 150."""
    claims = [
        a_claim("c1", "2021-01-01", person="a"),
        a_claim("c2", "2021-01-02", metric="home", person="a"),
        a_claim("c3", "2021-01-03", person="b"),
    ]
    limits = {"person": {"at_most": "150", "per": "person"}, "total": {"at_most": "180"}}
    assert due(limited({name: limits[name] for name in order}, claims)) == paid


def test_a_limit_per_line_metric_cohort_and_class() -> None:
    more: dict[str, Any] = {"classes": {"a": "A", "b": "B"}, "cohorts": {"first": {"title": "F"}, "second": {"title": "S"}}}
    claims = [
        a_claim("c1", class_="a", cohort="first"),
        a_claim("c2", class_="a", cohort="first"),
        a_claim("c3", class_="a", cohort="second"),
        a_claim("c4", class_="b", cohort="first"),
    ]
    for per, expected in (("line", 150), ("metric", 150), ("cohort", 250), ("class", 250), (["cohort", "class"], 350)):
        assert due(limited({"most": {"at_most": "150", "per": per}}, claims, **more)) == expected, per


@pytest.mark.parametrize(
    ("per", "expected"),
    [("month", 150 + 100 + 100), ("quarter", 150 + 100), ("year", 150 + 100), ("contract_year", 150 + 100)],
)
def test_a_limit_for_each_period_of_the_outcome(per: str, expected: int) -> None:
    """Contract years start on 1 March; two jobs in January, one in February 2021, one in January 2022."""
    days = ["2021-01-01", "2021-01-31", "2021-02-01", "2022-01-01"]
    claims = [a_claim(f"c{index}", day, person=str(index)) for index, day in enumerate(days)]
    if per == "contract_year":
        claims[-1] = a_claim("c3", "2021-03-01", person="3")
    outcome = limited({"most": {"at_most": "150", "per": per}}, claims, calendar={"starts_on": "2020-03-01"})
    assert due(outcome) == expected


def test_what_a_period_has_no_room_for_waits_for_the_next() -> None:
    """Three jobs in 2021 at 100, of which 150 a year: 150 now, 150 in 2022, and nothing is lost."""
    limit = {"budget": {"at_most": "150", "per": "year", "carries_forward": "yes"}}
    assert [due(limited(limit, three_jobs(), as_of=day)) for day in ("2021-12-31", "2022-01-01", "2023-01-01")] == [150, 300, 300]
    waiting = limited(limit, three_jobs(), as_of="2021-12-31").statement.carried_forward
    assert [(row["kind"], row["amount"]) for row in waiting] == [("limit", 150)]


def test_only_some_facts_are_limited() -> None:
    claims = [a_claim("c1", class_="a"), a_claim("c2", class_="b"), a_claim("c3", "2022-01-01", class_="a")]
    more: dict[str, Any] = {"classes": {"a": "A", "b": "B"}}
    assert due(limited({"most": {"at_most": "10", "only": {"class": "a"}}}, claims, **more)) == 110
    assert due(limited({"most": {"at_most": "10", "only": {"from": "2022-01-01"}}}, claims, **more)) == 210
    assert due(limited({"most": {"at_most": "10", "lines": "home"}}, claims, **more)) == 300


def test_a_limit_that_is_not_known_lets_nothing_through_and_says_so() -> None:
    outcome = limited({"most": {"at_most": {"result": "never"}, "lines": "job"}}, [a_claim("c1"), a_claim("c2", metric="home")])
    assert (due(outcome, "job"), due(outcome, "home")) == (0, 70)
    assert outcome.statement.payments[0].note == "nothing is paid while the limit 'most' is not known: no result"


def test_a_limit_by_what_the_person_reached() -> None:
    """Only the highest of what a person reached counts: a has both and is paid the dearer, b has two of the cheaper and is paid one."""
    reached = {
        "steps": {"accepted": "job", "take": "count", "same_person": "yes"},
        "rows": [{"below": "1", "is": "70"}, {"from": "1", "is": "100"}],
    }
    claims = [a_claim("c1", metric="home", person="a"), a_claim("c2", "2021-02-01", person="a"), a_claim("c3", metric="home", person="b")]
    claims.append(a_claim("c4", "2021-03-01", metric="home", person="b"))
    assert due(limited({"highest": {"at_most": reached, "per": "person"}}, claims)) == 100 + 70


def test_enough_for_a_return_follows_drawings_and_payments() -> None:
    """100 drawn a year before at 10%: 110 is enough. 60 of it paid after half a year grows too: 100 x 1.1^(181/365) - 60, then on."""
    invested = {"investments": {"loan": {"investor": "investor", "committed": "100"}}}
    limits = {"cap": {"at_most": {"enough_for": {"annual": "10%"}}}}
    drawn = [a_transaction("drawing", "100", "2021-01-01")]
    terms = a_programme(outcome_metrics=METRICS, outcome_pricings={"job": a_claim_line(price="1000")}, limits=limits, **invested)
    jobs = [a_claim("c1")]
    assert owed(settled(terms, claims=jobs, transactions=drawn, as_of="2022-01-01")) == 110
    assert owed(settled(terms, claims=jobs, transactions=drawn, as_of="2021-01-01")) == 100
    first = settled(terms, claims=jobs, transactions=drawn, as_of="2021-07-01")  # 181 days: 100 x 1.1^(181/365) = 104.84
    assert float(owed(first)) == pytest.approx(100 * 1.1 ** (181 / 365), abs=0.005)
    assert owed(settled(terms, claims=jobs, transactions=drawn, paid=[first], as_of="2022-01-01")) == 0


def test_limits_that_cannot_be_carried_out() -> None:
    def told(**limit: Any) -> str:
        return " ".join(problem.what for problem in problems_of(limits={"most": {"at_most": "1", **limit}}))

    assert "a limit of units speaks of outcomes" in told(of="units", payer="payer")
    assert "persons are paid or not" in told(of="persons", cut="in_proportion")
    assert "only a limit per period can carry forward" in told(carries_forward="yes")
    late = {"payer": {"at_most": "1", "per": "payer"}, "two": {"at_most": "2", "of": "claims"}}
    assert "a limit of claims comes after a limit per payer" in " ".join(problem.what for problem in problems_of(limits=late))


def test_results_are_counted_in_units() -> None:
    lines = {"job": a_line(for_each="cohort", price="10")}
    terms = a_programme(
        outcome_pricings=lines, limits={"most": {"at_most": "15", "of": "units"}}, cohorts={"a": {"title": "A"}, "b": {"title": "B"}}
    )
    outcome = settled(terms, results=[a_result("10", cohort="a"), a_result("10", cohort="b")])
    assert due(outcome) == 150
