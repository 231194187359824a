"""`makegood explain --settlement DIR --payment ID`: one payment or repayment, traced to what it rests on."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("--settlement", type=Path, required=True, metavar="DIR", help="a folder that `makegood settle --out` wrote")
    parser.add_argument("--payment", metavar="ID", help="a payment's id, an investment or another receiver; without it all are listed")
    parser.add_argument("--every", action="store_true", help="list every claim, not the first few")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the tree, or the list of what can be explained."""
    from makegood.report.explain import as_lines, explain
    from makegood.report.settlement_json import load

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
    branch = explain(args.settlement, args.payment, every=args.every)
    if args.format == "json":
        print(json.dumps(branch.as_json(), ensure_ascii=False, indent=1))
        return 0
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120
    print("\n".join(as_lines(branch, width=width)))
    return 0
