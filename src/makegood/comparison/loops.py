"""The matching loops compiled: the same functions, their machine code kept on disk."""

from __future__ import annotations

from typing import Any

from numba import njit
from numba.extending import register_jitable

from makegood.comparison import nearest

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}

for _inner in (nearest.find, nearest.sift, nearest.ranks, nearest.look):
    register_jitable(_inner)

TWINS = {name: njit(**OPTIONS)(getattr(nearest, name)) for name in ("in_turn", "reached", "look")}
