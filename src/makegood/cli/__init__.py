"""Door 1: files in, files out.

Comes in: words on a command line and files. Goes out: text, JSON, files and an exit code: 0 done, 1 the answer
is no, 2 the input cannot be used. Every command is a module of its own in this folder with `arguments(parser)`
and `run(args) -> int`, imported only when it is called, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from makegood import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("check", "validate a programme file, run its worked examples, list its assumptions"),
    "measure": ("measure", "dated records to person-months to results, with provenance and data quality"),
    "settle": ("settle", "say what is owed: payments, refused claims, repayments, journal, statement"),
    "explain": ("explain", "trace one payment back to clause, result and claims"),
    "terms": ("terms", "show the terms in force on a date, or compare two dates"),
    "export": ("export", "write a standard format: indigo or beancount"),
    "world": ("world", "write the synthetic demonstration world of a programme as one data folder"),
    "protocol": ("protocol", "keys, freezing an evaluation protocol, signing and verifying what was made under it"),
    "compare": ("compare", "match, show the design, and with outcomes estimate and sign the effect"),
    "demo": ("demo", "settle the programmes that ship, write their statements and serve them"),
    "serve": ("serve", "serve the portal on this machine, with its database"),
    "db": ("db", "the portal's database: load, organisations, administrator, migrate, backup, restore, verify-audit"),
}
"""Command -> (module in this folder, one line of help)."""


def parser_of(command: str | None) -> argparse.ArgumentParser:
    """The parser; with a command, that command's own arguments are loaded."""
    parser = argparse.ArgumentParser(
        prog="makegood", description="Outcomes contracts: from an agreed sentence to a euro, each figure traceable."
    )
    parser.add_argument("--version", action="version", version=f"makegood {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, line) in COMMANDS.items():
        sub = commands.add_parser(name, help=line, description=line[0].upper() + line[1:] + ".")
        sub.add_argument("--quiet", action="store_true", help="print nothing but problems")
        if name == command:
            importlib.import_module(f"makegood.cli.{module}").arguments(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Problems with the input go to stderr, a line each."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in words if not word.startswith("-")), None)
    args = parser_of(command).parse_args(words, argparse.Namespace(alone=argv is None))
    from makegood.values.problem import Problem, Refused, Where

    module = importlib.import_module(f"makegood.cli.{COMMANDS[args.command][0]}")
    try:
        return int(module.run(args))
    except Refused as refused:
        for problem in refused.problems:
            print(f"makegood: {problem}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "makegood", "makegood_portal"):
            raise
        what = f"this needs '{missing}', which is not installed here"
        why = "A bundle for a closed environment holds what `makegood compare` needs, no more"
        problem = Problem(Where(args.command), "not_installed", what, why, f"install {missing}, or do without this option")
        print(f"makegood: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("makegood: stopped on request; nothing half-written is left.", file=sys.stderr)
        return 130
    except OSError as error:
        where = Where(file=str(error.filename or ""))
        problem = Problem(where, "unreachable", error.strerror or str(error), "", "check the path, its rights and the free space")
        print(f"makegood: {problem}", file=sys.stderr)
        return 2
    except MemoryError:
        print("makegood: the input does not fit in memory; split it, or use a machine with more.", file=sys.stderr)
        return 2
