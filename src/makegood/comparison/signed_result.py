"""The result file: JSON in one possible spelling, signed, so that a changed byte anywhere is seen.

Outside the signed content stands the signature only. The file must equal the one rendering of what was read from it:
blanks, order of keys, an escaped letter or another spelling of the base64 are changes too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from makegood import __version__
from makegood.comparison.signing import public_text, sign, signature_holds
from makegood.values.fingerprint import plain, sha256_of
from makegood.values.problem import Problem, Where

FORMAT = "makegood-effect/1"
MAX_BYTES = 50_000_000

RESULT_COLUMNS = (
    "result", "metric", "cohort", "value", "unit", "arm_basis", "class", "component", "comparison_kind", "comparison_value",
    "estimator", "se", "ci_low", "ci_high", "p", "n", "comparison_n", "unmatched_n", "unknown_n", "period_start", "period_end",
    "observed_until", "status", "report_version", "report_sha256",
)  # fmt: skip
"""The columns of the `results` file that a signed result may fill."""


def render(content: Mapping[str, Any], *, party: str, key: Ed25519PrivateKey) -> bytes:
    """The signed file. `content` holds JSON values without floats; the signer is added to what is signed."""
    signed = {**plain(content), "format": FORMAT, "signed_by": {"algorithm": "Ed25519", "party": party, "public_key": public_text(key)}}
    return _text(signed, sign(signed, key=key))


def _text(signed: Mapping[str, Any], signature: str) -> bytes:
    file = {"content": signed, "signature": signature}
    return (json.dumps(file, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")


def read_effect(
    path: Path,
    *,
    public_keys: Mapping[str, str],
    protocol_sha256: str,
    programme: str,
    programme_sha256: str | None = None,
    software_version: str = __version__,
) -> tuple[list[dict[str, str]], list[Problem]]:
    """The rows of a signed result, in the columns of the `results` file, or the reasons why it is refused.

    `public_keys`: party -> base64 from the programme file; `protocol_sha256`: the protocol that the programme pins;
    `programme_sha256`: compared where both sides name one. A result of a newer version than `software_version` is
    refused, an older one is not: a report is pinned, not computed again. Rows are empty whenever there is a problem.
    `report_sha256` of each row is the SHA-256 of the file.
    """
    file = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return [], [_problem(file, "unreadable", f"it cannot be read: {error.strerror}", "", "check the path")]
    content, problems = verified(data, file=file, public_keys=public_keys)
    if content is None:
        return [], problems
    protocol = content.get("protocol", {})
    if protocol.get("sha256") != protocol_sha256:
        what = f"it was made under the protocol {str(protocol.get('sha256'))[:12]}…, the programme pins {protocol_sha256[:12]}…"
        why = "An effect counts only under the protocol that was fixed before the outcomes were seen"
        problems.append(_problem(file, "other_protocol", what, why, "run the comparison under the pinned protocol, or amend the programme"))
    named = content.get("programme", {})
    if named.get("name") != programme:
        what = f"it is a result of the programme '{named.get('name')}', not of '{programme}'"
        problems.append(_problem(file, "other_programme", what, "", "name the result of this programme"))
    theirs = named.get("sha256")
    if programme_sha256 is not None and theirs is not None and theirs != programme_sha256:
        what = f"it was made for another text of the programme ({theirs[:12]}…, this one is {programme_sha256[:12]}…)"
        problems.append(_problem(file, "other_programme_text", what, "Terms may have changed since", "compare the texts and sign again"))
    made_by = content.get("software", {}).get("version", "")
    if _version(made_by) > _version(software_version):
        what = f"it was made by version {made_by or 'unknown'}, this is {software_version}"
        problems.append(_problem(file, "newer_software", what, "A newer version may mean something else by it", f"settle with {made_by}"))
    rows = content.get("results", [])
    problems.extend(
        _problem(file, "unknown_column", f"a result holds '{column}'", "", "sign results in the columns of the results file")
        for column in sorted({column for row in rows for column in row} - set(RESULT_COLUMNS))
    )
    if problems:
        return [], problems
    digest = sha256_of(data)
    return [{**{column: str(value) for column, value in row.items()}, "report_sha256": digest} for row in rows], []


def verified(data: bytes, *, file: str, public_keys: Mapping[str, str]) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The signed content of these bytes when every byte is as it was signed by a known party; else the reasons."""
    why, remedy = "Money is paid on this file", "ask the evaluator for the file as it was signed"
    if len(data) > MAX_BYTES:
        return None, [_problem(file, "too_large", f"{len(data)} bytes are more than a result takes", "", remedy)]
    try:
        read = json.loads(data)
        content, signature = read["content"], read["signature"]
        signer = content["signed_by"]
        party, public_key, algorithm = signer["party"], signer["public_key"], signer["algorithm"]
        rendered = _text(content, signature)
        shaped = (
            all(isinstance(word, str) for word in (party, public_key, signature))
            and all(
                isinstance(content.get(key, kind()), kind)
                for key, kind in (("protocol", dict), ("programme", dict), ("software", dict), ("results", list))
            )
            and all(isinstance(row, dict) for row in content.get("results", []))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, [_problem(file, "not_a_result", "this is not a signed result", why, remedy)]
    if not shaped or content.get("format") != FORMAT or algorithm != "Ed25519":
        what = f"this is not a result of the form {FORMAT} under Ed25519"
        return None, [_problem(file, "unknown_form", what, why, remedy)]
    if party not in public_keys:
        known = ", ".join(f"'{name}'" for name in sorted(public_keys)) or "nobody"
        what = f"it is signed by '{party}', whose public key the programme does not name (it names {known})"
        return None, [_problem(file, "unknown_signer", what, why, "add the party's public key to the programme, or get a party to sign")]
    if public_keys[party] != public_key:
        what = f"it is signed with another key than the programme names for '{party}'"
        return None, [_problem(file, "other_key", what, why, remedy)]
    try:
        holds = signature_holds(content, signature=signature, public_key=public_key)
    except TypeError:  # a float or other value that has no canonical text was put in
        holds = False
    if not holds:
        what = "its content is not what was signed, or the signature was changed"
        return None, [_problem(file, "changed_after_signing", what, why, remedy)]
    if rendered != data:
        what = "the content fits the signature but the file was written anew: bytes differ from those that were signed"
        return None, [_problem(file, "changed_after_signing", what, why, remedy)]
    return content, []


def _version(text: str) -> tuple[int, ...]:
    parts = text.split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else (10**9,)


def _problem(file: str, code: str, what: str, why: str, remedy: str) -> Problem:
    return Problem(Where(file), code, what, why, remedy)
