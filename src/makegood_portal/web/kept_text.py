"""What was typed survives: a session that ended, a record that was changed meanwhile, a database that is away.

The page that says so carries the text, to be sent again or to be copied. It is given back to the page that sent it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render

NOT_KEPT = frozenset({"csrfmiddlewaretoken", "password", "login", "code", "oldpassword", "password1", "password2", "again", "secret"})
MOST = 500_000  # characters: more than any form of ours, less than a burden
CODED = re.compile(r"[a-z0-9_/.:+-]*")
"""A choice, a key, a number, a day: what a page offered again is not what somebody would have to type again."""


def from_here(request: HttpRequest) -> bool:
    """Whether the form came from a page of ours: another site must not make us offer to send its text."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def send_again(request: HttpRequest, *, status: int, logged_out: bool) -> HttpResponse:
    """The page with everything that was typed, in hidden fields, and a button to send it again."""
    get_token(request)
    kept = kept_of(request)
    words = {
        "kept": kept,
        "logged_out": logged_out,
        "path": request.get_full_path(),
        "idle": getattr(request, "idle", False),
        "files": bool(request.FILES),
    }
    response = render(request, "errors/send_again.html", words, status=status)
    response["HX-Trigger"] = "session-ended"
    response["Cache-Control"] = "no-store"
    return response


def kept_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything that was typed, by name; nothing of a form that came from elsewhere."""
    return list(_kept(request)) if request.method == "POST" and from_here(request) else []


def words_of(request: HttpRequest) -> list[str]:
    """What was typed in words, to be copied from a page that cannot do what was asked."""
    return list(dict.fromkeys(value for _name, value in kept_of(request) if not CODED.fullmatch(value)))


def _kept(request: HttpRequest) -> Iterator[tuple[str, str]]:
    size = 0
    for name, values in request.POST.lists():
        for value in values:
            size += len(name) + len(str(value))
            if name not in NOT_KEPT and size <= MOST:
                yield name, str(value)
