"""Who may open what: `web/health.py`."""

from __future__ import annotations

from portal.access.route import Route

ROUTES = {
    "healthz": Route(public=True),
}
