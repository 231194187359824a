"""`makegood compare PROTOCOL`: without outcomes the design, with them the effect as a signed result."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from makegood.report.comparison_html import Told

KEY_VARIABLE = "MAKEGOOD_KEY"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("protocol", type=Path, metavar="PROTOCOL", help="the evaluation protocol (YAML)")
    parser.add_argument("--treated", type=Path, required=True, metavar="FILE", help="participants: CSV, Parquet, SPSS or Stata")
    parser.add_argument("--pool", type=Path, required=True, metavar="FILE", help="those among whom the comparison is sought")
    parser.add_argument(
        "--outcomes",
        type=Path,
        metavar="FILE",
        help="outcomes by person (a file, or a folder of `makegood measure`); without it only the design is made",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the aggregates and the signed result go")
    parser.add_argument(
        "--engine", choices=("columns", "spark"), default="columns", help="spark: scores and blocks on Spark; the same pairs"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help=f"sign with this secret key; else the file named in {KEY_VARIABLE}")
    parser.add_argument("--party", metavar="NAME", help="the signing party's code in the programme file; else the key file's name")
    parser.add_argument("--programme", metavar="PROGRAMME", help="record the fingerprint of this programme file in the result")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="also write who was matched with whom (CSV; persons, stays inside)")
    parser.add_argument(
        "--inside", type=Path, metavar="DIR", help="also write everything in full, for eyes inside the closed environment only"
    )
    parser.add_argument("--plots", action="store_true", help="also draw the love plot and the overlap plot (SVG)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Design, then effect where outcomes are given; 1 when nobody could be matched or nothing can be stated."""
    from makegood.cli.output import write_folder
    from makegood.comparison.effect_release import terms_told
    from makegood.comparison.lock import chain_problems, lock_path, read_lock
    from makegood.comparison.outcome_reading import read_outcomes
    from makegood.comparison.protocol_reading import read_protocol
    from makegood.comparison.result_content import lock_told
    from makegood.comparison.study import design_study, read_sides
    from makegood.report.comparison_html import Told
    from makegood.values.problem import Problem, Refused, Where

    protocol = read_protocol(args.protocol)
    signer, outcomes_file = _signer(args), _outcomes_file(args)
    lock = read_lock(lock_path(args.protocol))
    problems = [] if lock is None else chain_problems(lock, file=str(lock_path(args.protocol)), sha256=protocol.sha256)
    problems += _before_outcomes(args, locked=lock is not None, terms=protocol.terms)
    if problems and args.outcomes is None:
        for problem in problems:
            print(f"makegood: please note: {problem}", file=sys.stderr)
        lock = None
    elif problems:
        raise Refused(problems)
    _say(args, "reading participants and pool")
    treated, pool = read_sides(protocol.terms, treated=args.treated, pool=args.pool)
    _say(args, f"matching {treated.rows:,} among {pool.rows:,}, and working out what may leave")
    with _database(args.engine) as database:
        study = design_study(protocol.terms, treated=treated, pool=pool, database=database)
    told = Told(
        terms=terms_told(protocol.terms),
        protocol=None if lock is None else lock_told(protocol, lock),
        sha256=protocol.sha256,
        inputs=dict(study.inputs),
        signed_by=None,
        effect=args.outcomes is not None,
    )
    files = _design_files(args, study, told)
    inside = _design_files(args, study, replace(told, inside=True)) | {"pairs.csv": _pairs(study)} if args.inside else {}
    result: dict[str, Any] = {}
    if args.outcomes is not None and lock is not None:
        _say(args, "reading outcomes, and working out the effect")
        told = replace(told, signed_by=None if signer is None else signer[0])
        outcomes = read_outcomes(protocol.terms, outcomes_file)
        made, more, result = _effect_files(args, study, told, outcomes=outcomes, protocol=protocol, lock=lock)
        made |= _signed(result, signer)
        files, inside = files | made, inside | more if args.inside else {}
    _say(args, "")
    write_folder(args.out, files)
    if args.inside is not None:
        write_folder(args.inside, inside)
    if args.pairs is not None:
        write_folder(args.pairs.resolve().parent, {args.pairs.name: _pairs(study)})
    for problem in study.problems:
        print(f"makegood: please note: {problem}", file=sys.stderr)
    if not args.quiet:
        _print(args, files, study=study, told=told, result=result)
    if study.settled.reported is None:
        return 1
    if result and not result["results"]:
        why = "nothing can be stated of any metric; see effect.md"
        print(f"makegood: {Problem(Where(str(args.outcomes)), 'no_result', why)}", file=sys.stderr)
        return 1
    return 0


def _outcomes_file(args: argparse.Namespace) -> Path:
    """The file of outcomes, of which the design stage learns only that it is there."""
    from makegood.values.problem import Problem, Refused, Where

    path = args.outcomes or Path()
    if path.is_dir() and args.outcomes is not None:
        path = path / "person_results.parquet"
    if args.outcomes is not None and not path.is_file():
        remedy = "check the path; of a measured folder, measure with --details all"
        raise Refused([Problem(Where(str(path)), "no_such_file", "there is no such file", "", remedy)])
    return path


def _say(args: argparse.Namespace, what: str) -> None:
    """Progress on a terminal, none in a pipe."""
    if not args.quiet and sys.stderr.isatty():
        print(f"\r\033[K{what}{' …' if what else ''}", end="", file=sys.stderr, flush=True)


def _design_files(args: argparse.Namespace, study: Any, told: Told) -> dict[str, bytes | str]:
    from makegood.report.comparison_text import design_text
    from makegood.report.comparison_voice import Voice
    from makegood.report.design_html import design_pages
    from makegood.report.language import Language
    from makegood.report.lock_words import on_lock

    content = study.content(inside=told.inside)
    voice = Voice(Language("en"), told.terms)
    text = design_text(content, voice, told=list(on_lock(told.protocol, voice)), locked=told.protocol is not None)
    whole = {"protocol": told.protocol, "protocol_sha256": told.sha256, "inputs": told.inputs, "terms": told.terms, **content}
    return {"design.json": _json(whole), "design.md": text, **design_pages(content, told), **_pictures(args, study, inside=told.inside)}


def _effect_files(
    args: argparse.Namespace, study: Any, told: Told, *, outcomes: Any, protocol: Any, lock: Any
) -> tuple[dict[str, bytes | str], dict[str, bytes | str], dict[str, Any]]:
    """Files that may leave, files that stay inside, and the content of the result."""
    from makegood.comparison.effect_release import released
    from makegood.comparison.result_content import computed_result
    from makegood.comparison.study import effect_study
    from makegood.report.comparison_text import effect_text
    from makegood.report.comparison_voice import Voice
    from makegood.report.effect_html import effect_pages
    from makegood.report.effect_words import in_words
    from makegood.report.language import Language
    from makegood.report.lock_words import on_lock

    findings, may_leave = effect_study(study, outcomes=outcomes)
    everything = released(findings, protocol=study.protocol, designs=study.designs, inside=True)
    inputs = {**study.inputs, "outcomes": outcomes.sha256}
    told = replace(told, inputs=inputs)
    voice = Voice(Language("en"), told.terms)
    made: list[dict[str, bytes | str]] = []
    for shown, inside in ((may_leave, False), (everything, True)):
        words = in_words(shown.findings, terms=told.terms)
        text = effect_text(words, voice, told=list(on_lock(told.protocol, voice)), refused=shown.refused)
        page = effect_pages(words, replace(told, inside=inside), refused_names=shown.refused)
        made.append({"effect.md": text, **page})
    result = computed_result(
        protocol=protocol, lock=lock, programme_sha256=_programme_sha256(args.programme), inputs=inputs, design=study.content(),
        rows=may_leave.rows, findings=in_words(may_leave.findings, terms=told.terms), refused=may_leave.refused,
    )  # fmt: skip
    return made[0], made[1], result


def _print(args: argparse.Namespace, files: dict[str, bytes | str], *, study: Any, told: Told, result: dict[str, Any]) -> None:
    if args.format == "json":
        content = _json(result) if result else files["design.json"]
        print(content if isinstance(content, str) else content.decode(), end="")
        return
    from makegood.report.comparison_text import design_summary, effect_summary
    from makegood.report.comparison_voice import Voice
    from makegood.report.language import Language

    voice = Voice(Language("en"), told.terms)
    content = study.content()
    lines = effect_summary(result["findings"], voice) if result else design_summary(content, voice, locked=told.protocol is not None)
    held = len(result["refused"] if result else content["refused"])
    print("\n".join(lines))
    print(f"\n{held} figures may not leave and were held back." if held else "\nNothing was held back.")
    print(f"Written to {args.out}: {', '.join(sorted(files))}")
    if args.inside:
        print(f"Stays inside: {args.inside}")
    if result and "effect.json" not in files:
        print("Not signed, so `makegood settle --effect` will refuse it: give --key FILE.", file=sys.stderr)


@contextmanager
def _database(engine: str) -> Iterator[Any]:
    """What computes scores and blocks: nothing but this process, or Spark."""
    if engine == "columns":
        yield None
        return
    from makegood.measurement.databases import opened

    with opened(engine) as database:
        yield database


def _before_outcomes(args: argparse.Namespace, *, locked: bool, terms: Any) -> list[Any]:
    """What stands in the way of an effect, known before any file of persons is opened."""
    from makegood import __version__
    from makegood.values.problem import Problem, Where

    problems = []
    if args.outcomes is not None and not locked:
        remedy = f"run `makegood protocol lock {args.protocol}` first"
        why = "An effect counts only under a protocol that was fixed before the outcomes were seen"
        problems.append(Problem(Where(str(args.protocol)), "not_locked", "the protocol is not locked", why, remedy))
    if terms.software_version is not None and terms.software_version != __version__:
        what = f"the protocol asks for version {terms.software_version}, this is {__version__}"
        problems.append(Problem(Where(str(args.protocol), 0, "software_version"), "other_version", what, "", "install that version"))
    return problems


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _pictures(args: argparse.Namespace, study: Any, *, inside: bool) -> dict[str, bytes | str]:
    from makegood.comparison.design_release import published_balance

    tables = replace(study.tables, inside=inside)
    shown = published_balance(study.settled, tables=tables, protocol=study.protocol) if args.plots else None
    if shown is None:
        return {}
    from makegood.comparison.plots import love_plot, overlap_plot, svg

    files: dict[str, bytes | str] = {"love.svg": svg(love_plot(shown, threshold=float(study.protocol.balance.smd)))}
    if shown.overlap is not None:
        files["overlap.svg"] = svg(overlap_plot(shown.overlap))
    return files


def _signer(args: argparse.Namespace) -> tuple[str, Any] | None:
    """The signing party and its key, None where no key is given."""
    from makegood.comparison.signing import read_private_key

    key = args.key or (Path(os.environ[KEY_VARIABLE]) if os.environ.get(KEY_VARIABLE) else None)
    return None if key is None else (args.party or key.stem, read_private_key(key))


def _signed(result: dict[str, Any], signer: tuple[str, Any] | None) -> dict[str, bytes | str]:
    """The signed result; without a key the same content unsigned, under another name."""
    from makegood.comparison.signed_result import render

    if signer is None:
        return {"effect.unsigned.json": _json(result)}
    return {"effect.json": render(result, party=signer[0], key=signer[1])}


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
