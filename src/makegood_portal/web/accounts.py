"""Log-in by django-allauth: no signing up, users are made by an administrator; lock-out by django-axes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made for people, not by them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False


class OtherAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Log-in by OpenID Connect: only for users that an administrator made."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG001
    """The page after too many wrong passwords."""
    return render(request, "account/locked_out.html", status=429)
