"""The portal with 100,000 candidates: each page under the load of twenty users, beside Django admin's list; and a long list taken in.

    make bench ARGS=portal                        about three minutes of load after filling
    PORTAL_MINUTES=8 make bench ARGS=portal       longer: more visits a page
    PORTAL_HOME=DIR make bench ARGS=portal        keeps the filled register for the next run
    PORTAL_WITHOUT=route,route …                  leaves pages out, and says so: one that takes minutes slows all others

The portal is what `makegood serve` starts: its own PostgreSQL, gunicorn with two processes of four threads, the worker.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

CANDIDATES, STARTED, SEED = 100_000, 10_000, 1
USERS = 20
MEDIAN, P95, MOST, IMPORT = 100, 250, 12, 10.0
"""Milliseconds, milliseconds, queries a page, seconds: what was agreed."""
LIST = 10_000
WARM, ADMIN_SECONDS = 60, 45
RESTRICTED = {"coordinator", "counsellor", "municipal_contact", "probation_officer", "agency_contact"}
ADMIN = {
    "list": "/admin/ledger/candidacy/",
    "list, page 20": "/admin/ledger/candidacy/?p=20",
    "list, open": "/admin/ledger/candidacy/?state__exact=open",
    "list, search by name": "/admin/ledger/candidacy/?q=bakdijk",
}
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figure:
    """A page as one role opened it: milliseconds under load."""

    page: str
    role: str
    ms: float
    status: int
    failed: bool


def rows() -> Iterator[str]:
    """What `make bench` prints."""
    kept = os.environ.get("PORTAL_HOME")
    home = Path(kept).absolute() if kept else Path(tempfile.mkdtemp(prefix="makegood-bench-"))
    minutes = float(os.environ.get("PORTAL_MINUTES", "3"))
    environment = {**os.environ, "MAKEGOOD_HOME": str(home / "portal"), "PYTHONPATH": str(HERE.parent)}
    environment.pop("DATABASE_URL", None)
    os.environ["MAKEGOOD_HOME"] = environment["MAKEGOOD_HOME"]
    try:
        yield from _filled(environment)
        with _served(environment) as port:
            counted = json.loads(_run(environment, "benchmarks.portal_prepare", "count", "everything"))
            yield "counted over everybody, as the worker does every ten minutes: {seconds} s".format(**counted)
            yield from _asked(environment, home)
            figures = _loaded(environment, home, port, minutes)
            yield from _brought(environment)
        # The portal has stopped, so that its worker takes nothing from the peer.
        peer = _peer(environment, home)
        yield from table(figures, peer, json.loads((home / "questions.json").read_text(encoding="utf-8")))
    finally:
        if not kept:
            shutil.rmtree(home, ignore_errors=True)


def _run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()[-800:]}")
    return done.stdout


def _filled(environment: dict[str, str]) -> Iterator[str]:
    """An empty register, its tables and its people, where they are not there yet."""
    home, mark = Path(environment["MAKEGOOD_HOME"]), Path(environment["MAKEGOOD_HOME"]) / "filled.json"
    home.mkdir(parents=True, exist_ok=True)
    _run(environment, "makegood_portal", "db", "migrate")
    if not mark.is_file():
        (home / "statement").mkdir(exist_ok=True)
        _run(environment, "makegood", "settle", "werk-na-detentie", "--quiet", "--out", str(home / "statement"))
        with _database():
            mark.write_text(
                _run(environment, "benchmarks.portal_prepare", "fill", str(CANDIDATES), str(STARTED), str(SEED)), encoding="utf-8"
            )
    # What nobody may keep any longer is looked for once a day, when the portal starts: not in the middle of this.
    (home / "retained-on").write_text(f"{date.today():%Y-%m-%d}", encoding="utf-8")  # noqa: DTZ011
    counts = json.loads(mark.read_text(encoding="utf-8"))
    yield "filled in {seconds} s: ".format(**counts) + ", ".join(f"{n:,} {what}" for what, n in counts.items() if what != "seconds")


@contextmanager
def _database() -> Iterator[None]:
    from makegood_portal.config.commands import database_running  # noqa: PLC0415 - reads MAKEGOOD_HOME

    with database_running():
        yield


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[int]:
    """`makegood serve`, until it answers."""
    with _database(), _free_port() as port:
        log = Path(environment["MAKEGOOD_HOME"]) / "serve.log"
        with log.open("w", encoding="utf-8") as told:
            words = [sys.executable, "-m", "makegood_portal", "serve", "--quiet", "--port", str(port)]
            serving = subprocess.Popen(words, env=environment, stdout=told, stderr=told)
        try:
            _answers(f"http://127.0.0.1:{port}/healthz")
            yield port
        finally:
            serving.terminate()
            serving.wait(timeout=60)


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    yield port


def _answers(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"{address} does not answer")


def _asked(environment: dict[str, str], home: Path) -> Iterator[str]:
    """How often each page asks the database."""
    _run(environment, "benchmarks.portal_prepare", "visitors", str(home / "visitors.json"))
    found = [
        json.loads(line) for line in _run(environment, "benchmarks.portal_prepare", "questions", str(home / "visitors.json")).splitlines()
    ]
    (home / "questions.json").write_text(json.dumps(found), encoding="utf-8")
    most = max(found, key=lambda one: one["queries"])
    yield f"queries a page: at most {most['queries']} ({most['page']}, {most['role']}); agreed: {MOST}"
    bad = [f"{one['page']} for {one['role']}: {one['status']}" for one in found if one["status"] >= 500]
    if bad:
        raise RuntimeError("; ".join(bad))


def _loaded(environment: dict[str, str], home: Path, port: int, minutes: float) -> list[Figure]:
    """The portal's pages, by twenty users."""
    return _locust(environment, home, f"http://127.0.0.1:{port}", home / "visitors.json", seconds=WARM + 60 * minutes, warm=WARM)


def _peer(environment: dict[str, str], home: Path) -> list[Figure]:
    """The admin's list, by as many users under the same load."""
    people = json.loads((home / "visitors.json").read_text(encoding="utf-8"))
    pages = [{"name": name, "address": where, "fragment": False, "search": ""} for name, where in ADMIN.items()]
    (home / "admin.json").write_text(json.dumps([{**one, "role": "admin", "visits": pages} for one in people]), encoding="utf-8")
    with _database(), _admin(environment) as address:
        return _locust(environment, home, address, home / "admin.json", seconds=15 + ADMIN_SECONDS, warm=15)


def _locust(environment: dict[str, str], home: Path, address: str, visitors: Path, *, seconds: float, warm: int) -> list[Figure]:
    figures = home / "figures.jsonl"
    figures.unlink(missing_ok=True)
    told = {"BENCH_VISITORS": str(visitors), "BENCH_FIGURES": str(figures), "BENCH_WARM_SECONDS": str(warm)}
    words = ["locust", "-f", str(HERE / "portal_users.py"), "--headless", "-u", str(USERS), "-r", "4", "-t", f"{round(seconds)}s"]
    done = subprocess.run(
        [sys.executable, "-m", *words, "--host", address, "--only-summary"],
        env={**environment, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    if not figures.is_file():
        raise RuntimeError(f"locust: {done.stderr.strip()[-800:]}")
    return [Figure(**json.loads(line)) for line in figures.read_text(encoding="utf-8").splitlines()]


@contextmanager
def _admin(environment: dict[str, str]) -> Iterator[str]:
    """Django admin beside the portal, with as many processes and threads."""
    with _free_port() as port:
        words = ["gunicorn", "django.core.wsgi:get_wsgi_application()", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
        settings = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.portal_admin"}
        with (Path(environment["MAKEGOOD_HOME"]) / "admin.log").open("w", encoding="utf-8") as told:
            running = subprocess.Popen([sys.executable, "-m", *words, "--log-level", "warning"], env=settings, stdout=told, stderr=told)
        try:
            for _ in range(60):
                with socket.socket() as there:
                    if there.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.5)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(timeout=30)


def table(figures: Iterable[Figure], peer: Iterable[Figure], questions: Iterable[dict[str, object]]) -> Iterator[str]:
    """A line a page, the slowest first, with the admin's list at its head."""
    figures, peer = list(figures), list(peer)
    # Some pages answer 404 or 409 where there is nothing to show; that answer is measured as any other.
    failed = [one for one in [*figures, *peer] if one.status == 0 or (one.status >= 400 and one.status not in (404, 409))]
    asked: dict[str, int] = {}
    for one in questions:
        asked[str(one["page"])] = max(asked.get(str(one["page"]), 0), int(str(one["queries"])))
    beside = statistics.median(one.ms for one in peer)
    for name, group in _by_page(peer):
        yield f"Django admin, {name:<38} {_times(group)}"
    yield f"{'page':<52} {'visits':>6} {'median':>7} {'p95':>6}   restricted: {'median':>6} {'p95':>6} {'queries':>7}  admin/page"
    lines = []
    for name, group in _by_page(figures):
        own = [one for one in group if one.role in RESTRICTED]
        middle = statistics.median(one.ms for one in group)
        over = "  above what was agreed" if middle > MEDIAN or p95(group) > P95 or (own and p95(own) > P95) else ""
        shown = f"{statistics.median(one.ms for one in own):>18.0f} {p95(own):>6.0f}" if own else " " * 25
        lines.append(
            (
                p95(group),
                f"{name:<52} {len(group):>6} {middle:>7.0f} {p95(group):>6.0f} {shown} {asked.get(name, 0) or '':>7}"
                f"  {beside / middle:>9.1f}x{over}",
            )
        )
    yield from (line for _, line in sorted(lines, reverse=True))
    own = [one for one in figures if one.role in RESTRICTED]
    yield f"all pages {_times(figures)}; for restricted users {_times(own)}; agreed: {MEDIAN} and {P95} ms"
    for page, role, ms, status in sorted({(one.page, one.role, round(one.ms), one.status) for one in failed}):
        yield f"FAILED {page} for {role}: status {status} after {ms} ms"


def _by_page(figures: Iterable[Figure]) -> Iterator[tuple[str, list[Figure]]]:
    for name, group in groupby(sorted(figures, key=lambda one: one.page), key=lambda one: one.page):
        yield name, list(group)


def p95(figures: Iterable[Figure]) -> float:
    """The time within which 95 in 100 came; with a few visits the longest."""
    times = sorted(one.ms for one in figures)
    return times[min(len(times) - 1, -(-95 * len(times) // 100) - 1)]


def _times(figures: list[Figure]) -> str:
    return f"{len(figures):>6} visits, median {statistics.median(one.ms for one in figures):.0f} ms, p95 {p95(figures):.0f} ms"


def _brought(environment: dict[str, str]) -> Iterator[str]:
    told = json.loads(_run(environment, "benchmarks.portal_prepare", "bring", str(LIST)))
    yield (
        f"a list of {LIST:,} rows: {told['looked']} s until it can be looked at, {told['taken']} s from taking in to done"
        f" (agreed: {IMPORT:.0f} s); {told['counts']}"
    )


if __name__ == "__main__":
    print("\n".join(rows()))
