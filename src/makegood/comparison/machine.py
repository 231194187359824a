"""Compiling a loop to machine code: the options in one place. Only modules for large inputs import this."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., object])


def machine(loop: Loop) -> Loop:
    """The loop compiled: machine code kept on disk, threads may run it side by side, every rounding as written."""
    # Said aloud, because numba would let a caller's fast arithmetic leak into the loops that it calls.
    return cast(Loop, njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(loop))


def machine_sum(loop: Loop) -> Loop:
    """As `machine`, where sums may be added in any order."""
    return cast(Loop, njit(cache=True, nogil=True, error_model="numpy", fastmath=True)(loop))
