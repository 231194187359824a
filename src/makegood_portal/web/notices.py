"""What the next page says on top: it is done, and how to take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"


def done(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say that something is done; with `undo`, an address to which a POST takes it back."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}" if undo else "")


def careful(request: HttpRequest, text: str) -> None:
    """Say that something is done, but that there is more to know."""
    messages.warning(request, text)
