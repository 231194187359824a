"""Kernels: plain loops over arrays that run as they are on a little, and compiled by numba on a lot.

A kernel is an ordinary function without calls to others, so that the same text is tested as Python and runs as
machine code. Compiled code is kept in numba's cache beside the source, or in the user's cache folder where the
source cannot be written; `NUMBA_CACHE_DIR` names another. The first compile of a kernel takes seconds, so small
work never waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

PLAIN_UP_TO = 20_000
"""Up to so many rows the plain loop answers sooner than numba is imported."""


@cache
def compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel as machine code that lets other threads run."""
    from numba import njit  # noqa: PLC0415 - imported where there is much to do only

    jitted: Callable[..., Any] = njit(cache=True, nogil=True, boundscheck=False)(kernel)
    return jitted


def fitting(kernel: Callable[..., Any], *, rows: int) -> Callable[..., Any]:
    """The kernel in the form that fits so many rows."""
    return kernel if rows <= PLAIN_UP_TO else compiled(kernel)


def in_parts(work: Callable[[int, int], None], *, size: int, rows: int) -> None:
    """Run `work(first, beyond)` over the range 0..size, in as many parts as there are processors when it is much."""
    parts = (
        1
        if rows <= 10 * PLAIN_UP_TO
        else max(1, min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 64))
    )
    if parts == 1:
        work(0, size)
        return
    edges = [size * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        for done in [pool.submit(work, a, b) for a, b in pairwise(edges)]:
            done.result()
