"""`makegood db`: the portal's database: migrate, backup, restore, verify-audit, extract."""

from __future__ import annotations

import argparse

VERBS = {
    "load": "take a programme file with its instruments into the register",
    "migrate": "bring tables, rights and policies in line with the code",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("verb", choices=sorted(VERBS), help="; ".join(f"{verb}: {line}" for verb, line in VERBS.items()))
    parser.add_argument("words", nargs=argparse.REMAINDER, help="what the verb needs: `load PROGRAMME --on DATE`")


def run(args: argparse.Namespace) -> int:
    """Start the portal's process and wait for it."""
    from makegood.cli.portal import portal

    return portal(["db", args.verb, *args.words])
