"""`/healthz`: does the database answer, and does it keep what is written? For whoever watches the portal."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from tempfile import gettempdir

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from makegood_portal.web.answers import MOST as LARGEST

DISK_FULL = "53100"
LEAST_FREE = 100_000_000
"""Bytes beside the database: the largest list (20 MB) as its table, its rows and the log take it, and two segments of the log (32 MB).

With less, a list that the portal allows may not fit, and the database may stop in the middle of somebody's work.
"""
_MARK = """
INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('healthz', '', now())
ON CONFLICT (session_key) DO UPDATE SET expire_date = now()
"""
"""A session of nobody that has ended already: what cannot be written is no health."""


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 with `ok`, or 503 with what is wrong."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            (read_only,) = cursor.fetchone()
            if not read_only:
                cursor.execute(_MARK)
    except Error as error:
        if getattr(error.__cause__, "sqlstate", "") == DISK_FULL:
            return JsonResponse({"status": "unavailable", "database": "disk_full"}, status=503)
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if read_only:
        return JsonResponse({"status": "unavailable", "database": "read_only"}, status=503)
    # A large file is kept in the folder for temporary files while it comes in: there it must fit once.
    if shutil.disk_usage(settings.MAKEGOOD_HOME).free < LEAST_FREE or shutil.disk_usage(gettempdir()).free < LARGEST:
        return JsonResponse({"status": "unavailable", "database": "ok", "disk": "full"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


class Health:
    """Before the session: who watches with a cookie of a log-in gets the same answer, also when no session can be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The health, or the page."""
        return healthz(request) if request.path == "/healthz" else self.get_response(request)


PATHS = [
    path("healthz", healthz, name="healthz"),
]
