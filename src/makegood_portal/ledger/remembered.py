"""Counts over very many people, kept for some minutes: for what changes slowly and is asked often. Numbers and keys, nobody's data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone

from makegood_portal.ledger.access import RULES, Bond
from makegood_portal.ledger.scope import Scope

T = TypeVar("T")
MINUTES = 25
MANY = 1_000
"""Below so many rows everything is counted again each time."""
_OF_ONE_USER = frozenset(rule.role for rule in RULES if rule.bond in (Bond.OWN, Bond.BROKEN_GLASS))
_fresh: ContextVar[set[str] | None] = ContextVar("fresh", default=None)


@contextmanager
def counted_anew() -> Iterator[None]:
    """Within this block everything is counted again, once, and kept: so the worker counts before anybody asks."""
    token = _fresh.set(set())
    try:
        yield
    finally:
        _fresh.reset(token)


def kept(key: str) -> object:
    """What is kept under a key; None where nothing is, or where it is to be counted anew."""
    fresh = _fresh.get()
    if fresh is not None and key not in fresh:
        fresh.add(key)
        return None
    return cache.get(key)


def keep(key: str, counted: object, *, seconds: float) -> None:
    """Keep what was counted just now."""
    fresh = _fresh.get()
    if fresh is not None:
        fresh.add(key)
    cache.set(key, counted, seconds)


def remembered(scope: Scope, what: str, rows: int | Callable[[T], int], count: Callable[[], T]) -> tuple[T, datetime | None]:
    """What `count` gives over so many rows, and when it was counted if that was not just now. `rows` may be told by what
    was counted, where nothing quicker tells.

    Who sees the same has the same numbers: the key is made of the organisations of each role, and of the user where a
    role sees its own people only.
    """
    if isinstance(rows, int) and rows < MANY:
        return count(), None
    whose = scope.user if scope.has(*_OF_ONE_USER) else ""
    seen = sorted(f"{role} {where}" for role, places in scope.organisations.items() for where in places)
    key = f"counted:{hashlib.sha256(repr((what, whose, seen)).encode()).hexdigest()}"
    known: tuple[T, datetime] | None = kept(key)  # type: ignore[assignment]
    if known is None:
        known = count(), timezone.now()
        if isinstance(rows, int) or rows(known[0]) >= MANY:
            keep(key, known, seconds=MINUTES * 60)
        return known[0], None
    return known
