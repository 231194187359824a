"""Every route of every screen, who may open it, and with which object. A route that is missing here fails the suite."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from makegood_portal.ledger.words import Role
from portal import access
from portal.access.route import Route

SCREENS: dict[str, dict[str, Route]] = {
    screen: getattr(import_module(f"portal.access.{screen}"), "ROUTES", {})
    for screen in sorted(found.name for found in iter_modules(access.__path__))
}
ROUTES: dict[str, Route] = {name: route for routes in SCREENS.values() for name, route in routes.items()}

ACCOUNT = ["account_", "mfa_", "socialaccount_", "openid_connect_"]
"""Routes of django-allauth: of the user's own account, no record of a person; see test_log_in.py."""


def role_for(route: Route) -> Role:
    """Who writes most of those who may."""
    return next((role for role in (Role.COUNSELLOR, Role.COORDINATOR, Role.LEAD) if role in route.may), sorted(route.may)[0])
