"""`makegood db`: the portal's database: migrate, backup, restore, verify-audit."""

from __future__ import annotations

import argparse

VERBS = {
    "migrate": "bring tables, rights and policies in line with the code",
    "backup": "write one encrypted file; the key file is not in it",
    "restore": "put a backup into an empty database and compare every table",
    "verify-audit": "prove that no audit entry was changed, removed or slipped in (exit code 1 when not)",
}
WITH_FILE = frozenset({"backup", "restore"})


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("verb", choices=list(VERBS), help="; ".join(f"{verb}: {line}" for verb, line in VERBS.items()))
    parser.add_argument("file", nargs="?", help="backup, restore: the file")


def run(args: argparse.Namespace) -> int:
    """Start the portal's process and wait for it."""
    from makegood.cli.portal import portal
    from makegood.values.problem import Problem, Refused, Where

    if (args.verb in WITH_FILE) != (args.file is not None):
        file = args.verb in WITH_FILE
        what = f"`db {args.verb}` {'needs a file' if file else 'takes no file'}"
        raise Refused([Problem(Where(), "db_words", what, "", f"write `makegood db {args.verb}{' FILE' if file else ''}`")])
    return portal(["db", args.verb, *([args.file] if args.file else [])])
