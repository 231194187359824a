"""What no page of ours sends: a choice that it did not offer. The form refuses it in plain words; here it is noted, to be written down.

A page that somebody kept open may send such a choice too, when a colleague took it away meanwhile: the entry says what was
found, not what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django import forms

NOT_OFFERED = frozenset({"invalid_choice", "invalid_list", "invalid_pk_value"})
"""Django's codes of a choice that is not among the choices."""
_noted: ContextVar[set[str] | None] = ContextVar("noted", default=None)


class Form(forms.Form):
    """A form of a page; what it refuses since it was not offered, is noted."""

    def full_clean(self) -> None:
        """As Django does it."""
        super().full_clean()
        if self.is_bound:
            for name, errors in self.errors.as_data().items():
                if any(error.code in NOT_OFFERED for error in errors):
                    not_offered(name)


def not_offered(field: str) -> None:
    """Note that what was sent in a field was not offered there; for fields that a page reads without a form."""
    noted = _noted.get()
    if noted is not None:
        noted.add(field)


@contextmanager
def noting() -> Iterator[set[str]]:
    """The names of fields in which something came that was not offered, while one request is answered."""
    found: set[str] = set()
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)
