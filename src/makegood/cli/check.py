"""`makegood check PROGRAMME`: is the file sound, do its examples hold, what does it assume."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from makegood.programme.reading import Terms
    from makegood.values.problem import Problem


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print what was found; 0 when everything holds, 1 when an example differs, 2 when the file or an example cannot be used."""
    from makegood.examples import run_examples
    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    agreement = read_agreement(args.programme, check=check_terms)
    worked = run_examples(agreement)
    terms = agreement.on(None)
    assumptions = agreement.on(agreement.versions()[-1]).assumptions(of_delivery=True)
    notes = (*agreement.warnings, *_absent_instruments(args.programme, agreement.on(agreement.versions()[-1])))
    failed = [problem for example in worked for problem in example.problems]
    if args.format == "json":
        print(json.dumps({
            "programme": terms.programme.programme, "programme_sha256": agreement.sha256, "amendments": list(agreement.amendments),
            "examples": [{"example": example.name, "agrees": not example.problems, "checked": example.checked} for example in worked],
            "assumptions": assumptions, "problems": [problem.as_json() for problem in (*notes, *failed)],
        }, ensure_ascii=False, indent=1))  # fmt: skip
    elif not args.quiet:
        print(f"{terms.programme.title}: the terms can be carried out.")
        print(f"  SHA-256 {agreement.sha256}")
        for name, amendment in agreement.amendments.items():
            print(f"  amended from {amendment.from_} by '{name}': {amendment.reason}")
        print(f"Worked examples: {sum(not example.problems for example in worked)} of {len(worked)} agree")
        for example in worked:
            print(f"  {'✗' if example.problems else '✓'} {example.name}: {example.why}")
        print(f"Assumptions: {len(assumptions)}")
        for row in assumptions:
            print(f"  line {row['line']} {row['path']}: {row['why']}")
        for problem in notes:
            print(f"Please note: {problem}")
    for problem in failed:
        print(f"makegood: {problem}", file=sys.stderr)
    return 0 if not failed else 1 if all(example.settled for example in worked) else 2


def _absent_instruments(reference: str, terms: Terms) -> list[Problem]:
    """Forms that the delivery part names and that do not lie beside the file."""
    from makegood.programme.reading import find_programme
    from makegood.values.problem import Problem

    delivery, folder = terms.programme.delivery, find_programme(reference).parent
    found = []
    for name, instrument in delivery.instruments.items() if delivery else ():
        if instrument.retired_on is None and not (folder / instrument.file).is_file():
            where = terms.where(("delivery", "instruments", name, "file"))
            what = f"there is no '{instrument.file}' beside the programme file"
            remedy = "put the XLSForm there, or correct the name"
            found.append(Problem(where, "instrument_missing", what, "Nobody could fill it in", remedy, severity="warning"))
    return found
