"""`makegood settle PROGRAMME`: what is owed on a day, by whom, to whom."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from makegood.settle import Settlement


MOST_ATTACHED = 20_000_000
"""A larger settlement.json lies beside the PDF only, not within it too."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument(
        "programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships (its own facts are then read)"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--results", type=Path, metavar="FILE", help="results as measured (CSV or Parquet)")
    source.add_argument("--measured", type=Path, metavar="DIR", help="a folder that `makegood measure` wrote")
    parser.add_argument("--claims", type=Path, metavar="FILE", help="claims of persons")
    parser.add_argument("--effect", type=Path, metavar="FILE", help="a signed result of `makegood compare`")
    parser.add_argument("--transactions", type=Path, metavar="FILE", help="drawings, fees, payments, repayments")
    parser.add_argument("--paid", type=Path, metavar="DIR", help="an earlier settlement, or a folder of them")
    parser.add_argument(
        "--as-of", type=day_argument, metavar="DATE", help="the day of settlement; else the last day that the results observed"
    )
    parser.add_argument(
        "--terms-on", type=day_argument, metavar="DATE", help="settle under the terms as they stood on this day instead, to compare"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="also write settlement.json, the statement (HTML, PDF), claims.csv, journal.beancount, explanation.json",
    )
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE",
        help="with --out and --measured: who was matched with whom (`compare --pairs`), to draw extra months over time; pays nothing",
    )
    parser.add_argument("--data-only", action="store_true", help="with --out: leave out the statement for people (no HTML, no PDF)")


def day_argument(word: str) -> date:
    """A date on the command line."""
    from makegood.values.parsing import day

    try:
        return day(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(args: argparse.Namespace) -> int:
    """Settle, print, and write the folder when asked."""
    from makegood.doors import facts_from_files, settle_files
    from makegood.report.explanation_json import explanation_of
    from makegood.report.settlement_json import as_json
    from makegood.report.statement_text import as_text

    _pairs_have_a_use(args)
    facts = facts_from_files(
        args.programme,
        results=args.results,
        claims=args.claims,
        transactions=args.transactions,
        paid=args.paid,
        measured=args.measured,
        effect=args.effect,
    )
    settlement = settle_files(facts, as_of=args.as_of, terms_on=args.terms_on)
    since = _before(args)
    if args.out is not None:
        from makegood.cli.output import write_folder

        write_folder(args.out, _files(args, settlement))
    if not args.quiet and since and args.format == "text":
        from makegood.report.changes import changes

        told = changes(since, {"settlement": as_json(settlement), "explanation": explanation_of(settlement)})
        print(
            "\n".join(["What changed since the settlement before", *(f"  {line}" for line in told), ""]).replace("\u00a0", " ")
            if told
            else "Nothing changed since the settlement before.\n"
        )
    if not args.quiet:
        print(
            json.dumps(as_json(settlement), ensure_ascii=False, indent=1) if args.format == "json" else as_text(settlement),
            end="\n" if args.format == "json" else "",
        )
    return 0


def _pairs_have_a_use(args: argparse.Namespace) -> None:
    """Raises Refused where pairs are named and nothing would be drawn of them."""
    from makegood.values.problem import Problem, Refused, Where

    if args.pairs is not None and (args.measured is None or args.out is None or args.data_only):
        what, remedy = "pairs only serve to draw months over time on the statement", "give --measured and --out too, or leave --pairs out"
        raise Refused([Problem(Where(str(args.pairs)), "no_use", what, "Nothing is paid by them", remedy)])


def _files(args: argparse.Namespace, settlement: Settlement) -> dict[str, bytes | str]:
    """The folder's files: the data, and unless left out the statement for people as pages and as PDF with the data within."""
    from makegood.report.settlement_json import files_of

    data = files_of(settlement)
    if args.data_only:
        return data
    from makegood.report.extra_months import read_extra_months
    from makegood.report.months_over_time import read_months
    from makegood.report.statement_html import statement_files

    months = read_months(args.measured) if args.measured else ()
    extra = read_extra_months(args.measured, args.pairs) if args.measured and args.pairs else ()
    name = "settlement.json"
    attached = {name: data[name]} if len(data[name]) <= MOST_ATTACHED else {}
    return data | statement_files(settlement, months=months, extra=extra, attached=attached)


def _before(args: argparse.Namespace) -> dict[str, Any] | None:
    """The settlement to compare with: the one that stands in --out, else the latest under --paid."""
    from makegood.report.settlement_json import load

    folders = [args.out] if args.out and (args.out / "explanation.json").is_file() else []
    if not folders and args.paid:
        folders = (
            [args.paid] if (args.paid / "explanation.json").is_file() else [path.parent for path in args.paid.glob("*/explanation.json")]
        )
    found = [{"settlement": load(folder, "settlement.json"), "explanation": load(folder, "explanation.json")} for folder in folders]
    return max(found, key=lambda item: str(item["settlement"].get("as_of")), default=None)
