"""A whole comparison with outcomes, through the command line: files in, signed result out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from comparison_builders import a_protocol, written_people
from makegood.cli import main
from makegood.comparison.signing import key_pair

Columns = Mapping[str, Sequence[Any]]
KEY = key_pair(sha256(b"evaluator").digest())


def a_crowd(*, treated: int = 60, pool: int = 400, effect: float = 2.0, seed: int = 1) -> tuple[dict[str, list[Any]], NDArray[np.bool_]]:
    """Invented people with a planted effect on months of work; the pool is older and worked more."""
    draw = np.random.default_rng(seed)
    arms = np.arange(treated + pool) < treated
    age = np.where(arms, draw.normal(33, 7, arms.size), draw.normal(37, 9, arms.size)).round(1)
    months = np.where(arms, draw.poisson(4, arms.size), draw.poisson(6, arms.size))
    region = draw.choice(["north", "east", "south"], arms.size)
    work = np.clip(4 + 0.4 * months - 0.05 * (age - 35) + draw.normal(0, 3, arms.size) + effect * arms, 0, 24).round(2)
    columns = {
        "person": [f"p{row:04}" for row in range(arms.size)],
        "age": age.tolist(),
        "months": months.tolist(),
        "region": region.tolist(),
        "started": np.where(draw.random(arms.size) < 0.8, "yes", "no").tolist(),
        "cohort": np.where(np.arange(arms.size) % 2 == 0, "spring", "autumn").tolist(),
        "work": work.tolist(),
        "durable": (work >= 8).astype(int).tolist(),
    }
    return columns, arms


@dataclass(frozen=True)
class Found:
    """What `makegood compare` did with outcomes. `result`: the signed content, empty where there is none."""

    code: int
    out: str
    err: str
    folder: Path
    result: dict[str, Any]

    def finding(self, metric: str = "work", *, cohort: str = "all", basis: str = "intention_to_treat") -> dict[str, Any]:
        """The finding of one outcome, cohort and basis."""
        wanted = (metric, cohort, basis)
        (found,) = [each for each in self.result["findings"] if (each["metric"], each["cohort"], each["basis"]) == wanted]
        return dict(found)

    def text(self, name: str) -> str:
        """A written file."""
        return (self.folder / "out" / name).read_text("utf-8")


def an_effect(
    folder: Path,
    people: Columns,
    treated: NDArray[np.bool_],
    *words: str,
    seen: Columns | None = None,
    capsys: Any = None,
    **terms: Any,
) -> Found:
    """Write protocol and files, lock, compare, read the result. `seen`: the file of outcomes, else `people`."""
    protocol = folder / "protocol.yaml"
    usual = {"outcomes": {"work": {"value": "mean"}}, "columns": {"person": "person"}}
    protocol.write_text(yaml.safe_dump(a_protocol(**{**usual, **terms}), sort_keys=False))
    (folder / "evaluator.key").write_bytes(KEY.private_pem)
    files = [written_people(folder / f"{name}.csv", people, np.flatnonzero(arm)) for name, arm in (("t", treated), ("p", ~treated))]
    known = people if seen is None else seen
    found = written_people(folder / "o.csv", known, np.arange(len(known["person"])))
    key = ("--key", str(folder / "evaluator.key"))
    assert main(["protocol", "lock", str(protocol), "--on", "2025-01-15", *key, "--quiet"]) == 0
    given = ("--treated", str(files[0]), "--pool", str(files[1]), "--outcomes", str(found), "--out", str(folder / "out"))
    code = main(["compare", str(protocol), *given, *key, *words])
    said = ("", "") if capsys is None else capsys.readouterr()
    path = folder / "out" / "effect.json"
    content = json.loads(path.read_text("utf-8"))["content"] if path.exists() else {}
    return Found(code, said[0], said[1], folder, content)
