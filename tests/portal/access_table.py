"""Every route of every screen, who may open it, and with which object. A route that is missing here fails the suite."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from portal import access
from portal.access.route import Route

ROUTES: dict[str, Route] = {}
for _screen in sorted(found.name for found in iter_modules(access.__path__)):
    ROUTES |= getattr(import_module(f"portal.access.{_screen}"), "ROUTES", {})

ACCOUNT = ["account_", "mfa_", "socialaccount_", "openid_connect_"]
"""Routes of django-allauth: of the user's own account, no record of a person; see test_log_in.py."""
