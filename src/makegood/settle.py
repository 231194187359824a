"""The story on one page: what was agreed and what happened become what is owed, and who is repaid.

Values in, values out: no path, no clock, no database. Files, the register and a simulation all settle here, so they
cannot give different euros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from makegood import __version__
from makegood.cases.rows import Claim, Result, Row, Transaction, record_of
from makegood.finance.journal import Posting, journal
from makegood.finance.waterfall import Answers, Receipt, Waterfall, run_waterfall
from makegood.payment.entries import first_note, money
from makegood.payment.facts import Books, known_on
from makegood.payment.figures import holds, work_out
from makegood.payment.scope import Scope
from makegood.payment.statement import Statement, price
from makegood.programme.figure import Condition, Figure
from makegood.programme.reading import Agreement, Terms
from makegood.programme.yaml_text import Place
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Problem, Refused, Where

if TYPE_CHECKING:
    from makegood.cases.claim_columns import ClaimColumns


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
    provenance: Mapping[str, str]
    before: Mapping[str, Sequence[tuple[date, Decimal, str]]]
    """Payment id -> what earlier settlements paid by it: (day, amount, their fingerprint)."""
    fingerprint: str


def as_earlier(settlement: Settlement) -> Earlier:
    """A settlement as the next one must know it."""
    payments = {
        payment.id: {"line": payment.line, "metric": payment.metric, "payer": payment.payer, "amount": str(payment.amount)}
        for payment in settlement.statement.payments
    }
    claims: dict[str, Decimal] = {}
    for row in settlement.statement.decided:
        claims[row.claim] = claims.get(row.claim, Decimal(0)) + row.left
    return Earlier(settlement.as_of, payments, claims, settlement.fingerprint)


def settle(
    agreement: Agreement,
    *,
    results: Sequence[Result],
    claims: Sequence[Claim] | ClaimColumns,
    effect: Sequence[Result],
    transactions: Sequence[Transaction],
    paid_before: Sequence[Earlier],
    as_of: date,
    terms_on: date | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Settlement:
    """Settle a programme on `as_of`: payment, then finance.

    `claims` are rows, or columns when they are a crowd's. `effect` holds results of a comparison whose signature was
    verified; of a metric that it speaks of, `results` are not used. `paid_before` holds the earlier settlements, in any
    order. `terms_on` settles under the terms of another day, to compare. `provenance` names what the results were made
    from (what -> SHA-256). Raises Refused where facts do not fit the terms.
    """
    terms = agreement.on(terms_on or as_of)
    rows = claims if isinstance(claims, Sequence) else ()
    columns = None if isinstance(claims, Sequence) else claims
    compared = {row.metric for row in effect}
    used = [*(row for row in results if row.metric not in compared), *effect]
    books = Books(agreement, terms, as_of, used, rows, columns, transactions, signed=frozenset(compared))
    books.receipts = [(one.as_of, Decimal(row["amount"])) for one in paid_before for row in one.payments.values()]
    statement = price(books, paid_before=_paid(paid_before))

    receipts = [Receipt(earlier.as_of, row["line"], Decimal(row["amount"])) for earlier in paid_before for row in earlier.payments.values()]
    receipts += [Receipt(as_of, payment.line, payment.amount) for payment in statement.payments if payment.amount]
    waterfall = run_waterfall(terms.programme, receipts=receipts, transactions=transactions, as_of=as_of, ask=_answers(books))
    due = [
        (one.as_of, name, row["payer"], row["line"], Decimal(row["amount"])) for one in paid_before for name, row in one.payments.items()
    ]
    due += [(as_of, payment.id, payment.payer, payment.line, payment.amount) for payment in statement.payments]
    guarantors = {name: guarantee.guarantor for name, guarantee in terms.programme.guarantees.items()}
    inputs = {
        "results": _records(results),
        "effect": _records(effect),
        "claims": _claims_read(claims),
        "transactions": _records(transactions),
    }
    read = [
        terms.sha256,
        inputs,
        sorted(earlier.fingerprint for earlier in paid_before),
        as_of,
        terms.amendments,
        provenance or {},
        __version__,
    ]
    return Settlement(
        terms=terms,
        as_of=as_of,
        statement=statement,
        waterfall=waterfall,
        journal=tuple(journal(due=due, transactions=transactions, waterfall=waterfall, guarantors=guarantors, as_of=as_of)),
        clawed_back=_clawed_back(paid_before, statement),
        problems=(*agreement.warnings_of_money(), *statement.problems, *_not_yet(books), *_warnings(terms, transactions, waterfall)),
        inputs=inputs,
        provenance=dict(provenance or {}),
        before=_by_payment(paid_before),
        fingerprint=sha256_of(read),
    )


def _answers(books: Books) -> Answers:
    """What finance may ask of the agreement on these books. An amount that is not known is a refusal."""

    def known(figure: Figure, place: Place) -> Decimal:
        node = work_out(figure, place, scope=Scope(), books=books)
        if node.value is None:
            what, why = f"this is not known: {first_note(node)}", "Nobody could say who is repaid how much"
            remedy = "bring the facts that it rests on, or agree what counts until then with `if_unknown`"
            raise Refused([Problem(books.terms.where(place), "unknown_amount", what, why, remedy)])
        return node.value

    def hold(conditions: Sequence[Condition], place: Place) -> bool:
        return all(holds(condition, (*place, index), scope=Scope(), books=books)[0] for index, condition in enumerate(conditions))

    return Answers(money=lambda figure, place: money(known(figure, place), books), rate=known, hold=hold)


def _claims_read(claims: Sequence[Claim] | ClaimColumns) -> list[dict[str, str]]:
    """Claims as text; of a crowd only the file's fingerprint."""
    if isinstance(claims, Sequence):
        return _records(claims)
    return [{"claim": f"all {len(claims)} claims", "file_sha256": claims.sha256}]


def _records(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Rows as text, by the name in their first column, so that their order in a file does not count."""
    return sorted((record_of(row) for row in rows), key=lambda record: next(iter(record.values())))


def _by_payment(earlier: Sequence[Earlier]) -> dict[str, list[tuple[date, Decimal, str]]]:
    found: dict[str, list[tuple[date, Decimal, str]]] = {}
    for settlement in sorted(earlier, key=lambda one: (one.as_of, one.fingerprint)):
        for name, row in settlement.payments.items():
            if Decimal(row["amount"]):
                found.setdefault(name, []).append((settlement.as_of, Decimal(row["amount"]), settlement.fingerprint))
    return found


def _paid(earlier: Sequence[Earlier]) -> dict[str, dict[str, str]]:
    paid: dict[str, dict[str, str]] = {}
    for settlement in earlier:
        for name, row in settlement.payments.items():
            before = Decimal(paid.get(name, {}).get("amount", "0"))
            paid[name] = {**row, "amount": str(before + Decimal(row["amount"]))}
    return paid


def _clawed_back(earlier: Sequence[Earlier], statement: Statement) -> tuple[Mapping[str, str], ...]:
    """Claims that an earlier settlement paid and this one does not: what each brought then is owed back."""
    latest = max(earlier, key=lambda settlement: settlement.as_of, default=None)
    paid = {claim: amount for claim, amount in latest.claims.items() if amount} if latest else {}
    if not paid:
        return ()
    reasons = {refusal.claim: refusal.reason for refusal in (*statement.refused, *statement.waiting)}
    still = {row.claim for row in statement.decided}
    return tuple(
        {"claim": claim, "amount": str(amount), "reason": reasons.get(claim, "it is no longer among the claims")}
        for claim, amount in sorted(paid.items())
        if claim in reasons or claim not in still
    )


def _not_yet(books: Books) -> list[Problem]:
    """Results that speak of days after the day of settlement."""
    return [
        Problem(
            row.where,
            "not_known_yet",
            f"result '{row.result}' speaks of days after {books.as_of}",
            "It was not known on the day of settlement, so it is not used",
            "settle on a later day, or give `observed_until`",
            severity="warning",
        )
        for row in books.results
        if not known_on(row, books.as_of)
    ]


def _warnings(terms: Terms, transactions: Sequence[Transaction], waterfall: Waterfall) -> list[Problem]:
    problems = []
    drawn = any(row.kind == "drawing" for row in transactions)
    if terms.programme.investments and not drawn:
        what, why = "no drawing is among the transactions", "Only drawn capital is repaid, so no investor is repaid anything"
        problems.append(
            Problem(Where(terms.text.file), "nothing_drawn", what, why, "give the drawings with --transactions", severity="warning")
        )
    for row in waterfall.repayments:
        if row.drawn > row.committed:
            where = terms.where(("investments", row.investment))
            what, why = f"{row.drawn} was drawn of {row.committed} committed", "More was drawn than was agreed"
            remedy = "check the drawings, or amend the commitment"
            problems.append(Problem(where, "overdrawn", what, why, remedy, severity="warning"))
    if waterfall.undistributed < 0:
        what, why = (
            f"{-waterfall.undistributed} is to be paid back to outcome payers",
            "It was passed on before, and no later payment makes up for it yet",
        )
        problems.append(Problem(Where(terms.text.file), "overdistributed", what, why, "agree who returns it", severity="warning"))
    return problems
