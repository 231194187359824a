"""`makegood serve`: the portal on this machine, with its database, until Ctrl-C."""

from __future__ import annotations

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="the port on 127.0.0.1 (default: 8000)")


def run(args: argparse.Namespace) -> int:
    """Start the portal's process and wait for it."""
    from makegood.cli.portal import portal

    return portal(["serve", "--port", str(args.port), *(["--quiet"] if args.quiet else [])])
