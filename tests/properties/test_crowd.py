"""Columns and rows must decide alike: the plain code is the referee of the crowd's code."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.cases.claim_columns import ClaimColumns, NotColumnsError, columns_from
from makegood.cases.rows import Claim, record_of, rows_from
from makegood.payment.crowd import supported
from makegood.payment.facts import Books
from makegood.programme.checking import check_terms
from makegood.programme.reading import Agreement, read_agreement
from makegood.settle import Settlement, settle
from makegood.values.problem import Refused, Where

TERMS = """
programme: crowd
title: A rate card with everything that columns carry
currency: EUR
rounding: {rule: half_up}
parties:
  state: {name: State, roles: [outcome_payer]}
  town: {name: Town, roles: [outcome_payer]}
  provider: {name: Provider, roles: [service_provider]}
  auditor: {name: Auditor, roles: [validator]}
calendar: {starts_on: 2016-01-01}
cohorts: {one: {title: One}, two: {title: Two, cancelled_on: 2016-06-01}}
classes: {young: Young, old: Old}
outcome_metrics:
  entry: {title: Entry, unit: person, evidence: letter}
  weeks: {title: Weeks, unit: person}
  visit: {title: Visit, unit: visit}
  bonus: {title: Bonus, unit: euro}
evidence:
  letter: {kinds: [letter, payslip], required: no, validated_by: [auditor]}
  seal: {kinds: [payslip], payable_states: [claimed, validated], withdrawn: kept}
  stamp: {kinds: [letter], validated_by: [auditor]}
outcome_pricings:
  sealed: {title: Sealed visit, metric: visit, for_each: claim, price: 7, evidence: seal, only: {class: young}}
  stamped: {title: Stamped visit, metric: visit, for_each: claim, price: 11, evidence: stamp}
  entry: {title: Entry, metric: entry, for_each: claim, price: 333.33, sequence: {times: 1, per: occurrence}}
  weeks:
    title: Weeks
    metric: weeks
    for_each: claim
    only: {class: young}
    claimed_within: 2 months
    price: {by: [{cohort: one, is: 100.10, until: 2016-04-01}, {cohort: one, is: 90, from: 2016-04-01}, {cohort: two, is: 80.05}]}
    sequence: {times: 2, per: quarter, after: {line: entry, no_sooner_than: 1 month, no_later_than: 40 weeks, same_occurrence: yes}}
  bonus:
    title: Bonus
    metric: bonus
    for_each: claim
    price: {growth: {yearly: 3%, since: 2015-01-01}}
    sequence: {times: 3, once_accepted: weeks}
limits:
  person_cap: {at_most: {by: [{class: young, is: 700}, {class: old, is: 500.55}, {otherwise: yes, is: 600}]}, per: person}
  month_cap: {at_most: 900, per: [line, month]}
  entry_cap: {at_most: 2500, lines: entry, only: {cohort: one}}
  state_cap: {at_most: 1500, payer: state, beyond: town}
  total_cap: {at_most: 6000, cut: in_proportion}
outcome_payment_commitments:
  state: {share: {by: [{cohort: one, is: 1}, {otherwise: yes, is: 0.6}]}}
  town: {share: {by: [{cohort: one, is: 0}, {otherwise: yes, is: 0.4}]}}
exit_plan: {ends: {title: Ends, what_happens: Settled to the day., people: Handed over.}}
"""


@pytest.fixture(scope="module")
def agreement(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    path: Path = tmp_path_factory.mktemp("terms") / "crowd.yaml"
    path.write_text(TERMS)
    return read_agreement(path, check=check_terms)


@st.composite
def claims(draw: st.DrawFn) -> list[dict[str, str]]:
    records: list[dict[str, Any]] = []
    for number in draw(st.permutations(range(draw(st.integers(1, 40))))):
        day = date(2016, 1, 1) + timedelta(days=draw(st.integers(0, 300)))
        record: dict[str, Any] = {
            "claim": f"{draw(st.sampled_from(['c', 'cc', 'é', 'Z']))}{number}",
            "metric": draw(st.sampled_from(["entry", "weeks", "bonus", "visit"])),
            "achieved_on": day.isoformat(),
            "person": draw(st.sampled_from(["", "anna", "bo", "cor", "dirk"])),
            "claimed_on": draw(st.sampled_from(["", (day + timedelta(days=draw(st.integers(0, 90)))).isoformat()])),
            "quantity": draw(st.sampled_from(["", "1", "2.5", "0.333"])),
            "cohort": draw(st.sampled_from(["one", "one", "one", "two"])),
            "class": draw(st.sampled_from(["", "young", "young", "old"])),
            "occurrence": draw(st.sampled_from(["", "1", "2"])),
            "state": draw(st.sampled_from([*["", "validated", "paid"] * 3, "claimed", "refused"])),
            "evidence_kind": draw(st.sampled_from([*["letter", "payslip"] * 4, "", "word"])),
            "evidence": "doc",
            "validated_by": draw(st.sampled_from([*["auditor"] * 8, "provider"])),
            "withdrawn_on": draw(st.sampled_from([*[""] * 8, "2016-12-01", "2018-01-01"])),
        }
        if records and draw(st.integers(0, 4)) == 0:
            record["replaces"] = draw(
                st.sampled_from([*(row["claim"] for row in records), "nobody" if draw(st.integers(0, 20)) == 0 else ""])
            )
        records.append({column: value for column, value in record.items() if value != ""})
    return records


def as_columns(rows: list[Claim]) -> ClaimColumns:
    header = list(dict.fromkeys(column for row in rows for column in record_of(row)))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="")
    writer.writeheader()
    writer.writerows(record_of(row) for row in rows)
    options = pacsv.ConvertOptions(null_values=[""], strings_can_be_null=True, column_types=dict.fromkeys(header, "string"))
    return columns_from(pacsv.read_csv(io.BytesIO(out.getvalue().encode()), convert_options=options), file="claims.csv", sha256="")


def outcome(settlement: Settlement) -> object:
    statement = settlement.statement
    return (
        [
            (row.id, row.units, row.earned, row.limits, row.due, row.claim_count, row.note)
            for row in sorted(statement.payments, key=lambda row: row.id)
        ],
        sorted((row.claim, row.line, row.reason, row.clause) for row in statement.refused),
        sorted((row.claim, row.line, row.reason, row.clause) for row in statement.waiting),
        sorted((row.claim, row.line, row.group, row.earned, row.left, sorted(row.cuts)) for row in statement.decided),
    )


@given(records=claims())
@settings(max_examples=150, deadline=None)
def test_columns_decide_as_rows_do(agreement: Agreement, records: list[dict[str, str]]) -> None:
    rows = rows_from(Claim, [(Where("claims.csv", index + 2), record) for index, record in enumerate(records)])

    def settled(given_claims: list[Claim] | ClaimColumns) -> object:
        try:
            return outcome(
                settle(agreement, results=(), claims=given_claims, effect=(), transactions=(), paid_before=(), as_of=date(2017, 1, 1))
            )
        except Refused as refused:
            return {(problem.code, problem.what) for problem in refused.problems}

    assert settled(as_columns(rows)) == settled(rows)


def test_columns_carry_these_terms(agreement: Agreement) -> None:
    assert supported(Books(agreement, agreement.on(None), date(2017, 1, 1)))


def test_a_repeated_claim_is_left_to_the_rows_that_can_name_it() -> None:
    table = pacsv.read_csv(io.BytesIO(b"claim,metric,achieved_on\na,entry,2016-01-01\na,entry,2016-01-02\n"))
    with pytest.raises(NotColumnsError, match="twice"):
        columns_from(table, file="claims.csv", sha256="")
