"""`makegood explain`: from a euro to line, limit, clause, result and claim; what changed, and what that does to the money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import a_claim, a_claim_line, a_line, a_metric, a_programme, a_result, a_transaction, settled
from makegood.doors import facts_from_files, settle_files
from makegood.programme.reading import shipped
from makegood.report.branch import Branch, as_lines
from makegood.report.changes import changes
from makegood.report.explain import explain
from makegood.report.explanation_json import explanation_of
from makegood.report.settlement_json import as_json, files_of
from makegood.settle import Settlement
from makegood.values.problem import Refused


def told(settlement: Settlement, folder: Path, name: str, **how: Any) -> str:
    """The explanation of a name as text."""
    return "\n".join(as_lines(written(settlement, folder, name, **how), width=500))


def written(settlement: Settlement, folder: Path, name: str, **how: Any) -> Branch:
    folder.mkdir(exist_ok=True)
    for file, content in files_of(settlement).items():
        (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return explain(folder, name, **how)


def branches(branch: Branch) -> Iterator[Branch]:
    yield branch
    for inner in branch.below:
        yield from branches(inner)


@pytest.mark.parametrize("programme", sorted(shipped()))
def test_every_place_leads_to_its_clause(programme: str, tmp_path: Path) -> None:
    """Each file, line and path that an explanation names is a line of the programme file on which that word stands."""
    settlement = settle_files(facts_from_files(programme), as_of=None)
    lines = (shipped()[programme] / "programme.yaml").read_text(encoding="utf-8").splitlines()
    names = [payment.id for payment in settlement.statement.payments]
    names += [row.investment for row in settlement.waterfall.repayments] + list(settlement.statement.ceilings)
    names += [refusal.claim for refusal in settlement.statement.refused if refusal.clause]
    places = {inner.place for name in names for inner in branches(written(settlement, tmp_path, name)) if ":" in inner.place}
    assert places
    for place in places:
        found = re.fullmatch(r"\S+:(\d+) (\S+)", place)
        assert found, place
        stands, word = lines[int(found[1]) - 1], found[2].rsplit("/", 1)[-1]
        assert word in stands or found[2] in stands or word.isdigit() or "becomes" in stands, f"{place}: {stands}"


@pytest.mark.parametrize("programme", sorted(shipped()))
def test_every_payment_can_be_explained_and_says_its_sum(programme: str, tmp_path: Path) -> None:
    settlement = settle_files(facts_from_files(programme), as_of=None)
    for payment in settlement.statement.payments:
        tree = told(settlement, tmp_path, payment.id)
        assert f"{payment.clause.file}:{payment.clause.line} {payment.clause.path}" in tree
        assert " was earned" in tree


PRICED = {"outcome_pricings": {"job": a_line(title="A job", price={"product": ["250", "2"]})}}


def test_a_payment_is_counted_times_price_and_its_result(tmp_path: Path) -> None:
    tree = told(settled(a_programme(**PRICED), results=[a_result("3")], as_of="2024-12-31"), tmp_path, "job.payer")
    first, *rest = tree.splitlines()
    assert first == "The payer is to pay €1,500 for “A job”, as of 31 December 2024  [programme.yaml:20 outcome_pricings/job]"
    assert rest[0] == "└─ €1,500 was earned: 3 × 500"
    assert "counted = 3" in rest[1]
    assert "result 'result_job_all': cohort all, value 3" in rest[2]
    assert "price = 250 × 2 = 500" in rest[3]


def test_limits_what_was_paid_before_and_shares(tmp_path: Path) -> None:
    terms = a_programme(
        outcome_pricings={"job": a_claim_line(title="A job")},
        limits={"person": {"at_most": {"sum": ["100", "50"]}, "per": "person"}},
        outcome_payment_commitments={"payer": {"share": "60%"}, "other_payer": {"share": "40%"}},
    )
    first = settled(terms, claims=[a_claim("c1", person="p")], as_of="2021-12-31")
    second = settled(terms, claims=[a_claim("c1", person="p"), a_claim("c2", "2022-02-02", person="p")], paid=[first], as_of="2022-12-31")
    tree = told(second, tmp_path, "job.payer")
    assert "The payer is to pay €30 for “A job”" in tree
    assert "€120 was earned: 2 × 100 × 60% (share of payer: agreed)" in tree
    assert "€30 was cut by the limit 'person': at most €150 for each person  [programme.yaml:27 limits/person]" in tree
    assert "claim 'c2': €50" in tree
    assert "sum = 100 + 50 = 150" in tree
    assert "€90 is due in all" in tree
    assert f"€60 was paid by the settlement of 31 December 2021 ({first.fingerprint[:12]})" in tree


@pytest.mark.parametrize(
    ("terms", "columns", "says", "path"),
    [
        ({"sequence": {"times": "1"}}, {}, "it is not paid: 'job' is paid once per person, and was", "outcome_pricings/job/sequence/times"),
        ({"only": {"class": "a"}}, {"class_": "b"}, "it is not paid: the class is b; 'job' is for a", "outcome_pricings/job/only"),
        ({"until": "2021-01-01"}, {}, "it is not paid: achieved on 2021-02-01, when 'job' was not in force", "outcome_pricings/job/until"),
        (
            {"evidence": "papers"},
            {"evidence": "x", "evidence_kind": "word"},
            "it is not paid: the evidence is word",
            "evidence/papers/kinds",
        ),
        ({}, {"state": "claimed"}, "it waits: claimed, not yet validated or paid", ""),
        ({"settlement": "final"}, {}, "it waits: falls due in the settlement 'final', from 2030-01-01", "outcome_pricings/job/settlement"),
    ],
)
def test_why_a_claim_is_not_paid(terms: dict[str, Any], columns: dict[str, str], says: str, path: str, tmp_path: Path) -> None:
    agreement = a_programme(
        outcome_pricings={"job": a_claim_line(title="A job", **terms)},
        classes={"a": "A", "b": "B"},
        evidence={"papers": {"kinds": "letter"}},
        outcome_payment_plan={"settlements": {"final": {"from": "2030-01-01"}}},
    )
    good = {"evidence": "x", "evidence_kind": "letter", "class_": "a"}
    claims = [a_claim("c1", person="p", **good), a_claim("c2", "2021-02-01", person="p", **{**good, **columns})]
    tree = told(settled(agreement, claims=claims), tmp_path, "c2")
    assert tree.startswith("claim 'c2' brings nothing, as of ")
    assert says in tree
    assert (f" {path}]" in tree) if path else True
    assert "other claims of the same person" in tree
    assert "2021-01-01 job ('c1'): " in tree


def test_a_claim_that_is_paid_says_by_what_and_what_was_cut(tmp_path: Path) -> None:
    terms = a_programme(outcome_pricings={"job": a_claim_line(title="A job")}, limits={"most": {"at_most": "30"}})
    tree = told(settled(terms, claims=[a_claim("c1")]), tmp_path, "c1")
    assert "claim 'c1' brings €30" in tree
    assert "“A job” pays €100 for it, in the payment 'job'" in tree
    assert "€70 was cut by the limit 'most': at most €30" in tree


def test_a_repayment_from_drawing_to_step(tmp_path: Path) -> None:
    terms = a_programme(
        investments={"loan": {"investor": "investor", "committed": "1000"}},
        investor_repayment={
            "capital": {"pays": "principal", "to": "loan"},
            "rest": {"pays": "rest", "parts": [{"to": "provider", "share": "1"}]},
        },
        guarantees={"half": {"guarantor": "guarantor", "covers": "loan", "at_most": "500", "called_from": "2020-01-01"}},
    )
    drawn = [a_transaction("drawing", "800", "2020-06-01")]
    short = settled(terms, results=[a_result("2")], transactions=drawn)
    tree = told(short, tmp_path, "loan")
    assert "€700 comes back to The investor, €100 is not repaid" in tree
    assert "€800 was drawn of €1,000 committed  [programme.yaml:" in tree
    assert "date 2020-06-01, kind drawing" in tree
    assert "€200 on 31 December 2024 by the step 'capital': drawn capital of loan, until it is repaid  [programme.yaml:" in tree
    assert "€500 on 31 December 2024 by the step 'half': the guarantee makes good what was lost  [programme.yaml:" in tree
    assert "€200 from The payer for “A job”, 'job.payer'" in tree
    more = settled(terms, results=[a_result("10")], transactions=drawn)
    assert "€200 is for The provider" in told(more, tmp_path, "provider")


def test_what_is_not_known_and_what_counts_instead(tmp_path: Path) -> None:
    metrics = {"job": a_metric(), "score": a_metric(unit="point")}
    lines = {"job": a_line(counts="1", price={"result": "score", "if_unknown": "7"}, when={"figure": {"result": "job"}, "from": "1"})}
    tree = told(settled(a_programme(outcome_metrics=metrics, outcome_pricings=lines), results=[]), tmp_path, "job.payer")
    assert "The payer has nothing to pay now for" in tree
    assert "price = 7: not known, so this counts instead" in tree
    assert "condition is not known: " in tree
    assert "not known yet: no result" in tree


def test_limits_and_figures_by_their_names(tmp_path: Path) -> None:
    terms = a_programme(
        figures={"target": {"title": "What was aimed at", "product": ["3", "5"]}},
        limits={"most": {"at_most": "120", "lines": "job"}},
    )
    settlement = settled(terms, results=[a_result("2")])
    assert told(settlement, tmp_path, "target").startswith("What was aimed at = 3 × 5 = 15")
    limit = told(settlement, tmp_path, "most")
    assert limit.startswith("the limit 'most': at most €120 by “A job”; it cut €80  [programme.yaml:")
    assert "€80 of job.payer" in limit


def test_a_name_that_nothing_has_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"knows no payment, receiver, claim, limit or figure 'job.payr'.*did you mean 'job.payer'"):
        told(settled(a_programme(), results=[a_result("2")]), tmp_path, "job.payr")


def test_many_claims_are_told_in_short_unless_all_are_asked_for(tmp_path: Path) -> None:
    settlement = settled(a_programme(outcome_pricings={"job": a_claim_line()}), claims=[a_claim(f"c{n:02}") for n in range(30)])
    assert "and 18 more claims (--every lists them)" in told(settlement, tmp_path, "job.payer")
    assert "claim 'c29'" in told(settlement, tmp_path, "job.payer", every=True)


def both(settlement: Settlement) -> dict[str, Any]:
    return {"settlement": as_json(settlement), "explanation": explanation_of(settlement)}


def test_what_changed_and_what_that_does_to_the_money() -> None:
    terms = a_programme(
        outcome_pricings={"job": a_claim_line(title="A job")},
        figures={"jobs": {"title": "Jobs", "claims": "job"}},
        limits={"most": {"at_most": "150"}},
        investments={"loan": {"investor": "investor", "committed": "1000"}},
        investor_repayment={"capital": {"pays": "principal", "to": "loan"}},
    )
    drawn = [a_transaction("drawing", "800", "2020-06-01")]
    first = settled(terms, claims=[a_claim("c1"), a_claim("c2", state="refused", reason="late")], transactions=drawn)
    second = settled(terms, claims=[a_claim("c1", quantity="1.2"), a_claim("c2"), a_claim("c3", state="refused")], transactions=drawn)
    assert changes(both(first), both(second)) == [
        "Claim 'c1': quantity was empty, is 1.2.",
        "Claim 'c2': reason was late, is empty.",
        "Claim 'c2': state was refused, is empty.",
        "New claim 'c3'.",
        "Jobs: 1 becomes 2.2.",
        "Claim 'c3' is refused now: refused: no reason given.",
        "Claim 'c2' is refused no longer (it was: refused: late).",
        "“A job” (job.payer): €100 becomes €150, €50 more (counted 1, now 2.2, the limit 'most' cut €0, now €70).",
        "Repayment to The investor: €100 becomes €150, €50 more.",
        "In all outcome payers owe €150 instead of €100.",
    ]
    assert changes(both(first), both(first)) == []
