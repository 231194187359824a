"""`/healthz`: does the database answer, and does it keep what is written? For whoever watches the portal."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

DISK_FULL = "53100"
LEAST_FREE = 32_000_000
"""Bytes: two segments of the database's log. With less it may stop at any moment, in the middle of somebody's work."""
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
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == DISK_FULL:
            return JsonResponse({"status": "unavailable", "database": "disk_full"}, status=503)
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if read_only:
        return JsonResponse({"status": "unavailable", "database": "read_only"}, status=503)
    if shutil.disk_usage(settings.MAKEGOOD_HOME).free < LEAST_FREE:
        return JsonResponse({"status": "unavailable", "database": "ok", "disk": "full"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


PATHS = [
    path("healthz", healthz, name="healthz"),
]
