"""Django's admin with one list: candidates with the columns of our own list."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import path

from makegood_portal.ledger.models import Candidacy


class Open(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - without its questions about rights it is only faster
        return True


class Candidates(ModelAdmin):  # type: ignore[type-arg]
    list_display = ("pseudonym", "name", "where", "step", "state", "release_on", "step_due_on")
    list_select_related = ("person", "prison", "identity")
    list_per_page = 50
    list_filter = ("state",)

    def pseudonym(self, row: Candidacy) -> str:
        return row.person.pseudonym

    def name(self, row: Candidacy) -> str:
        return f"{row.identity.given_names} {row.identity.family_name}"

    def where(self, row: Candidacy) -> str:
        return row.prison.name if row.prison else ""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return True


site = Open()
site.register(Candidacy, Candidates)
urlpatterns = [path("admin/", site.urls)]
