"""A short run of the proof on planted effects: intervals cover the truth about as often as they say. `make proof` runs 1,000."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.proof_comparison import EFFECTS, one_study

RUNS = 80


@pytest.mark.parametrize("effect", EFFECTS)
def test_intervals_cover_what_was_planted(effect: str) -> None:
    level, slope = EFFECTS[effect]
    found = np.array([one_study(119, 1_500, level, slope, 5_000 + seed) for seed in range(RUNS)])
    estimate, low, high, planted = found.T
    truth = planted.mean()
    covered = np.count_nonzero((low <= truth) & (truth <= high))
    # Of 80 intervals that cover with 95%, 69 or fewer do so once in 476 tries; with 90% they would once in 6.
    assert covered >= 70
    error = estimate.std(ddof=1) / RUNS**0.5
    assert abs(estimate.mean() - truth) < 4 * error
    assert error < 0.1
