"""How a word in a programme file becomes a value: every scalar is text first and typed by the term it stands in.

`18%` and `0.18` are the same exact decimal, `no` is a word until a term asks for yes or no, 2018-02-30 is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
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

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY_BYTES = 32


def sha256(word: Any) -> str:
    """A SHA-256 as `sha256sum` prints it."""
    if not isinstance(word, str) or not _SHA256.fullmatch(word):
        raise ValueError("a SHA-256 is 64 digits and letters a to f, as `sha256sum FILE` prints it")
    return word


def public_key_problem(word: str) -> str | None:
    """Why a text is no Ed25519 public key in base64; None when it is one."""
    try:
        raw = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        return "it is not base64"
    if len(raw) != _KEY_BYTES:
        return f"it holds {len(raw)} bytes, not {_KEY_BYTES}"
    return None if base64.b64encode(raw).decode("ascii") == word else "it is not written in the one form of base64"


def public_key(word: Any) -> str:
    """An Ed25519 public key as `makegood protocol keygen` prints it."""
    wrong = public_key_problem(word) if isinstance(word, str) else "it is not text"
    if wrong:
        raise ValueError(f"this is no public key: {wrong}; copy the line that `makegood protocol keygen` printed")
    return str(word)


Sha256 = Annotated[str, BeforeValidator(sha256), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})]
PublicKey = Annotated[str, BeforeValidator(public_key), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"})]

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
