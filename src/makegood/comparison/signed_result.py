"""The result file: JSON in one possible spelling, signed, so that a changed byte anywhere is seen.

Outside the signed content stands the signature only. The file must equal the one rendering of what was read from it:
blanks, order of keys, an escaped letter or another spelling of the base64 are changes too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class SignedResult:
    """A result whose signature, protocol, programme and version hold.

    `rows`: in the columns of the `results` file; `report_sha256` of each is the SHA-256 of the whole file. `content`:
    everything that was signed.
    """

    rows: list[dict[str, str]]
    sha256: str
    content: Mapping[str, Any]

    @property
    def protocol(self) -> str:
        """The SHA-256 of the protocol under which it was made."""
        return str(self.content["protocol"]["sha256"])

    def told(self) -> dict[str, str]:
        """Who made it, under what, in a few words each; for the record of what used it."""
        protocol = self.content["protocol"]
        locked = f"{protocol.get('locked_on') or 'undated'} by {', '.join(protocol.get('locked_by', ())) or 'nobody'}"
        return {
            "effect": self.sha256,
            "effect_made": str(self.content.get("made", "")),
            "effect_signed_by": str(self.content["signed_by"]["party"]),
            "effect_protocol": self.protocol,
            "effect_protocol_locked": locked,
        }


def read_effect(
    path: Path,
    *,
    public_keys: Mapping[str, str],
    protocols: Collection[str],
    programme: str,
    programme_texts: Collection[str] = (),
    software_version: str = __version__,
) -> tuple[SignedResult | None, list[Problem]]:
    """A signed result, or the reasons why it is refused; with it come warnings on what a payer should know.

    `public_keys`: party -> base64, of those who may sign; `protocols`: the SHA-256 of those that the programme pins;
    `programme_texts`: fingerprints of the programme and its earlier texts, compared where the result names one. A
    result of a newer version than `software_version` is refused, an older one is not: a report is pinned, not computed
    again.
    """
    file = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return None, [_problem(file, "unreadable", f"it cannot be read: {error.strerror}", "", "check the path")]
    content, problems = verified(data, file=file, public_keys=public_keys)
    if content is None:
        return None, problems
    protocol = content.get("protocol", {})
    if protocol.get("sha256") not in protocols:
        pinned = " and ".join(f"{name[:12]}…" for name in sorted(protocols))
        what = f"it was made under the protocol {str(protocol.get('sha256'))[:12]}…, the programme pins {pinned}"
        why = "An effect counts only under the protocol that was fixed before the outcomes were seen"
        problems.append(_problem(file, "other_protocol", what, why, "run the comparison under the pinned protocol, or amend the programme"))
    named = content.get("programme", {})
    if named.get("name") != programme:
        what = f"it is a result of the programme '{named.get('name')}', not of '{programme}'"
        problems.append(_problem(file, "other_programme", what, "", "name the result of this programme"))
    theirs = named.get("sha256")
    if programme_texts and theirs is not None and theirs not in programme_texts:
        what = f"it was made for another text of the programme ({str(theirs)[:12]}…) that this one does not go back to"
        why = "Amendments may be added to the text that a result was made for; its terms may not be edited"
        problems.append(_problem(file, "other_programme_text", what, why, "compare the texts, and run the comparison with this one"))
    made_by = content.get("software", {}).get("version", "")
    if _version(made_by) > _version(software_version):
        what = f"it was made by version {made_by or 'unknown'}, this is {software_version}"
        problems.append(_problem(file, "newer_software", what, "A newer version may mean something else by it", f"settle with {made_by}"))
    rows = content.get("results", [])
    if not rows:
        why, remedy = "A settlement would go on as if nobody had compared", "see in its `withheld` and `refused` why"
        problems.append(_problem(file, "no_results", "it states no result", why, remedy))
    problems.extend(
        _problem(file, "unknown_column", f"a result holds '{column}'", "", "sign results in the columns of the results file")
        for column in sorted({column for row in rows for column in row} - set(RESULT_COLUMNS))
    )
    if problems:
        return None, problems
    digest = sha256_of(data)
    told = [{**{column: str(value) for column, value in row.items()}, "report_sha256": digest} for row in rows]
    return SignedResult(rows=told, sha256=digest, content=content), _remarks(protocol, file=file, made=str(content.get("made")))


def _remarks(protocol: Mapping[str, Any], *, file: str, made: str) -> list[Problem]:
    """What stands in no one's way, and what a payer should know."""
    found = [
        Problem(
            Where(file),
            "protocol_amended",
            f"the protocol was amended on {amendment.get('on') or 'an unknown day'}: {amendment.get('reason')}",
            f"Expected of it: {amendment.get('expected_effect')}",
            "judge whether outcomes were known by then",
            "warning",
        )
        for amendment in protocol.get("amendments", ())
    ]
    if made == "computed" and not protocol.get("countersigned"):
        what = "only one party signed the lock of the protocol"
        why = "Its date rests on that party's word"
        found.append(
            Problem(Where(file), "not_countersigned", what, why, "let a second party countersign before outcomes are seen", "warning")
        )
    return found


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
