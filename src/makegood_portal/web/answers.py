"""What holds for every request and answer: nothing too large comes in, and no cache keeps what goes out."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

MOST = 24_000_000
"""Bytes of a request: the largest list (20 MB) and the words around it. What is more is not read at all."""


class Answers:
    """The first of all: before a form is read, and after everything else has had its say."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page; pages about people stay neither in the browser's memory of pages nor in a proxy."""
        size = _length(request)
        if size is None or size > MOST:
            _read_nothing(request)
            request.too_large = {"size": size}  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        if "no-store" not in response["Cache-Control"]:
            response["Cache-Control"] = f"{response['Cache-Control']}, no-store"
        return response


def _length(request: HttpRequest) -> int | None:
    """The bytes that a request says to have; None where it says no number before it is read, or one of no real file."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        return None
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() and len(said) < 12 else None


def _read_nothing(request: HttpRequest) -> None:
    """Whoever asks for what was sent, on the way to the refusal or on a page about a fault, finds nothing."""
    request.META["CONTENT_LENGTH"] = "0"
    request._stream = io.BytesIO()  # Django has no other way to leave a body unread


class TooLarge:
    """After the scope: it is known who asks, so that the refusal is written down, with the size that was said and the route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page; or that it was too large, with the way back to the form."""
        facts = getattr(request, "too_large", None)
        if facts is None:
            return self.get_response(request)
        request.refused_because, request.refused_facts = "too_large", facts  # type: ignore[attr-defined]
        try:
            request.resolver_match = resolve(request.path_info)
        except Resolver404:
            return HttpResponse(render_to_string("errors/413.html"), status=413)
        return HttpResponse(render_to_string("errors/413.html", {"back": request.path}), status=413)
