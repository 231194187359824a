"""Every address. A new one must stand in `tests/portal/access_table.py`, else the suite fails."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from makegood_portal.web import break_glass, candidates, errors, health, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("candidates/", candidates.candidate_list, name="candidates"),
    path("candidates/open/", break_glass.open_colleagues_file, name="open_colleagues_file"),
    path("candidates/<uuid:candidacy>/", candidates.candidate, name="candidate"),
]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
