"""What every page shares: a typed request, and who may open it at all."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role
from makegood_portal.web.kept_text import send_again
from makegood_portal.web.offered import not_offered, refuse_what_nobody_asked_for
from makegood_portal.web.once import once

P = ParamSpec("P")


class Asked(HttpRequest):
    """A request with its scope; `request.htmx` is true when a fragment is asked for."""

    scope: Scope
    if TYPE_CHECKING:
        htmx: bool


def seen_version(request: HttpRequest) -> int:
    """The version of the record that the form was made from; 0 where it says none, which is never the one that stands."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 8 else 0


def key_of(word: str) -> UUID | None:
    """A key that stands in an address or a field; None where it is none."""
    try:
        return UUID(word)
    except ValueError:
        return None


def keys_of(request: HttpRequest, field: str) -> list[UUID]:
    """The keys that were ticked; what is no key, no page of ours offered."""
    words = {word: key_of(word) for word in request.POST.getlist(field)}
    if None in words.values():
        not_offered(field)
    return [key for key in words.values() if key is not None]


View = Callable[Concatenate[Asked, P], HttpResponse]


def page(*roles: Role) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """A page for these roles (none named: for everybody who is logged in). What they see on it decides `ledger.access`."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @functools.wraps(view)
        def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                if request.method == "POST" or request.headers.get("HX-Request"):
                    return send_again(request, status=401, logged_out=True)
                return redirect_to_login(request.get_full_path())
            scope: Scope = request.scope  # type: ignore[attr-defined]
            if roles and not scope.has(*roles):
                raise PermissionDenied
            return once(request, scope, lambda: refuse_what_nobody_asked_for(request, lambda: view(request, *args, **kwargs)))  # type: ignore[arg-type]

        shown.roles = frozenset(roles)  # type: ignore[attr-defined]  # the menu shows what may be opened
        return shown  # type: ignore[return-value]

    return decorate
