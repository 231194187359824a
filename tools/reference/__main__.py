"""`python -m tools.reference [--check]`."""

from __future__ import annotations

import sys

from tools.reference import stale, write_all

if "--check" in sys.argv[1:]:
    out_of_date = stale()
    for name in out_of_date:
        print(f"docs/reference/{name} is out of date: run `make docs`", file=sys.stderr)
    sys.exit(1 if out_of_date else 0)
for path in write_all():
    print(path)
