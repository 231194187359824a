"""`makegood demo`: the whole line on an invented world, every contract that ships settled, then the portal on that world."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
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
    """Write the statements; then the portal until Ctrl-C, unless once was enough. Without the portal, serve the statements."""
    from makegood.cli.portal import here, portal
    from makegood.cli.record_to_euro import StoppedError

    try:
        if here():
            _write(args)
            words = ["--once"] if args.once else ["--port", str(args.port)]
            return portal(["demo", *words, "--statements", str(args.out)])
        _write_and_serve(args)
    except StoppedError as stopped:
        print(f"makegood: the demonstration stopped at: makegood {stopped}", file=sys.stderr)
        return stopped.code
    return 0


def _write_and_serve(args: argparse.Namespace) -> None:
    """The statements alone. The port is taken first, so that a taken one is said before any work is done."""
    from makegood.cli.serving import served

    if args.once:
        _write(args)
        return
    with served(args.out, port=args.port) as (address, wait):
        _write(args)
        print(f"Open {address} in a browser. Ctrl-C stops.", flush=True)
        wait()


def demonstration(tell: Callable[[str], None]) -> dict[str, bytes | str]:
    """The demonstration as files (name -> content), `index.html` the first of them to open. `tell` hears each step.

    Raises StoppedError where a step on the invented world does not end well.
    """
    from makegood.cli.record_to_euro import record_to_euro
    from makegood.doors import facts_from_files, settle_files
    from makegood.programme.reading import shipped
    from makegood.report.index_html import INDEX, WALK, index_html
    from makegood.report.settlement_json import files_of
    from makegood.report.statement_html import statement_files

    walk, files = record_to_euro(tell)
    files = {f"{WALK}/{name}": content for name, content in files.items()}
    settlements = {}
    for name in shipped():
        tell(name)
        settlement = settlements[name] = settle_files(facts_from_files(name), as_of=None)
        data = files_of(settlement)
        pages = statement_files(settlement, home="../index.html", attached={"settlement.json": data["settlement.json"]})
        files |= {f"{name}/{file}": content for file, content in {**data, **pages}.items()}
    return files | {file: index_html(settlements, lang=lang, walk=walk) for lang, file in INDEX.items()}


def _write(args: argparse.Namespace) -> None:
    from makegood.cli.output import write_folder

    shown = sys.stderr.isatty() and not args.quiet

    def tell(step: str) -> None:
        if shown:
            print(f"\r\033[K{step} …", end="", file=sys.stderr, flush=True)

    files = demonstration(tell)
    if shown:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    write_folder(args.out, files)
    if not args.quiet:
        count = sum(name.endswith("/statement.html") for name in files)
        print(f"{count} statements lie in {args.out}; start with {args.out / 'index.html'}")
