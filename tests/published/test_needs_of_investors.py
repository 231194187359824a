"""What investors and the steering group missed, on the reference case: classes of work, repayment on months, parameters, an exit plan."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from builders import a_claim, a_claim_line, a_programme, problems_of, settled
from makegood.doors import Facts, facts_from_files, settle_files
from makegood.programme.checking import check_terms
from makegood.programme.reading import agreement_from, read_agreement, shipped
from makegood.programme.yaml_text import YamlText
from makegood.report.branch import as_lines
from makegood.report.explain import explain
from makegood.report.settlement_json import files_of
from measurement_builders import a_person, a_spell, measured

FULL_TERM = date(2019, 8, 1)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_from_files("werk-na-detentie")


@pytest.mark.parametrize(
    ("months", "durable", "temporary"),
    [(11, 0, 0), (12, 0, 1), (17, 0, 1), (18, 1, 0), (24, 1, 0)],
)
@pytest.mark.parametrize(("hours", "counts"), [("24", True), ("23.99", False)])
def test_work_of_24_hours_is_durable_from_18_months_and_temporary_from_12(
    months: int, durable: int, temporary: int, hours: str, counts: bool, facts: Facts
) -> None:
    """Need 100: the classes of the evaluation (lines 982-985) at their borders, by the rules of the shipped file itself."""
    rules = {name: metric.measured for name, metric in facts.agreement.on(FULL_TERM).programme.outcome_metrics.items()}
    wanted = {name: rules[name] for name in ("months_of_work", "durable_work", "temporary_work")}
    end = date(2016 + (6 + months - 1) // 12, (6 + months - 1) % 12 + 1, 1).isoformat()
    made = measured(
        {name: rule for name, rule in wanted.items() if rule is not None}, [a_person()], spells=[a_spell("2016-06-01", end, hours)]
    )
    found = {name: made.figure(name, cohort="first").value for name in wanted}
    assert found["months_of_work"] == (months if counts else 0)
    assert (found["durable_work"], found["temporary_work"]) == ((durable, temporary) if counts else (0, 0))


@pytest.mark.parametrize(
    ("delivered", "repaid"),
    [("0", 0), ("133.2", 120_000), ("666", 600_000), ("667", 600_000), ("1332", 600_000)],  # of 1 332 months; at most half of 1.2 million
)
def test_interim_repayment_follows_the_months_delivered(delivered: str, repaid: int, facts: Facts, tmp_path: Path) -> None:
    """Need 106: a repayment from registered months (lines 1094-1099), with the way back from the euro to the months."""
    row = next(row for row in facts.results if row.metric == "months_delivered")
    interim = replace(facts, results=[replace(row, value=Decimal(delivered), observed_until=date(2018, 5, 1), status="interim")])
    settlement = settle_files(interim, as_of=date(2018, 5, 1))
    assert sum(payment.amount for payment in settlement.statement.payments) == repaid
    assert sum(held.repaid for held in settlement.waterfall.repayments) == repaid
    for file, content in files_of(settlement).items():
        (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    tree = "\n".join(as_lines(explain(tmp_path, "interim_repayment.ministry"), width=400))
    assert f"value {Decimal(delivered)}" in tree
    assert "outcome_pricings/interim_repayment" in tree


def test_one_parameter_carries_target_threshold_and_money(facts: Facts) -> None:
    """Need 108: the agreement says the main lines; what may move stands once, by its name, and everything follows it."""
    text = facts.agreement.text
    found = [
        path for path, value in _scalars(text.data) if value == "150" and path[:1] not in (("amendments",), ("examples",), ("delivery",))
    ]
    assert ("figures", "participants_planned", "is") in found
    assert [path[1] for path in found if path[0] == "figures"] == ["participants_planned", "target_without_comparison"]
    lower = text.data | {"figures": text.data["figures"] | {"participants_planned": "100"}}
    lower = {part: content for part, content in lower.items() if part not in ("amendments", "examples")}
    figures = settle_files(
        replace(facts, agreement=agreement_from(YamlText("lower.yaml", lower), check=check_terms)), as_of=None
    ).statement.figures
    assert (figures["ambition"].value, figures["threshold"].value) == (588, 118)  # 100 x 5.88; 20% of it is 117.6


def _scalars(content: object, path: tuple[object, ...] = ()) -> list[tuple[tuple[object, ...], str]]:
    if isinstance(content, dict):
        return [row for key, inner in content.items() for row in _scalars(inner, (*path, key))]
    if isinstance(content, list):
        return [row for index, inner in enumerate(content) for row in _scalars(inner, (*path, index))]
    return [(path, str(content))]


def test_a_contract_says_what_happens_when_it_ends_early() -> None:
    """Need 110: nothing was agreed for an early end (lines 3237-3243); here a file without an exit plan is no contract."""
    (problem,) = problems_of(exit_plan=None)
    assert (problem.code, problem.where.path) == ("missing_term", "exit_plan")
    assert [row.where.path for row in problems_of(exit_plan={"early": {"title": "Early"}})] == [
        "exit_plan/early/people",
        "exit_plan/early/what_happens",
    ]


def test_an_early_end_is_settled_by_the_terms() -> None:
    """Need 110: until the day outcomes are paid, after it what the exit plan says, and nothing else."""
    lines = {"job": a_claim_line(), "hand_over": a_claim_line(metric="job", price="30", after_event="early")}
    terms = a_programme(outcome_pricings=lines, terminated={"event": "early", "on": "2021-06-01"})
    outcome = settled(terms, claims=[a_claim("before", "2021-05-31", line="job"), a_claim("after", "2021-06-01")])
    assert {payment.line: payment.amount for payment in outcome.statement.payments} == {"job": 100, "hand_over": 30}


def test_every_shipped_programme_says_how_it_ends() -> None:
    """Need 110."""
    for name in shipped():
        programme = read_agreement(name, check=check_terms).on(None).programme
        assert all(case.people and case.what_happens for case in programme.exit_plan.values()), name
