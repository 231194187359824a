"""`makegood explain --settlement DIR --payment ID`: one payment or repayment, traced to what it rests on."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from makegood.report.explain import Branch


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("--settlement", type=Path, required=True, metavar="DIR", help="a folder that `makegood settle --out` wrote")
    parser.add_argument("--payment", metavar="ID", help="a payment's id, an investment or another receiver; without it all are listed")
    parser.add_argument("--person", metavar="P", help="show the months and records of this person below each result")
    parser.add_argument("--all", "--every", dest="every", action="store_true", help="list every person and claim, not the first few")
    parser.add_argument("--measured", type=Path, metavar="DIR", help="where the measurement lies now, if it was moved")
    parser.add_argument("--against", type=Path, metavar="DIR", help="an earlier settlement: what changed since, from record to repayment")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the tree, or the list of what can be explained."""
    from makegood.report.deeper import deeper_of
    from makegood.report.explain import explain
    from makegood.report.settlement_json import load

    if args.against is not None:
        _print(_changed(args), args)
        return 0
    if args.payment is None:
        settlement = load(args.settlement, "settlement.json")
        rows = [(row["id"], row["amount"]) for row in settlement["outcome_payments"]]
        rows += [(row["investment"], row["repaid"]) for row in settlement["investor_repayments"]]
        print(
            json.dumps([{"id": name, "amount": amount} for name, amount in rows], indent=1)
            if args.format == "json"
            else "\n".join(f"{amount:>16}  {name}" for name, amount in rows)
        )
        return 0
    deeper = deeper_of(args.settlement, measured=args.measured, person=args.person, every=args.every)
    branch = explain(args.settlement, args.payment, every=args.every, deeper=deeper)
    _print(branch, args)
    return 0


def _changed(args: argparse.Namespace) -> Branch:
    """What changed since an earlier settlement."""
    from makegood.report.changes import what_changed
    from makegood.report.deeper import measurements_of
    from makegood.report.settlement_json import load

    before, after = (
        {"folder": folder, "settlement": load(folder, "settlement.json"), "explanation": load(folder, "explanation.json")}
        for folder in (args.against, args.settlement)
    )
    return what_changed(before, after, measured=measurements_of(before, after | {"measured": args.measured}), only=args.payment)


def _print(branch: Branch, args: argparse.Namespace) -> None:
    """The tree as text or JSON."""
    from makegood.report.explain import as_lines

    if args.format == "json":
        print(json.dumps(branch.as_json(), ensure_ascii=False, indent=1))
        return
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120
    print("\n".join(as_lines(branch, width=width)))
