"""`makegood explain --settlement DIR --payment ID`: one payment, claim, limit, figure or repayment, traced to what it rests on."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("--settlement", type=Path, required=True, metavar="DIR", help="a folder that `makegood settle --out` wrote")
    parser.add_argument(
        "--payment",
        metavar="ID",
        help="a payment's id, a claim, a limit, a named figure, an investment or another receiver; without it all are listed",
    )
    parser.add_argument("--every", action="store_true", help="list every claim, not the first few")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the tree, or the list of what can be explained."""
    from makegood.report.explain import as_lines, explain
    from makegood.report.settlement_json import load

    if args.payment is None:
        rows = list(_known(load(args.settlement, "settlement.json"), load(args.settlement, "explanation.json")))
        if args.format == "json":
            print(json.dumps([{"kind": kind, "id": name, "amount": amount} for kind, name, amount in rows], indent=1))
        elif not args.quiet:
            print("\n".join(_listed(rows)))
        return 0
    branch = explain(args.settlement, args.payment, every=args.every)
    if args.format == "json":
        print(json.dumps(branch.as_json(), ensure_ascii=False, indent=1))
    elif not args.quiet:
        width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120
        print("\n".join(as_lines(branch, width=width)))
    return 0


def _known(settlement: dict[str, Any], explanation: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """All that can be asked for: (kind, name, amount)."""
    yield from (("payment", row["id"], row["amount"]) for row in settlement["outcome_payments"])
    yield from (("repayment", row["investment"], row["repaid"]) for row in settlement["investor_repayments"])
    yield from (("receipt", row["party"], row["amount"]) for row in settlement["other_receipts"])
    yield from (("limit", name, None) for name in explanation.get("limits", {}))
    yield from (("figure", name, settlement["figures"].get(name)) for name in explanation.get("figures", {}))
    yield from (("refused claim", row["claim"], None) for row in settlement["refused_claims"][:100])


def _listed(rows: list[tuple[str, str, str | None]]) -> Iterator[str]:
    width = max((len(amount) for _, _, amount in rows if amount), default=0)
    width = min(width, 20)
    for kind, name, amount in rows:
        yield f"{kind:<14}{(amount or '')[:20]:>{width}}  {name}"
    yield "\nAny of these names, and any claim, can follow --payment."
