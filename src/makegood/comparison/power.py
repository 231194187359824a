"""What a matched sample can show, before anyone sees an outcome."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import special


@dataclass(frozen=True, kw_only=True)
class Power:
    """`se`: standard error to be expected; `detectable`: least effect found with the power asked; `at_effect`: power at
    the effect assumed, None where none was; `n`: pairs or treated; `needed`: pairs for the effect assumed."""

    metric: str
    n: int
    se: float
    detectable: float
    at_effect: float | None
    needed: int | None


def standard_error(*, sd: float, correlation: float, n: int, effective_controls: float) -> float:
    """Of a difference in means: `sd sqrt((1 + 1/k - 2 r / sqrt k) / n)` for n treated with k effective controls each.

    `correlation` r: between a treated person's outcome and the mean of his or her controls'.
    """
    ratio = effective_controls / n
    return sd * math.sqrt(max(1e-12, (1 + 1 / ratio - 2 * correlation * math.sqrt(1 / ratio)) / n))


def power_at(effect: float, *, se: float, df: float, alpha: float) -> float:
    """Chance that a two-sided t test finds an effect of this size: noncentral t with `effect / se`."""
    edge = float(special.stdtrit(df, 1 - alpha / 2))
    shift = effect / se
    upper = 1 - float(special.nctdtr(df, shift, edge))
    lower = float(special.nctdtr(df, shift, -edge))
    return min(1.0, max(0.0, upper + (0.0 if math.isnan(lower) else lower)))


def power_of(
    metric: str, *, sd: float, correlation: float, n: int, effective_controls: float, alpha: float, power: float, effect: float | None
) -> Power | None:
    """Power of a matched sample for one metric; None below two treated."""
    if n < 2 or effective_controls <= 0:
        return None
    se, df = standard_error(sd=sd, correlation=correlation, n=n, effective_controls=effective_controls), n - 1
    detectable = _smallest(lambda size: power_at(size, se=se, df=df, alpha=alpha) - power, start=se)
    at_effect = None if effect is None else power_at(abs(effect), se=se, df=df, alpha=alpha)
    needed = None
    if effect:
        ratio = effective_controls / n

        def lacks(count: float) -> float:
            size = standard_error(sd=sd, correlation=correlation, n=max(2, round(count)), effective_controls=ratio * max(2, round(count)))
            return power_at(abs(effect), se=size, df=max(1, round(count) - 1), alpha=alpha) - power

        needed = _first(lacks)
    return Power(metric=metric, n=n, se=se, detectable=detectable, at_effect=at_effect, needed=needed)


def _smallest(function: Callable[[float], float], *, start: float) -> float:
    from scipy import optimize  # noqa: PLC0415 (takes a third of a second)

    high = start
    while function(high) < 0:
        high *= 2
    return float(optimize.brentq(function, 0.0, high, xtol=1e-12 * high, rtol=1e-12))


def _first(function: Callable[[float], float], *, limit: int = 10_000_000) -> int | None:
    low, high = 2, 2
    while function(high) < 0:
        low, high = high, high * 2
        if high > limit:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if function(middle) >= 0 else (middle, high)
    return high
