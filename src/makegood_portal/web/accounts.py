"""Log-in by django-allauth: no signing up, users are made by an administrator; lock-out by django-axes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made for people, not by them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **words: Any) -> HttpResponse:
        """Who has no second factor sets one now: the password typed a moment ago counts, and is not asked for again."""
        if not is_mfa_enabled(user):
            record_authentication(request, user, method="password", reauthenticated=True)
        answer: HttpResponse = super().post_login(request, user, **words)
        return answer


class OtherAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Log-in by OpenID Connect: only for users that an administrator made."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG001
    """The page after too many wrong passwords."""
    return render(request, "account/locked_out.html", status=429)
