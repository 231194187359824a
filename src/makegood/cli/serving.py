"""Serving a folder of files on this machine alone."""

from __future__ import annotations

import http.server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from makegood.values.problem import Problem, Refused, Where

LOOPBACK = "127.0.0.1"


class _Files(http.server.SimpleHTTPRequestHandler):
    """Files of one folder, without a line on the terminal for each request."""

    extensions_map = {  # noqa: RUF012 - as the base class declares it
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".html": "text/html; charset=utf-8",
        ".csv": "text/csv; charset=utf-8",
        ".json": "application/json; charset=utf-8",
        ".beancount": "text/plain; charset=utf-8",
    }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        """Say nothing."""

    def end_headers(self) -> None:
        """Pages of a demonstration change with every run, and are nobody else's to frame."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()


class _Server(http.server.ThreadingHTTPServer):
    """A server that leaves a taken port alone."""

    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def served(folder: Path, *, port: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Hold a port on the loopback address for a folder: yields its address and the function that serves until Ctrl-C.

    The port is taken at once, so that a taken port is reported before any work is done. Raises Refused then.
    """
    try:
        server = _Server((LOOPBACK, port), partial(_Files, directory=str(folder)))
    except OSError as error:
        what = f"port {port} is in use" if error.errno in (48, 98, 10048) else f"port {port} cannot be used: {error.strerror}"
        problem = Problem(
            Where(f"{LOOPBACK}:{port}"),
            "port_taken",
            what,
            "Another program answers there",
            f"try --port {port + 1 if port < 65535 else 8000}",
        )
        raise Refused([problem]) from None

    def wait() -> None:
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            print("Stopped.")

    try:
        yield f"http://{LOOPBACK}:{port}", wait
    finally:
        server.server_close()
