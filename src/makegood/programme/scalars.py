"""How a word in a programme file becomes a value: every scalar is text first and typed by the term it stands in.

`18%` and `0.18` are the same exact decimal, `no` is a word until a term asks for yes or no, 2018-02-30 is refused.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from makegood.values.fingerprint import decimal_text
from makegood.values.parsing import CODE, Duration, day, duration, name, number, text, whole, yes

Number = Annotated[
    Decimal,
    BeforeValidator(number),
    PlainSerializer(decimal_text),
    WithJsonSchema({"type": "string", "description": "exact number: 882, 0.18, 18%, 61 000"}),
]
Whole = Annotated[int, BeforeValidator(whole), WithJsonSchema({"type": "string", "description": "whole number"})]
Day = Annotated[date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
Yes = Annotated[bool, BeforeValidator(yes), WithJsonSchema({"enum": ["yes", "no"]})]
Name = Annotated[str, BeforeValidator(name), WithJsonSchema({"type": "string", "pattern": CODE.pattern})]
Text = Annotated[str, BeforeValidator(text), WithJsonSchema({"type": "string", "minLength": 1})]


TimeSpan = Annotated[
    Duration,
    BeforeValidator(duration),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "description": "13 weeks, 6 months, 90 days"}),
]


def one_or_more(word: Any) -> Any:
    """A single value where a list may stand is a list of one."""
    return word if isinstance(word, list) or word is None else [word]


_Item = TypeVar("_Item")
OneOrMore = Annotated[list[_Item], BeforeValidator(one_or_more)]
Names = Annotated[list[Name], BeforeValidator(one_or_more)]
