"""Values of a person in history, encrypted with a key of that person; erasing the key makes them unreadable for ever.

AES-256-GCM. The key of a person lies in `PersonKey`, itself encrypted with the key `person` of the key file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from makegood_portal.ledger.models import PersonKey

NONCE = 12


def new_key_of(person: UUID) -> PersonKey:
    """A fresh key for a new person, not yet saved."""
    return PersonKey(person_id=person, wrapped=_encrypt(_master(), os.urandom(32), person.bytes))


def seal(person: UUID, values: dict[str, Any]) -> bytes | None:
    """The values as a text that only this person's key opens; None when the key was destroyed.

    A key that cannot be seen is an error, so that history is never lost silently.
    """
    key = _key_of(person)
    text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    return None if key is None else _encrypt(key, text.encode(), person.bytes)


def unseal(person: UUID, sealed: bytes | memoryview | None) -> dict[str, Any] | None:
    """The values, or None when the person was erased."""
    if sealed is None:
        return None
    key = _key_of(person)
    if key is None:
        return None
    found: dict[str, Any] = json.loads(_decrypt(key, bytes(sealed), person.bytes))
    return found


def unseal_many(sealed: Mapping[UUID, tuple[UUID, bytes | memoryview | None]]) -> dict[UUID, dict[str, Any]]:
    """Row -> its values, from row -> (person, sealed); who was erased, or whose key is not the asker's, is left out. One query."""
    rows = PersonKey.objects.filter(person__in={person for person, _ in sealed.values()}).values_list("person", "wrapped")
    keys = {person: _decrypt(_master(), bytes(wrapped), person.bytes) for person, wrapped in rows if wrapped is not None}
    return {
        row: json.loads(_decrypt(keys[person], bytes(values), person.bytes))
        for row, (person, values) in sealed.items()
        if values is not None and person in keys
    }


def unseal_with(key: PersonKey | None, sealed: Mapping[UUID, bytes | memoryview]) -> dict[UUID, dict[str, Any]]:
    """The same for rows of one person, of whom the key was looked up with the record; None: it is not the asker's. No query."""
    if key is None or key.wrapped is None:
        return {}
    opens = _decrypt(_master(), bytes(key.wrapped), key.person_id.bytes)
    return {row: json.loads(_decrypt(opens, bytes(values), key.person_id.bytes)) for row, values in sealed.items()}


def _key_of(person: UUID) -> bytes | None:
    found = PersonKey.objects.filter(person=person).values_list("wrapped", flat=True)[:1]
    if not found:
        raise LookupError("no key of this person can be seen here")
    wrapped = found[0]
    return None if wrapped is None else _decrypt(_master(), bytes(wrapped), person.bytes)


def _master() -> bytes:
    return bytes.fromhex(settings.MAKEGOOD_KEYS["person"])


def _encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)
    except InvalidTag:
        raise ValueError("a sealed value does not open: another key file, or it was changed") from None
