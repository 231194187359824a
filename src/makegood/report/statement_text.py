"""The statement as plain text, for a terminal: what is owed first, then why, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import Decimal

from makegood.finance.returns import annual_return
from makegood.settle import Settlement
from makegood.values.currency import shown

WIDTH = 100


def as_text(settlement: Settlement) -> str:
    """The whole statement, lines of at most 100 characters."""
    return "\n".join(_lines(settlement)) + "\n"


def _lines(settlement: Settlement) -> Iterator[str]:
    programme, statement = settlement.terms.programme, settlement.statement
    currency = programme.currency

    def money(amount: Decimal) -> str:
        return shown(amount, currency).replace("\u202f", " ")

    yield f"{programme.title}: settlement as of {settlement.as_of}"
    amended = f", as amended by {', '.join(settlement.terms.amendments)}" if settlement.terms.amendments else ""
    yield f"Terms {settlement.terms.sha256[:12]}{amended} · settlement {settlement.fingerprint[:12]}"
    yield ""
    yield (
        f"To be paid now: {money(statement.total)}"
        if statement.total >= 0
        else f"To be paid back to the outcome payers: {money(-statement.total)}"
    )
    yield ""
    yield "Outcome payments"
    for payment in statement.payments:
        pricing = programme.outcome_pricings.get(payment.line)
        title = str(pricing.title) if pricing else payment.line
        labels = ", ".join(f"{column} {value}" for column, value in payment.scope.labels())
        yield f"  {title}{f' ({labels})' if labels else ''}, by {programme.parties[payment.payer].name}"
        parts = [f"earned {money(payment.earned)}"]
        parts += [f"cut by limit '{name}' {money(amount)}" for name, amount in payment.limits]
        if payment.limits or payment.paid_before:
            parts.append(f"due {money(payment.due)}")
        if payment.paid_before:
            parts.append(f"paid before {money(payment.paid_before)}")
        parts.append(f"now {money(payment.amount)}")
        yield from _wrapped(" → ".join(parts), 6)
        if payment.note:
            yield from _wrapped(payment.note, 6)
        yield f"      [{payment.id}] {payment.clause.file}:{payment.clause.line}"
    yield from _refusals(settlement)
    yield from _repayments(settlement, money)
    yield from _figures(settlement)
    assumptions = settlement.terms.assumptions()
    if assumptions:
        yield ""
        yield f"This rests on {len(assumptions)} assumption{'s' if len(assumptions) > 1 else ''}"
        for row in assumptions:
            yield from _wrapped(f"{row['path']}: {row['why']}", 2, 4)
    if settlement.problems:
        yield ""
        yield "Please note"
        for problem in settlement.problems:
            yield from _wrapped(str(problem), 2, 4)


def _refusals(settlement: Settlement) -> Iterator[str]:
    statement = settlement.statement
    for title, rows in (("Not paid", statement.refused), ("Waiting", statement.waiting)):
        if rows:
            yield ""
            yield f"{title} ({len(rows)})"
            for refusal in rows[:20]:
                yield from _wrapped(f"{refusal.claim}: {refusal.reason}", 2, 4)
            if len(rows) > 20:
                yield f"  … and {len(rows) - 20} more, in claims.csv"
    if settlement.clawed_back:
        yield ""
        yield "Paid before and now owed back"
        for row in settlement.clawed_back:
            yield from _wrapped(f"{row['claim']}: {row['amount']} ({row['reason']})", 2, 4)


def _repayments(settlement: Settlement, money: object) -> Iterator[str]:
    waterfall, programme = settlement.waterfall, settlement.terms.programme
    if not waterfall.repayments:
        return
    assert callable(money)  # noqa: S101
    yield ""
    yield "Investors"
    for row in waterfall.repayments:
        rate = annual_return(row.flows)
        words = f"drew {money(row.drawn)} of {money(row.committed)} committed → repaid {money(row.repaid)}"
        if row.guaranteed:
            words += f" (of which {money(row.guaranteed)} by the guarantor)"
        if row.loss:
            words += f" → loss {money(row.loss)}"
        if rate is not None:
            words += f" → return {rate * 100:.1f}% a year"
        yield from _wrapped(f"{programme.parties[row.investor].name}: {words}", 2, 6)
    others: dict[str, Decimal] = {}
    for step in waterfall.distributions:
        if step.to not in programme.investments:
            others[step.to] = others.get(step.to, Decimal(0)) + step.amount
    for party, amount in others.items():
        name = programme.parties[party].name if party in programme.parties else party
        yield from _wrapped(f"{name}: receives {money(amount)}", 2, 6)
    if waterfall.undistributed:
        yield f"  Not yet distributed: {money(waterfall.undistributed)}"


def _figures(settlement: Settlement) -> Iterator[str]:
    figures = {name: node for name, node in settlement.statement.figures.items() if node.value is not None}
    if figures:
        yield ""
        yield "Figures"
        for name, node in figures.items():
            title = str(settlement.terms.programme.figures[name].title or name.replace("_", " "))
            yield from _wrapped(f"{title}: {node.shown()}", 2, 4)


def _wrapped(words: str, indent: int, hanging: int | None = None) -> list[str]:
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
