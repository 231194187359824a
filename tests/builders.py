"""Builders with sane defaults, so that a test says only what it is about.

`a_programme` writes YAML and reads it as the product does: what a test builds, a file could say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from makegood.cases.rows import Claim, Result, Row, Transaction, rows_from
from makegood.payment.statement import Payment
from makegood.programme.checking import check_terms
from makegood.programme.reading import Agreement, agreement_from
from makegood.programme.yaml_text import parse_yaml_text
from makegood.report.settlement_json import as_json
from makegood.settle import Earlier, Settlement, settle
from makegood.values.fingerprint import plain
from makegood.values.problem import Problem, Refused, Where

FILE = "programme.yaml"
AS_OF = "2024-12-31"

PLAIN_TERMS: dict[str, Any] = {
    "programme": "a-programme",
    "title": "A programme",
    "currency": "EUR",
    "rounding": {"rule": "half_up"},
    "parties": {
        "payer": {"name": "The payer", "roles": ["outcome_payer"]},
        "other_payer": {"name": "The other payer", "roles": ["outcome_payer"]},
        "investor": {"name": "The investor", "roles": ["investor"]},
        "other_investor": {"name": "The other investor", "roles": ["investor"]},
        "provider": {"name": "The provider", "roles": ["service_provider"]},
        "guarantor": {"name": "The guarantor", "roles": ["guarantor"]},
        "evaluator": {"name": "The evaluator", "roles": ["evaluator"]},
        "validator": {"name": "The validator", "roles": ["validator"]},
    },
    "calendar": {"starts_on": "2020-01-01"},
    "outcome_metrics": {"job": {"title": "A job", "unit": "job", "pools": "sum"}},
    "outcome_pricings": {"job": {"title": "A job", "metric": "job", "price": "100"}},
    "outcome_payment_commitments": {"payer": {"share": "100%"}},
    "exit_plan": {"early": {"title": "Early end", "what_happens": "Outcomes until that day are paid", "people": "They are handed over"}},
}
"""Any result or claim of the metric `job` pays 100 a unit, by one payer, without limit."""


def written(terms: Mapping[str, Any]) -> str:
    """Terms as the text of a file, a part a line; every scalar quoted, since all of them are text."""
    lines = []
    for part, content in terms.items():
        if isinstance(content, Mapping) and content:
            lines.append(f"{part}:")
            lines += [f"  {name}: {json.dumps(_words(inner), ensure_ascii=False)}" for name, inner in content.items()]
        else:
            lines.append(f"{part}: {json.dumps(_words(content), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _words(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _words(inner) for key, inner in content.items()}
    if isinstance(content, list | tuple):
        return [_words(inner) for inner in content]
    if isinstance(content, bool):
        return "yes" if content else "no"
    return content if content is None else str(plain(content))


def terms_with(**changes: Any) -> dict[str, Any]:
    """The plain terms with some parts replaced; None takes a part out."""
    return {part: content for part, content in {**PLAIN_TERMS, **changes}.items() if content is not None}


def a_programme(**changes: Any) -> Agreement:
    """An agreement of the plain terms with some parts replaced, read as from a file. Raises Refused as a file would."""
    return agreement_from(parse_yaml_text(written(terms_with(**changes)).encode(), file=FILE), check=check_terms)


def a_line(**terms: Any) -> dict[str, Any]:
    """One line of the price list: the metric `job` at 100 unless said otherwise."""
    return {"title": "A line", "metric": "job", "price": "100", **terms}


def a_claim_line(**terms: Any) -> dict[str, Any]:
    """A line that pays claim by claim."""
    return a_line(for_each="claim", **terms)


def a_metric(**terms: Any) -> dict[str, Any]:
    """An outcome metric: a number of jobs that adds up, more is better."""
    return {"title": "A metric", "unit": "job", "pools": "sum", **terms}


def _row(kind: type[Row], file: str, /, **columns: Any) -> Row:
    text = {name.rstrip("_"): str(plain(value)) for name, value in columns.items() if value is not None}
    return rows_from(kind, [(Where(file, 2), text)])[0]


def a_result(value: Any, **columns: Any) -> Result:
    """A result of the metric `job`, pooled over cohorts; columns as in results.csv (`class_` for class)."""
    usual = {"result": f"result_{columns.get('metric', 'job')}_{columns.get('cohort', 'all')}", "metric": "job", "cohort": "all"}
    return _row(Result, "results.csv", **{**usual, "value": value, **columns})


def a_claim(claim: str, achieved_on: Any = "2021-01-01", **columns: Any) -> Claim:
    """A claim of the metric `job`, achieved in the programme's second year; columns as in claims.csv."""
    return _row(Claim, "claims.csv", claim=claim, **{"metric": "job", "achieved_on": achieved_on, **columns})


def a_transaction(kind: str, amount: Any, day: Any = "2020-01-01", **columns: Any) -> Transaction:
    """Money that moved in the programme's currency; `from_` and `to` are the usual parties of its kind."""
    usual = {
        "drawing": ("investor", "provider"),
        "commitment": ("investor", "provider"),
        "grant": ("payer", "provider"),
        "fee": ("provider", "evaluator"),
        "guarantee": ("guarantor", "investor"),
        "outcome_payment": ("payer", "provider"),
        "repayment": ("provider", "investor"),
    }[kind]
    name = columns.pop("transaction", f"{kind}_{day}_{columns.get('from_', usual[0])}_{columns.get('tranche', '')}")
    values = {"date": day, "kind": kind, "from": usual[0], "to": usual[1], "amount": amount, "currency": "EUR"}
    return _row(
        Transaction, "transactions.csv", transaction=name, **{**values, **{key.rstrip("_"): value for key, value in columns.items()}}
    )


def settled(
    agreement: Agreement,
    *,
    results: Sequence[Result] = (),
    claims: Sequence[Claim] = (),
    transactions: Sequence[Transaction] = (),
    paid: Sequence[Settlement] = (),
    as_of: str = AS_OF,
    terms_on: str | None = None,
) -> Settlement:
    """The settlement on a day, net of earlier settlements."""
    return settle(
        agreement,
        results=results,
        claims=claims,
        effect=(),
        transactions=transactions,
        paid_before=[as_earlier(settlement) for settlement in paid],
        as_of=date.fromisoformat(as_of),
        terms_on=date.fromisoformat(terms_on) if terms_on else None,
    )


def as_earlier(settlement: Settlement) -> Earlier:
    """A settlement as a later one reads it from its folder."""
    rows = as_json(settlement)["outcome_payments"]
    payments = {row["id"]: {key: str(row[key]) for key in ("line", "metric", "payer", "amount")} for row in rows}
    claims: dict[str, Decimal] = {}
    for row in settlement.statement.decided:
        claims[row.claim] = claims.get(row.claim, Decimal(0)) + row.left
    return Earlier(settlement.as_of, payments, claims, settlement.fingerprint)


def owed(settlement: Settlement, line: str | None = None, payer: str | None = None) -> Decimal:
    """What is now to be paid: in all, for a line, by a payer."""
    return sum((payment.amount for payment in _of(settlement, line, payer)), Decimal(0))


def due(settlement: Settlement, line: str | None = None, payer: str | None = None) -> Decimal:
    """What is due in all, whether paid before or not."""
    return sum((payment.due for payment in _of(settlement, line, payer)), Decimal(0))


def cut(settlement: Settlement, limit: str) -> Decimal:
    """What a limit cut, over all payments."""
    return sum((amount for payment in settlement.statement.payments for name, amount in payment.limits if name == limit), Decimal(0))


def reasons(settlement: Settlement) -> dict[str, str]:
    """Claim -> why it is not paid (or waits)."""
    return {refusal.claim: refusal.reason for refusal in (*settlement.statement.refused, *settlement.statement.waiting)}


def repaid(settlement: Settlement, investment: str) -> Decimal:
    """All that came back on one investment."""
    return next(row.repaid for row in settlement.waterfall.repayments if row.investment == investment)


def received(settlement: Settlement, party: str) -> Decimal:
    """What the waterfall passed on to a party or an investment."""
    return sum((step.amount for step in settlement.waterfall.distributions if step.to == party), Decimal(0))


def figure(settlement: Settlement, name: str) -> Decimal | None:
    """A named figure of the agreement as this settlement worked it out."""
    return settlement.statement.figures[name].value


def problems_of(**changes: Any) -> list[Problem]:
    """What is wrong with these terms (none: they can be carried out)."""
    try:
        return list(a_programme(**changes).warnings)
    except Refused as refused:
        return list(refused.problems)


def _of(settlement: Settlement, line: str | None, payer: str | None) -> list[Payment]:
    return [row for row in settlement.statement.payments if line in (None, row.line) and payer in (None, row.payer)]
