"""What holds for every settlement, whatever the facts: limits, monotony, order of rows, true-up, reversal, books that balance.

Terms of three kinds are drawn with their facts: a rate card of claims, priced results, and capital beneath them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_claim, a_claim_line, a_line, a_metric, a_programme, a_result, a_transaction, due, owed, settled
from makegood.cases.rows import Claim, Result, Transaction
from makegood.finance.journal import balances
from makegood.programme.reading import Agreement
from makegood.report.settlement_json import as_json
from makegood.settle import Settlement

START = date(2021, 1, 1)
EXAMPLES = settings(max_examples=60, deadline=None)
CENTS = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)
SHARES = st.sampled_from(["0", "33.33%", "50%", "62.5%", "100%"])
CLASSES = {"classes": {"a": "A", "b": "B"}}
INVESTED = {
    "investments": {
        "senior": {"investor": "investor", "committed": "100000", "tranche": "first"},
        "junior": {"investor": "other_investor", "committed": "100000", "tranche": "last"},
    },
    "guarantees": {"half": {"guarantor": "guarantor", "covers": "last", "at_most": "500", "share": "50%", "called_from": "2022-01-01"}},
    "investor_repayment": {
        "senior": {"pays": "principal", "to": "first"},
        "interest": {"pays": "return", "to": "first", "annual": "5%"},
        "junior": {"pays": "principal", "to": "last"},
        "fee": {"pays": "amount", "to": "provider", "amount": "120"},
        "rest": {"pays": "rest", "at_most": "3000", "parts": [{"to": "investments", "share": "40%"}, {"to": "provider", "share": "60%"}]},
    },
}


@st.composite
def payers(draw: st.DrawFn) -> dict[str, Any]:
    """Two payers whose shares add up, which may turn round on a day."""
    first, second = Decimal(draw(SHARES).rstrip("%")), Decimal(draw(SHARES).rstrip("%"))
    turn = (START + timedelta(days=draw(st.integers(0, 700)))).isoformat()

    def share(before: Decimal, after: Decimal) -> dict[str, Any]:
        return {"share": {"by": [{"until": turn, "is": f"{before}%"}, {"from": turn, "is": f"{after}%"}]}}

    return {"payer": share(first, second), "other_payer": share(100 - first, 100 - second)}


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    """Limits of every scope, in the order in which they may stand."""
    chosen: dict[str, Any] = {}
    for per in draw(st.permutations([["person"], ["line"], ["class"], ["month"], ["contract_year"], ["line", "year"], []]))[
        : draw(st.integers(0, 4))
    ]:
        cut = draw(st.sampled_from(["latest_first", "in_proportion"]))
        chosen[f"l{len(chosen)}"] = {"at_most": str(draw(CENTS)), "cut": cut} | ({"per": per} if per else {})
    if draw(st.booleans()):
        chosen["count"] = {"at_most": str(draw(st.integers(0, 12))), "of": draw(st.sampled_from(["units", "claims", "persons"]))}
    if draw(st.booleans()):
        chosen["budget"] = {"at_most": str(draw(CENTS)), "payer": "payer", "per": "year", "beyond": "other_payer"}
    if draw(st.booleans()):
        chosen["payer"] = {"at_most": str(draw(CENTS)), "per": "payer"}
    if draw(st.booleans()):
        chosen["all"] = {"at_most": str(draw(CENTS)), "cut": draw(st.sampled_from(["latest_first", "in_proportion"]))}
    return chosen


@st.composite
def rate_cards(draw: st.DrawFn) -> dict[str, Any]:
    """A rate card of three lines in sequence."""
    price = {"by": [{"class": "a", "is": str(draw(CENTS))}, {"otherwise": "yes", "is": str(draw(CENTS))}]}
    lines = {
        "entry": a_claim_line(metric="entry", price=str(draw(CENTS)), sequence={"times": str(draw(st.integers(1, 3)))}),
        "job": a_claim_line(
            price=price, sequence={"times": "2", "per": "quarter", "after": {"line": "entry", "no_sooner_than": "2 weeks"}}
        ),
        "bonus": a_claim_line(metric="bonus", price=str(draw(CENTS)), sequence={"once_accepted": "job", "not_with": "never"}),
        "never": a_claim_line(metric="never", price="1"),
    }
    metrics = {name: a_metric() for name in ("entry", "job", "bonus", "never")}
    return {
        "outcome_metrics": metrics, "outcome_pricings": lines, "limits": draw(limits()),
        "outcome_payment_commitments": draw(payers()), **CLASSES, **INVESTED,
    }  # fmt: skip


@st.composite
def claims(draw: st.DrawFn, persons: Sequence[str] = ("anna", "bo", "cor")) -> list[Claim]:
    """Up to fifteen claims of some persons over two years."""
    made = []
    for number in range(draw(st.integers(0, 15))):
        day = START + timedelta(days=draw(st.integers(0, 700)))
        metric = draw(st.sampled_from(["entry", "entry", "job", "bonus", "never"]))
        quantity = draw(st.sampled_from([None, "1", "0.333", "2.5"]))
        state = draw(st.sampled_from([None, None, None, "validated", "claimed", "refused"]))
        class_ = draw(st.sampled_from(["a", "b", None]))
        made.append(
            a_claim(f"c{number}", day, metric=metric, person=draw(st.sampled_from(persons)), quantity=quantity, state=state, class_=class_)
        )
    return made


DRAWN = [
    a_transaction("drawing", "4000", "2021-02-01", tranche="first"),
    a_transaction("drawing", "1000.01", "2021-06-01", from_="other_investor", tranche="last"),
    a_transaction("repayment", "10", "2022-06-01", tranche="first"),
]


def at_the_end(terms: Agreement, facts: Sequence[Claim], *, as_of: str = "2023-12-31", paid: Sequence[Settlement] = ()) -> Settlement:
    return settled(terms, claims=facts, transactions=DRAWN, as_of=as_of, paid=paid)


@given(terms=rate_cards(), facts=claims())
@EXAMPLES
def test_no_payment_exceeds_a_limit(terms: dict[str, Any], facts: list[Claim]) -> None:
    """What limits of persons, lines, payers and the whole leave is at most what they say; nothing is cut below zero."""
    outcome = at_the_end(a_programme(**terms), facts)
    for name, limit in terms["limits"].items():
        if "of" in limit:
            assert_counted(outcome, facts, limit)
            continue
        at_most = Decimal(limit["at_most"])
        for total in totals(outcome, facts, limit.get("per", []), limit.get("payer")):
            assert total <= at_most, name
    for payment in outcome.statement.payments:
        assert 0 <= payment.due <= payment.earned
        assert payment.due == payment.earned - sum((amount for _, amount in payment.limits), Decimal(0))


def totals(outcome: Settlement, facts: Sequence[Claim], per: list[str] | str, payer: str | None) -> list[Decimal]:
    """What is due for each thing that a limit speaks of, added up from payments or claims by ourselves."""
    found: dict[object, Decimal] = {}
    columns = [per] if isinstance(per, str) else per
    if payer is not None or "payer" in columns or not columns:
        if payer is not None:
            return []  # its year is looked at below, by `test_a_budget_of_one_payer`
        for row in outcome.statement.payments:
            key = tuple(getattr(row, column) for column in columns)
            found[key] = found.get(key, Decimal(0)) + row.due
        return list(found.values())
    by_name = {claim.claim: claim for claim in facts}
    for paid in outcome.statement.decided:
        claim = by_name[paid.claim]
        values = {
            "person": claim.person, "line": paid.line, "class": claim.class_, "month": f"{claim.achieved_on:%Y-%m}",
            "year": claim.achieved_on.year, "contract_year": claim.achieved_on.year,
        }  # fmt: skip
        key = tuple(values[column] for column in columns)
        found[key] = found.get(key, Decimal(0)) + paid.left
    return list(found.values())


def assert_counted(outcome: Settlement, facts: Sequence[Claim], limit: dict[str, str]) -> None:
    by_name = {claim.claim: claim for claim in facts}
    paid = [by_name[row.claim] for row in outcome.statement.decided if row.left > 0]
    if limit["of"] == "persons":
        assert len({claim.person for claim in paid}) <= int(limit["at_most"])
    elif limit["of"] == "claims":
        lines = [row for row in outcome.statement.decided if row.left > 0]
        assert len(lines) <= int(limit["at_most"])


@given(facts=claims(), budget=CENTS)
@EXAMPLES
def test_a_budget_of_one_payer_is_kept_in_each_year(facts: list[Claim], budget: Decimal) -> None:
    """Settled a year at a time the payer's payments of each year's outcomes stay within the budget."""
    lines = {"entry": a_claim_line(metric="entry", price="70.01")}
    limit = {"at_most": str(budget), "payer": "payer", "per": "year"}
    terms = a_programme(
        outcome_metrics={"entry": a_metric(), "job": a_metric(), "bonus": a_metric(), "never": a_metric()}, outcome_pricings=lines,
        limits={"budget": limit}, outcome_payment_commitments={"payer": {"share": "60%"}, "other_payer": {"share": "40%"}}, **CLASSES,
    )  # fmt: skip
    total = Decimal(0)
    for year in (2021, 2022):
        total += due(settled(terms, claims=[claim for claim in facts if claim.achieved_on.year == year]), payer="payer")
        assert due(settled(terms, claims=[claim for claim in facts if claim.achieved_on.year == year]), payer="payer") <= budget
    assert due(settled(terms, claims=facts), payer="payer") <= 2 * budget
    assert abs(due(settled(terms, claims=facts), payer="payer") - total) <= Decimal("0.02")  # cents of whole payments


@given(terms=rate_cards(), facts=claims(), seed=st.integers(0, 2**16))
@EXAMPLES
def test_the_order_of_rows_does_not_matter(terms: dict[str, Any], facts: list[Claim], seed: int) -> None:
    agreement = a_programme(**terms)
    shuffled = random.Random(seed).sample(facts, len(facts))  # noqa: S311 - no secret
    assert as_json(at_the_end(agreement, facts)) == as_json(at_the_end(agreement, shuffled))


@given(terms=rate_cards(), facts=claims(), days=st.lists(st.integers(0, 1000), max_size=4))
@EXAMPLES
def test_interims_and_a_full_true_up_equal_settling_once(terms: dict[str, Any], facts: list[Claim], days: list[int]) -> None:
    """For each payment, for each payer, and for all that investors and others receive in the end."""
    agreement = a_programme(**terms)
    made: list[Settlement] = []
    for day in sorted(set(days)):
        made.append(at_the_end(agreement, facts, as_of=(START + timedelta(days=day)).isoformat(), paid=made))
    last = at_the_end(agreement, facts, paid=made)
    once = at_the_end(agreement, facts)
    assert sum((owed(settlement) for settlement in (*made, last)), Decimal(0)) == owed(once)
    paid: dict[str, Decimal] = {}
    for settlement in (*made, last):
        for row in settlement.statement.payments:
            paid[row.id] = paid.get(row.id, Decimal(0)) + row.amount
    assert {name: amount for name, amount in paid.items() if amount} == {
        row.id: row.amount for row in once.statement.payments if row.amount
    }


@given(terms=rate_cards(), facts=claims(), index=st.integers(0, 14), quantity=st.sampled_from(["0", "0.5", "7"]))
@EXAMPLES
def test_a_correction_and_its_reversal_are_zero(terms: dict[str, Any], facts: list[Claim], index: int, quantity: str) -> None:
    """A claim is corrected, and the correction corrected back to what stood first: each statement nets the one before."""
    agreement = a_programme(**terms)
    if not facts:
        return
    first = facts[index % len(facts)]
    wrong = replace(first, claim=f"{first.claim}x", quantity=Decimal(quantity), replaces=first.claim)
    right = replace(first, claim=f"{first.claim}y", replaces=wrong.claim)
    before = at_the_end(agreement, facts)
    during = at_the_end(agreement, [*facts, wrong], paid=[before])
    after = at_the_end(agreement, [*facts, wrong, right], paid=[before, during])
    assert owed(during) + owed(after) == 0
    assert {row.id: row.due for row in after.statement.payments if row.due} == {
        row.id: row.due for row in before.statement.payments if row.due
    }


@given(terms=rate_cards(), facts=claims(), stranger=claims(persons=["zed"]))
@EXAMPLES
def test_an_ineligible_person_changes_nothing(terms: dict[str, Any], facts: list[Claim], stranger: list[Claim]) -> None:
    """A person of whom no claim is in order: nobody's payment, share or repayment moves by a cent."""
    agreement = a_programme(**terms)
    outside = [replace(claim, claim=f"z{claim.claim}", state="refused", reason="not of the group") for claim in stranger]
    with_them, without = at_the_end(agreement, [*outside, *facts]), at_the_end(agreement, facts)
    assert with_them.statement.payments == without.statement.payments
    assert with_them.waterfall == without.waterfall
    assert [row for row in with_them.statement.refused if row.claim not in {claim.claim for claim in outside}] == without.statement.refused


@given(terms=rate_cards(), facts=claims(), days=st.lists(st.integers(0, 1000), max_size=3))
@EXAMPLES
def test_the_journal_balances_and_agrees_with_the_statement(terms: dict[str, Any], facts: list[Claim], days: list[int]) -> None:
    agreement = a_programme(**terms)
    made: list[Settlement] = []
    for day in (*sorted(set(days)), 1094):
        made.append(at_the_end(agreement, facts, as_of=(START + timedelta(days=day)).isoformat(), paid=made))
    books = balances(made[-1].journal)
    assert sum(books.values(), Decimal(0)) == 0
    income = -sum((amount for account, amount in books.items() if account.startswith("Income:Outcome-payments")), Decimal(0))
    assert income == sum((owed(settlement) for settlement in made), Decimal(0))
    receivable = sum((amount for account, amount in books.items() if account.startswith("Assets:Receivable")), Decimal(0))
    assert receivable == income  # nobody has paid yet


@given(terms=rate_cards(), facts=claims())
@EXAMPLES
def test_shares_and_steps_add_up_to_the_cent(terms: dict[str, Any], facts: list[Claim]) -> None:
    """All payers together owe what claims earned after limits; what came in is what was passed on and what waits."""
    outcome = at_the_end(a_programme(**terms), facts)
    of_payers = any(
        limit.get("payer") or limit.get("per") == ["payer"] or limit.get("per") == "payer" for limit in terms["limits"].values()
    )
    if not of_payers and "all" not in terms["limits"]:
        assert due(outcome) == sum((row.left for row in outcome.statement.decided), Decimal(0))
    passed_on = sum((step.amount for step in outcome.waterfall.distributions), Decimal(0))
    assert passed_on + outcome.waterfall.undistributed == owed(outcome)
    for payment in outcome.statement.payments:
        assert payment.amount == payment.amount.quantize(Decimal("0.01"))
    for row in outcome.waterfall.repayments:
        assert row.principal <= row.drawn <= row.committed
        assert row.guaranteed <= row.drawn - row.principal


@st.composite
def growing_terms(draw: st.DrawFn) -> dict[str, Any]:
    """Terms under which more of the outcome can never pay less: rising steps, rising points, slices, caps."""
    edges = sorted(draw(st.lists(st.integers(1, 100), min_size=1, max_size=4, unique=True)))
    values = sorted(draw(st.lists(CENTS, min_size=len(edges) + 1, max_size=len(edges) + 1)))
    steps = [{"below": str(edges[0]), "is": str(values[0])}]
    steps += [{"from": str(edge), "is": str(value)} for edge, value in zip(edges, values[1:], strict=True)]
    points = [{"at": str(edge), "is": str(value)} for edge, value in zip([0, *edges], values, strict=True)]
    slices = [{"up_to": str(edges[0]), "each": str(values[0])}, {"above": str(edges[0]), "each": str(values[-1])}]
    verb, rows = draw(st.sampled_from([("steps", steps), ("points", points), ("slices", slices)]))
    shape: dict[str, Any] = {verb: {"effect": "job"}, "rows": rows}
    better = draw(st.sampled_from(["more", "fewer"]))
    form = draw(st.sampled_from(["difference", "relative", "points"]))
    metric = a_metric(better=better, effect={"form": form, "counterfactual": [{"kind": "fixed_rate", "is": "50"}]})
    when = draw(st.sampled_from([[], [{"figure": {"effect": "job"}, "from": str(edges[0])}]]))
    bounds: dict[str, Any] = draw(
        st.sampled_from([{}, {"only_above": "10"}, {"at_least": "5"}, {"at_most": "400"}, {"round": {"to": "10"}}])
    )
    line = a_line(counts="1", price={**shape, **bounds}, when=when)
    return {
        "better": better,
        "terms": {"outcome_metrics": {"job": metric}, "outcome_pricings": {"job": line}, "limits": {"all": {"at_most": str(draw(CENTS))}}},
    }


@given(made=growing_terms(), low=st.integers(0, 10_000), more=st.integers(0, 10_000))
@settings(max_examples=150, deadline=None)
def test_a_better_outcome_never_pays_less_where_the_terms_rise(made: dict[str, Any], low: int, more: int) -> None:
    agreement = a_programme(**made["terms"])
    worse, better = Decimal(low) / 100, Decimal(low + more) / 100
    if made["better"] == "fewer":
        worse, better = better, worse
    assert owed(settled(agreement, results=[a_result(worse)])) <= owed(settled(agreement, results=[a_result(better)]))


@st.composite
def results(draw: st.DrawFn) -> list[Result]:
    """Results of two cohorts in several periods, some corrected later."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        start = date(2021, 1 + draw(st.integers(0, 11)), 1)
        end = (start + timedelta(days=32)).replace(day=1)
        until = end + timedelta(days=number)
        made.append(a_result(
            draw(st.integers(0, 50)), result=f"r{number}", cohort=draw(st.sampled_from(["x", "y"])), period_start=start, period_end=end,
            observed_until=until,
        ))  # fmt: skip
    return made


@given(facts=results(), days=st.lists(st.integers(0, 500), max_size=4), budget=CENTS, carries=st.booleans())
@EXAMPLES
def test_interims_of_results_with_budgets_equal_settling_once(facts: list[Result], days: list[int], budget: Decimal, carries: bool) -> None:
    limit = {"at_most": str(budget), "per": "quarter", "carries_forward": carries}
    terms = a_programme(
        outcome_pricings={"job": a_line(for_each=["cohort", "period"], price="33.33")}, limits={"budget": limit},
        cohorts={"x": {"title": "X"}, "y": {"title": "Y"}},
    )  # fmt: skip
    made: list[Settlement] = []
    for day in (*sorted(set(days)), 900):
        made.append(settled(terms, results=facts, paid=made, as_of=(START + timedelta(days=day)).isoformat()))
    once = settled(terms, results=facts, as_of=(START + timedelta(days=900)).isoformat())
    assert sum((owed(settlement) for settlement in made), Decimal(0)) == owed(once)


@given(
    true_up=st.sampled_from(["upward_only", "none"]),
    values=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=5),
    budget=CENTS,
)
@EXAMPLES
def test_without_paying_back_no_payment_is_negative_and_the_limit_still_holds(
    true_up: str, values: list[tuple[int, int]], budget: Decimal
) -> None:
    """Results are corrected up and down; whatever was paid too much is set off, so in all no more than the limit is ever paid."""
    lines = {"job": a_line(price="10"), "home": a_line(metric="home", price="7")}
    metrics = {"job": a_metric(pools="latest"), "home": a_metric(pools="latest")}
    terms = a_programme(
        outcome_metrics=metrics, outcome_pricings=lines, limits={"all": {"at_most": str(budget)}}, outcome_payment_plan={"true_up": true_up}
    )
    made: list[Settlement] = []
    for index, (job, home) in enumerate(values):
        rows = [a_result(job), a_result(home, metric="home")]
        made.append(settled(terms, results=rows, paid=made, as_of=(START + timedelta(days=index)).isoformat()))
    assert all(row.amount >= 0 for settlement in made for row in settlement.statement.payments)
    paid = sum((owed(settlement) for settlement in made), Decimal(0))
    assert paid <= budget
    assert paid >= due(made[-1]), "no more is set off than was paid too much"


def drawings(amounts: Sequence[int]) -> list[Transaction]:
    return [
        a_transaction("drawing", amount, START + timedelta(days=30 * n), tranche="first", transaction=f"d{n}")
        for n, amount in enumerate(amounts)
    ]


@given(amounts=st.lists(st.integers(1, 5_000), min_size=1, max_size=4), earned=st.integers(0, 20_000), more=st.integers(0, 5_000))
@EXAMPLES
def test_investors_never_receive_less_when_more_comes_in(amounts: list[int], earned: int, more: int) -> None:
    terms = a_programme(outcome_pricings={"job": a_line(price="1")}, **INVESTED)

    def senior(value: int) -> Decimal:
        outcome = settled(terms, results=[a_result(value)], transactions=drawings(amounts))
        return outcome.waterfall.repayments[0].repaid

    assert senior(earned) <= senior(earned + more)
