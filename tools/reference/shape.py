"""The shape of the language: which terms there are, where each stands, and what may be written in a field."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from makegood.programme import scalars
from makegood.programme.moments import Moment
from makegood.programme.root import Programme
from makegood.programme.term import InTwoLanguages, Term, Words

PLAIN: list[tuple[Any, str]] = [
    (scalars.Number, "number"),
    (scalars.Whole, "whole number"),
    (scalars.Day, "date"),
    (scalars.Yes, "yes or no"),
    (scalars.Name, "code"),
    (scalars.Names, "code, or a list of them"),
    (scalars.Text, "text"),
    (scalars.TimeSpan, "duration"),
    (Words, "words"),
    (Moment, "moment"),
]
"""What the smallest values are called in the reference."""


@cache
def models() -> tuple[type[BaseModel], ...]:
    """Every term of the language, in the order in which a reader meets them."""
    found: list[type[BaseModel]] = []

    def visit(kind: type[BaseModel]) -> None:
        if kind not in found and kind is not InTwoLanguages:
            found.append(kind)
            for hint in hints(kind).values():
                for inner in terms_in(hint):
                    visit(inner)

    visit(Programme)
    return tuple(found)


@cache
def hints(kind: type[BaseModel]) -> dict[str, Any]:
    """Field -> its annotation in full."""
    given = typing.get_type_hints(kind, include_extras=True)
    return {field: given[field] for field in kind.model_fields}


@cache
def own_fields(kind: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a term, without those that every term has."""
    return tuple(field for field in kind.model_fields if field not in Term.model_fields)


def stands_at(kind: type[BaseModel]) -> list[str]:
    """The places where a term may stand, in the file's words, one for each term that holds it."""
    places = []
    for outer in models():
        for field in own_fields(outer):
            if kind in terms_in(hints(outer)[field]):
                word = outer.model_fields[field].alias or field
                places.append(word if outer is Programme else f"{outer.__name__}.{word}")
    return places


def kind_of_value(hint: Any) -> str:
    """What may be written, as Markdown."""
    hint = _without_none(hint)
    for known, words in PLAIN:
        if hint == known:
            return words
    if get_origin(hint) is Annotated:
        inner = get_args(hint)[0]
        if get_origin(inner) is list:
            (item,) = get_args(inner)
            return f"{kind_of_value(item)}, or a list of them"
        return kind_of_value(inner)
    if get_origin(hint) is Literal:
        return " · ".join(f"`{word}`" for word in get_args(hint))
    if get_origin(hint) is list:
        (item,) = get_args(hint)
        return f"list of {kind_of_value(item)}"
    if get_origin(hint) is dict:
        _, item = get_args(hint)
        return f"named {kind_of_value(item)}"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return "text" if hint is str else "anything"


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        (only,) = (part for part in get_args(hint) if part is not type(None))
        return only
    return hint


def terms_in(hint: Any) -> Iterator[type[BaseModel]]:
    """The terms that a type holds, however deep."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
        return
    for part in get_args(hint):
        if part is not None and not isinstance(part, str):
            yield from terms_in(part)
