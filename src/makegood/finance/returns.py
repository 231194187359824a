"""The yearly return of an investment, from dated flows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal


def annual_return(flows: Sequence[tuple[date, Decimal]]) -> Decimal | None:
    """Internal rate of return (actual days over 365), to six decimals; -1 when nothing came back.

    `flows`: drawings negative, repayments positive. None where no rate is defined: nothing drawn, or everything on
    one day.
    """
    if not any(amount < 0 for _, amount in flows):
        return None
    if not any(amount > 0 for _, amount in flows):
        return Decimal(-1)
    if len({day for day, _ in flows}) < 2:
        return None
    from pyxirr import InvalidPaymentsError, xirr  # noqa: PLC0415 - loaded only when somebody invested

    try:
        rate = xirr([day for day, _ in flows], [float(amount) for _, amount in flows])
    except InvalidPaymentsError:
        return None
    return None if rate is None else Decimal(f"{rate:.6f}")
