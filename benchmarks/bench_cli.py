"""Cold starts of the command line: what a person waits for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MAKEGOOD = Path(sys.executable).with_name("makegood")
WAITS = (("--help",), 0.3), (("check", "werk-na-detentie"), 0.5), (("settle", "werk-na-detentie"), 1.0)
STATEMENT = ("settle", "werk-na-detentie", "--quiet", "--out"), 3.0
"""With its statement as page and PDF in two languages, every chart drawn."""


def rows() -> Iterator[str]:
    """Each command's best of five from a cold shell, beside a bare interpreter and its limit."""
    bare = _best([sys.executable, "-c", "pass"])
    yield f"a bare interpreter: {bare:.2f} s"
    with tempfile.TemporaryDirectory() as folder:
        words, limit = STATEMENT
        for command, most, shown in [(list(words), most, " ".join(words)) for words, most in WAITS] + [
            ([*words, folder], limit, f"{' '.join(words)} DIR")
        ]:
            took = _best([str(MAKEGOOD), *command])
            yield f"makegood {shown}: {took:.2f} s, {took / bare:.0f} bare interpreters (agreed: under {most} s)"


def _best(command: list[str], times: int = 5) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - start)
    return min(found)


if __name__ == "__main__":
    print("\n".join(rows()))
