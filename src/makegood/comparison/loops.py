"""The matching loops compiled: the same functions, their machine code kept on disk."""

from __future__ import annotations

from numba.extending import register_jitable

from makegood.comparison import nearest
from makegood.comparison.machine import machine

for _inner in (nearest.find, nearest.sift, nearest.ranks, nearest.look):
    register_jitable(_inner)

TWINS = {name: machine(getattr(nearest, name)) for name in ("in_turn", "reached", "look")}
