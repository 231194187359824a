"""What people see when something is refused or broken: plain words, the right status, no inside details."""

from __future__ import annotations

import errno
import sys
from contextlib import suppress

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from makegood_portal.actions.refusal import Refusal
from makegood_portal.web.kept_text import kept_of, send_again, words_of
from makegood_portal.web.refused import in_words

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: what was sent cannot be read. Rendered without the database: nothing of the request is to be trusted."""
    return HttpResponse(render_to_string("errors/400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403: you may not see this."""
    return render(request, "errors/403.html", {"typed": words_of(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: not there, or not yours; the same words for both."""
    return render(request, "errors/404.html", {"typed": words_of(request)}, status=404)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """An action refused and the page did not say so itself."""
    return render(request, "errors/refused.html", {"said": in_words(refusal), "typed": words_of(request)}, status=refusal.status)


def not_recorded(request: HttpRequest) -> HttpResponse:
    """503: it could not be written down, so it is not shown."""
    return render(request, "errors/not_recorded.html", {"typed": words_of(request)}, status=503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form is older than the session: what was typed is kept and can be sent again."""
    return send_again(request, status=403, logged_out=not request.user.is_authenticated)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database is away, or it or the disk is full. Rendered without the database."""
    error = sys.exc_info()[1]
    disk_full = isinstance(error, OSError) and error.errno in NO_ROOM
    for handler in request.upload_handlers if disk_full else ():  # what came in of a file makes room at once
        with suppress(OSError):
            handler.upload_interrupted()
    if disk_full or isinstance(error, OperationalError | InterfaceError):
        # A form that did not fit on the disk was never read to its end: nothing of it is at hand to be given back.
        again = {"kept": [] if disk_full else kept_of(request), "path": request.get_full_path(), "csrf_token": get_token(request)}
        response = HttpResponse(render_to_string("errors/503.html", again), status=503)
        response["Retry-After"] = "30"
        return response
    return HttpResponse(render_to_string("errors/500.html", {"typed": words_of(request)}), status=500)
