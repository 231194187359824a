"""Kernels: plain loops over arrays that run as they are on a little, and compiled by numba on a lot.

A kernel is an ordinary function `kernel(a, b, *given, *written, *added, *scratch)` without calls to others, so that the same
text is tested as Python and runs as machine code. Compiled code is kept in numba's cache beside the source, or in the
user's cache folder where the source cannot be written; `NUMBA_CACHE_DIR` names another. Set-up fills it
(`makegood.measurement.prepare`); the first compile of a kernel takes seconds, so small work never waits for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

PLAIN_UP_TO = 20_000
"""Up to so many rows the plain loop answers sooner than numba is imported."""


def few(rows: int) -> bool:
    """Whether so many rows are better looped over in Python than compiled for."""
    return rows <= PLAIN_UP_TO


@cache
def compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel as machine code that lets other threads run."""
    from numba import njit  # noqa: PLC0415 - imported where there is much to do only

    jitted: Callable[..., Any] = njit(cache=True, nogil=True, boundscheck=False)(kernel)
    return jitted


def run(
    kernel: Callable[..., Any],
    *,
    size: int,
    rows: int,
    given: Sequence[Any],
    written: Sequence[Any] = (),
    added: Sequence[Any] = (),
    scratch: Callable[[], Sequence[Any]] = tuple,
    shared: bool = False,
) -> None:
    """Run a kernel over the range 0..size; `rows` says how much work that is.

    `given`, `written` and `added` are one-dimensional arrays or numbers; only `written` and `added` are changed. To `added`
    a kernel only adds, so that each part has zeros of its own, which come together at the end. `scratch` makes the arrays
    that each part needs for itself. `shared`: parts would write to the same places, so one part does all.

    Little work runs as plain Python on lists, which it reads several times faster than arrays, and in whole numbers of
    any size; much work runs compiled, in as many parts as there are processors.
    """
    if few(rows):
        lists = [
            [each.tolist() if isinstance(each, np.ndarray) else each for each in some] for some in (given, [*written, *added], scratch())
        ]
        kernel(0, size, *lists[0], *lists[1], *lists[2])
        for array, values in zip([*written, *added], lists[1], strict=True):
            array[:] = values
        return
    machine = compiled(kernel)
    given = [for_reading(each) for each in given]
    sums: list[list[Any]] = []

    def part(a: int, b: int) -> None:
        own = [np.zeros_like(array) for array in added]
        sums.append(own)
        machine(a, b, *given, *written, *own, *scratch())

    in_parts(part, size=size, rows=0 if shared else rows)
    for own in sums:
        for array, more in zip(added, own, strict=True):
            np.add(array, more, out=array)


def for_reading(value: Any) -> Any:
    """The same array for reading only: arrays of files are so already, and each making would be compiled anew."""
    if not isinstance(value, np.ndarray) or not value.flags.writeable:
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def in_parts(work: Callable[[int, int], None], *, size: int, rows: int) -> None:
    """Run `work(first, beyond)` over the range 0..size, in as many parts as there are processors when it is much."""
    parts = 1 if rows <= 10 * PLAIN_UP_TO else max(1, min(processors(), 64))
    if parts == 1:
        work(0, size)
        return
    edges = [size * part // parts for part in range(parts + 1)]
    others = [_workers().submit(work, a, b) for a, b in pairwise(edges[1:])]
    try:
        work(edges[0], edges[1])
    finally:
        for other in others:
            other.result()


@cache
def _workers() -> ThreadPoolExecutor:
    """Threads that stay: to start one for each loop takes as long as a small loop. A forked process makes its own."""
    return ThreadPoolExecutor(processors(), thread_name_prefix="loops")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
