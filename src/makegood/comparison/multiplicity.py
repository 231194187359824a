"""Several tests read together: adjusted p-values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def adjusted(p: Sequence[float], *, method: str) -> list[float]:
    """Adjusted p-values in the order given.

    `holm`: the largest of `(m - i + 1) p_(i)` so far (Holm 1979), which bounds the chance of any false finding;
    `benjamini_hochberg`: the least of `m p_(i) / i` from here on (1995), which bounds the share of false findings;
    `none`: as they are.
    """
    values = np.asarray(p, dtype=np.float64)
    m = values.size
    if method == "none" or m < 2:
        return [float(value) for value in values]
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    if method == "holm":
        stepped = np.maximum.accumulate(ranked * (m - np.arange(m)))
    else:
        stepped = np.minimum.accumulate((ranked * m / (np.arange(m) + 1))[::-1])[::-1]
    result = np.empty(m)
    result[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in result]
