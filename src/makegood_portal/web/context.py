"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from makegood_portal.ledger.queries import memberships


def portal(request: HttpRequest) -> dict[str, Any]:
    """`scope` (who asks), `held` (their roles), `demo` (whether this is the demonstration world)."""
    scope = getattr(request, "scope", None)
    held = memberships.held(scope) if scope else []
    return {"scope": scope, "held": held, "demo": settings.MAKEGOOD_DEMO}
