"""Claims: which are paid, in which order, and the reason in words for each that is not."""

# mypy: disable-error-code=comparison-overlap
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from builders import a_claim, a_claim_line, a_metric, a_programme, a_result, due, owed, reasons, settled
from makegood.cases.rows import Claim
from makegood.settle import Settlement

METRICS = {"entry": a_metric(), "job": a_metric(), "lease": a_metric()}
MORE = {
    "classes": {"a": "A", "b": "B"},
    "phases": {"one": "One", "two": "Two"},
    "cohorts": {"first": {"title": "First"}, "ended": {"title": "Ended", "cancelled_on": "2021-06-01"}},
}


def entry_line(**terms: Any) -> dict[str, Any]:
    return a_claim_line(metric="entry", price="10", **terms)


def decided(lines: dict[str, Any], claims: Sequence[Claim], *, as_of: str = "2024-12-31", **more: Any) -> Settlement:
    return settled(a_programme(**{"outcome_metrics": METRICS, **MORE, "outcome_pricings": lines, **more}), claims=claims, as_of=as_of)


def test_a_claim_counts_its_quantity_or_one() -> None:
    outcome = decided({"job": a_claim_line()}, [a_claim("c1"), a_claim("c2", quantity="2.5")])
    assert owed(outcome) == 100 + 250


@pytest.mark.parametrize(
    ("times", "per", "days", "paid"),
    [
        ("1", "person", ["2021-01-01", "2021-02-01", "2022-01-01"], ["c0"]),
        ("2", "person", ["2021-01-01", "2021-02-01", "2022-01-01"], ["c0", "c1"]),
        ("1", "month", ["2021-01-01", "2021-01-31", "2021-02-01"], ["c0", "c2"]),
        ("1", "quarter", ["2021-01-01", "2021-03-31", "2021-04-01"], ["c0", "c2"]),
        ("1", "year", ["2021-01-01", "2021-12-31", "2022-01-01"], ["c0", "c2"]),
        ("1", "contract_year", ["2021-01-31", "2021-02-01", "2022-01-31"], ["c0", "c1"]),  # the contract starts on 1 February
    ],
)
def test_times_a_line_is_paid(times: str, per: str, days: list[str], paid: list[str]) -> None:
    claims = [a_claim(f"c{index}", day, person="p") for index, day in enumerate(days)]
    line = a_claim_line(sequence={"times": times, "per": per})
    outcome = decided({"job": line}, claims, calendar={"starts_on": "2020-02-01"})
    assert [claim.claim for claim in claims if claim.claim not in reasons(outcome)] == paid
    assert all(f"per {per.replace('_', ' ')}" in reason for reason in reasons(outcome).values())


def test_once_per_occurrence() -> None:
    claims = [a_claim(f"c{n}", f"2021-0{n}-01", person="p", occurrence=o) for n, o in ((1, "one"), (2, "one"), (3, "two"))]
    assert list(reasons(decided({"job": a_claim_line(sequence={"times": "1", "per": "occurrence"})}, claims))) == ["c2"]


@pytest.mark.parametrize(
    ("after", "entry", "job", "reason"),
    [
        ("entry", "2021-01-01", "2021-01-01", ""),
        ("entry", "2021-01-02", "2021-01-01", "'entry' was not paid before for this person"),
        ("entry", None, "2021-01-01", "'entry' was not paid before for this person"),
        ({"line": "entry", "no_sooner_than": "13 weeks"}, "2021-01-01", "2021-04-02", ""),  # 91 days later
        ({"line": "entry", "no_sooner_than": "13 weeks"}, "2021-01-01", "2021-04-01", "comes sooner than 13 weeks after 'entry'"),
        ({"line": "entry", "no_later_than": "1 month"}, "2021-01-31", "2021-02-28", ""),  # clipped to the month's end
        ({"line": "entry", "no_later_than": "1 month"}, "2021-01-31", "2021-03-01", "comes later than 1 month after 'entry'"),
    ],
)
def test_after_another_line(after: Any, entry: str | None, job: str, reason: str) -> None:
    claims = [a_claim("job", job, person="p")] + ([a_claim("entry", entry, metric="entry", person="p")] if entry else [])
    outcome = decided({"entry": entry_line(), "job": a_claim_line(sequence={"after": after})}, claims)
    assert reasons(outcome).get("job", "") == reason


def test_the_clock_restarts_after_a_break() -> None:
    after = {"line": "entry", "no_sooner_than": "13 weeks", "same_occurrence": "yes"}
    claims = [
        a_claim("entry1", "2021-01-01", metric="entry", person="p", occurrence="1"),
        a_claim("entry2", "2021-06-01", metric="entry", person="p", occurrence="2"),
        a_claim("job2", "2021-06-15", person="p", occurrence="2"),  # 13 weeks after the first entry, not after the second
        a_claim("job2_later", "2021-08-31", person="p", occurrence="2"),
        a_claim("job3", "2021-12-31", person="p", occurrence="3"),
    ]
    outcome = decided({"entry": entry_line(), "job": a_claim_line(sequence={"after": after})}, claims)
    assert reasons(outcome) == {
        "job2": "comes sooner than 13 weeks after 'entry'",
        "job3": "'entry' was not paid before for this person and this occurrence",
    }


def test_a_predecessor_of_another_person_does_not_count() -> None:
    claims = [a_claim("entry", "2021-01-01", metric="entry", person="p"), a_claim("job", "2021-02-01", person="q")]
    assert list(reasons(decided({"entry": entry_line(), "job": a_claim_line(sequence={"after": "entry"})}, claims))) == ["job"]


def test_a_refused_predecessor_does_not_count() -> None:
    claims = [a_claim("entry", "2021-01-01", metric="entry", person="p", state="refused"), a_claim("job", "2021-02-01", person="p")]
    told = reasons(decided({"entry": entry_line(), "job": a_claim_line(sequence={"after": "entry"})}, claims))
    assert told == {"entry": "refused: no reason given", "job": "'entry' was not paid before for this person"}


def test_lines_that_exclude_each_other() -> None:
    lines = {
        "part_time": a_claim_line(price="40", sequence={"not_with": "full_time"}),
        "full_time": a_claim_line(price="100", sequence={"not_with": "part_time"}),
    }
    claims = [
        a_claim("p1_part", "2021-01-01", person="p1", line="part_time"),
        a_claim("p1_full", "2021-02-01", person="p1", line="full_time"),
        a_claim("p2_full", "2021-02-01", person="p2", line="full_time"),
    ]
    outcome = decided(lines, claims)
    assert (due(outcome, "part_time"), due(outcome, "full_time")) == (40, 100)
    assert reasons(outcome) == {"p1_full": "'part_time' was paid for this person, which excludes 'full_time'"}


def test_a_precondition_once_met_pays_for_the_past_too() -> None:
    lines = {"days": a_claim_line(price="15", sequence={"once_accepted": "lease"}), "lease": a_claim_line(metric="lease", price="0")}
    nights = [a_claim(f"n{n}", f"2021-0{n}-01", person="p", quantity="30") for n in (1, 2, 3)]
    lease = a_claim("lease", "2022-01-01", metric="lease", person="p")
    before = decided(lines, [*nights, lease], as_of="2021-12-31")
    assert owed(before) == 0
    assert {row.claim for row in before.statement.waiting} == {"n1", "n2", "n3", "lease"}
    assert owed(decided(lines, [*nights, lease])) == 3 * 30 * 15


def test_ties_are_taken_by_line_order_then_by_claim_id_whatever_the_rows() -> None:
    line = a_claim_line(sequence={"times": "1"})
    claims = [a_claim("b", person="p"), a_claim("a", person="p")]
    assert list(reasons(decided({"job": line}, claims))) == ["b"]
    assert list(reasons(decided({"job": line}, claims[::-1]))) == ["b"]


def test_a_line_for_a_class_refuses_others_with_the_reason() -> None:
    outcome = decided({"job": a_claim_line(only={"class": ["a"]})}, [a_claim("c1", class_="b"), a_claim("c2"), a_claim("c3", class_="a")])
    assert reasons(outcome) == {"c1": "the class is b; 'job' is for a", "c2": "the class is not given; 'job' is for a"}


@pytest.mark.parametrize(
    ("terms", "columns", "reason"),
    [
        ({"from": "2021-02-01"}, {"achieved_on": "2021-01-31"}, "achieved on 2021-01-31, when 'job' was not in force"),
        ({"from": "2021-02-01"}, {"achieved_on": "2021-02-01"}, ""),
        ({"until": "2021-02-01"}, {"achieved_on": "2021-02-01"}, "achieved on 2021-02-01, when 'job' was not in force"),
        ({"until": "2021-02-01"}, {"achieved_on": "2021-01-31"}, ""),
        ({"claimed_within": "30 days"}, {"achieved_on": "2021-01-01", "claimed_on": "2021-01-31"}, ""),
        (
            {"claimed_within": "30 days"},
            {"achieved_on": "2021-01-01", "claimed_on": "2021-02-01"},
            "claimed on 2021-02-01, later than 30 days after it was achieved",
        ),
        ({"claimed_within": "30 days"}, {"achieved_on": "2021-01-01"}, "it is not said when it was claimed; 30 days are agreed"),
        ({}, {"achieved_on": "2025-01-01"}, "achieved on 2025-01-01, after 2024-12-31"),
        ({}, {"state": "claimed"}, "claimed, not yet validated or paid"),
        ({}, {"state": "refused", "reason": "no contract"}, "refused: no contract"),
        ({}, {"withdrawn_on": "2024-12-31", "reason": "false payslip"}, "withdrawn on 2024-12-31: false payslip"),
        ({}, {"withdrawn_on": "2025-01-01"}, ""),
        ({}, {"cohort": "ended", "achieved_on": "2021-06-01"}, "achieved on 2021-06-01; cohort 'ended' ended on 2021-06-01"),
        ({}, {"cohort": "ended", "achieved_on": "2021-05-31"}, ""),
        ({"after_event": "early"}, {}, "'job' is paid only after the event early"),
    ],
)
def test_why_a_claim_is_not_paid(terms: dict[str, str], columns: dict[str, str], reason: str) -> None:
    outcome = decided({"job": a_claim_line(**terms)}, [a_claim("c1", **columns)])
    assert reasons(outcome).get("c1", "") == reason
    assert owed(outcome) == (0 if reason else 100)


PROVED = {"payslips": {"kinds": ["payslip", "contract"], "signed_by": "provider", "validated_by": "validator"}}
GOOD = {"evidence": "file 12", "evidence_kind": "payslip", "signed_by": "provider", "validated_by": "validator"}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, ""),
        ({"evidence_kind": "letter"}, "the evidence is letter; agreed are payslip, contract"),
        ({"evidence_kind": None}, "the evidence is of no stated kind; agreed are payslip, contract"),
        ({"signed_by": "evaluator"}, "signed by evaluator; agreed are provider"),
        ({"signed_by": None}, "signed by nobody; agreed are provider"),
        ({"validated_by": "provider"}, "validated by provider; agreed are validator"),
    ],
)
@pytest.mark.parametrize("line", ["job", None])
def test_evidence_as_agreed_whether_the_claim_names_its_line_or_not(columns: dict[str, Any], reason: str, line: str | None) -> None:
    outcome = decided({"job": a_claim_line(evidence="payslips")}, [a_claim("c1", line=line, **{**GOOD, **columns})], evidence=PROVED)
    assert reasons(outcome).get("c1", "") == reason


def test_the_validator_is_not_the_signer() -> None:
    rule = {"payslips": {"kinds": "payslip"}}
    claim = a_claim("c1", evidence="x", evidence_kind="payslip", signed_by="provider", validated_by="provider")
    outcome = decided({"job": a_claim_line(evidence="payslips")}, [claim], evidence=rule)
    assert reasons(outcome) == {"c1": "'provider' both signed and validated it"}


def test_a_claim_that_replaces_another_is_paid_in_its_place() -> None:
    claims = [a_claim("c1", quantity="3"), a_claim("c2", quantity="2", replaces="c1")]
    outcome = decided({"job": a_claim_line()}, claims)
    assert owed(outcome) == 200
    assert reasons(outcome) == {"c1": "replaced by 'c2'"}


@pytest.mark.parametrize(
    ("correction", "paid", "refused"),
    [
        ({}, 200, {"c1": "replaced by 'c2'"}),
        ({"state": "claimed"}, 300, {"c2": "claimed, not yet validated or paid"}),  # until it is validated the first one stands
        ({"state": "refused", "reason": "no proof"}, 300, {"c2": "refused: no proof"}),
        ({"withdrawn_on": "2024-01-01"}, 300, {"c2": "withdrawn on 2024-01-01"}),  # a correction taken back is no correction
    ],
)
def test_only_a_correction_that_is_in_order_replaces(correction: dict[str, str], paid: int, refused: dict[str, str]) -> None:
    claims = [a_claim("c1", quantity="3"), a_claim("c2", quantity="2", replaces="c1", **correction)]
    outcome = decided({"job": a_claim_line()}, claims)
    assert (owed(outcome), reasons(outcome)) == (paid, refused)


def test_a_correction_of_a_correction_replaces_both() -> None:
    claims = [a_claim("c1", quantity="3"), a_claim("c2", quantity="2", replaces="c1", state="refused"), a_claim("c3", replaces="c2")]
    outcome = decided({"job": a_claim_line()}, claims)
    assert owed(outcome) == 100
    assert reasons(outcome) == {"c1": "replaced by 'c2'", "c2": "replaced by 'c3'"}


def test_each_line_has_its_own_proof() -> None:
    """A claim that names no line is paid by the line that it is proved to, and by that one only."""
    lines = {"seen": a_claim_line(price="1", evidence="seal"), "told": a_claim_line(price="10", evidence="stamp")}
    rules = {"seal": {"kinds": "photo"}, "stamp": {"kinds": "letter"}}
    outcome = decided(lines, [a_claim("c1", evidence="x", evidence_kind="letter")], evidence=rules)
    assert (due(outcome, "seen"), due(outcome, "told"), reasons(outcome)) == (0, 10, {})


def test_a_claim_paid_by_no_line_is_refused_in_words() -> None:
    outcome = decided({"job": a_claim_line()}, [a_claim("c1", metric="lease")])
    assert reasons(outcome) == {"c1": "no line pays for 'lease' claim by claim"}


def test_after_the_contract_ended_nothing_more_is_earned_but_what_that_event_pays() -> None:
    lines = {"job": a_claim_line(), "handover": a_claim_line(metric="lease", price="5", after_event="early")}
    terminated = {"event": "early", "on": "2021-06-01"}
    claims = [a_claim("before", "2021-05-31"), a_claim("after", "2021-06-01")]
    outcome = decided(lines, claims, terminated=terminated)
    assert owed(outcome) == 100
    assert reasons(outcome) == {"after": "achieved on 2021-06-01; the contract ended on 2021-06-01"}


def test_what_is_achieved_after_the_end_is_paid_by_the_line_for_that_event() -> None:
    lines = {"job": a_claim_line(), "run_off": a_claim_line(price="60", after_event="early")}
    outcome = decided(lines, [a_claim("after", "2021-06-01")], terminated={"event": "early", "on": "2021-06-01"})
    assert (due(outcome, "job"), due(outcome, "run_off"), reasons(outcome)) == (0, 60, {})


def test_evidence_is_asked_as_the_terms_asked_on_the_day_of_the_outcome() -> None:
    proof = {"papers": {"kinds": ["letter", "payslip"]}}
    stricter = {
        "from": "2022-01-01", "reason": "Letters were forged.", "expected_effect": "Fewer claims.", "review_on": "2023-01-01",
        "changes": [{"term": "evidence/papers/kinds", "was": ["letter", "payslip"], "becomes": ["payslip"]}],
    }  # fmt: skip
    claims = [a_claim(f"c{year}", f"{year}-06-01", evidence="x", evidence_kind="letter") for year in (2021, 2022)]
    outcome = decided({"job": a_claim_line(evidence="papers")}, claims, evidence=proof, amendments={"stricter": stricter})
    assert reasons(outcome) == {"c2022": "the evidence is letter; agreed are payslip"}


def test_an_ineligible_person_changes_nothing() -> None:
    lines = {"entry": entry_line(), "job": a_claim_line(only={"class": "a"}, sequence={"after": "entry", "times": "1"})}
    claims = [a_claim("e", metric="entry", person="p"), a_claim("j", person="p", class_="a")]
    stranger = [a_claim("se", metric="entry", person="q", state="refused"), a_claim("sj", person="q", class_="b")]
    assert owed(decided(lines, [*stranger, *claims])) == owed(decided(lines, claims)) == 110


def test_part_of_a_result_that_was_not_accepted_is_told_as_refused() -> None:
    outcome = settled(a_programme(), results=[a_result("21", accepted="20")])
    assert owed(outcome) == 2000
    assert [row.reason for row in outcome.statement.refused] == ["1 of 21 not accepted; no reason was published"]
