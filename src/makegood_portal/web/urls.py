"""Every address: the `PATHS` of each screen. A new one must stand in `tests/portal/access/`, else the suite fails."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language

from makegood_portal import web


def closed(request: HttpRequest, *args: object, **words: object) -> NoReturn:  # noqa: ARG001
    """Nobody signs up, changes the address by which they are known, or gets a password by e-mail: an administrator does that."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
    re_path(r"^account/(?:signup|email|confirm-email|password/reset|login/code)/", closed, name="account_closed"),
    path("account/", include("allauth.urls")),
]
for _module in sorted(found.name for found in iter_modules(web.__path__)):
    if _module != "urls":
        urlpatterns += getattr(import_module(f"{web.__name__}.{_module}"), "PATHS", [])

handler400 = "makegood_portal.web.errors.bad_request"
handler403 = "makegood_portal.web.errors.forbidden"
handler404 = "makegood_portal.web.errors.not_found"
handler500 = "makegood_portal.web.errors.server_error"
