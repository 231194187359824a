"""Whose money: drawings, steps in order, returns, conditions, guarantees. Expected money is worked out by hand."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from builders import a_line, a_metric, a_programme, a_result, a_transaction, problems_of, received, repaid, settled
from makegood.settle import Settlement

LOAN = {"loan": {"investor": "investor", "committed": "1000"}}
YEAR = [a_transaction("drawing", "1000", "2020-12-31")]


def passed_on(steps: dict[str, Any], earned: str, *, drawn: Any = None, as_of: str = "2021-12-31", **more: Any) -> Settlement:
    """A settlement a year of 365 days after 1 000 was drawn, of which `earned` came in."""
    terms = {"investments": LOAN, "investor_repayment": steps, "outcome_pricings": {"job": a_line(price="1")}, **more}
    return settled(a_programme(**terms), results=[a_result(earned)], transactions=YEAR if drawn is None else drawn, as_of=as_of)


CAPITAL = {"capital": {"pays": "principal", "to": "loan"}}
REST = {"rest": {"pays": "rest", "parts": [{"to": "provider", "share": "100%"}]}}


@pytest.mark.parametrize(
    ("step", "loan", "provider"),
    [
        ({"annual": "10%"}, 1100, 400),
        ({"annual": "10%", "compounding": "no"}, 1100, 400),
        ({"in_all": "25%"}, 1250, 250),
        ({"annual": "10%", "at_most": "50"}, 1050, 450),
        ({"annual": {"steps": {"result": "job"}, "rows": [{"below": "1500", "is": "1%"}, {"from": "1500", "is": "20%"}]}}, 1200, 300),
        ({"annual": "10%", "when": {"figure": {"result": "job"}, "from": "1501"}}, 1000, 500),
        ({"annual": "10%", "when": {"figure": {"result": "never"}, "from": "0"}}, 1000, 500),  # not known does not hold
        ({"annual": "10%", "from": "2022-01-01"}, 1000, 500),
    ],
)
def test_what_a_return_takes(step: dict[str, Any], loan: int, provider: int) -> None:
    steps = {**CAPITAL, "return": {"pays": "return", "to": "loan", **step}, **REST}
    outcome = passed_on(steps, "1500", outcome_metrics={"job": a_metric(), "never": a_metric()})
    assert (repaid(outcome, "loan"), received(outcome, "provider")) == (loan, provider)


def test_return_on_return_or_not_over_two_years() -> None:
    """1 000 at 10% for 730 days: 1 210 compounding, 1 200 simple."""
    steps = {**CAPITAL, "return": {"pays": "return", "to": "loan", "annual": "10%"}}
    drawn = [a_transaction("drawing", "1000", "2021-01-01")]
    assert repaid(passed_on(steps, "9999", drawn=drawn, as_of="2023-01-01"), "loan") == 1210
    steps["return"]["compounding"] = "no"
    assert repaid(passed_on(steps, "9999", drawn=drawn, as_of="2023-01-01"), "loan") == 1200


def test_only_what_was_drawn_is_repaid() -> None:
    steps = {**CAPITAL, **REST}
    drawn = [a_transaction("drawing", "300", "2021-01-01"), a_transaction("drawing", "400", "2022-06-01")]
    outcome = passed_on(steps, "2000", drawn=drawn)
    (row,) = outcome.waterfall.repayments
    assert (row.committed, row.drawn, row.repaid, row.loss, received(outcome, "provider")) == (1000, 300, 300, 0, 1700)


@pytest.mark.parametrize(
    ("earned", "senior", "junior", "provider"), [("50", 50, 0, 0), ("1000", 1000, 0, 0), ("1200", 1000, 200, 0), ("1600", 1000, 500, 100)]
)
def test_seniority(earned: str, senior: int, junior: int, provider: int) -> None:
    investments = {
        "senior": {"investor": "investor", "committed": "1000", "tranche": "a"},
        "junior": {"investor": "other_investor", "committed": "500", "tranche": "b"},
    }
    drawn = [a_transaction("drawing", "1000"), a_transaction("drawing", "500", from_="other_investor")]
    steps = {"first": {"pays": "principal", "to": "a"}, "second": {"pays": "principal", "to": "b"}, **REST}
    outcome = passed_on(steps, earned, drawn=drawn, investments=investments)
    assert (repaid(outcome, "senior"), repaid(outcome, "junior"), received(outcome, "provider")) == (senior, junior, provider)


def test_equals_share_in_proportion_and_the_cents_add_up() -> None:
    investments = {f"i{n}": {"investor": who, "committed": "100"} for n, who in enumerate(("investor", "other_investor"))}
    drawn = [a_transaction("drawing", "100"), a_transaction("drawing", "200", from_="other_investor")]
    outcome = passed_on({"capital": {"pays": "principal", "to": "investments"}}, "100", drawn=drawn, investments=investments)
    assert (repaid(outcome, "i0"), repaid(outcome, "i1")) == (Decimal("33.33"), Decimal("66.67"))


def test_a_step_is_fed_by_its_lines_only() -> None:
    lines = {"job": a_line(price="1"), "bonus": a_line(price="2")}
    steps = {"capital": {"pays": "principal", "to": "loan", "from_lines": "job"}, **REST}
    outcome = passed_on(steps, "300", outcome_pricings=lines)
    assert (repaid(outcome, "loan"), received(outcome, "provider")) == (300, 600)


def test_a_fee_that_waits_and_an_upside_that_is_shared() -> None:
    parts = [{"to": "provider", "share": "70%"}, {"to": "investments", "share": "30%"}]
    steps = {**CAPITAL, "fee": {"pays": "amount", "to": "provider", "amount": "100"}, "upside": {"pays": "rest", "parts": parts}}
    assert [received(passed_on(steps, earned), "provider") for earned in ("1000", "1050", "1100", "1200")] == [0, 50, 100, 170]
    assert repaid(passed_on(steps, "1200"), "loan") == 1030


@pytest.mark.parametrize(
    ("terms", "came", "guaranteed"),
    [
        ({"at_most": "600"}, "0", 600),
        ({"at_most": "600"}, "700", 300),
        ({"at_most": "600"}, "1000", 0),
        ({"at_most": {"product": ["75%", {"transactions": "drawing"}]}}, "0", 750),
        ({"at_most": "600", "share": "50%"}, "0", 500),
        ({"at_most": "600", "only_above": "200"}, "0", 600),  # of a loss of 1 000, 800 lies above
        ({"at_most": "600", "only_above": "200", "share": "50%"}, "0", 400),
        ({"at_most": "600", "called_from": "2022-01-01"}, "0", 0),
    ],
)
def test_a_guarantee(terms: dict[str, Any], came: str, guaranteed: int) -> None:
    guarantee = {"guarantor": "guarantor", "covers": "loan", "called_from": "2021-01-01", **terms}
    outcome = passed_on(CAPITAL, came, guarantees={"first": guarantee})
    (row,) = outcome.waterfall.repayments
    assert (row.guaranteed, row.repaid, row.loss) == (guaranteed, int(came) + guaranteed, 1000 - int(came) - guaranteed)


def test_what_nobody_takes_waits_and_what_was_repaid_counts() -> None:
    """1 200 came in, 1 000 is capital: 200 waits. 400 was repaid before, so 600 is to be repaid now."""
    drawn = [*YEAR, a_transaction("repayment", "400", "2021-06-01")]
    outcome = passed_on(CAPITAL, "1200", drawn=drawn)
    (row,) = outcome.waterfall.repayments
    assert (row.repaid, row.repaid_before, row.now, outcome.waterfall.undistributed) == (1000, 400, 600, 200)


def test_an_amount_that_is_not_known_stops_the_settlement_with_a_remedy() -> None:
    from makegood.values.problem import Refused  # noqa: PLC0415

    steps = {"fee": {"pays": "amount", "to": "provider", "amount": {"result": "never"}}, **CAPITAL}
    with pytest.raises(Refused, match=r"this is not known: no result.*if_unknown"):
        passed_on(steps, "10", outcome_metrics={"job": a_metric(), "never": a_metric()})


def test_a_share_of_the_rest_that_does_not_add_up_is_refused() -> None:
    step = {"pays": "rest", "parts": [{"to": "provider", "share": "60%"}]}
    assert "the parts of the rest do not add up to 100%" in " ".join(row.what for row in problems_of(investor_repayment={"rest": step}))
