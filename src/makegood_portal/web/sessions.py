"""The idle limit: a session that nobody used for a while ends; what was typed is kept by the page, not by the session."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

SEEN = "seen_at"
WRITE_EVERY = 60  # seconds: an older mark is near enough, and most requests write nothing


class IdleLimit:
    """Logs out after `MAKEGOOD_IDLE_MINUTES` without a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the way to the log-in."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now, seen = int(time.time()), request.session.get(SEEN)
            if seen is not None and now - seen > settings.MAKEGOOD_IDLE_MINUTES * 60:
                logout(request)
                messages.info(request, _("You were away for a while, so you have to log in again. What was saved is not lost."))
            elif seen is None or now - seen > WRITE_EVERY:
                request.session[SEEN] = now
        return self.get_response(request)
