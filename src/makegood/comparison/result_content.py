"""What a result file says, before it is signed: under which protocol, on which inputs, by which software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from makegood import __version__
from makegood.comparison.effect_release import terms_told
from makegood.comparison.lock import Lock
from makegood.comparison.protocol_reading import ReadProtocol

LIBRARIES = ("numpy", "scipy", "pyarrow")


def computed_result(
    *,
    protocol: ReadProtocol,
    lock: Lock,
    programme_sha256: str | None,
    inputs: Mapping[str, str],
    design: Mapping[str, Any],
    rows: Sequence[Mapping[str, str]],
    findings: Sequence[Mapping[str, Any]],
    refused: Sequence[str],
) -> dict[str, Any]:
    """The content of a result that this software computed. `inputs`: name of a file -> its SHA-256."""
    return {
        **_head(protocol, lock=lock, programme_sha256=programme_sha256),
        "made": "computed",
        "inputs": dict(inputs),
        "terms": terms_told(protocol.terms),
        "design": dict(design),
        "results": [dict(row) for row in rows],
        "findings": [dict(finding) for finding in findings],
        "refused": list(refused),
    }


def stated_result(rows: Sequence[Mapping[str, str]], *, protocol: ReadProtocol, lock: Lock, programme_sha256: str | None) -> dict[str, Any]:
    """The content of a result that a party states, such as one published elsewhere: nothing in it was computed here."""
    return {
        **_head(protocol, lock=lock, programme_sha256=programme_sha256),
        "made": "stated by the signer",
        "results": [{column: value for column, value in row.items() if column != "report_sha256"} for row in rows],
    }


def lock_told(protocol: ReadProtocol, lock: Lock) -> dict[str, Any]:
    """The protocol as every result tells of it: when it was locked, by whom, and what was changed since."""
    entry = lock.entries[-1]
    return {
        "name": protocol.terms.protocol,
        "sha256": protocol.sha256,
        "locked_on": None if entry.on is None else entry.on.isoformat(),
        "locked_by": [signature.party for signature in entry.signatures],
        "countersigned": len(entry.signatures) > 1,
        "amendments": lock.amendments(),
    }


def _head(protocol: ReadProtocol, *, lock: Lock, programme_sha256: str | None) -> dict[str, Any]:
    return {
        "protocol": lock_told(protocol, lock),
        "programme": {"name": protocol.terms.programme, "sha256": programme_sha256},
        "software": {"name": "makegood", "version": __version__, "libraries": {name: version(name) for name in LIBRARIES}},
    }
