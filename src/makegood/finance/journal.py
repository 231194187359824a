"""A double-entry journal of the contract: every posting takes from one account what it gives to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from makegood.cases.rows import Transaction
from makegood.finance.waterfall import Distribution, Repayment, Waterfall


@dataclass(frozen=True)
class Posting:
    """`amount` moves from the account `credit` to the account `debit`."""

    on: date
    words: str
    debit: str
    credit: str
    amount: Decimal
    reference: str


def account(*parts: str) -> str:
    """An account name as Beancount takes it: words joined by colons, each with a capital."""
    return ":".join(part[:1].upper() + part[1:].replace("_", "-").replace(".", "-") for part in parts)


def journal(
    *, due: Iterable[tuple[str, str, str, Decimal]], transactions: Sequence[Transaction], waterfall: Waterfall, as_of: date
) -> list[Posting]:
    """The postings of one settlement, seen from the contract's own books.

    `due`: (payment id, payer, line, amount now owed). Commitments are promises and are not booked.
    """
    postings = [*_moved(transactions, as_of), *_owed(due, as_of), *_distributed(waterfall, as_of)]
    return sorted((posting for posting in postings if posting.amount), key=lambda posting: (posting.on, posting.reference, posting.debit))


def balances(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """The balance of each account; they add up to zero."""
    result: dict[str, Decimal] = {}
    for posting in postings:
        result[posting.debit] = result.get(posting.debit, Decimal(0)) + posting.amount
        result[posting.credit] = result.get(posting.credit, Decimal(0)) - posting.amount
    return result


def as_beancount(postings: Sequence[Posting], *, currency: str, title: str) -> str:
    """The journal as a Beancount ledger that `bean-check` accepts."""
    lines = ['option "title" "' + title.replace('"', "'") + '"', f'option "operating_currency" "{currency}"', ""]
    first = min((posting.on for posting in postings), default=date(1970, 1, 1))
    lines += [f"{first} open {name} {currency}" for name in sorted(balances(postings))]
    for posting in postings:
        words = posting.words.replace('"', "'")
        lines += ["", f'{posting.on} * "{words}"', f'  reference: "{posting.reference}"']
        lines += [f"  {posting.debit}  {posting.amount:f} {currency}", f"  {posting.credit}  {-posting.amount:f} {currency}"]
    return "\n".join(lines) + "\n"


CASH = account("assets", "cash")


def _moved(transactions: Sequence[Transaction], as_of: date) -> Iterator[Posting]:
    for row in transactions:
        if row.date > as_of or row.kind == "commitment":
            continue
        debit, credit = {
            "drawing": (CASH, account("liabilities", "capital", row.from_)),
            "grant": (CASH, account("income", "grants", row.from_)),
            "fee": (account("expenses", "fees", row.to), CASH),
            "guarantee": (CASH, account("assets", "guarantee", row.from_)),
            "outcome_payment": (CASH, account("assets", "receivable", row.from_)),
            "repayment": (account("liabilities", "payable", row.to), CASH),
        }[row.kind]
        yield Posting(row.date, f"{row.kind.replace('_', ' ')} from {row.from_} to {row.to}", debit, credit, row.amount, row.transaction)


def _owed(due: Iterable[tuple[str, str, str, Decimal]], as_of: date) -> Iterator[Posting]:
    for name, payer, line, amount in due:
        yield Posting(
            as_of,
            f"{payer} owes for {line}",
            account("assets", "receivable", payer),
            account("income", "outcome-payments", line),
            amount,
            name,
        )


def _distributed(waterfall: Waterfall, as_of: date) -> Iterator[Posting]:
    owners: dict[str, Repayment] = {repayment.investment: repayment for repayment in waterfall.repayments}
    for step in waterfall.distributions:
        if step.on == as_of:
            yield _passed_on(step, owners)
    for call in waterfall.guarantee_calls:
        owner = owners[call.to].investor
        yield Posting(
            call.on,
            f"guarantee '{call.step}' is called for {owner}",
            account("assets", "guarantee", call.step),
            account("income", "guarantees", call.step),
            call.amount,
            call.step,
        )
        yield Posting(
            call.on,
            f"guaranteed capital is owed to {owner}",
            account("liabilities", "capital", owner),
            account("liabilities", "payable", owner),
            call.amount,
            call.step,
        )


def _passed_on(step: Distribution, owners: dict[str, Repayment]) -> Posting:
    owner = owners[step.to].investor if step.to in owners else step.to
    spent = (
        account("liabilities", "capital", owner)
        if step.pays == "principal"
        else account("expenses", "return" if step.to in owners else "shares", owner)
    )
    return Posting(
        step.on, f"{step.pays} to {owner} ({step.step})", spent, account("liabilities", "payable", owner), step.amount, step.step
    )
