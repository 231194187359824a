"""Values as the INDIGO standard holds them: `{"value": …}`, numbers as JSON numbers, sources by their codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from makegood.programme.root import Programme
from makegood.programme.term import InTwoLanguages, Term

_WORD = re.compile(r"[\w-]+")


def value(content: object) -> dict[str, Any] | None:
    """`{"value": …}`; None where there is nothing to say, so that the key can be left out."""
    if content is None or content == "":
        return None
    if isinstance(content, Decimal):
        return {"value": as_number(content)}
    return {"value": content if isinstance(content, int | str) else str(content)}


def words(text: InTwoLanguages | str | None) -> str:
    """Words of the terms in English, the standard's language."""
    return "" if text is None else str(text)


def as_number(amount: Decimal) -> int | float:
    """A decimal as a JSON number: whole where it is whole, else the nearest double, which prints the same digits."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def money(currency: str, amount: Decimal | None) -> dict[str, Any] | None:
    """Currency and amount; None where the amount is not known."""
    return None if amount is None else {"currency": value(currency), "amount": value(amount)}


def sourced(term: Term, programme: Programme, *more: str) -> dict[str, Any]:
    """`source_ids` and `notes` of a term: its documents by code, the whole reference in words, what is assumed."""
    told = [*more]
    if term.source:
        told.append(f"Source: {term.source}.")
    if term.assumed:
        told.append(f"Assumed: {term.why}")
    if term.note:
        told.append(term.note)
    return {"source_ids": ",".join(documents_in(term.source, programme)) or None, "notes": " ".join(filter(None, told)) or None}


def documents_in(source: str | None, programme: Programme) -> list[str]:
    """The codes of documents that a `source` names, in its order: `sva; fed page 3` names two."""
    found = _WORD.findall(source or "")
    return list(dict.fromkeys(word for word in found if word in programme.documents))


def lean(content: Any) -> Any:
    """The same without what is empty: no null, no empty object, no empty list, all the way down."""
    if isinstance(content, Mapping):
        kept = {key: lean(inner) for key, inner in content.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", {}, [])}
    if isinstance(content, list | tuple):
        return [inner for inner in map(lean, content) if inner not in (None, "", {}, [])]
    return content
