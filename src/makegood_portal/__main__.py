"""`python -m makegood_portal`: what `makegood serve` and `makegood db` start, as a process of its own."""

from __future__ import annotations

import signal
import sys

from makegood_portal.config.commands import main

if __name__ == "__main__":
    # A script that starts something in the background has it ignore SIGINT, and so would all that it starts: nothing would stop it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
