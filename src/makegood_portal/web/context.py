"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from makegood_portal.ledger.queries import memberships


def portal(request: HttpRequest) -> dict[str, Any]:
    """`scope` (who asks), `held` (their roles, read when shown), `demo` (whether this is the demonstration world)."""
    scope = getattr(request, "scope", None)
    # A page about a refusal is drawn after the roll-back, when the database answers nothing.
    held = SimpleLazyObject(lambda: memberships.held(scope) if scope and not connection.needs_rollback else [])
    return {"scope": scope, "held": held, "demo": settings.MAKEGOOD_DEMO}
