"""`make proof`: the long proofs of every room, written to docs/reference/proof.md with date and commit."""

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

Written by `make proof`. The quick proofs run with every `make test`; these take longer.
""".strip()


def main(rooms: list[str]) -> int:
    """Run `rows()` of each `proof_<room>.py`: (what, outcome). Write the page when all rooms ran."""
    lines = [HEAD, "", f"{datetime.now(UTC):%Y-%m-%d}, commit {_commit()}."]
    failed = 0
    for path in sorted(HERE.glob("proof_*.py")):
        room = path.stem.removeprefix("proof_")
        if rooms and room not in rooms:
            continue
        print(f"\n{room}", flush=True)
        start = time.perf_counter()
        lines += ["", f"## {room.capitalize()}", "", "| what | outcome |", "|---|---|"]
        try:
            for what, outcome in importlib.import_module(f"benchmarks.{path.stem}").rows():
                print(f"  {what}: {outcome}", flush=True)
                lines.append(f"| {what} | {outcome} |")
        except Exception as error:  # noqa: BLE001 - a proof that breaks is an outcome, and the others still run
            failed += 1
            lines.append(f"| stopped | {type(error).__name__}: {error} |")
            print(f"  stopped: {type(error).__name__}: {error}", flush=True)
        lines += ["", f"Took {time.perf_counter() - start:.0f} s."]
    if not rooms:
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"\n{PAGE.relative_to(HERE.parent)} is written.")
    return 1 if failed else 0


def _commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=HERE)
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
