"""Verbs that look something up: claims, earnings, transactions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from makegood.cases.rows import Claim, Transaction
from makegood.payment.claims import line_refuses
from makegood.payment.facts import Books, column_of
from makegood.payment.node import Node
from makegood.payment.scope import DIMENSIONS, Scope
from makegood.programme.figure import Figure
from makegood.programme.yaml_text import Place


def counted_claims(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    """Claims that are in order, or that a line pays: their quantity, their number, or their persons."""
    name = figure.claims or figure.accepted
    pool = [claim for claim in books.valid if claim.metric == name] if figure.claims else books.accepted.get(str(name), [])
    asked = figure.where.chosen() if figure.where else {}
    pricing = books.terms.programme.outcome_pricings.get(scope.line or "")
    own = pricing if figure.claims and pricing is not None and pricing.metric == name and pricing.for_each != ["claim"] else None

    def meant(claim: Claim) -> bool:
        for column in DIMENSIONS[:4]:
            wanted = asked.get(column) or scope.wanted(column)
            if wanted is not None and column_of(claim, column) not in wanted:
                return False
        if figure.where is not None and not figure.where.on_a_day_meant(claim.achieved_on):
            return False
        if own is not None and line_refuses(claim, str(scope.line), own, books) is not None:
            return False
        if scope.period is not None and (claim.period_start, claim.period_end) != scope.period:
            return False
        person = scope.claimant if figure.same_person else scope.person
        return person is None or (claim.person or claim.claim) == person

    claims = [claim for claim in pool if meant(claim)]
    take = figure.take or "quantity"
    if take == "quantity":
        value = sum((claim.quantity if claim.quantity is not None else Decimal(1) for claim in claims), Decimal(0))
    else:
        value = Decimal(len(claims) if take == "count" else len({claim.person or claim.claim for claim in claims}))
    return Node(
        f"{'claims' if figure.claims else 'accepted claims'} of {name}: {take}",
        value,
        books.terms.where(place),
        evidence=tuple(f"claim {claim.claim}" for claim in claims),
    )


def this_claim(figure: Figure, place: Place, scope: Scope, books: Books) -> Node:
    """Something of the claim that is being priced."""
    value = {"quantity": scope.quantity, "turn": scope.turn, "rank": scope.rank}[str(figure.this_claim)]
    words = {"quantity": "the quantity claimed", "turn": "the person's claim number", "rank": "the line's claim number"}
    note = "" if value is not None else "no claim is being priced here"
    return Node(words[str(figure.this_claim)], None if value is None else Decimal(value), books.terms.where(place), note=note)


def earned_by(figure: Figure, place: Place, _scope: Scope, books: Books) -> Node:
    """What lines earned before limits, as far as they were priced."""
    names = list(books.terms.programme.outcome_pricings) if "all" in (figure.earned or []) else list(figure.earned or [])
    known = [name for name in names if name in books.earned]
    return Node(
        f"earned by {', '.join(names)}",
        sum((books.earned[name] for name in known), Decimal(0)),
        books.terms.where(place),
        evidence=tuple(f"line {name}" for name in known),
    )


def transactions_of(figure: Figure, place: Place, _scope: Scope, books: Books) -> Node:
    """The sum of transactions of one kind until the day of settlement."""
    meant = [row for row in books.transactions if row.kind == figure.transactions and row.date <= books.as_of and _is_of(figure, row)]
    value = sum((row.amount for row in meant), Decimal(0))
    return Node(
        f"{figure.transactions} until {books.as_of}",
        value,
        books.terms.where(place),
        evidence=tuple(f"transaction {row.transaction}" for row in meant),
    )


def _is_of(figure: Figure, row: Transaction) -> bool:
    return (
        (figure.from_party is None or row.from_ == figure.from_party)
        and (figure.to_party is None or row.to == figure.to_party)
        and (figure.tranche is None or row.tranche == figure.tranche)
    )


def drawings_on(names: Sequence[str], books: Books) -> list[Transaction]:
    """The drawings until the day of settlement on these investments or tranches (none named: on all)."""
    investments = books.terms.programme.investments.items()
    meant = [
        (investment.investor, (None, name, investment.tranche))
        for name, investment in investments
        if not names or {"investments", name, investment.tranche} & set(names)
    ]
    drawn = [row for row in books.transactions if row.kind == "drawing" and row.date <= books.as_of]
    return [row for row in drawn if any(row.from_ == investor and row.tranche in tranches for investor, tranches in meant)]
