"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """`scope` (who asks), `demo` (whether this is the demonstration world)."""
    return {"scope": getattr(request, "scope", None), "demo": settings.MAKEGOOD_DEMO}
