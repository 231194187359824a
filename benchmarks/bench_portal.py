"""Pages with 100,000 candidates loaded and 20 people at work, beside Django admin's list; a list of 10,000 rows taken in.

As an operator runs it: the embedded PostgreSQL, two web processes and the worker, in a folder of their own. Each page and
fragment of the table of access is opened by each role that may; locust holds the think times. `BENCH_PEOPLE` and
`BENCH_SECONDS` make it smaller.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PEOPLE, SECONDS = int(os.environ.get("BENCH_PEOPLE", "100000")), int(os.environ.get("BENCH_SECONDS", "240"))
WARM = 3
"""Times that each role opens each page before the measurement: each of the two processes has then seen nearly all."""
AT_WORK = {"counsellor": 5, "coordinator": 4, "lead": 2, "municipal_contact": 2, "head_office": 1, "evaluator": 1, "probation_officer": 1,
           "agency_contact": 1, "investor": 1, "outcome_payer": 1, "administrator": 1}  # fmt: skip
"""Role -> how many of the twenty."""
MEDIAN, P95, IMPORT = 100, 250, 10.0
"""Agreed: milliseconds a page, and seconds for a list."""


def rows() -> Iterator[str]:
    """Each page's median and 95th percentile, the same of Django admin's list, and the import."""
    with tempfile.TemporaryDirectory(prefix="mg-bench-") as folder:
        home = Path(folder) / "home"
        yield from measured(home)


def measured(home: Path) -> Iterator[str]:
    """The whole bench on one data folder; a folder that is filled already is used as it is."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    environment |= {"MAKEGOOD_HOME": str(home), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    port = _free_port()
    with _running([sys.executable, "-m", "makegood_portal", "serve", "--port", str(port), "--quiet"], environment, home):
        address = f"http://127.0.0.1:{port}"
        _answers(f"{address}/healthz", within=120)
        if not (home / "plan.json").is_file():
            begun = time.perf_counter()
            _part("fill", environment)
            yield f"{PEOPLE:,} candidates, {PEOPLE // 10:,} of them started, filled in {time.perf_counter() - begun:.0f} s"
        _part("plan", environment)
        _warm(address, home / "plan.json")
        ours = _locust(address, home / "plan.json", SECONDS, environment)
        refused = sum(one["status"] >= 400 for one in ours)
        yield f"20 people at work for {SECONDS} s, 3 to 8 s between pages: {len(ours)} pages, {refused} refused"
        yield from _table(ours)
        admin_port = _free_port()
        peer = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.django_admin"}
        web = ["gunicorn", "makegood_portal.config.wsgi", "--bind", f"127.0.0.1:{admin_port}", "--workers", "2", "--threads", "4"]
        with _running([sys.executable, "-m", *web, "--log-level", "warning"], peer, home):
            admin = f"http://127.0.0.1:{admin_port}"
            _answers(f"{admin}/admin/ledger/candidacy/", within=60)
            _warm(admin, home / "admin.json")
            theirs = _locust(admin, home / "admin.json", max(SECONDS // 3, 30), environment)
        yield from _beside(ours, theirs)
        yield _part("import", {**environment, "BENCH_ADDRESS": address}).strip()


def _table(samples: Sequence[dict[str, Any]]) -> Iterator[str]:
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in samples:
        pages[one["page"]].append(one)
    slow = 0
    for page, found in sorted(pages.items()):
        took = [one["ms"] for one in found]
        roles: dict[str, list[float]] = defaultdict(list)
        for one in found:
            roles[one["role"]].append(one["ms"])
        worst = max(roles, key=lambda role: statistics.median(roles[role]))
        over = statistics.median(took) > MEDIAN or _p95(took) > P95
        slow += over
        wrong = sorted({one["status"] for one in found if one["status"] >= 400 or not one["status"]})
        yield (
            f"{'!' if over else ' '} {page:<30} {len(took):>4} times: median {statistics.median(took):>4.0f} ms, p95 {_p95(took):>4.0f} ms"
            f" (slowest for {worst}: {statistics.median(roles[worst]):.0f} ms){f', answered {wrong}' if wrong else ''}"
        )
    took = [one["ms"] for one in samples]
    yield f"all pages: median {statistics.median(took):.0f} ms, p95 {_p95(took):.0f} ms (agreed: {MEDIAN}, {P95}); {slow} pages are slower"


def _beside(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> Iterator[str]:
    for page, ratio_of in (("candidates", "list"), ("candidates, further on", "list, further on")):
        mine = [one["ms"] for one in ours if one["page"] == page]
        peer = [one["ms"] for one in theirs if one["page"] == ratio_of]
        if mine and peer:
            ratio = statistics.median(peer) / statistics.median(mine)
            yield (
                f"Django admin, {ratio_of}: median {statistics.median(peer):.0f} ms, p95 {_p95(peer):.0f} ms;"
                f" ours, {page}: {statistics.median(mine):.0f} ms, {ratio:.1f} times as fast"
            )


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[max(0, -(-len(took) * 95 // 100) - 1)]


def _locust(address: str, plan: Path, seconds: int, environment: dict[str, str]) -> list[dict[str, Any]]:
    samples = plan.with_suffix(".samples")
    subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "portal_users.py"), "--headless", "--users", "20",
         "--spawn-rate", "4", "--run-time", f"{seconds}s", "--host", address, "--exit-code-on-error", "0", "--loglevel", "WARNING",
         "--only-summary"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**environment, "BENCH_PLAN": str(plan), "BENCH_SAMPLES": str(samples)},
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(samples.read_text(encoding="utf-8"))
    return found


def _warm(address: str, plan: Path) -> None:
    """What a process does once (reading terms, compiling templates) is no part of a page. A page that fails stops the bench."""
    first = {visitor["role"]: visitor for visitor in reversed(json.loads(plan.read_text(encoding="utf-8")))}
    for visitor in first.values():
        for page in visitor["pages"]:
            if page["name"] == "response_keep":
                continue
            for _ in range(WARM):
                request = urllib.request.Request(  # noqa: S310 - our own address
                    address + page["addresses"][0], headers={"Cookie": f"sessionid={visitor['session']}"}
                )
                try:
                    urllib.request.urlopen(request, timeout=120).close()  # noqa: S310
                except urllib.error.HTTPError as error:
                    if error.code != 404 or page["name"] != "statement_document":
                        raise RuntimeError(f"{page['name']} as {visitor['role']}: {error.code}") from None


def _part(name: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.portal_parts", name, str(PEOPLE)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


@contextmanager
def _running(command: list[str], environment: dict[str, str], home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "bench.log").open("a") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _answers(address: str, *, within: float) -> None:
    end = time.monotonic() + within
    while True:
        try:
            urllib.request.urlopen(address, timeout=30).close()  # noqa: S310 - our own address
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    for row in measured(Path(sys.argv[1])) if len(sys.argv) > 1 else rows():
        print(row, flush=True)
