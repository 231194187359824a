"""A limit of the terms in a few words: its ceiling and what it is counted by, else its name."""

from __future__ import annotations

from decimal import Decimal

from makegood.programme.money_terms import Limit
from makegood.report.language import Language
from makegood.settle import Settlement


def limit_in_words(name: str, settlement: Settlement, language: Language) -> str:
    """`limit of £8,200 per person`; `limit “return cap”` where its ceiling is no amount that stands in the terms."""
    limit = settlement.terms.programme.limits.get(name)
    ceiling = None if limit is None else _ceiling(limit, settlement)
    if limit is None or ceiling is None:
        return language.say("limit_named", name=name.replace("_", " "))
    amount = language.money(ceiling, settlement.terms.programme.currency)
    per = " ".join(language.say(f"per_{word}") for word in limit.per)
    if not per and not limit.lines and limit.payer is None and limit.only is None:
        per = language.say("in_all")
    return " ".join(filter(None, (language.say("limit_amount", amount=amount), per)))


def _ceiling(limit: Limit, settlement: Settlement) -> Decimal | None:
    """The ceiling where it is one amount: written as such, or a named figure that was worked out."""
    figure = limit.at_most
    if figure.number is not None or figure.named is None:
        return figure.number
    node = settlement.statement.figures.get(figure.named)
    return None if node is None else node.value
