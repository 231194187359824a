"""Fingerprints: the SHA-256 of a canonical text, so that equal content has equal names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Values as JSON can hold them: decimals and dates as text, dataclasses and mappings as objects."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    raise TypeError(f"{type(value).__name__} has no canonical text")


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros after the point: `1E+2` is `100`, `0.180` is `0.18`."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def canonical(value: Any) -> str:
    """One text for equal content: JSON with sorted keys and no spaces."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(content: Any) -> str:
    """Hexadecimal SHA-256 of bytes, or of the canonical text of any other value."""
    data = content if isinstance(content, bytes) else canonical(content).encode("utf-8")
    return hashlib.sha256(data).hexdigest()
