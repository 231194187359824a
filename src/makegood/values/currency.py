"""Currencies and their minor units (ISO 4217)."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

_WITHOUT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "US$", "AUD": "A$", "XAF": "FCFA"}


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, 1 for yen and CFA franc, 0.001 for dinars."""
    return Decimal(1) if currency in _WITHOUT else Decimal("0.001") if currency in _THOUSANDTHS else Decimal("0.01")


ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
EXACT = Context(prec=50)


def rounded(value: Decimal, to: Decimal, rule: str) -> Decimal:
    """`value` to the nearest multiple of `to` by a rounding rule: half_up, half_even, down or up (away from 0)."""
    multiple = EXACT.divide(value, to).quantize(Decimal(1), rounding=ROUNDINGS[rule], context=EXACT)
    return EXACT.multiply(multiple, to)


def shown(amount: Decimal, currency: str) -> str:
    """An amount for people: `€ 1 234.50`, thousands apart by a thin space, whole amounts without cents."""
    whole = amount == amount.to_integral_value()
    digits = f"{abs(amount):,.0f}" if whole else f"{abs(amount):,.{max(-int(minor_unit(currency).as_tuple().exponent), 0)}f}"
    spaced = digits.replace(",", "\u202f")
    return f"{'−' if amount < 0 else ''}{_SIGNS.get(currency, currency)} {spaced}"


def split(amount: Decimal, weights: list[Decimal], unit: Decimal) -> list[Decimal]:
    """Share out an amount by weights in whole `unit`s, so that the parts add up to it exactly.

    Largest remainder; equal remainders go to the earlier part. Weights are not negative and not all 0. An amount
    that is no whole number of units keeps what lies beyond them with the part that comes first in that order.
    """
    units = int(EXACT.divide_int(amount, unit))
    sign, count = (-1, -units) if units < 0 else (1, units)
    total = sum(map(Fraction, weights), Fraction(0))
    exact = [count * Fraction(weight) / total for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: count - sum(parts)]:
        parts[index] += 1
    shares = [sign * part * unit for part in parts]
    rest = amount - units * unit
    if rest:
        first = next(index for index in order if weights[index] > 0)
        shares[first] += rest
    return shares
