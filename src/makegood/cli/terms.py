"""`makegood terms PROGRAMME`: the terms in force on a day, or what differs between two days."""

from __future__ import annotations

import argparse
import json
from typing import Any

from makegood.cli.settle import day_argument


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own words."""
    parser.add_argument("programme", metavar="PROGRAMME", help="a programme file, or the name of one that ships")
    parser.add_argument("--on", type=day_argument, metavar="DATE", help="the day; without it the terms as first signed")
    parser.add_argument("--against", type=day_argument, metavar="DATE", help="show only what differs from the terms on this day")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print the terms, or the differences."""
    import yaml

    from makegood.programme.checking import check_terms
    from makegood.programme.reading import read_agreement

    agreement = read_agreement(args.programme, check=check_terms)
    terms = agreement.on(args.on)
    if args.against is not None:
        rows = differences(agreement.on(args.against).text.data, terms.text.data)
        if args.format == "json":
            print(json.dumps([{"path": path, "was": was, "is": now} for path, was, now in rows], ensure_ascii=False, indent=1))
        else:
            print("\n".join(f"{path}: {_words(was)} → {_words(now)}" for path, was, now in rows) or "The terms are the same on both days.")
        return 0
    text = {key: value for key, value in terms.text.data.items() if key not in ("amendments", "examples")}
    if args.format == "json":
        print(
            json.dumps(
                {"programme_sha256": terms.sha256, "amendments": list(terms.amendments), "terms": text}, ensure_ascii=False, indent=1
            )
        )
    else:
        print(
            f"# {terms.sha256}\n# in force {f'on {args.on}' if args.on else 'as first signed'}: {', '.join(terms.amendments) or 'no amendment'}"
        )
        print(yaml.safe_dump(text, sort_keys=False, allow_unicode=True, width=110), end="")
    return 0


def differences(before: Any, after: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Every place where two texts differ: (path, what it was, what it is); None where it is absent."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [row for key in keys for row in differences(before.get(key), after.get(key), f"{path}/{key}".lstrip("/"))]
    return [] if before == after else [(path, before, after)]


def _words(value: Any) -> str:
    return "absent" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
