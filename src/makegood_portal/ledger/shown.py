"""Whom a page shows: noted where a name becomes text, and written down in one entry of the audit when the page is made.

Opening a file has an entry of its own for each part that was opened. A list shows fifty people at once, of each their name
or number and where they stand: they stand together in one entry, each to be found again by their key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

LISTED = "list"
"""The verb of such an entry."""


@dataclass(frozen=True)
class Shown:
    """Keys of candidacies while one request is answered: who was shown, whose file has an entry of its own, who was shown by name."""

    noted: set[UUID] = field(default_factory=set)
    opened: set[UUID] = field(default_factory=set)
    named: set[UUID] = field(default_factory=set)

    def only_listed(self) -> list[UUID]:
        """Who was shown without an entry of their own, in a fixed order."""
        return sorted(self.noted - self.opened)


_shown: ContextVar[Shown | None] = ContextVar("shown", default=None)


def note(*candidacies: UUID, named: bool = False) -> None:
    """These candidates stand on the page that is being made, by number or name; outside a request, as in a job, nobody looks."""
    shown = _shown.get()
    if shown is not None:
        shown.noted.update(candidacies)
        shown.named.update(candidacies if named else ())


def opened(candidacy: UUID) -> None:
    """The audit has an entry on this candidate by themselves."""
    shown = _shown.get()
    if shown is not None:
        shown.opened.add(candidacy)


@contextmanager
def undone_by_an_error() -> Iterator[None]:
    """What is written down inside stands only if all of it does: an error undoes the entries, so that they name nobody."""
    shown = _shown.get()
    before = {*shown.opened} if shown is not None else set()
    try:
        yield
    except BaseException:
        if shown is not None:
            shown.opened.intersection_update(before)
        raise


@contextmanager
def noting() -> Iterator[Shown]:
    """Whom the page shows that is made inside."""
    found = Shown()
    token = _shown.set(found)
    try:
        yield found
    finally:
        _shown.reset(token)
