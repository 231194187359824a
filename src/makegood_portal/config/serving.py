"""Web, worker and database kept running until Ctrl-C: whichever dies is started again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from makegood_portal.config.home import home

LOOK_EVERY = 1.0  # seconds
WAIT_BEFORE_AGAIN = 2.0


def commands(port: int) -> dict[str, Sequence[str]]:
    """The processes of the portal, beside the database."""
    web = ["gunicorn", "makegood_portal.config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    return {
        "web": [*web, "--worker-tmp-dir", str(home()), "--log-level", "warning", "--graceful-timeout", "10"],
        "worker": ["makegood_portal", "worker"],
    }


def keep_running(wanted: dict[str, Sequence[str]], *, look_after: Callable[[], None], ready: Callable[[], None]) -> None:
    """Start all and stay until told to stop; then end them, in the order web, worker. `look_after` sees to the database."""
    running = {name: _start(words) for name, words in wanted.items()}
    try:
        ready()
        while True:
            time.sleep(LOOK_EVERY)
            look_after()
            for name, process in running.items():
                if process.poll() is not None:
                    print(f"makegood: {name} ended with code {process.returncode}; it is started again", file=sys.stderr, flush=True)
                    time.sleep(WAIT_BEFORE_AGAIN)
                    running[name] = _start(wanted[name])
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            _wait(process)


@contextmanager
def until_told_to_stop() -> Iterator[None]:
    """SIGINT or SIGTERM ends the block, whose own clearing up then runs to its end: a second one must not leave half of it running."""

    def stop(number: int, frame: object) -> None:  # noqa: ARG001
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    with suppress(KeyboardInterrupt):
        yield


def _start(words: Sequence[str]) -> subprocess.Popen[bytes]:
    # Its own group: Ctrl-C reaches this process only, which then ends the others in order.
    return subprocess.Popen([sys.executable, "-m", *words], start_new_session=True)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
