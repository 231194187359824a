"""The statement on a terminal: the answer first, columns that line up, nothing that only a page can show."""

from __future__ import annotations

import pytest

from builders import a_claim, a_claim_line, a_programme, a_result, a_transaction, settled
from makegood.doors import facts_from_files, settle_files
from makegood.programme.reading import shipped
from makegood.report.statement_text import as_text


@pytest.mark.parametrize("programme", sorted(shipped()))
def test_every_shipped_statement_fits_and_answers_first(programme: str) -> None:
    settlement = settle_files(facts_from_files(programme), as_of=None)
    lines = as_text(settlement).splitlines()
    assert max(len(line) for line in lines) <= 110
    answer = next(index for index, line in enumerate(lines) if line.startswith("To be paid "))
    assert answer < 8, "the answer stands on the first screen"
    assert settlement.fingerprint[:12] in lines[-1]


def test_what_is_paid_cut_refused_and_how_to_ask_why() -> None:
    terms = a_programme(
        outcome_pricings={"job": a_claim_line(title="A job", price="EUR 100", sequence={"times": "1"})}, limits={"most": {"at_most": "150"}}
    )
    claims = [a_claim("c1", person="p"), a_claim("c2", person="p"), a_claim("c3", person="q"), a_claim("c4", state="claimed")]
    lines = as_text(settled(terms, claims=claims)).splitlines()
    assert "To be paid now: €150" in lines
    assert "  by The payer" in lines
    assert "  €150  A job: 2 accepted claims; limit of €150 in all −€50" in lines
    assert "  A job    €200                 −€50        €150        €150" in lines
    assert "Claims that are not paid" in lines
    assert "  “A job” is paid once per person, and was  c2             1" in lines
    assert "Claims that wait" in lines
    assert lines[lines.index("Why? Settle with --out DIR, then: makegood explain --settlement DIR --payment …") + 1] == "  job.payer"


def test_investors_of_whom_one_has_a_guarantee() -> None:
    terms = a_programme(
        investments={"loan": {"investor": "investor", "committed": "1000"}},
        investor_repayment={"capital": {"pays": "principal", "to": "loan"}},
        guarantees={"half": {"guarantor": "guarantor", "covers": "loan", "at_most": "500", "called_from": "2020-01-01"}},
    )
    text = as_text(settled(terms, results=[a_result("2")], transactions=[a_transaction("drawing", "800", "2020-06-01")]))
    row = next(line for line in text.splitlines() if line.startswith("  The investor") and "€800" in line and "€700" in line)
    assert row.split()[2:6] == ["€1,000", "€800", "€700", "€100"]
    assert "of which €500 by" in text


def test_nothing_to_pay_says_why() -> None:
    lines = as_text(settled(a_programme())).splitlines()
    assert "To be paid now: €0" in lines
    assert any("no result" in line for line in lines)
