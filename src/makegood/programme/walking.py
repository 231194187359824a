"""Walking through terms: every clause with its place, so that checks and searches are loops, not visitors."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from makegood.programme.yaml_text import Place


def walk(term: Any, place: Place = (), *, without: Collection[str] = ()) -> Iterator[tuple[Place, BaseModel]]:
    """Each term inside `term`, itself first, with its place in the file's own words; not those under `without`."""
    if isinstance(term, BaseModel):
        yield place, term
        for field, info in type(term).model_fields.items():
            if field not in without:
                yield from walk(getattr(term, field), (*place, info.alias or field))
    elif isinstance(term, dict):
        for key, inner in term.items():
            yield from walk(inner, (*place, key))
    elif isinstance(term, list):
        for index, inner in enumerate(term):
            yield from walk(inner, (*place, index))


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
