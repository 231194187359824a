"""An exact test for small samples: within each set every member could as well have been the treated one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from makegood.comparison.matched import Floats
from makegood.comparison.sample import Sample

MAX_ENUMERATED = 1 << 20
DRAWS = 99_999


@dataclass(frozen=True, kw_only=True)
class ExactTest:
    """Two-sided `p`; `assignments`: how many were looked at; `enumerated`: all of them, or a seeded draw."""

    p: float
    assignments: int
    enumerated: bool


def exact_test(sample: Sample, *, seed: int) -> ExactTest | None:
    """Fisher's randomisation test of no effect on anybody, on the mean difference within sets. None without sets.

    With k controls in a set, the difference if member j were the treated one is `((k + 1) y_j - sum of y) / k`. All
    assignments are enumerated up to 2^20, else 99,999 are drawn and the one that happened counts among them, so that
    p never falls below its true level (Phipson and Smyth 2010). For pairs and yes/no outcomes it is McNemar's exact
    test.
    """
    if not sample.sets or sample.reused:
        return None
    sets = _differences(sample)
    seen = sum(float(differences[0]) for differences in sets)
    tolerance = 1e-9 * max(1.0, sum(float(np.abs(differences).max()) for differences in sets))
    total = 1
    for differences in sets:
        total *= differences.size
        if total > MAX_ENUMERATED:
            break
    if total <= MAX_ENUMERATED:
        sums = np.zeros(1)
        for differences in sets:
            sums = (sums[:, None] + differences[None, :]).ravel()
        extreme = int(np.count_nonzero(np.abs(sums) >= abs(seen) - tolerance))
        return ExactTest(p=extreme / total, assignments=total, enumerated=True)
    rng = np.random.Generator(np.random.PCG64(seed))
    sums = np.zeros(DRAWS)
    for size in sorted({differences.size for differences in sets}):
        alike = np.array([differences for differences in sets if differences.size == size])
        step = max(1, 2_000_000 // len(alike))
        for start in range(0, DRAWS, step):
            stop = min(DRAWS, start + step)
            picks = rng.integers(0, size, size=(stop - start, len(alike)))
            sums[start:stop] += alike[np.arange(len(alike))[None, :], picks].sum(axis=1)
    extreme = int(np.count_nonzero(np.abs(sums) >= abs(seen) - tolerance))
    return ExactTest(p=(extreme + 1) / (DRAWS + 1), assignments=DRAWS, enumerated=False)


def _differences(sample: Sample) -> list[Floats]:
    order = np.lexsort((~sample.treated, sample.group))
    outcome, starts = sample.outcome[order], np.flatnonzero(sample.treated[order])
    sets = []
    for values in np.split(outcome, starts[1:]):
        size = values.size
        sets.append((size * values - values.sum()) / (size - 1))
    return sets
