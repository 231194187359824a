"""A count of a count, with its interval: small numbers say little, and the interval says how little."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Share:
    """`n` of `of`, with the Wilson interval at `level`. Without anybody (`of` 0) there is no share: all None."""

    n: int
    of: int
    level: float = 0.95

    @property
    def share(self) -> float | None:
        """The share itself."""
        return self.n / self.of if self.of else None

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return wilson(self.n, self.of, level=self.level)[0] if self.of else None

    @property
    def high(self) -> float | None:
        """The upper end of the interval."""
        return wilson(self.n, self.of, level=self.level)[1] if self.of else None


def wilson(n: int, of: int, *, level: float) -> tuple[float, float]:
    """The score interval of Wilson (1927) for a share of `of` > 0, without correction for continuity.

    It stays within 0 and 1, and holds its level for small numbers and for shares near 0 or 1, where the usual
    interval (share plus or minus two standard errors) does not.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = n / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # At the ends the interval begins or ends exactly there; rounding would leave a trace beside it.
    return (0.0 if n == 0 else max(0.0, middle - reach), 1.0 if n == of else min(1.0, middle + reach))
