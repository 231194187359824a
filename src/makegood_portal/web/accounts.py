"""Log-in by django-allauth: no signing up, users are made by an administrator; lock-out by django-axes."""

from __future__ import annotations

import base64
import os
import time
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

FRESH = 300  # seconds


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under which name a wrong password is counted: the address that was typed."""
    typed = (credentials or {}).get("email") or request.POST.get("login") or ""
    return str(typed).strip().lower()


def address_of(request: HttpRequest) -> str:
    """From which address a wrong password came; behind our proxy the one that the proxy saw, never one that was only said."""
    return get_client_ip(request) or ""


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made for people, not by them. What goes wrong is told in our own words: allauth's Dutch says "jij"."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right. Look at both and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002
        """Who logged in a moment ago is not asked for the password once more, to set their second factor."""
        records = get_authentication_records(self.request, self.request.user)
        return not any(time.time() - record["at"] < FRESH for record in records)


class OtherAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Log-in by OpenID Connect: only for users that an administrator made."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticators lie encrypted in the database, under a key of the key file."""

    def encrypt(self, text: str) -> str:
        """AES-256-GCM, as text."""
        nonce = os.urandom(12)
        return base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, text.encode(), b"mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` wrote. A secret of another key file never opens: nobody logs in with it."""
        sealed = base64.b64decode(encrypted_text)
        try:
            return AESGCM(_key()).decrypt(sealed[:12], sealed[12:], b"mfa").decode()
        except InvalidTag:
            raise ValueError("the secret of a second factor does not open: another key file, or it was changed") from None


def _key() -> bytes:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"second factors")
    return derived.derive(bytes.fromhex(settings.MAKEGOOD_KEYS["person"]))


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG001
    """The page after too many wrong passwords."""
    return render(request, "account/locked_out.html", status=429)
