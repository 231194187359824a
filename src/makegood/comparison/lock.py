"""Freezing a protocol: its SHA-256, who signed it, and every later change as a chained amendment.

The lock is a JSON file beside the protocol. Each entry names the hash of the text, the entry before it, what changed
and why, and carries signatures. An entry's date counts when a second party countersigned it: one party alone could
write any date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from makegood.comparison.protocol_reading import ReadProtocol
from makegood.comparison.signing import public_text, sign, signature_holds
from makegood.values.fingerprint import plain, sha256_of
from makegood.values.problem import Problem, Refused, Where

FORMAT = "makegood-lock/1"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed: the party's name in the programme file, the public key as base64, the signature as base64."""

    party: str
    public_key: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One frozen text. `on`: the date that its party gives, None where it gives none; `previous`: fingerprint of the
    entry before, empty for the first; `changes`: term, old, new."""

    sha256: str
    on: date | None
    reason: str
    expected_effect: str
    previous: str
    changes: tuple[tuple[str, str, str], ...]
    terms: Mapping[str, Any]
    signatures: tuple[Signature, ...] = ()

    def content(self) -> dict[str, Any]:
        """What is signed: everything but the signatures."""
        return {
            "sha256": self.sha256,
            "on": None if self.on is None else self.on.isoformat(),
            "reason": self.reason,
            "expected_effect": self.expected_effect,
            "previous": self.previous,
            "changes": [list(change) for change in self.changes],
            "terms": plain(self.terms),
        }


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The chain of frozen texts of one protocol; the last one is in force."""

    protocol: str
    programme: str
    entries: tuple[Entry, ...]

    def amendments(self) -> list[dict[str, Any]]:
        """The later changes, as every result shows them."""
        shown = ("sha256", "on", "reason", "expected_effect", "changes")
        return [{key: entry.content()[key] for key in shown} for entry in self.entries[1:]]


def lock_path(protocol: Path) -> Path:
    """Where the lock of a protocol file stands: `protocol.yaml` has `protocol.lock.json`."""
    return protocol.with_suffix(".lock.json")


def locked(
    protocol: ReadProtocol, *, before: Lock | None, on: date | None, reason: str = "", expected_effect: str = ""
) -> tuple[Lock | None, list[Problem]]:
    """The lock with this text as its last entry; the same lock where the text is in force already.

    A text that differs from the one in force is an amendment and needs a reason and the effect that is expected of it.
    """
    if before is not None and before.entries[-1].sha256 == protocol.sha256:
        return before, []
    where = Where(protocol.file)
    terms = _terms(protocol)
    if before is None:
        entry = Entry(sha256=protocol.sha256, on=on, reason=reason, expected_effect=expected_effect, previous="", changes=(), terms=terms)
        return Lock(protocol=protocol.terms.protocol, programme=protocol.terms.programme, entries=(entry,)), []
    last = before.entries[-1]
    problems = []
    if not reason or not expected_effect:
        dated = f" on {last.on.isoformat()}" if last.on else ""
        what = f"this text is not the one that was locked{dated} ({last.sha256[:12]}…)"
        remedy = "restore the locked text, or amend it: --reason and --expected-effect, which every result will show"
        problems.append(Problem(where, "changed_after_lock", what, "A protocol is fixed before outcomes are seen", remedy))
    if on is not None and last.on is not None and on < last.on:
        what = f"the amendment is dated {on.isoformat()}, before the text that it changes ({last.on.isoformat()})"
        problems.append(Problem(where, "amendment_too_early", what, "", "give the date on which the parties agreed"))
    if before.protocol != protocol.terms.protocol:
        problems.append(Problem(where, "other_protocol", f"the lock is that of '{before.protocol}'", "", "lock it under a name of its own"))
    if problems:
        return None, problems
    entry = Entry(
        sha256=protocol.sha256,
        on=on,
        reason=reason,
        expected_effect=expected_effect,
        previous=sha256_of(last.content()),
        changes=differences(last.terms, terms),
        terms=terms,
    )
    return replace(before, entries=(*before.entries, entry)), []


def signed(lock: Lock, *, party: str, key: Ed25519PrivateKey) -> Lock:
    """The lock with this party's signature on the entry in force; a second signature is a countersignature."""
    entry = lock.entries[-1]
    mine = Signature(party=party, public_key=public_text(key), signature=sign(entry.content(), key=key))
    others = tuple(signature for signature in entry.signatures if signature.party != party)
    return replace(lock, entries=(*lock.entries[:-1], replace(entry, signatures=(*others, mine))))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Terms that differ between two flattened protocols: (path, old, new), `absent` where one has none."""
    paths = sorted(old.keys() | new.keys())
    return tuple((path, str(old.get(path, "absent")), str(new.get(path, "absent"))) for path in paths if old.get(path) != new.get(path))


def _terms(protocol: ReadProtocol) -> dict[str, str]:
    flat: dict[str, str] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, item in value.items():
                walk(f"{path}/{key}" if path else str(key), item)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value):
                walk(f"{path}/{number}", item)
        else:
            flat[path] = ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)

    walk("", protocol.terms.model_dump(mode="json", exclude_none=True))
    return flat


def chain_problems(lock: Lock, *, file: str, sha256: str, public_keys: Mapping[str, str] | None = None) -> list[Problem]:
    """What is wrong with a lock: a broken chain, a bad signature, a text that is not the one in force.

    `public_keys`: party -> base64, from the programme file; without them a signature is checked against the key that
    it names itself, which shows that nothing changed but not who signed.
    """
    where = Where(file)
    problems = []
    if lock.entries[-1].sha256 != sha256:
        what = f"the protocol's text has the hash {sha256[:12]}…, the lock says {lock.entries[-1].sha256[:12]}…"
        why = "Results made under one text do not count under another"
        problems.append(Problem(where, "not_the_locked_text", what, why, "restore the locked text or lock the amendment"))
    previous = ""
    for number, entry in enumerate(lock.entries, start=1):
        if entry.previous != previous:
            problems.append(
                Problem(where, "broken_chain", f"entry {number} does not follow the entry before it", "", "restore the lock file")
            )
        previous = sha256_of(entry.content())
        for signature in entry.signatures:
            known = None if public_keys is None else public_keys.get(signature.party, "")
            if known is not None and known != signature.public_key:
                what = f"entry {number}: '{signature.party}' signs with a key that the programme does not name"
                problems.append(Problem(where, "unknown_key_of_party", what, "", "add the party's public key to the programme file"))
            elif not signature_holds(entry.content(), signature=signature.signature, public_key=signature.public_key):
                what = f"entry {number}: the signature of '{signature.party}' does not fit the entry"
                problems.append(Problem(where, "bad_signature", what, "Something changed after it was signed", "restore the lock file"))
    return problems


def lock_text(lock: Lock) -> str:
    """The lock as JSON; the same lock has the same bytes."""
    entries = [{**entry.content(), "signatures": [plain(signature) for signature in entry.signatures]} for entry in lock.entries]
    content = {"format": FORMAT, "protocol": lock.protocol, "programme": lock.programme, "entries": entries}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def read_lock(path: Path) -> Lock | None:
    """The lock in a file, None where there is none. Raises Refused where the file is no lock."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        entries = tuple(
            Entry(
                sha256=str(entry["sha256"]),
                on=None if entry["on"] is None else date.fromisoformat(entry["on"]),
                reason=str(entry["reason"]),
                expected_effect=str(entry["expected_effect"]),
                previous=str(entry["previous"]),
                changes=tuple((str(path_), str(old), str(new)) for path_, old, new in entry["changes"]),
                terms=dict(entry["terms"]),
                signatures=tuple(Signature(**signature) for signature in entry["signatures"]),
            )
            for entry in content["entries"]
        )
        if not entries:
            raise ValueError("no entry")
        return Lock(protocol=str(content["protocol"]), programme=str(content["programme"]), entries=entries)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"this is not a lock file ({type(error).__name__}: {error})"
        raise Refused([Problem(Where(str(path)), "not_a_lock", what, "", "restore it, or lock the protocol again")]) from None
