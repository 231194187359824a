"""No staff without a second factor: until one is set, every page leads to setting it."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

KNOWN = "second_factor"
ALLOWED = ("/account/logout/", "/account/2fa/", "/account/reauthenticate/", "/language/")


class SecondFactor:
    """Asks the database once a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the page on which a second factor is set."""
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session and not request.path.startswith(ALLOWED) and request.user.is_authenticated and not self._known(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _known(self, request: HttpRequest) -> bool:
        if not request.session.get(KNOWN):
            factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
            if not Authenticator.objects.filter(user_id=request.user.pk, type__in=factors).exists():
                return False
            request.session[KNOWN] = True
        return True
