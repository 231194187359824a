"""Who may open what: `web/language.py`."""

from __future__ import annotations

from portal.access.route import Route, nothing

ROUTES = {
    "set_language": Route(public=True, post=nothing),
}
