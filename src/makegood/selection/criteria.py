"""Which criteria are in force on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from makegood.programme.delivery import Delivery
from makegood.programme.delivery_criteria import Criterion, Need


def in_force(delivery: Delivery, *, on: date, lists: Collection[str] | None = None) -> Iterator[tuple[str, str, Criterion]]:
    """List, name and criterion of those in force on a day; only those of `lists` where given."""
    for listed_in, listing in delivery.criteria.items():
        if lists is not None and listed_in not in lists:
            continue
        for name, criterion in listing.criteria.items():
            begun = criterion.from_ is None or criterion.from_ <= on
            if begun and (criterion.retired_on is None or on < criterion.retired_on):
                yield listed_in, name, criterion


def needs_of(delivery: Delivery) -> dict[str, Need]:
    """Criterion -> its need, of every list, in force or not: others may refer to it."""
    return {name: criterion.when for listing in delivery.criteria.values() for name, criterion in listing.criteria.items()}
