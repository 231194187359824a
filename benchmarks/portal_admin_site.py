"""The admin's list of candidates: the columns, filters and search of the portal's own list, as somebody would set it up."""

from __future__ import annotations

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import path

from makegood_portal.ledger.models import Candidacy


class Site(AdminSite):
    """For whoever has a session: the portal's users have no flag for staff."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Logged in is enough here."""
        return bool(request.user.is_active)


class Candidates(ModelAdmin):  # type: ignore[type-arg]
    """Fifty a page, as the portal shows them."""

    list_display = ("person", "family_name", "prison", "step", "state", "release_on", "step_due_on")
    list_select_related = ("person", "prison", "identity")
    list_filter = ("state", "step")
    search_fields = ("person__pseudonym", "identity__family_name", "identity__given_names")
    list_per_page = 50

    def family_name(self, row: Candidacy) -> str:
        """Whose it is."""
        return row.identity.family_name

    def has_module_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Everything is shown."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Everything is shown."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nothing is changed."""
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False  # noqa: ARG005


site = Site()
site.register(Candidacy, Candidates)
urlpatterns = [path("admin/", site.urls)]
