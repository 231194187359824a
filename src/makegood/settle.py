"""The story on one page: what was agreed and what happened become what is owed, and who is repaid.

Values in, values out: no path, no clock, no database. Files, the register and a simulation all settle here, so they
cannot give different euros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from makegood import __version__
from makegood.cases.rows import Claim, Result, Row, Transaction, record_of
from makegood.finance.journal import Posting, journal
from makegood.finance.waterfall import Receipt, Waterfall, run_waterfall
from makegood.payment.facts import Books
from makegood.payment.figures import work_out
from makegood.payment.scope import Scope
from makegood.payment.statement import Statement, price
from makegood.programme.figure import Figure
from makegood.programme.reading import Agreement, Terms
from makegood.programme.yaml_text import Place
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Problem, Where


@dataclass(frozen=True)
class Earlier:
    """An earlier settlement, as far as it matters now: payment id -> line, metric, payer, amount; claim -> amount."""

    as_of: date
    payments: Mapping[str, Mapping[str, str]]
    claims: Mapping[str, Decimal]
    fingerprint: str


@dataclass(frozen=True)
class Settlement:
    """What is owed on a day, by whom, to whom, and all that it rests on."""

    terms: Terms
    as_of: date
    statement: Statement
    waterfall: Waterfall
    journal: tuple[Posting, ...]
    clawed_back: tuple[Mapping[str, str], ...]
    problems: tuple[Problem, ...]
    inputs: Mapping[str, Sequence[Mapping[str, str]]]
    fingerprint: str


def settle(
    agreement: Agreement,
    *,
    results: Sequence[Result],
    claims: Sequence[Claim],
    effect: Sequence[Result],
    transactions: Sequence[Transaction],
    paid_before: Sequence[Earlier],
    as_of: date,
    terms_on: date | None = None,
) -> Settlement:
    """Settle a programme on `as_of`: payment, then finance.

    `effect` holds results of a comparison; `paid_before` the earlier settlements, in any order. `terms_on` settles
    under the terms of another day, to compare. Raises Refused where facts do not fit the terms.
    """
    terms = agreement.on(terms_on or as_of)
    books = Books(agreement, terms, as_of, [*results, *effect], claims, transactions)
    statement = price(books, paid_before=_paid(paid_before))

    def evaluate(figure: Figure, place: Place) -> Decimal:
        return work_out(figure, place, scope=Scope(), books=books).value or Decimal(0)

    receipts = [Receipt(earlier.as_of, row["line"], Decimal(row["amount"])) for earlier in paid_before for row in earlier.payments.values()]
    receipts += [Receipt(as_of, payment.line, payment.amount) for payment in statement.payments if payment.amount]
    waterfall = run_waterfall(terms.programme, receipts=receipts, transactions=transactions, as_of=as_of, evaluate=evaluate)
    due = [(payment.id, payment.payer, payment.line, payment.amount) for payment in statement.payments]
    inputs = {"results": _records(results), "effect": _records(effect), "claims": _records(claims), "transactions": _records(transactions)}
    read = [terms.sha256, inputs, sorted(earlier.fingerprint for earlier in paid_before), as_of, terms.amendments, __version__]
    return Settlement(
        terms=terms,
        as_of=as_of,
        statement=statement,
        waterfall=waterfall,
        journal=tuple(journal(due=due, transactions=transactions, waterfall=waterfall, as_of=as_of)),
        clawed_back=_clawed_back(paid_before, statement),
        problems=(*agreement.warnings, *statement.problems, *_warnings(terms, transactions, waterfall)),
        inputs=inputs,
        fingerprint=sha256_of(read),
    )


def _records(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Rows as text, by the name in their first column, so that their order in a file does not count."""
    return sorted((record_of(row) for row in rows), key=lambda record: next(iter(record.values())))


def _paid(earlier: Sequence[Earlier]) -> dict[str, dict[str, str]]:
    paid: dict[str, dict[str, str]] = {}
    for settlement in earlier:
        for name, row in settlement.payments.items():
            before = Decimal(paid.get(name, {}).get("amount", "0"))
            paid[name] = {**row, "amount": str(before + Decimal(row["amount"]))}
    return paid


def _clawed_back(earlier: Sequence[Earlier], statement: Statement) -> tuple[Mapping[str, str], ...]:
    """Claims that an earlier settlement paid and this one refuses: what each brought then is owed back."""
    refused = {refusal.claim: refusal.reason for refusal in statement.refused}
    latest = max(earlier, key=lambda settlement: settlement.as_of, default=None)
    paid = latest.claims if latest else {}
    return tuple(
        {"claim": claim, "amount": str(amount), "reason": refused[claim]}
        for claim, amount in sorted(paid.items())
        if amount and claim in refused
    )


def _warnings(terms: Terms, transactions: Sequence[Transaction], waterfall: Waterfall) -> list[Problem]:
    problems = []
    drawn = any(row.kind == "drawing" for row in transactions)
    if terms.programme.investments and not drawn:
        what, why = "no drawing is among the transactions", "Only drawn capital is repaid, so no investor is repaid anything"
        problems.append(
            Problem(Where(terms.text.file), "nothing_drawn", what, why, "give the drawings with --transactions", severity="warning")
        )
    if waterfall.undistributed < 0:
        what, why = (
            f"{-waterfall.undistributed} is to be paid back to outcome payers",
            "It was passed on before, and no later payment makes up for it yet",
        )
        problems.append(Problem(Where(terms.text.file), "overdistributed", what, why, "agree who returns it", severity="warning"))
    return problems
