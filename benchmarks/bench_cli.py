"""Cold starts of the command line: what a person waits for."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MAKEGOOD = Path(sys.executable).with_name("makegood")
WAITS = (("--help",), 0.3), (("check", "werk-na-detentie"), 0.5), (("settle", "werk-na-detentie"), 1.0)


def rows() -> Iterator[str]:
    """Each command's best of five from a cold shell, beside a bare interpreter and its limit."""
    bare = _best([sys.executable, "-c", "pass"])
    yield f"a bare interpreter: {bare:.2f} s"
    for words, limit in WAITS:
        took = _best([str(MAKEGOOD), *words])
        yield f"makegood {' '.join(words)}: {took:.2f} s, {took / bare:.0f} bare interpreters (agreed: under {limit} s)"


def _best(command: list[str], times: int = 5) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - start)
    return min(found)


if __name__ == "__main__":
    print("\n".join(rows()))
