"""Who put up the money and when it was drawn: equal parts, where the split is not published."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from makegood.world.records import Transaction
from makegood.world.specification import Investment

CENT = Decimal("0.01")


def equal_parts(amount: Decimal, parts: int) -> list[Decimal]:
    """Whole cents that add up to `amount`; the first parts are the larger by a cent."""
    each = (amount / parts).quantize(CENT, rounding=ROUND_DOWN)
    cents = int((amount - each * parts) / CENT)
    return [each + CENT if place < cents else each for place in range(parts)]


def transactions(investment: Investment) -> list[Transaction]:
    """A commitment of each investor, and drawings of each on each date that add up to it."""
    rows = []
    for investor, committed in zip(investment.investors, equal_parts(investment.commitment.amount, len(investment.investors)), strict=True):
        words = (investor, investment.receiver)
        rows.append(Transaction(investment.commitment.on, "commitment", *words, f"{committed:.2f}", investment.currency))
        for day, drawn in zip(investment.drawings, equal_parts(committed, len(investment.drawings)), strict=True):
            rows.append(Transaction(day, "drawing", *words, f"{drawn:.2f}", investment.currency))
    return sorted(rows, key=lambda row: (row.on, row.kind, row.giver))
