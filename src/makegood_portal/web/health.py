"""`/healthz`: does the database answer, and can it write? For whoever watches the portal."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 with `ok`, or 503 with what is wrong."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            (read_only,) = cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if read_only:
        return JsonResponse({"status": "unavailable", "database": "read_only"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


PATHS = [
    path("healthz", healthz, name="healthz"),
]
