"""From facts to payments: what is earned, what limits leave of it, what was paid before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from makegood.payment.admission import problems_in
from makegood.payment.claims import ClaimPaid, Refusal, replaced_by, sequence, valid_claims
from makegood.payment.entries import Entry, price_lines
from makegood.payment.facts import Books
from makegood.payment.figures import work_out
from makegood.payment.node import Node
from makegood.payment.scope import Scope, group_id, payment_id
from makegood.payment.sharing import Paid, group_scope, limited_and_shared, true_up
from makegood.values.problem import Problem, Refused, Where, errors

if TYPE_CHECKING:
    from makegood.payment.crowd import Crowd

ZERO = Decimal(0)


@dataclass(frozen=True)
class Payment:
    """What one payer owes for one line and group of facts: earned, cut by limits, due in all, now to be paid."""

    id: str
    line: str
    metric: str
    scope: Scope
    payer: str
    units: Decimal | None
    earned: Decimal
    limits: tuple[tuple[str, Decimal], ...]
    due: Decimal
    paid_before: Decimal
    amount: Decimal
    clause: Where
    steps: tuple[Node, ...] = ()
    claim_count: int = 0
    note: str = ""


@dataclass(frozen=True)
class Statement:
    """Every payment, every refusal, every claim that was paid, what carries forward."""

    payments: tuple[Payment, ...]
    refused: Sequence[Refusal]
    waiting: tuple[Refusal, ...]
    carried_forward: tuple[Mapping[str, object], ...]
    decided: Sequence[ClaimPaid]
    problems: tuple[Problem, ...]
    figures: Mapping[str, Node] = field(default_factory=dict)
    ceilings: Mapping[str, Node] = field(default_factory=dict)
    """Limit -> what it allows at most, for nobody in particular: unknown where it differs by person, class or day."""

    @property
    def total(self) -> Decimal:
        """What is now to be paid, by all payers together; negative when money is to be paid back."""
        return sum((payment.amount for payment in self.payments), ZERO)


def price(books: Books, *, paid_before: Paid) -> Statement:
    """The statement for facts under terms. `paid_before`: payment id -> {amount, line, metric, payer} paid until now.

    Raises Refused with every row that does not fit and every clause that cannot be carried out on these facts.
    """
    decided: Sequence[ClaimPaid]
    refused: Sequence[Refusal]
    crowd = _as_a_crowd(books)
    problems = problems_in(books)
    if errors(problems):
        raise Refused(problems)
    if crowd is not None:
        shared = limited_and_shared(crowd.grouped, books, paid_before, grouped=True)
        refused, waiting, decided = crowd.refused, list(crowd.waiting), crowd.decided
    else:
        books.replaced = replaced_by(books.claims, books)
        books.valid, unfit = valid_claims(books)
        taken = sequence(books)
        books.accepted = taken.accepted
        entries = price_lines(books)
        refusals = sorted([*unfit, *taken.refused], key=lambda refusal: refusal.claim)
        refused, waiting = [refusal for refusal in refusals if not refusal.waits], [refusal for refusal in refusals if refusal.waits]
        shared = limited_and_shared(entries, books, paid_before)
        decided = [
            ClaimPaid(
                entry.claim, entry.line, group_id(entry.line, group_scope(entry)), entry.earned, entry.left, tuple(entry.cuts.items())
            )
            for entry in entries
            if entry.claim
        ]
    if errors(books.problems):
        raise Refused(books.problems)
    payments = _set_off(list(_payments(shared, books, paid_before)), books)
    return Statement(
        payments=tuple(payments),
        refused=[*refused, *partly] if (partly := _partly_accepted(books)) else refused,
        waiting=tuple(waiting),
        carried_forward=tuple(_carried(shared, payments, waiting)),
        decided=decided,
        problems=tuple(sorted(books.problems)),
        ceilings={
            name: work_out(limit.at_most, ("limits", name, "at_most"), scope=Scope(), books=books)
            for name, limit in books.terms.programme.limits.items()
        },
        figures={
            name: work_out(figure, ("figures", name), scope=Scope(), books=books) for name, figure in books.terms.programme.figures.items()
        },
    )


def _as_a_crowd(books: Books) -> Crowd | None:
    """Decide claims as columns where there are columns and the terms allow it; else turn them into rows."""
    if books.columns is None:
        return None
    from makegood.payment import crowd  # noqa: PLC0415 - only crowds need arrays

    decided = crowd.run(books, books.columns) if crowd.supported(books) else None
    if decided is None:
        books.claims = books.columns.rows()
    return decided


def _payments(entries: Sequence[Entry], books: Books, paid_before: Paid) -> Iterable[Payment]:
    seen: set[str] = set()
    for entry in entries:
        name = payment_id(entry.line, entry.scope, entry.payer)
        seen.add(name)
        before = Decimal(paid_before.get(name, {}).get("amount", "0"))
        owed = entry.left - before
        amount, note = (owed, entry.note) if owed > 0 or true_up(entry.line, books) == "full" else (ZERO, entry.note)
        if entry.stands:
            amount = ZERO
        elif owed < amount:
            note = f"{-owed} was paid more than is due; it is set against what falls due later, not paid back"
        steps = entry.steps if entry.share is None or entry.share.value == 1 else (*entry.steps, entry.share)
        yield Payment(
            id=name,
            line=entry.line,
            metric=entry.metric,
            scope=entry.scope,
            payer=entry.payer,
            units=entry.units,
            earned=entry.earned,
            limits=tuple(entry.cuts.items()),
            due=entry.left,
            paid_before=before,
            amount=amount,
            clause=books.terms.where(("outcome_pricings", entry.line)),
            steps=steps,
            claim_count=entry.claim_count,
            note=note,
        )
    for name, row in sorted(paid_before.items()):
        before = Decimal(row["amount"])
        if name not in seen and before:
            yield Payment(
                id=name,
                line=row["line"],
                metric=row["metric"],
                scope=Scope(),
                payer=row["payer"],
                units=ZERO,
                earned=ZERO,
                limits=(),
                due=ZERO,
                paid_before=before,
                amount=-before if true_up(row["line"], books) == "full" else ZERO,
                clause=books.terms.where(("outcome_pricings", row["line"])),
                note="nothing supports this payment any more",
            )


def _set_off(payments: Sequence[Payment], books: Books) -> list[Payment]:
    """What a payer paid too much and is not paid back is taken off what it owes now, the earliest payment first."""
    over: dict[str, Decimal] = defaultdict(Decimal)
    for row in payments:
        if true_up(row.line, books) == "upward_only":
            over[row.payer] += max(row.paid_before - row.due, ZERO)
    result = []
    for row in payments:
        off = min(over[row.payer], row.amount) if true_up(row.line, books) == "upward_only" else ZERO
        if off > 0:
            over[row.payer] -= off
            note = "; ".join(filter(None, (row.note, f"{off} is set off against what was paid too much before")))
            result.append(replace(row, amount=row.amount - off, note=note))
        else:
            result.append(row)
    return result


def _partly_accepted(books: Books) -> list[Refusal]:
    """Results of which less was accepted than measured: the rest is refused, by count."""
    return [
        Refusal(row.result, f"{row.value - row.accepted:f} of {row.value:f} not accepted; no reason was published", row.metric)
        for row in books.results
        if row.accepted is not None and row.accepted < row.value
    ]


def _carried(entries: Sequence[Entry], payments: Sequence[Payment], waiting: Sequence[Refusal]) -> Iterable[Mapping[str, object]]:
    for entry in entries:
        for name, amount in entry.carried.items():
            why = "the period's limit left no room; it is paid in a later period"
            yield {"kind": "limit", "name": name, "line": entry.line, "payer": entry.payer, "amount": amount, "why": why}
    for payer, over in _still_over(payments).items():
        why = "paid more than is due; set against what falls due later"
        yield {"kind": "overpaid", "name": payer, "line": "", "payer": payer, "amount": -over, "why": why}
    for refusal in waiting:
        yield {"kind": "claim", "name": refusal.claim, "line": refusal.line, "payer": "", "amount": None, "why": refusal.reason}


def _still_over(payments: Sequence[Payment]) -> dict[str, Decimal]:
    """Payer -> what it paid more than is due in all, and neither gets back nor could be set off."""
    over: dict[str, Decimal] = defaultdict(Decimal)
    for row in payments:
        over[row.payer] += row.paid_before + row.amount - row.due
    return {payer: amount for payer, amount in over.items() if amount > 0}
