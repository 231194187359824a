"""`makegood world`: write the synthetic demonstration world of a programme as one data folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

MOST_PEOPLE = 1_000_000
MANY = 20_000
"""From here on it takes seconds: a terminal is told so."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("programme", metavar="PROGRAMME", help="a programme that ships, its file, or its folder")
    parser.add_argument("--seed", required=True, metavar="N", help="whole number; the same seed gives the same bytes")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder to write")
    parser.add_argument("--pool", metavar="N", help="people to compare with (as the world says when absent)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print what was written")


def run(args: argparse.Namespace) -> int:
    """Invent, write, and say in a few lines what stands there and what was planted."""
    from makegood.cli.output import write_folder
    from makegood.world.folder import data_folder
    from makegood.world.invent import invent
    from makegood.world.reading import read_plan

    seed = _whole("--seed", args.seed, most=2**63 - 1)
    size = None if args.pool is None else _whole("--pool", args.pool, most=MOST_PEOPLE)
    plan = read_plan(world_folder(args.programme))
    if size and size >= MANY and not args.quiet and sys.stderr.isatty():
        print(f"inventing {size} people to compare with, about {size // 9_000 + 1} s …", file=sys.stderr)
    files = data_folder(invent(plan, seed=seed, pool_size=size))
    write_folder(args.out, files)
    if not args.quiet:
        print(_summary(args.out, files, as_json=args.format == "json"))
    return 0


def world_folder(reference: str) -> Path:
    """The folder `world` beside the programme's file. Raises Refused where the programme or its world is not there."""
    from makegood.programme.reading import find_programme
    from makegood.values.problem import Problem, Refused, Where

    programme = find_programme(reference)
    folder = (programme if programme.is_dir() else programme.parent) / "world"
    if not folder.is_dir():
        what = "there is no such programme" if not programme.exists() else "this programme has no world"
        remedy = "name a programme with a folder `world` beside its file, such as werk-na-detentie"
        raise Refused([Problem(Where(reference), "no_world", what, "A world is made from counts that stand beside the terms", remedy)])
    return folder


def _whole(option: str, word: str, *, most: int) -> int:
    from makegood.values.problem import Problem, Refused, Where

    if not (word.isascii() and word.isdigit() and len(word) <= 19 and int(word) <= most):
        raise Refused([Problem(Where(option), "not_whole", f"'{word}' is no whole number from 0 to {most}", "", "write digits, as in 7")])
    return int(word)


def _summary(out: Path, files: dict[str, str], *, as_json: bool) -> str:
    import json

    if as_json:
        return files["manifest.json"].rstrip()
    manifest = json.loads(files["manifest.json"])
    people, planted = manifest["people"], manifest["planted"]
    return "\n".join(
        [
            f"{manifest['world']}, seed {manifest['seed']}: {people['programme']} participants, {people['comparison']} to compare with, "
            f"{len(files)} files in {out}",
            f"planted: {planted['effect_on_months']} months of work more for the {planted['matchable_participants']} who can be matched "
            f"({planted['mean_with']} against {planted['mean_without_expected']}); none on reconvictions and benefit",
            f"nobody in it exists; {len(manifest['assumptions'])} assumptions in manifest.json, "
            f"{manifest['differences']} differences from the report in differences.csv",
        ]
    )
