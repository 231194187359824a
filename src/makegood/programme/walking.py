"""Walking through terms: every clause with its place, so that checks and searches are loops, not visitors."""

from __future__ import annotations

import types
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from makegood.programme.yaml_text import Place


def walk(term: Any, place: Place = ()) -> list[tuple[Place, BaseModel]]:
    """Each term inside `term`, itself first, with its place in the file's own words."""
    found: list[tuple[Place, BaseModel]] = []
    _gather(term, place, found)
    return found


def _gather(term: Any, place: Place, found: list[tuple[Place, BaseModel]]) -> None:
    if isinstance(term, BaseModel):
        found.append((place, term))
        values = term.__dict__
        for field, word in _words_of(type(term)):
            if values[field].__class__ not in _PLAIN:
                _gather(values[field], (*place, word), found)
    elif isinstance(term, dict):
        for key, inner in term.items():
            _gather(inner, (*place, key), found)
    elif isinstance(term, list):
        for index, inner in enumerate(term):
            _gather(inner, (*place, index), found)


_PLAIN = frozenset({type(None), str, bool, int, Decimal, date})
"""What holds no terms, and is passed over at once."""


@cache
def _words_of(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """The fields of a term, each with its word in the file."""
    return tuple((field, info.alias or field) for field, info in model.model_fields.items())


def words_at(model: type[BaseModel], place: Place) -> list[str]:
    """The words that may stand at a place of `model`: the names of its fields, as the file writes them."""
    current: Any = model
    for step in place:
        current = _inside(current, step)
        if current is None:
            return []
    found = _model_of(current)
    return [] if found is None else [info.alias or field for field, info in found.model_fields.items()]


def _inside(annotation: Any, step: str | int) -> Any:
    model = _model_of(annotation)
    if model is not None:
        return next((info.annotation for field, info in model.model_fields.items() if (info.alias or field) == step), None)
    annotation = _bare(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1]
    if get_origin(annotation) is list:
        return arguments[0] if isinstance(step, int) else _inside(arguments[0], step)
    return None


def _bare(annotation: Any) -> Any:
    """Without `Annotated`, and without the None of an optional term."""
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        arguments = [argument for argument in get_args(annotation) if argument is not type(None)]
        annotation = arguments[0]
    return annotation


def _model_of(annotation: Any) -> type[BaseModel] | None:
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None
