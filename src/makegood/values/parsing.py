"""How written words become exact values: numbers, dates, codes, durations. Nothing is guessed, nothing is a float.

Every function takes text and returns the value, or raises ValueError whose message says what was found and, after a
semicolon, what would do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from makegood.values.month import add_months

_NUMBER = re.compile(r"[+-]?(\d{1,3}( \d{3})+|\d+)(\.\d+)?")
_AMOUNT = re.compile(r"(?:(?P<currency>[A-Z]{3}) )?(?P<number>.+)")
CODE = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
MAX_DIGITS = 30


def number(word: Any) -> Decimal:
    """Exact decimal from text such as `882`, `0.18`, `18%` or `61 000`; no comma, no exponent.

    Raises ValueError with the remedy in its text.
    """
    if isinstance(word, Decimal):
        return word
    if not isinstance(word, str):
        raise ValueError(f"a number was expected here, found {_kind(word)}")
    text = word.strip()
    percent = text.endswith("%")
    digits = text[:-1].rstrip() if percent else text
    if not _NUMBER.fullmatch(digits):
        if "," in digits:
            raise ValueError(f"'{text}' has a comma, which Dutch and English read differently; write 1234.5 or 1 234.5")
        raise ValueError(f"'{text}' is not a number; write digits, with a point for decimals or % for a share")
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} characters is longer than the {MAX_DIGITS} that are exact here")
    value = Decimal(digits.replace(" ", ""))
    return value / 100 if percent else value


def whole(word: Any) -> int:
    """A whole number from text."""
    if isinstance(word, int) and not isinstance(word, bool):
        return word
    value = number(word)
    if value != value.to_integral_value():
        raise ValueError(f"'{word}' is not a whole number")
    return int(value)


def day(word: Any) -> date:
    """A date from ISO text, `2016-05-01`."""
    if isinstance(word, date):
        return word
    if not isinstance(word, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", word.strip()):
        raise ValueError(f"'{word if isinstance(word, str) else _kind(word)}' is not a date; write year-month-day, as in 2016-05-01")
    try:
        return date.fromisoformat(word.strip())
    except ValueError:
        raise ValueError(f"'{word}' is not a day of the calendar") from None


def yes(word: Any) -> bool:
    """`yes` or `no`, and no other spelling."""
    if isinstance(word, bool):
        return word
    if word in ("yes", "no"):
        return bool(word == "yes")
    raise ValueError(f"'{word}' is neither yes nor no")


def name(word: Any) -> str:
    """A code: lower case, digits, `_` or `-` between."""
    if not isinstance(word, str) or not CODE.fullmatch(word) or len(word) > 80:
        shown = word if isinstance(word, str) else _kind(word)
        raise ValueError(f"'{shown}' is not a code; write lower-case letters and digits joined by _ or -, at most 80")
    return word


def text(word: Any) -> str:
    """Words for people; not empty."""
    if not isinstance(word, str):
        raise ValueError(f"words were expected here, found {_kind(word)}")
    if not word.strip():
        raise ValueError("this is empty; write words or leave the term out")
    return " ".join(word.split())


def _kind(word: Any) -> str:
    if isinstance(word, dict):
        return "several terms" if word else "nothing"
    return "a list" if isinstance(word, list) else "nothing" if word is None else type(word).__name__


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time as the text says it: whole days, weeks, months or years."""

    count: int
    unit: str

    def after(self, start: date) -> date:
        """The day this long after `start`; months and years are clipped to the month's end."""
        if self.unit in ("day", "week"):
            return start + timedelta(days=self.count * (7 if self.unit == "week" else 1))
        return add_months(start, self.count * (12 if self.unit == "year" else 1))

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def duration(word: Any) -> Duration:
    """A duration from text such as `13 weeks`, `6 months`, `1 year`, `90 days`."""
    if isinstance(word, Duration):
        return word
    match = re.fullmatch(r"(\d{1,4}) (day|week|month|year)s?", word.strip()) if isinstance(word, str) else None
    if match is None:
        raise ValueError(
            f"'{word if isinstance(word, str) else _kind(word)}' is not a duration; write for example 13 weeks, 6 months or 90 days"
        )
    return Duration(int(match[1]), match[2])


def money(word: Any) -> tuple[str, Decimal] | None:
    """Currency and amount when the text starts with a currency code (`EUR 61 000`), else None."""
    match = _AMOUNT.fullmatch(word.strip()) if isinstance(word, str) else None
    if match is None or match["currency"] is None:
        return None
    return match["currency"], number(match["number"])


def code(word: Any) -> str:
    """A code in a table: letters, digits and `_ - .` between, at most 80 characters; case counts."""
    if not isinstance(word, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", word):
        raise ValueError(f"'{word}' is not a code; write letters and digits joined by _ or -, at most 80")
    return word
