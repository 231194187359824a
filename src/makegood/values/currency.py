"""Currencies and their minor units (ISO 4217)."""

from __future__ import annotations

from decimal import Decimal

_WITHOUT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "US$", "AUD": "A$", "XAF": "FCFA"}


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, 1 for yen and CFA franc, 0.001 for dinars."""
    return Decimal(1) if currency in _WITHOUT else Decimal("0.001") if currency in _THOUSANDTHS else Decimal("0.01")


def shown(amount: Decimal, currency: str) -> str:
    """An amount for people: `€ 1 234.50`, thousands apart by a thin space, whole amounts without cents."""
    whole = amount == amount.to_integral_value()
    digits = f"{abs(amount):,.0f}" if whole else f"{abs(amount):,.{max(-int(minor_unit(currency).as_tuple().exponent), 0)}f}"
    spaced = digits.replace(",", "\u202f")
    return f"{'−' if amount < 0 else ''}{_SIGNS.get(currency, currency)} {spaced}"


def split(amount: Decimal, weights: list[Decimal], unit: Decimal) -> list[Decimal]:
    """Share out an amount by weights in whole `unit`s, so that the parts add up to it exactly.

    Largest remainder; equal remainders go to the earlier part. Weights are not negative and not all 0.
    """
    total = sum(weights, Decimal(0))
    units = int((amount / unit).to_integral_value())
    sign, count = (-1, -units) if units < 0 else (1, units)
    exact = [count * weight / total for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: count - sum(parts)]:
        parts[index] += 1
    return [sign * part * unit for part in parts]
