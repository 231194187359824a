"""`makegood protocol keygen|draft|lock|pin|sign|verify`: keys, freezing a protocol, and showing what was made under it."""

from __future__ import annotations

import argparse
import csv
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    verbs = parser.add_subparsers(dest="verb", metavar="keygen|draft|lock|pin|sign|verify", required=True)
    keygen = verbs.add_parser("keygen", help="write a new key pair: NAME.key (secret) and NAME.pub")
    keygen.add_argument("--out", type=Path, required=True, metavar="NAME", help="where: NAME.key and NAME.pub")
    draft = verbs.add_parser("draft", help="write a protocol to begin with, from a programme and your files")
    draft.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    draft.add_argument("--treated", type=Path, metavar="FILE", help="take the variables from these columns")
    draft.add_argument("--pool", type=Path, metavar="FILE", help="take those only that are here too")
    draft.add_argument("--out", type=Path, required=True, metavar="FILE", help="the protocol file to write")
    lock = verbs.add_parser("lock", help="freeze a protocol under its SHA-256, or amend or countersign it")
    lock.add_argument("protocol", type=Path, metavar="PROTOCOL")
    lock.add_argument("--on", type=_day, metavar="DATE", help="the day on which the parties fixed it; counts when a second party signs")
    lock.add_argument("--reason", default="", help="for an amendment: why")
    lock.add_argument("--expected-effect", default="", help="for an amendment: what it is expected to change")
    lock.add_argument("--programme", metavar="PROGRAMME", help="also check that the metrics are those of this programme")
    _signing(lock, required=False)
    pin = verbs.add_parser("pin", help="write a programme file with the protocol pinned and the parties' public keys in it")
    pin.add_argument("protocol", type=Path, metavar="PROTOCOL")
    pin.add_argument("--programme", required=True, metavar="PROGRAMME", help="the programme file, or the name of one that ships")
    pin.add_argument(
        "--metric", action="append", default=[], metavar="NAME", help="pin for this metric only (else every one compared with a group)"
    )
    pin.add_argument("--public-key", action="append", default=[], metavar="PARTY=KEY", help="a party's key: base64, or the .pub file")
    pin.add_argument("--out", type=Path, required=True, metavar="FILE", help="the new programme file; the old one stays as it is")
    sign = verbs.add_parser("sign", help="sign results that were found elsewhere, such as a published evaluation")
    sign.add_argument("protocol", type=Path, metavar="PROTOCOL")
    sign.add_argument("--results", type=Path, required=True, metavar="FILE", help="rows in the columns of the results file (CSV)")
    sign.add_argument("--programme", metavar="PROGRAMME", help="record the fingerprint of this programme file")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="the signed result (.json)")
    _signing(sign, required=True)
    verify = verbs.add_parser("verify", help="does the lock fit the text, do the signatures hold, was a result made under it")
    verify.add_argument("protocol", type=Path, metavar="PROTOCOL")
    verify.add_argument("--result", type=Path, metavar="FILE", help="a signed result")
    verify.add_argument("--programme", metavar="PROGRAMME", help="take the parties' public keys from this programme file")
    verify.add_argument(
        "--public-key", action="append", default=[], metavar="PARTY=KEY", help="or name them: party=base64, or party=FILE.pub"
    )
    for verb in (keygen, draft, lock, pin, sign, verify):
        verb.add_argument("--quiet", action="store_true", default=argparse.SUPPRESS, help="print nothing but problems")
        verb.add_argument("--format", choices=("text", "json"), default="text")


def _signing(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--key", type=Path, required=required, metavar="FILE", help="sign with this secret key")
    parser.add_argument("--party", metavar="NAME", help="the signing party's code in the programme file; else the key file's name")


def _day(word: str) -> date:
    from makegood.values.parsing import day

    try:
        return day(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(args: argparse.Namespace) -> int:
    """Do one verb; 1 when a verification fails."""
    verbs = {"keygen": _keygen, "draft": _draft, "lock": _lock, "pin": _pin, "sign": _sign, "verify": _verify}
    return verbs[args.verb](args)


def _say(args: argparse.Namespace, lines: list[str], values: Mapping[str, Any]) -> None:
    if not args.quiet:
        print(json.dumps(values, ensure_ascii=False, indent=1) if args.format == "json" else "\n".join(lines))


def _keygen(args: argparse.Namespace) -> int:
    from makegood.comparison.signing import KEY_BYTES, key_pair
    from makegood.values.problem import Problem, Refused, Where

    secret, public = args.out.with_name(args.out.name + ".key"), args.out.with_name(args.out.name + ".pub")
    there = [path for path in (secret, public) if path.exists()]
    if there:
        why, remedy = "Whoever holds a key would lose it", "choose another name, or move the old key away"
        raise Refused([Problem(Where(str(path)), "key_exists", "a key of this name is there already", why, remedy) for path in there])
    pair = key_pair(secrets.token_bytes(KEY_BYTES))
    secret.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(pair.private_pem)
    public.write_text(pair.public + "\n", "ascii")
    lines = [
        f"Secret key: {secret} (keep it to yourself; nobody can sign for you without it)",
        f"Public key: {public}",
        "In the programme file, under your party:",
        f"  public_key: {pair.public}",
    ]
    _say(args, lines, {"secret_key": str(secret), "public_key_file": str(public), "public_key": pair.public})
    return 0


def _draft(args: argparse.Namespace) -> int:
    from makegood.cli.output import write_folder
    from makegood.comparison.drafting import draft, shipped_protocol
    from makegood.comparison.protocol_reading import parse_protocol
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement
    from makegood.values.problem import Problem, Refused, Where

    if args.out.exists():
        remedy = "name another file, or remove this one"
        raise Refused([Problem(Where(str(args.out)), "file_exists", "there is a file of this name", "A draft replaces nothing", remedy)])
    ready = None if args.treated or args.pool else shipped_protocol(args.programme)
    programme = read_agreement(args.programme, check=check_terms).on(None).programme
    text = ready if ready is not None else draft(programme, treated=args.treated, pool=args.pool).encode("utf-8")
    parse_protocol(text, file=str(args.out))
    write_folder(args.out.resolve().parent, {args.out.name: text})
    told = "the protocol that ships with this programme" if ready is not None else "a draft: read every line, it decides who is compared"
    lines = [f"Written: {args.out}, {told}.", f"When the parties agree: makegood protocol lock {args.out} --programme {args.programme}"]
    _say(args, lines, {"protocol": str(args.out), "ready": ready is not None})
    return 0


def _pin(args: argparse.Namespace) -> int:
    from makegood.cli.output import write_folder
    from makegood.comparison.pinning import pinned
    from makegood.comparison.protocol_reading import read_protocol
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import find_programme, read_agreement

    protocol = read_protocol(args.protocol)
    path = find_programme(args.programme)
    metrics = args.metric or _compared_metrics(protocol, args.programme)
    keys = _keys_given(args.public_key)
    text = pinned(path.read_bytes(), file=str(path), protocol_sha256=protocol.sha256, metrics=metrics, public_keys=keys)
    write_folder(args.out.resolve().parent, {args.out.name: text})
    agreement = read_agreement(args.out, check=check_terms)
    lines = [
        f"Written: {args.out}",
        f"  protocol {protocol.sha256} pinned for {', '.join(metrics)}",
        *(f"  public key of {party}: {key}" for party, key in keys.items()),
        "Terms that are signed already change by an amendment; this file is for terms that are not.",
    ]
    told = {"programme": str(args.out), "programme_sha256": agreement.sha256, "protocol_sha256": protocol.sha256, "metrics": metrics}
    _say(args, lines, told)
    return 0


def _compared_metrics(protocol: Any, reference: str) -> list[str]:
    """Metrics of the protocol that the programme compares with a group. Raises Refused for another programme's protocol."""
    from makegood.comparison.pinning import GROUPS
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement
    from makegood.values.problem import Refused

    problems = _metric_problems(protocol, reference)
    if problems:
        raise Refused(problems)
    metrics = read_agreement(reference, check=check_terms).on(None).programme.outcome_metrics
    return [
        name
        for name in protocol.terms.outcomes
        if (effect := metrics[name].effect) is not None and any(row.kind in GROUPS for row in effect.counterfactual)
    ]


def _party(args: argparse.Namespace) -> str:
    return str(args.party or args.key.stem)


def _lock(args: argparse.Namespace) -> int:
    from makegood.cli.output import write_folder
    from makegood.comparison.lock import chain_problems, lock_path, lock_text, locked, read_lock, signed
    from makegood.comparison.protocol_reading import read_protocol
    from makegood.comparison.signing import read_private_key
    from makegood.values.problem import Refused

    protocol = read_protocol(args.protocol)
    path = lock_path(args.protocol)
    problems = _metric_problems(protocol, args.programme) if args.programme else []
    before = read_lock(path)
    if before is not None:
        problems += chain_problems(before, file=str(path), sha256=before.entries[-1].sha256)
    lock, found = locked(protocol, before=before, on=args.on, reason=args.reason, expected_effect=args.expected_effect)
    problems += found
    if lock is None or problems:
        raise Refused(problems)
    if args.key is not None:
        lock = signed(lock, party=_party(args), key=read_private_key(args.key))
    write_folder(path.parent, {path.name: lock_text(lock)})
    signers = [signature.party for signature in lock.entries[-1].signatures]
    lines = [
        f"Locked: {args.protocol}",
        f"  SHA-256 {protocol.sha256}",
        f"  lock file {path}, signed by {', '.join(signers) or 'nobody yet (--key FILE)'}",
        "In the programme file, under effect / counterfactual of each metric:",
        f"  protocol_sha256: {protocol.sha256}",
    ]
    if len(signers) < 2:
        lines.append("The date of the lock counts when a second party countersigns: run the same command with the other key.")
    lines += [
        f"Amendment {number} on {entry.on or 'an unknown day'}: {entry.reason} ({len(entry.changes)} terms changed)"
        for number, entry in enumerate(lock.entries[1:], start=1)
    ]
    _say(args, lines, {"protocol_sha256": protocol.sha256, "lock": str(path), "signed_by": signers, "amendments": lock.amendments()})
    return 0


def _metric_problems(protocol: Any, reference: str) -> list[Any]:
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement
    from makegood.values.problem import Problem, Where, nearest

    terms = read_agreement(reference, check=check_terms).on(None).programme
    problems = []
    if terms.programme != protocol.terms.programme:
        what = f"the protocol is written for '{protocol.terms.programme}', this programme is '{terms.programme}'"
        problems.append(Problem(Where(protocol.file, 0, "programme"), "other_programme", what, "", "name the right programme"))
    for name, rule in protocol.terms.outcomes.items():
        metric = terms.outcome_metrics.get(name)
        where = Where(protocol.file, 0, f"outcomes/{name}")
        if metric is None:
            what = f"'{name}' is no outcome metric of the programme"
            problems.append(Problem(where, "unknown_metric", what, "", nearest(name, terms.outcome_metrics)))
            continue
        for word, ours, theirs in (("unit", rule.unit or metric.unit, metric.unit), ("better", rule.better, metric.better)):
            if ours != theirs:
                what = f"{word} is '{ours}' here and '{theirs}' in the programme"
                why = "Protocol and programme would speak of two outcomes under one name"
                problems.append(Problem(where, "other_metric", what, why, f"write `{word}: {theirs}`, or amend the programme"))
    return problems


def _sign(args: argparse.Namespace) -> int:
    from makegood.cases.reading import read_rows
    from makegood.cases.rows import Result, record_of
    from makegood.cli.output import write_folder
    from makegood.comparison.protocol_reading import read_protocol
    from makegood.comparison.result_content import stated_result
    from makegood.comparison.signed_result import RESULT_COLUMNS, render
    from makegood.comparison.signing import read_private_key
    from makegood.values.problem import Problem, Refused, Where, nearest

    protocol = read_protocol(args.protocol)
    rows = [record_of(row) for row in read_rows(Result, args.results)]
    with args.results.open(encoding="utf-8-sig", newline="") as handle:
        header = next(csv.reader(handle), [])
    odd = [column for column in header if column not in RESULT_COLUMNS]
    if odd:
        what = "is not for the evaluator to sign"
        raise Refused(
            [
                Problem(Where(str(args.results), 1, name), "not_signed", f"'{name}' {what}", "", nearest(name, RESULT_COLUMNS))
                for name in odd
            ]
        )
    content = stated_result(
        rows, protocol=protocol, lock=_lock_of(args.protocol, protocol), programme_sha256=_programme_sha256(args.programme)
    )
    data = render(content, party=_party(args), key=read_private_key(args.key))
    write_folder(args.out.resolve().parent, {args.out.name: data})
    _say(args, [f"Signed by {_party(args)}: {args.out} ({len(rows)} results)"], {"result": str(args.out), "results": len(rows)})
    return 0


def _lock_of(path: Path, protocol: Any) -> Any:
    from makegood.comparison.lock import chain_problems, lock_path, read_lock
    from makegood.values.problem import Problem, Refused, Where

    lock = read_lock(lock_path(path))
    if lock is None:
        remedy = f"run `makegood protocol lock {path}`"
        raise Refused([Problem(Where(str(path)), "not_locked", "the protocol is not locked", "An effect counts only under one", remedy)])
    problems = chain_problems(lock, file=str(lock_path(path)), sha256=protocol.sha256)
    if problems:
        raise Refused(problems)
    return lock


def _programme_sha256(reference: str | None) -> str | None:
    if reference is None:
        return None
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    return str(read_agreement(reference, check=check_terms).sha256)


def _programme_texts(reference: str | None) -> list[str]:
    if reference is None:
        return []
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    return read_agreement(reference, check=check_terms).texts()


def _verify(args: argparse.Namespace) -> int:
    from makegood.comparison.lock import chain_problems, lock_path, read_lock
    from makegood.comparison.protocol_reading import read_protocol
    from makegood.comparison.signed_result import read_effect
    from makegood.values.problem import Problem, Where

    protocol = read_protocol(args.protocol)
    path = lock_path(args.protocol)
    keys, evaluators = _public_keys(args), _public_keys(args, evaluators=True)
    lock = read_lock(path)
    if lock is None:
        problems = [Problem(Where(str(path)), "not_locked", "there is no lock", "", f"run `makegood protocol lock {args.protocol}`")]
    else:
        problems = chain_problems(lock, file=str(path), sha256=protocol.sha256, public_keys=keys)
    rows: list[dict[str, str]] = []
    remarks: list[Problem] = []
    if args.result is not None:
        if evaluators is None:
            remedy = "give --programme PROGRAMME or --public-key PARTY=KEY"
            problems.append(Problem(Where(str(args.result)), "no_public_keys", "nobody's public key is known", "", remedy))
        else:
            signed, found = read_effect(
                args.result, public_keys=evaluators, protocols=[protocol.sha256], programme=protocol.terms.programme,
                programme_texts=_programme_texts(args.programme),
            )  # fmt: skip
            rows = [] if signed is None else signed.rows
            remarks = [problem for problem in found if problem.severity == "warning"]
            problems += [problem for problem in found if problem.severity == "error"]
    lines = [f"Protocol {args.protocol}: SHA-256 {protocol.sha256}"]
    if lock is not None:
        signers = ", ".join(signature.party for signature in lock.entries[-1].signatures) or "nobody"
        lines.append(f"Lock {path}: {len(lock.entries)} text(s), the last signed by {signers}")
        if keys is None and lock.entries[-1].signatures:
            lines.append("Whose keys these are was not checked: give --programme PROGRAMME or --public-key PARTY=KEY.")
        lines += [f"  amended {entry.on or ''}: {entry.reason}; expected: {entry.expected_effect}" for entry in lock.entries[1:]]
    if args.result is not None and not problems:
        lines.append(f"Result {args.result}: signature and protocol hold, {len(rows)} results")
    lines += [f"Please note: {problem}" for problem in remarks]
    lines += [f"✗ {problem}" for problem in problems] or ["Everything holds."]
    holds = not problems
    _say(args, lines, {"holds": holds, "protocol_sha256": protocol.sha256, "problems": [problem.as_json() for problem in problems]})
    return 0 if holds else 1


def _public_keys(args: argparse.Namespace, *, evaluators: bool = False) -> dict[str, str] | None:
    """Party -> public key, from the programme and as given; of `evaluators` only, whose signature a result needs."""
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    if not args.programme and not args.public_key:
        return None
    keys: dict[str, str] = {}
    if args.programme:
        parties = read_agreement(args.programme, check=check_terms).on(date.max).programme.parties
        keys = {
            name: party.public_key for name, party in parties.items() if party.public_key and (not evaluators or "evaluator" in party.roles)
        }
    return keys | _keys_given(args.public_key)


def _keys_given(words: Sequence[str]) -> dict[str, str]:
    """`PARTY=KEY`, the key as base64 or as the file that holds it. Raises Refused."""
    from makegood.programme.scalars import public_key_problem
    from makegood.values.problem import Problem, Refused, Where

    keys: dict[str, str] = {}
    for word in words:
        party, _, key = word.partition("=")
        path = Path(key)
        if key.endswith(".pub") and path.is_file():
            key = path.read_text("ascii", errors="replace").strip()
        wrong = public_key_problem(key)
        if wrong or not party:
            where, remedy = Where("--public-key", 0, party), "write PARTY=KEY as keygen printed it, or PARTY=FILE.pub"
            raise Refused([Problem(where, "not_a_key", wrong or "no party is named", "", remedy)])
        keys[party] = key
    return keys
