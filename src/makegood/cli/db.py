"""`makegood db`: the portal's database: load, organisations, administrator, migrate, backup, restore, verify-audit."""

from __future__ import annotations

import argparse

VERBS = {
    "load": "take a programme file with its instruments into the register",
    "organisations": "take in who takes part, from a list: one organisation a line",
    "administrator": "let the first administrator in, by a link that works once",
    "migrate": "bring tables, rights and policies in line with the code",
    "backup": "write one encrypted file; the key file is not in it",
    "restore": "put a backup into an empty database and compare every table",
    "retain": "erase and delete what the register of processing does not let us keep (serve does it each day)",
    "verify-audit": "prove that no audit entry was changed, removed or slipped in (exit code 1 when not)",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("verb", choices=list(VERBS), help="; ".join(f"{verb}: {line}" for verb, line in VERBS.items()))
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        help="what the verb needs: `load PROGRAMME --on DATE`, `organisations FILE`, `administrator --name NAME --email EMAIL`, "
        "`backup FILE`, `restore FILE`",
    )


def run(args: argparse.Namespace) -> int:
    """Start the portal's process and wait for it."""
    from makegood.cli.portal import portal

    return portal(["db", args.verb, *args.words])
