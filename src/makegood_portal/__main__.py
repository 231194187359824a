"""`python -m makegood_portal`: what `makegood serve` and `makegood db` start, as a process of its own."""

from __future__ import annotations

import sys

from makegood_portal.config.commands import main

if __name__ == "__main__":
    sys.exit(main())
