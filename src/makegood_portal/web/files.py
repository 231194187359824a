"""A file in a form: one that is empty or too large is refused beside its field, and that is written down.

Noted is the code and the size, and nothing of the file: neither its name nor what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django import forms

_noted: ContextVar[list[tuple[str, int]] | None] = ContextVar("turned away", default=None)


class UploadField(forms.FileField):
    """A file of at most `most` bytes; `too_large` says in words how much that is. It is not read before that is known."""

    def __init__(self, *, most: int, too_large: Any, **words: Any) -> None:
        super().__init__(**words)
        self.most, self.error_messages["too_large"] = most, too_large

    def clean(self, data: Any, initial: Any = None) -> Any:
        """As Django does it; what is turned away is noted."""
        try:
            file = super().clean(data, initial)
        except forms.ValidationError as error:
            if error.code == "empty":
                _turned_away("empty_file", 0)
            raise
        if file and file.size > self.most:
            _turned_away("too_large", file.size)
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large")
        return file


def _turned_away(code: str, size: int) -> None:
    noted = _noted.get()
    if noted is not None:
        noted.append((code, size))


@contextmanager
def noting() -> Iterator[list[tuple[str, int]]]:
    """Code and size of each file that a form turns away while one request is answered."""
    found: list[tuple[str, int]] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)
