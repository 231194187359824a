"""Contracts of our own, after real ones: each is a file with worked examples, and the examples must come out.

The expected money in the files was worked out by hand; each example says how. The engine knows none of these contracts: what they
cannot say must be said by the language, never by a branch for one of them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from makegood.examples import run_examples, settled_examples
from makegood.programme.checking import check_terms
from makegood.programme.reading import read_agreement
from makegood.report.engine_sentences import in_dutch

FOLDER = Path(__file__).with_name("contracts")
CONTRACTS = sorted(FOLDER.glob("*.yaml"))
GROUPS = {
    1: "unit of account",
    2: "cohort and clock",
    3: "counterfactual",
    4: "form of the effect",
    5: "fall-back, minimum sample, significance",
    6: "whom the effect counts; people without a match",
    7: "price by class, payer, phase; discounts",
    8: "steps and lines",
    9: "tiers, marginal or whole",
    10: "share of savings, indexed tariffs",
    11: "joint conditions and bonuses",
    12: "sequence for a person",
    13: "preconditions that pay for the past",
    14: "limits and their order",
    15: "thresholds and floors",
    16: "interim, final, pooled, true-up",
    17: "plan against actual",
    18: "capital",
    19: "several payers",
    20: "duties of the payer",
    21: "evidence",
    22: "amendments, rounding, missing data, disputes",
}
"""What the terms of outcomes contracts must be able to say, collected from about forty published ones."""


def groups_of(path: Path) -> set[int]:
    """The groups that a contract's first line says it reaches into."""
    said = re.search(r"Groups ([\d, ]+)\.", path.read_text(encoding="utf-8"))
    return {int(number) for number in said[1].split(",")} if said else set()


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_the_worked_examples_of_a_contract_come_out(path: Path) -> None:
    worked = run_examples(read_agreement(path, check=check_terms))
    assert len(worked) >= 2
    assert {example.name: [str(problem) for problem in example.problems] for example in worked if example.problems} == {}
    assert all(example.why for example in worked), "each example says how its money was worked out"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_what_the_engine_says_of_a_contract_it_says_in_dutch_too(path: Path) -> None:
    said: set[str] = set()
    for settlement in settled_examples(read_agreement(path, check=check_terms)):
        statement = settlement.statement
        said |= {refusal.reason for refusal in (*statement.refused, *statement.waiting)}
        said |= {payment.note for payment in statement.payments}
        said |= {str(row["why"]) for row in statement.carried_forward} | {row["reason"] for row in settlement.clawed_back}
        said |= {step.note for payment in statement.payments for node in payment.steps for step in node.walk()}
    assert sorted(sentence for sentence in said - {""} if in_dutch(sentence) is None) == []


def test_together_they_reach_into_every_group() -> None:
    reached = {group: [path.stem for path in CONTRACTS if group in groups_of(path)] for group in GROUPS}
    assert {group: names for group, names in reached.items() if not names} == {}


def test_no_contract_has_a_word_in_the_engine() -> None:
    engine = "\n".join(path.read_text(encoding="utf-8") for path in (FOLDER.parents[2] / "src" / "makegood").rglob("*.py"))
    assert [path.stem for path in CONTRACTS if path.stem in engine or path.stem.replace("-", "_") in engine] == []
