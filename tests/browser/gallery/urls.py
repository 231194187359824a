"""The gallery's addresses, beside the few that the page's frame needs."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from . import pages

urlpatterns = [
    path("", pages.today, name="home"),
    path("candidates/", pages.listing, name="candidates"),
    path("permissions/", pages.listing, name="permissions"),
    path("planner/", pages.listing, name="planner"),
    path("imports/", pages.listing, name="imports"),
    path("funnel/", pages.listing, name="funnel"),
    path("form/", pages.form, name="form"),
    path("file/", pages.file, name="file"),
    path("language/", set_language, name="set_language"),
    path("account/logout/", pages.today, name="account_logout"),
    path("account/2fa/", pages.today, name="mfa_index"),
]
