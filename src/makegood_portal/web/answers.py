"""What holds for every request and answer: nothing too large comes in, and no cache keeps what goes out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

MOST = 24_000_000
"""Bytes of a request: the largest list (20 MB) and the words around it. What is more is not read at all."""


class Answers:
    """The first of all: before a form is read, and after everything else has had its say."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page; pages about people stay neither in the browser's memory of pages nor in a proxy."""
        if request.META.get("HTTP_TRANSFER_ENCODING") or not _length(request) <= MOST:
            return HttpResponse(render_to_string("errors/413.html"), status=413)
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        if "no-store" not in response["Cache-Control"]:
            response["Cache-Control"] = f"{response['Cache-Control']}, no-store"
        return response


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() and len(said) < 12 else MOST + 1
