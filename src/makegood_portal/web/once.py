"""Double submit: each form carries a token (`{% once_token %}`, in every `{% form %}`), and counts once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from makegood_portal.ledger import sent_forms
from makegood_portal.ledger.scope import Scope

FIELD = "once"


def once(request: HttpRequest, scope: Scope, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it, or lead to where the same form led before.

    A page that shows once what came of it (a link with a secret) says in `Content-Location` where a second one goes.
    """
    token = _token(request)
    if token is None:
        return do()
    if not sent_forms.first_time(scope, token):
        return redirect(sent_forms.led_to(scope, token) or request.path)
    response = do()
    moved = 300 <= response.status_code < 400
    sent_forms.remember(scope, token, response["Location"] if moved else response.get("Content-Location", ""))
    return response


def _token(request: HttpRequest) -> UUID | None:
    if request.method != "POST":
        return None
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
