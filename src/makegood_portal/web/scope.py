"""Each request runs in one transaction in which the database knows who asks; a failed one leaves nothing behind."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, ProgrammingError, transaction
from django.http import Http404, HttpRequest, HttpResponse

from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import audit, shown
from makegood_portal.ledger.scope import STRANGER, Scope, scope_of, scoped
from makegood_portal.ledger.shown import Shown
from makegood_portal.web import errors, files
from makegood_portal.web.offered import noting

log = logging.getLogger(__name__)
NOT_ALLOWED = "42501"  # PostgreSQL: insufficient privilege, also of a row-level policy


class ScopeMiddleware:
    """`request.scope` for pages; SET LOCAL for the database. Refused requests, and choices that were not offered, are audited after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, inside the transaction; templates are rendered inside it too."""
        request.scope = scope_of(request.user) if request.user.is_authenticated else STRANGER  # type: ignore[attr-defined]
        with noting() as unknown, files.noting() as turned_away, shown.noting() as people, scoped(request.scope):  # type: ignore[attr-defined]
            response = self._with_the_list(request, self.get_response(request), people)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        refused = getattr(request, "refused_because", "")
        if refused or (unknown and request.method == "POST"):
            fields = {"fields": sorted(unknown)} if unknown else {}
            self._write_down(request, refused or "not_offered", fields | getattr(request, "refused_facts", {}))
        for code, size in turned_away:
            self._write_down(request, code, {"size": size})
        return response

    def _with_the_list(self, request: HttpRequest, response: HttpResponse, people: Shown) -> HttpResponse:
        """The page, once it is written down whom it shows; what cannot be written down is not shown."""
        if response.status_code >= 500 or transaction.get_rollback():
            return response
        screen = request.resolver_match.view_name if request.resolver_match else ""
        try:
            listed = people.only_listed()
            audit.record_list(request.scope, listed, screen=screen, named=not people.named.isdisjoint(listed))  # type: ignore[attr-defined]
        except audit.NotRecorded:
            transaction.set_rollback(True)
            log.error("an audit entry could not be written; the page was refused")
            return errors.not_recorded(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Undo what the page did; a refusal becomes a page, everything else goes its usual way."""
        if not hasattr(request, "scope"):
            return None
        if isinstance(exception, ReauthenticationRequired | ImmediateHttpResponse):  # an answer of the log-in, not a fault
            return None
        transaction.set_rollback(True)
        if isinstance(exception, Refusal):
            request.refused_because = exception.code  # type: ignore[attr-defined]
            return errors.refused(request, exception)
        if isinstance(exception, audit.NotRecorded):
            log.error("an audit entry could not be written; the page was refused")
            return errors.not_recorded(request)
        if isinstance(exception, ProgrammingError) and getattr(exception.__cause__, "sqlstate", "") == NOT_ALLOWED:
            log.error("the database refused what the application allowed: %s", request.resolver_match and request.resolver_match.view_name)
            request.refused_because = "database_policy"  # type: ignore[attr-defined]
            return errors.forbidden(request)
        if isinstance(exception, PermissionDenied | Http404):
            request.refused_because = type(exception).__name__.lower()  # type: ignore[attr-defined]
        return None

    def _write_down(self, request: HttpRequest, code: str, more: Mapping[str, Any]) -> None:
        scope: Scope = request.scope  # type: ignore[attr-defined]
        route = request.resolver_match.view_name if request.resolver_match else ""
        on = request.resolver_match.kwargs if request.resolver_match else {}
        with suppress(audit.NotRecorded, DatabaseError), scoped(scope):  # refused it is anyway
            shown = {name: str(value)[:64] for name, value in on.items()}
            facts = {"code": code, "route": route, "method": request.method, "on": shown, **more}
            audit.record(scope, "request", outcome="refused", facts=facts)
