"""What a class says of its fields: the text under each field, in the file where it is declared."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache


@cache
def words_under_fields(kind: type) -> dict[str, str]:
    """Field -> the docstring that stands under it, those of base classes included."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("makegood."):
            found |= _own(base)
    return found


def said_of(kind: type) -> str:
    """A class's own docstring, lines joined, paragraphs kept."""
    text = inspect.cleandoc(kind.__doc__ or "")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _own(kind: type) -> dict[str, str]:
    (declared,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(declared, ast.ClassDef)
    found = {}
    for field, under in zip(declared.body, declared.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(under, ast.Expr)
            and isinstance(under.value, ast.Constant)
            and isinstance(under.value.value, str)
        ):
            found[field.target.id] = " ".join(under.value.value.split())
    return found
