"""The order that R draws: `set.seed(seed); sample(n)` of R 3.6 and later, number for number.

MatchIt's `m.order = "random"` is R's `sample`, so a protocol that names R's seed gets R's order, and with it the same
pairs. Matsumoto and Nishimura (1998), the Mersenne Twister; R fills its state from the seed by a linear congruence and
draws whole numbers from as many bits as they need, drawing again what lies too high (R Core Team, `?RNG`).
"""

from __future__ import annotations

import numpy as np

from makegood.comparison.matched import Rows

WORDS = 624
STEP = 69069
WARM_UP = 50


def r_permutation(count: int, *, seed: int) -> Rows:
    """(count,) the numbers from 0 in the order of R's `set.seed(seed); sample(count) - 1`."""
    return RandomOrder(seed).permutation(count)


class RandomOrder:
    """R's generator after `set.seed(seed)`; each permutation goes on where the one before stopped."""

    def __init__(self, seed: int) -> None:
        word = seed % 2**32
        state = []
        for place in range(WARM_UP + 1 + WORDS):  # R's first word is the position in the state
            word = (STEP * word + 1) % 2**32
            if place > WARM_UP:
                state.append(word)
        self._bits = np.random.MT19937()
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": np.array(state, dtype=np.uint32), "pos": WORDS}}

    def permutation(self, count: int) -> Rows:
        """(count,) R's `sample(count) - 1`."""
        left = list(range(count))
        drawn = np.empty(count, dtype=np.int64)
        for place in range(count):
            chosen = self._below(count - place)
            drawn[place] = left[chosen]
            left[chosen] = left[count - place - 1]
        return drawn

    def _below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1, from sixteen bits at a time."""
        bits = (count - 1).bit_length()
        while True:
            value = 0
            for _ in range(bits // 16 + 1):
                value = (value << 16) | int(self._bits.random_raw()) >> 16
            value &= (1 << bits) - 1
            if value < count:
                return value
