"""Ed25519 signatures over a canonical text (RFC 8032), and keys as files and as one line of base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from makegood.programme.scalars import public_key_problem
from makegood.values.fingerprint import canonical
from makegood.values.problem import Problem, Refused, Where

KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """`private_pem`: PKCS #8, to be kept secret. `public`: base64 of the 32 bytes, for the programme file."""

    private_pem: bytes
    public: str


def key_pair(secret: bytes) -> KeyPair:
    """The key pair of 32 secret bytes, which the caller draws from the operating system."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return KeyPair(private_pem=pem, public=public_text(private))


def public_text(private: Ed25519PrivateKey) -> str:
    """The public key that belongs to a private one, as base64."""
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode("ascii")


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """A private key from its PEM file. Raises Refused."""
    where = Where(str(path))
    remedy = "name the .key file that `makegood protocol keygen` wrote"
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise Refused([Problem(where, "no_such_file", "there is no such file", "", remedy)]) from None
    except (ValueError, TypeError):
        raise Refused([Problem(where, "not_a_key", "this is not an unencrypted private key in PEM form", "", remedy)]) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused([Problem(where, "not_a_key", "this key is not of the kind Ed25519", "", remedy)])
    return key


def sign(content: Mapping[str, Any], *, key: Ed25519PrivateKey) -> str:
    """The signature over the canonical text of a content, as base64."""
    return base64.b64encode(key.sign(canonical(content).encode("utf-8"))).decode("ascii")


def signature_holds(content: Mapping[str, Any], *, signature: str, public_key: str) -> bool:
    """True when the owner of the public key signed exactly this content, and the signature has its one spelling."""
    if public_key_problem(public_key):
        return False
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(raw) != SIGNATURE_BYTES or base64.b64encode(raw).decode("ascii") != signature:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(raw, canonical(content).encode("utf-8"))
    except InvalidSignature:
        return False
    return True
