"""Proof of `make bundle`: built, installed into a fresh environment with nothing to fetch from, run without a network.

Run with `python -m benchmarks.proof_bundle`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.bundle.packing import bundle, sha256_of
from tools.bundle.requirements import Target

ABSENT = ("django", "psycopg", "duckdb", "pandas", "altair", "statsmodels", "sklearn")


def rows() -> Iterator[tuple[str, str]]:
    """What was shown, and the figure."""
    with tempfile.TemporaryDirectory() as temporary:
        yield from shown(Path(temporary))


def shown(home: Path) -> Iterator[tuple[str, str]]:
    """Build, unpack, check, install, run, and compare the bytes with those of this environment."""
    archive = bundle(Target(f"{sys.version_info.major}.{sys.version_info.minor}"), out=home / "dist")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(home / "carried")
    (folder,) = (home / "carried").iterdir()
    wheels = list((folder / "wheels").glob("*.whl"))
    yield "bundle for this machine", f"{len(wheels)} wheels, {archive.stat().st_size / 1e6:.0f} MB"
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()]
    sums = {name: digest for digest, name in lines}
    assert {name: sha256_of(folder / name) for name in sums} == sums
    yield "checksums of every file that was carried over", f"{len(sums)} of {len(sums)} hold"
    alone = without_network()
    start = time.perf_counter()
    python = installed(folder, home / "env", alone)
    took = time.perf_counter() - start
    yield "installed with --no-index --require-hashes" + (", no network interface" if alone else ""), f"{took:.0f} s"
    found = [name for name in ABSENT if subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0]
    assert not found, f"{found} should not be there"
    yield f"of {', '.join(ABSENT)} in that environment", "none"
    start = time.perf_counter()
    there = compared(home / "there", [*alone, str(python.with_name("makegood"))])
    took = time.perf_counter() - start
    here = compared(home / "here", [str(Path(sys.executable).with_name("makegood"))], key=home / "there" / "evaluator")
    assert there == here
    yield (
        "world, measure, lock, design, signed effect, verify there",
        f"{took:.0f} s; the signed result has the bytes of this environment's",
    )


def without_network() -> list[str]:
    """Words before a command that take every network interface away; none where this machine cannot."""
    words = ["unshare", "--map-root-user", "--net"]
    able = shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if able else []


def installed(folder: Path, environment: Path, alone: list[str]) -> Path:
    """A fresh environment with the bundle in it, as INSTALL.txt says; returns its Python."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, env=clean)
    python = environment / "bin" / "python"
    words = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--require-hashes",
        "--find-links",
        "wheels",
        "-r",
        "requirements.txt",
    ]
    subprocess.run([*alone, str(python), *words], cwd=folder, check=True, env=clean)
    return python


def compared(folder: Path, makegood: list[str], *, key: Path | None = None) -> bytes:
    """The whole line in a folder; returns the signed result."""
    folder.mkdir()
    if key is not None:
        for suffix in (".key", ".pub"):
            shutil.copy(key.with_suffix(suffix), folder)
    records = [word for name in ("people", "spells", "observations", "coverage") for word in (f"--{name}", f"world/{name}.csv")]
    sides = ["--treated", "world/treated.csv", "--pool", "world/pool.csv"]
    steps = [
        ["world", "werk-na-detentie", "--seed", "1", "--out", "world"],
        ["measure", "werk-na-detentie", *records, "--as-of", "2019-08-01", "--details", "all", "--out", "measured"],
        ["protocol", "draft", "werk-na-detentie", "--out", "protocol.yaml"],
        *([["protocol", "keygen", "--out", "evaluator"]] if key is None else []),
        ["protocol", "lock", "protocol.yaml", "--on", "2016-05-01", "--key", "evaluator.key"],
        ["compare", "protocol.yaml", *sides, "--out", "design"],
        ["compare", "protocol.yaml", *sides, "--outcomes", "measured", "--key", "evaluator.key", "--out", "effect"],
        ["protocol", "verify", "protocol.yaml", "--result", "effect/effect.json", "--public-key", "evaluator=evaluator.pub"],
    ]
    for words in steps:
        subprocess.run([*makegood, *words, "--quiet"], cwd=folder, check=True)
    return (folder / "effect" / "effect.json").read_bytes()


if __name__ == "__main__":
    for what, outcome in rows():
        print(f"{what}: {outcome}")
