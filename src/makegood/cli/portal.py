"""How the engine's commands start the portal: as a process of its own, which the engine knows by its name only."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from makegood.values.problem import Problem, Refused, Where


def here() -> bool:
    """Whether the portal is installed beside the engine."""
    return find_spec("makegood_portal") is not None and find_spec("django") is not None


def portal(words: Sequence[str]) -> int:
    """Run `python -m makegood_portal …` and give back its exit code; refuse with what to install where it is absent."""
    if not here():
        problem = Problem(
            Where(words[0]),
            "no_portal",
            "this command needs the portal",
            "",
            "install makegood with its extra: pip install 'makegood[portal]'",
        )
        raise Refused([problem])
    # Its own session: Ctrl-C reaches this process only, which passes it on once; the portal then ends all in order.
    process = subprocess.Popen([sys.executable, "-m", "makegood_portal", *words], start_new_session=True)
    with _passed_on(process):
        return process.wait()


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """SIGINT, SIGTERM and a closed terminal go to the portal."""

    def pass_on(number: int, frame: object) -> None:  # noqa: ARG001
        process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
