"""`makegood export PROGRAMME --to indigo|beancount`: a programme and its settlement in a standard format."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from makegood.programme.reading import Agreement, Terms


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    parser.add_argument(
        "--to", choices=("indigo", "beancount"), required=True, help="a project of the INDIGO standard (JSON), or a Beancount journal"
    )
    parser.add_argument(
        "--settlement",
        type=Path,
        metavar="DIR",
        help="a folder that `makegood settle --out` wrote; without it a programme that ships is settled on its own facts",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="the file to write")


def run(args: argparse.Namespace) -> int:
    """Write the file; say where it lies."""
    from makegood.cli.output import write_file
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    agreement = read_agreement(args.programme, check=check_terms)
    settlement = _settlement(args, agreement)
    content = _journal(args, settlement) if args.to == "beancount" else _project(args, agreement, settlement)
    write_file(args.out, content)
    if not args.quiet:
        print(f"{args.out}: {'a Beancount journal' if args.to == 'beancount' else 'an INDIGO project'}{_told(settlement)}")
    return 0


def _settlement(args: argparse.Namespace, agreement: Agreement) -> dict[str, Any] | None:
    """The settlement's JSON files and journal: from its folder, from a shipped programme's facts, or none at all."""
    from makegood.programme.reading import shipped

    if args.settlement is not None:
        return _from_folder(args.settlement, agreement)
    if args.programme not in shipped():
        return None
    from makegood.doors import facts_from_files, settle_files
    from makegood.report.explanation_json import explanation_of
    from makegood.report.settlement_json import as_json, files_of

    settled = settle_files(facts_from_files(args.programme), as_of=None)
    journal = files_of(settled)["journal.beancount"]
    return {"settlement": as_json(settled), "explanation": explanation_of(settled), "journal": journal}


def _from_folder(folder: Path, agreement: Agreement) -> dict[str, Any]:
    """What `settle --out` wrote. Raises Refused where it is another programme's, or of another text of the terms."""
    from makegood.report.settlement_json import load
    from makegood.values.problem import Problem, Refused, Where

    told, explanation = load(folder, "settlement.json"), load(folder, "explanation.json")
    name = agreement.on(None).programme.programme
    where = Where(str(folder / "settlement.json"))
    if told.get("programme") != name:
        what = f"this settles '{told.get('programme')}', not '{name}'"
        raise Refused([Problem(where, "other_programme", what, "", "name the settlement of this programme")])
    if told.get("programme_sha256") != agreement.sha256:
        what = "the programme file has changed since this was settled"
        raise Refused([Problem(where, "terms_changed", what, "The export would mix two texts", "settle again with --out")])
    try:
        journal = (folder / "journal.beancount").read_text(encoding="utf-8")
    except (OSError, ValueError):
        what = "there is no readable journal.beancount in this folder"
        raise Refused([Problem(Where(str(folder)), "no_settlement", what, "", "settle again with --out")]) from None
    return {"settlement": told, "explanation": explanation, "journal": journal}


def _project(args: argparse.Namespace, agreement: Agreement, settlement: dict[str, Any] | None) -> str:
    from makegood.report.indigo import as_indigo
    from makegood.values.problem import Problem, Refused, Where

    try:
        return json.dumps(as_indigo(_terms(agreement, settlement), settlement), ensure_ascii=False, indent=1) + "\n"
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        if args.settlement is None:
            raise
        what = f"this settlement cannot be used: {error!r}"
        raise Refused([Problem(Where(str(args.settlement)), "not_a_settlement", what, "", "settle again with --out")]) from None


def _terms(agreement: Agreement, settlement: dict[str, Any] | None) -> Terms:
    """The terms that the settlement was made under; without one, the latest."""
    from datetime import date

    if settlement is None:
        return agreement.on(date.max)
    in_force = tuple(settlement["settlement"]["terms_in_force"])
    versions = [agreement.on(day) for day in agreement.versions()]
    return next((terms for terms in versions if terms.amendments == in_force), versions[-1])


def _journal(args: argparse.Namespace, settlement: dict[str, Any] | None) -> str:
    from makegood.values.problem import Problem, Refused, Where

    if settlement is None:
        what, why = "a journal books what was settled, and no settlement was named", "Terms alone move no money"
        raise Refused([Problem(Where(args.programme), "no_settlement", what, why, "give --settlement with a folder of `settle --out`")])
    journal: str = settlement["journal"]
    return journal


def _told(settlement: dict[str, Any] | None) -> str:
    if settlement is None:
        return " of what was agreed; with --settlement it also tells what was measured and paid"
    return f" with the settlement as of {settlement['settlement']['as_of']}"
