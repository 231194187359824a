"""The keys that must not lie in the database: one JSON file with mode 600 in the data folder.

A key is 32 random bytes, written as hexadecimal text. `person` wraps the keys of persons, `bsn` encrypts citizen
service numbers, `list` the files of lists on their way in, `linkage` makes identity tokens, `audit` seals the audit
chain, `django` signs sessions; `owner`, `runtime` and `cluster` are the passwords of the embedded database.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

NAMES = ("django", "person", "bsn", "list", "linkage", "audit", "cluster", "owner", "runtime")
FILE = "keys.json"


def read(folder: Path) -> dict[str, str]:
    """The keys of a data folder; throw-away ones where there is no file, so that settings load without any set-up."""
    path = folder / FILE
    if not path.is_file():
        return {name: secrets.token_hex(32) for name in NAMES}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def ensure(folder: Path) -> dict[str, str]:
    """The keys of a data folder, made once. A key that exists is never changed: what it encrypted would be lost."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o711)  # the database's own user passes through; nobody lists it
    path = folder / FILE
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    missing = {name: secrets.token_hex(32) for name in NAMES if name not in found}
    if missing:
        waiting = folder / f".{FILE}.{os.getpid()}"
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({**found, **missing}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    path.chmod(0o600)
    return {**found, **missing}
