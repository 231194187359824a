"""How the engine's commands start the portal: as a process of its own, which the engine knows by its name only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from makegood.values.problem import Problem, Refused, Where


def portal(words: Sequence[str]) -> int:
    """Run `python -m makegood_portal …` and give back its exit code; refuse with what to install where it is absent."""
    if find_spec("makegood_portal") is None or find_spec("django") is None:
        problem = Problem(
            Where(), "no_portal", "this command needs the portal", "", "install makegood with its extra: pip install 'makegood[portal]'"
        )
        raise Refused([problem])
    process = subprocess.Popen([sys.executable, "-m", "makegood_portal", *words])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the portal got the same signal; it ends what it started and then itself
