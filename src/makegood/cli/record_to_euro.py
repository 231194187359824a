"""The whole line on an invented world, with the commands that anybody can repeat: from dated records to a statement."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from decimal import Decimal
from pathlib import Path

from makegood.report.index_html import Walk

PROGRAMME, SEED, AS_OF, LOCKED_ON = "werk-na-detentie", "1", "2019-08-01", "2016-05-01"
EVALUATOR, PAYER = "demonstration", "ministry"
KEPT = ("world", "measured", "compared", "statement", "protocol.yaml", "protocol.lock.json", "programme.yaml")
"""What stays of the line. Keys and pairs do not: a secret key signs once, and who was matched with whom stays inside."""


class StoppedError(Exception):
    """A step of the demonstration did not end well; it has said why."""

    def __init__(self, words: Sequence[str], code: int) -> None:
        super().__init__(" ".join(words))
        self.code = code


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each step with the name of what it does, and its command."""
    records = [word for name in ("people", "spells", "observations", "coverage") for word in (f"--{name}", f"world/{name}.csv")]
    sides = ["--treated", "world/treated.csv", "--pool", "world/pool.csv"]
    lock = ["protocol", "lock", "protocol.yaml", "--programme", PROGRAMME]
    keys = [word for party in (EVALUATOR, PAYER) for word in ("--public-key", f"{party}={party}.pub")]
    yield "world", ["world", PROGRAMME, "--seed", SEED, "--out", "world"]
    yield "protocol", ["protocol", "keygen", "--out", EVALUATOR]
    yield "protocol", ["protocol", "keygen", "--out", PAYER]
    yield "protocol", [*lock, "--on", LOCKED_ON, "--key", f"{EVALUATOR}.key"]
    yield "protocol", [*lock, "--key", f"{PAYER}.key"]
    yield "protocol", ["protocol", "pin", "protocol.yaml", "--programme", PROGRAMME, *keys, "--out", "programme.yaml"]
    yield "measure", ["measure", "programme.yaml", *records, "--as-of", AS_OF, "--details", "all", "--out", "measured"]
    signing = ["--key", f"{EVALUATOR}.key", "--programme", "programme.yaml"]
    yield "compare", ["compare", "protocol.yaml", *sides, "--outcomes", "measured", *signing, "--pairs", "pairs.csv", "--out", "compared"]
    facts = ["--measured", "measured", "--effect", "compared/effect.json", "--transactions", "world/transactions.csv"]
    yield "settle", ["settle", "programme.yaml", *facts, "--pairs", "pairs.csv", "--as-of", AS_OF, "--out", "statement"]


def record_to_euro(tell: Callable[[str], None]) -> tuple[Walk, dict[str, bytes | str]]:
    """Go the whole line in a folder of its own; what was found on the way, and the files that stay (name -> content).

    Raises StoppedError where a step does not end with exit code 0.
    """
    from makegood.cli import main
    from makegood.programme.reading import find_programme

    protocol = find_programme(PROGRAMME).parent / "protocol.yaml"
    with tempfile.TemporaryDirectory(prefix="makegood-") as folder:
        home = Path(folder)
        shutil.copyfile(protocol, home / "protocol.yaml")
        with chdir(home):
            for name, words in steps():
                tell(name)
                code = main([*words, "--quiet"])
                if code:
                    raise StoppedError(words, code)
        return _found(home), {name: path.read_bytes() for name, path in _files(home)}


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    for name in KEPT:
        path = home / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                yield file.relative_to(home).as_posix(), file


def _found(home: Path) -> Walk:
    """The figures of the line that the index tells, each read from what a step wrote."""
    manifest = json.loads((home / "world" / "manifest.json").read_text(encoding="utf-8"))
    settlement = json.loads((home / "statement" / "settlement.json").read_text(encoding="utf-8"))
    inputs = json.loads((home / "statement" / "explanation.json").read_text(encoding="utf-8"))["inputs"]
    months = next(row for row in inputs["results"] if row["metric"] == "months_delivered")
    effect = next(row for row in inputs["effect"] if row["metric"] == "months_of_work")
    return Walk(
        participants=manifest["people"]["programme"],
        pool=manifest["people"]["comparison"],
        months=Decimal(months["value"]),
        matched=int(effect["n"]),
        effect=Decimal(effect["value"]) - Decimal(effect["comparison_value"]),
        low=Decimal(effect["ci_low"]),
        high=Decimal(effect["ci_high"]),
        planted=Decimal(manifest["planted"]["effect_on_months"]),
        total=Decimal(settlement["total"]),
        currency=settlement["currency"],
        commands=tuple((name, "makegood " + " ".join(words)) for name, words in steps()),
    )
