"""Counts over very many people, kept for some minutes: for what changes slowly and is asked often. Numbers only, nobody's data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone

from makegood_portal.ledger.access import RULES, Bond
from makegood_portal.ledger.scope import Scope

T = TypeVar("T")
MINUTES = 10
MANY = 1_000
"""Below so many rows everything is counted again each time."""
_OF_ONE_USER = frozenset(rule.role for rule in RULES if rule.bond in (Bond.OWN, Bond.BROKEN_GLASS))


def remembered(scope: Scope, what: str, rows: int, count: Callable[[], T]) -> tuple[T, datetime | None]:
    """What `count` gives over so many rows, and when it was counted if that was not just now.

    Who sees the same has the same numbers: the key is made of the organisations of each role, and of the user where a
    role sees its own people only.
    """
    if rows < MANY:
        return count(), None
    whose = scope.user if scope.has(*_OF_ONE_USER) else ""
    seen = sorted(f"{role} {where}" for role, places in scope.organisations.items() for where in places)
    key = f"counted {what} {hashlib.sha256(repr((whose, seen)).encode()).hexdigest()}"
    kept: tuple[T, datetime] | None = cache.get(key)
    if kept is None:
        kept = count(), timezone.now()
        cache.set(key, kept, MINUTES * 60)
        return kept[0], None
    return kept
