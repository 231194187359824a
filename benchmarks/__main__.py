"""`make bench`: every speed figure beside its peer, measured in this run. Name rooms to run only those."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(rooms: list[str]) -> int:
    """Run `rows()` of each `bench_<room>.py` and print what it yields; a room that cannot run says why."""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    failed = 0
    for path in sorted(HERE.glob("bench_*.py")):
        room = path.stem.removeprefix("bench_")
        if rooms and room not in rooms:
            continue
        print(f"\n{room}", flush=True)
        try:
            for row in importlib.import_module(f"benchmarks.{path.stem}").rows():
                print(f"  {row}", flush=True)
        except Exception as error:  # noqa: BLE001 - one room that fails must not hide the figures of the others
            failed += 1
            print(f"  failed: {type(error).__name__}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
