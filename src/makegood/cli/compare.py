"""`makegood compare PROTOCOL`: without outcomes the design, with them the effect as a signed result."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

KEY_VARIABLE = "MAKEGOOD_KEY"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("protocol", type=Path, metavar="PROTOCOL", help="the evaluation protocol (YAML)")
    parser.add_argument("--treated", type=Path, required=True, metavar="FILE", help="participants: CSV, Parquet, SPSS or Stata")
    parser.add_argument("--pool", type=Path, required=True, metavar="FILE", help="those among whom the comparison is sought")
    parser.add_argument("--outcomes", type=Path, metavar="FILE", help="outcomes by person; without it only the design is made")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the aggregates and the signed result go")
    parser.add_argument("--engine", choices=("columns", "spark"), default="columns")
    parser.add_argument("--key", type=Path, metavar="FILE", help=f"sign with this secret key; else the file named in {KEY_VARIABLE}")
    parser.add_argument("--party", metavar="NAME", help="the signing party's code in the programme file; else the key file's name")
    parser.add_argument("--programme", metavar="PROGRAMME", help="record the fingerprint of this programme file in the result")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="also write who was matched with whom (CSV; persons, stays inside)")
    parser.add_argument("--plots", action="store_true", help="also draw the love plot and the overlap plot (SVG)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Design, then effect where outcomes are given; 1 when nobody could be matched or nothing can be stated."""
    from makegood.cli.output import write_folder
    from makegood.comparison.lock import chain_problems, lock_path, read_lock
    from makegood.comparison.outcome_reading import read_outcomes
    from makegood.comparison.pages import design_page, effect_page
    from makegood.comparison.protocol_reading import read_protocol
    from makegood.comparison.study import design_study, effect_study, read_sides
    from makegood.values.problem import Problem, Refused, Where

    protocol = read_protocol(args.protocol)
    lock = read_lock(lock_path(args.protocol))
    problems = [] if lock is None else chain_problems(lock, file=str(lock_path(args.protocol)), sha256=protocol.sha256)
    problems += _before_outcomes(args, locked=lock is not None, terms=protocol.terms)
    if problems and args.outcomes is None:
        for problem in problems:
            print(f"makegood: please note: {problem}", file=sys.stderr)
        lock = None
    elif problems:
        raise Refused(problems)
    treated, pool = read_sides(protocol.terms, treated=args.treated, pool=args.pool)
    study = design_study(protocol.terms, treated=treated, pool=pool)
    content = {"protocol_sha256": protocol.sha256, "inputs": dict(study.inputs), **study.content()}
    told = _locked(protocol.sha256, lock)
    page = design_page(content, protocol=protocol.terms, locked=told)
    files: dict[str, bytes | str] = {"design.json": _json(content), "design.md": page, **_pictures(args, study)}
    if args.outcomes is not None and lock is not None:
        from makegood.comparison.result_content import computed_result

        outcomes = read_outcomes(protocol.terms, args.outcomes)
        _findings, released = effect_study(study, outcomes=outcomes)
        result = computed_result(
            protocol=protocol, lock=lock, programme_sha256=_programme_sha256(args.programme),
            inputs={**study.inputs, "outcomes": outcomes.sha256}, design=study.content(), rows=released.rows,
            findings=released.findings, refused=released.refused, withheld=released.withheld,
        )  # fmt: skip
        page = effect_page(released.findings, protocol=protocol.terms, refused=released.refused, amendments=lock.amendments(), locked=told)
        files |= {"effect.md": page, **_result(args, result)}
        content = result
    write_folder(args.out, files)
    if args.pairs is not None:
        write_folder(args.pairs.resolve().parent, {args.pairs.name: _pairs(study)})
    for problem in study.problems:
        print(f"makegood: please note: {problem}", file=sys.stderr)
    if not args.quiet:
        print(_json(content) if args.format == "json" else f"{page}\nWritten to {args.out}: {', '.join(sorted(files))}")
        if args.outcomes is not None and "effect.json" not in files:
            print("Not signed, so `makegood settle --effect` will refuse it: give --key FILE.", file=sys.stderr)
    if study.settled.reported is None:
        return 1
    if args.outcomes is not None and not content["results"]:
        why = "nothing can be stated of any metric; see effect.md"
        print(f"makegood: {Problem(Where(str(args.outcomes)), 'no_result', why)}", file=sys.stderr)
        return 1
    return 0


def _before_outcomes(args: argparse.Namespace, *, locked: bool, terms: Any) -> list[Any]:
    """What stands in the way of an effect, known before any file of persons is opened."""
    from makegood import __version__
    from makegood.values.problem import Problem, Refused, Where

    if args.engine == "spark":
        remedy = "leave --engine out: the compiled columns take ten million persons on one machine"
        raise Refused([Problem(Where("--engine"), "no_spark", "the comparison does not run on Spark in this version", "", remedy)])
    problems = []
    if args.outcomes is not None and not locked:
        remedy = f"run `makegood protocol lock {args.protocol}` first"
        why = "An effect counts only under a protocol that was fixed before the outcomes were seen"
        problems.append(Problem(Where(str(args.protocol)), "not_locked", "the protocol is not locked", why, remedy))
    if terms.software_version is not None and terms.software_version != __version__:
        what = f"the protocol asks for version {terms.software_version}, this is {__version__}"
        problems.append(Problem(Where(str(args.protocol), 0, "software_version"), "other_version", what, "", "install that version"))
    return problems


def _locked(sha256: str, lock: Any) -> str:
    if lock is None:
        return f"Protocol SHA-256 {sha256}, NOT locked: this is a draft."
    entry = lock.entries[-1]
    by = ", ".join(signature.party for signature in entry.signatures) or "nobody"
    count = len(lock.entries) - 1
    return f"Protocol SHA-256 {sha256}, locked{f' on {entry.on}' if entry.on else ''}, signed by {by}, amended {count} times."


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _pictures(args: argparse.Namespace, study: Any) -> dict[str, bytes | str]:
    from makegood.comparison.design_release import published_balance

    shown = published_balance(study.settled, tables=study.tables, protocol=study.protocol) if args.plots else None
    if shown is None:
        return {}
    from makegood.comparison.plots import love_plot, overlap_plot, svg

    files: dict[str, bytes | str] = {"love.svg": svg(love_plot(shown, threshold=float(study.protocol.balance.smd)))}
    if shown.overlap is not None:
        files["overlap.svg"] = svg(overlap_plot(shown.overlap))
    return files


def _result(args: argparse.Namespace, result: dict[str, Any]) -> dict[str, bytes | str]:
    """The signed result; without a key the same content unsigned, under another name."""
    from makegood.comparison.signed_result import render
    from makegood.comparison.signing import read_private_key

    key = args.key or (Path(os.environ[KEY_VARIABLE]) if os.environ.get(KEY_VARIABLE) else None)
    if key is None:
        return {"effect.unsigned.json": _json(result)}
    return {"effect.json": render(result, party=args.party or key.stem, key=read_private_key(key))}


def _programme_sha256(reference: str | None) -> str | None:
    if reference is None:
        return None
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    return str(read_agreement(reference, check=check_terms).sha256)


def _pairs(study: Any) -> str:
    """Who stands beside whom: `set,treated,control,weight`; for strata and weights `person,arm,weight`."""
    from makegood.comparison.reading import chosen

    made = study.settled
    persons = study.rows.persons
    ours, theirs, weights = made.matched.pairs()
    if ours.size:
        number = {int(row): index + 1 for index, row in enumerate(dict.fromkeys(ours.tolist()))}
        first, second = chosen(persons, made.rows[ours]), chosen(persons, made.rows[theirs])
        rows = zip(ours.tolist(), first, second, weights.tolist(), strict=True)
        lines = [f"{number[row]},{_quoted(one)},{_quoted(two)},{weight:.10g}" for row, one, two, weight in rows]
        return "\n".join(["set,treated,control,weight", *lines]) + "\n"
    used = [index for index, weight in enumerate(made.matched.weights.tolist()) if weight > 0]
    names = chosen(persons, made.rows[used])
    arms = ["treated" if made.matched.treated[index] else "control" for index in used]
    lines = [f"{_quoted(name)},{arm},{made.matched.weights[index]:.10g}" for name, arm, index in zip(names, arms, used, strict=True)]
    return "\n".join(["person,arm,weight", *lines]) + "\n"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"' if any(mark in word for mark in ',"\n') else word
