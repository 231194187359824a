"""English and Dutch for documents: phrases, titles, numbers, money, shares and dates as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from makegood.programme.term import InTwoLanguages
from makegood.report.phrases import PHRASES
from makegood.values.currency import minor_unit
from makegood.values.parsing import Duration

Code = Literal["en", "nl"]
CODES: tuple[Code, ...] = ("en", "nl")
NAMES = {"en": "English", "nl": "Nederlands"}
SIGNS = {"EUR": "€", "GBP": "£", "USD": "US$", "AUD": "A$", "CAD": "CA$", "XAF": "FCFA "}
MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "nl": ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"],
}
NBSP = "\u00a0"


@dataclass(frozen=True)
class Language:
    """One language of the documents. Every method takes exact values and returns text for people."""

    code: Code

    def say(self, key: str, /, **values: object) -> str:
        """A phrase of `phrases.py`, with its blanks filled in."""
        return PHRASES[key][CODES.index(self.code)].format(**values)

    def count(self, key: str, number: int, /, **values: object) -> str:
        """A phrase that has a form for one (`key.one`) and for any other number (`key.many`)."""
        return self.say(f"{key}.{'one' if number == 1 else 'many'}", n=self.number(Decimal(number)), **values)

    def title(self, words: InTwoLanguages | str | None) -> str:
        """A title of the terms in this language, in English where it has no other."""
        if isinstance(words, InTwoLanguages):
            return (words.nl or words.en) if self.code == "nl" else words.en
        return words or ""

    def spoken(self, words: InTwoLanguages | str | None) -> str | None:
        """The language of a title where it is another than this one, for those who hear it; None where it is this one."""
        nl = words.nl if isinstance(words, InTwoLanguages) else None
        return "en" if self.code == "nl" and words and not nl else None

    def number(self, value: Decimal, places: int = 4) -> str:
        """A number, at most `places` decimals; `≈` before it where that is not all of it."""
        kept = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        if kept == 0 and value != 0 and places < 12:
            return self.number(value, places + 4)
        return ("" if kept == value else "≈" + NBSP) + self._digits(kept, strip=True)

    def share(self, value: Decimal) -> str:
        """A share as a percentage with at most two decimals: 0.294286 is ≈ 29.43%."""
        return f"{self.number(value * 100, 2)}%"

    def rate(self, value: Decimal) -> str:
        """A yearly rate as a percentage with one decimal, so that rates stand under each other: −29.3%."""
        return f"{self._digits((value * 100).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP), strip=False)}%"

    def money(self, amount: Decimal, currency: str, *, cents: bool = False) -> str:
        """An amount: `€388,457.15` in English, `€ 388.457,15` in Dutch; whole amounts without cents unless `cents`."""
        unit = minor_unit(currency)
        whole = amount == amount.to_integral_value() and not cents
        digits = self._digits(abs(amount).quantize(Decimal(1) if whole else unit, rounding=ROUND_HALF_UP), strip=False)
        sign = SIGNS.get(currency, f"{currency}{NBSP}")
        between = NBSP if self.code == "nl" and not sign.endswith((NBSP, " ")) else ""
        return f"{'−' if amount < 0 else ''}{sign.replace(' ', NBSP)}{between}{digits}"

    def day(self, day: date) -> str:
        """A date in words: 1 August 2019, 1 augustus 2019."""
        return f"{day.day}{NBSP}{MONTHS[self.code][day.month - 1]} {day.year}"

    def month(self, day: date) -> str:
        """A month and its year: August 2019."""
        return f"{MONTHS[self.code][day.month - 1]} {day.year}"

    def loose_day(self, written: str) -> str:
        """A year, month or day as a document gives it, in words: 2022-03 is March 2022."""
        parts = written.split("-")
        if not all(part.isdigit() for part in parts) or len(parts) > 3 or len(parts[0]) != 4:
            return written
        year, *rest = (int(part) for part in parts)
        if not rest or not 1 <= rest[0] <= 12:
            return written
        try:
            return self.month(date(year, rest[0], 1)) if len(rest) == 1 else self.day(date(year, *rest))
        except ValueError:
            return written

    def span(self, length: Duration) -> str:
        """A length of time in words: 30 days, 30 dagen."""
        return self.count(length.unit, length.count)

    def listed(self, words: list[str]) -> str:
        """Words in a row: a, b and c."""
        joint = " and " if self.code == "en" else " en "
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])}{joint}{words[-1]}" if words else ""

    def _digits(self, value: Decimal, *, strip: bool) -> str:
        text = f"{value:,f}"
        if strip and "." in text:
            text = text.rstrip("0").rstrip(".")
        text = text.replace("-", "−")
        return text if self.code == "en" else text.translate(str.maketrans(",.", ".,"))
