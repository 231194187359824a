"""Who may open what: `web/plain_text.py`."""

from __future__ import annotations

from portal.access.route import Route

ROUTES = {
    "plain_text": Route(),
}
