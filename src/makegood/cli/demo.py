"""`makegood demo`: settle every programme that ships, write the statements, and serve them on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("--once", action="store_true", help="end after writing, without serving")
    parser.add_argument("--port", type=_port, default=8000, metavar="N", help="the port on 127.0.0.1 (default: 8000)")
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="the folder to write (default: demo)")


def _port(word: str) -> int:
    if not word.isdigit() or not 1 <= int(word) <= 65535:
        raise argparse.ArgumentTypeError(f"'{word}' is not a port; give a number from 1 to 65535")
    return int(word)


def run(args: argparse.Namespace) -> int:
    """Write the folder; then serve it until Ctrl-C, unless once was enough."""
    from makegood.cli.serving import served

    if args.once:
        _write(args)
        return 0
    with served(args.out, port=args.port) as (address, wait):
        _write(args)
        print(f"Open {address} in a browser. Ctrl-C stops.", flush=True)
        wait()
    return 0


def _write(args: argparse.Namespace) -> None:
    from makegood.cli.output import write_folder
    from makegood.doors import facts_from_files, settle_files
    from makegood.programme.reading import shipped
    from makegood.report.index_html import index_html
    from makegood.report.settlement_json import files_of
    from makegood.report.statement_html import statement_files

    programmes = shipped()
    shown = sys.stderr.isatty() and not args.quiet
    settlements, files = {}, dict[str, bytes | str]()
    for number, name in enumerate(programmes, 1):
        if shown:
            print(f"\r\033[K{number} of {len(programmes)}: {name}", end="", file=sys.stderr, flush=True)
        settlement = settle_files(facts_from_files(name), as_of=None)
        settlements[name] = settlement
        written = {**files_of(settlement), **statement_files(settlement, home="../index.html")}
        files.update({f"{name}/{file}": content for file, content in written.items()})
    if shown:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    files["index.html"] = index_html(settlements, extra={"settlement.json": "JSON", "journal.beancount": "Journal", "claims.csv": "Claims"})
    write_folder(args.out, files)
    if not args.quiet:
        print(
            f"{len(settlements)} programme{'s' if len(settlements) != 1 else ''} settled."
            f" The statements lie in {args.out}; start with {args.out / 'index.html'}"
        )
