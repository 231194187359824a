"""What is kept encrypted under a key of the key file rather than a person's: lists on their way in, BSNs, identity tokens.

AES-256-GCM, bound to the record that it belongs to, so that a sealed value copied to another record does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from makegood.cases.gross_list.fields import passes_eleven
from makegood.cases.linkage import folded

NONCE = 12


def _key(name: str) -> bytes:
    return bytes.fromhex(settings.MAKEGOOD_KEYS[name])


def seal(name: str, plain: bytes, *, bound_to: UUID) -> bytes:
    """Encrypt under the key `name` of the key file."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(name)).encrypt(nonce, plain, bound_to.bytes)


def unseal(name: str, sealed: bytes | memoryview, *, bound_to: UUID) -> bytes:
    """Decrypt what `seal` wrote for this record. Raises ValueError when it does not open."""
    content = bytes(sealed)
    try:
        return AESGCM(_key(name)).decrypt(content[:NONCE], content[NONCE:], bound_to.bytes)
    except InvalidTag:
        raise ValueError("a sealed value does not open: another key file, or it was changed") from None


def seal_bsn(number: str, *, candidacy: UUID) -> bytes:
    """A citizen service number as it is kept. Raises ValueError when it fails the 11-test; the number is not repeated."""
    if not passes_eleven(number):
        raise ValueError("this is no citizen service number: it fails the 11-test")
    return seal("bsn", number.encode(), bound_to=candidacy)


def list_token(family_name: str, given_names: str, born_on: date) -> str:
    """By which a person is known again on next month's list: a keyed token of name and birth date, as offices spell them."""
    words = f"{folded(family_name)}:{folded(given_names)}:{born_on.isoformat()}"
    return hmac.new(_key("linkage"), words.encode(), hashlib.sha256).hexdigest()
