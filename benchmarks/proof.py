"""`make proof`: the long proofs of every room, each written to its part of docs/reference/proof.md with date and commit."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "proof.md"
HEAD = """
# What was proved, and when

Written by `make proof`, or a room at a time by `make proof ARGS=room`. The quick proofs run with every `make test`; these take
longer.
""".strip()
PART = "\n## "


def main(rooms: list[str]) -> int:
    """Run `rows()` of each `proof_<room>.py`: (what, outcome). A room that is through has its part of the page made new."""
    failed = 0
    for path in sorted(HERE.glob("proof_*.py")):
        room = path.stem.removeprefix("proof_")
        if rooms and room not in rooms:
            continue
        print(f"\n{room}", flush=True)
        start = time.perf_counter()
        lines = [f"{datetime.now(UTC):%Y-%m-%d}, commit {_commit()}.", "", "| what | outcome |", "|---|---|"]
        try:
            for what, outcome in importlib.import_module(f"benchmarks.{path.stem}").rows():
                print(f"  {what}: {outcome}", flush=True)
                lines.append(f"| {what} | {outcome} |")
        except Exception as error:  # noqa: BLE001 - a proof that breaks is an outcome, and the others still run
            failed += 1
            lines.append(f"| stopped | {type(error).__name__}: {error} |")
            print(f"  stopped: {type(error).__name__}: {error}", flush=True)
        lines += ["", f"Took {time.perf_counter() - start:.0f} s."]
        write(room, "\n".join(lines))
    return 1 if failed else 0


def write(room: str, text: str) -> None:
    """Put what a room showed into its part of the page; the other parts stay as they are."""
    _, *parts = PAGE.read_text("utf-8").split(PART) if PAGE.exists() else [""]
    by_title = dict(part.split("\n", 1) for part in parts) | {room.capitalize(): f"\n{text}\n"}
    PAGE.write_text(HEAD + "\n" + "".join(f"{PART}{title}\n{by_title[title]}" for title in sorted(by_title)), encoding="utf-8")


def _commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=HERE)
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
