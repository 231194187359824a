"""Protocols and files of people for tests of the comparison through the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from makegood.cli import main

Columns = Mapping[str, Sequence[Any]]


def a_protocol(**terms: Any) -> dict[str, Any]:
    """A complete protocol on age, months and region; a term that is named replaces the one here."""
    return {
        "protocol": "trial",
        "programme": "werk-na-detentie",
        "population": "everybody released",
        "treatment": "the programme",
        "index_date": "the day after release",
        "comparison_index_date": "the day after release",
        "variables": {"age": {"kind": "number"}, "months": {"kind": "number"}, "region": {"kind": "category"}},
        "matching": a_matching(),
        "estimand": "att",
        "participants": "intention_to_treat",
        "outcomes": {"work": {"value": "mean"}},
        "effect": {
            "estimator": "difference",
            "standard_errors": "cluster_pairs",
            "confidence": "95%",
            "bootstrap": 0,
            "exact_test_below": 0,
            "missing_outcomes": "refused",
        },
        "multiple_testing": {"method": "none"},
        "minimum_sample": 1,
        "unmatched": "excluded",
        "small_cells": {"minimum": 1, "dominance": "none", "round_counts_to": 1, "decimals": 6},
        "balance": {"smd": "0.1", "variance_ratio": 2},
        "seed": 1,
        **terms,
    }


def a_matching(**words: Any) -> dict[str, Any]:
    """The matching clause: nearest by propensity, one to one, no caliper."""
    usual = {"method": "nearest", "distance": "propensity", "caliper": "none", "ratio": 1, "replacement": "no", "order": "largest"}
    return {**usual, **words}


@dataclass(frozen=True)
class Compared:
    """What `makegood compare` did. `pairs`: treated -> controls; `weights`: person -> weight, of strata and weights;
    `results`: rows of the effect, unsigned, where outcomes were given."""

    code: int
    told: str
    design: dict[str, Any]
    pairs: dict[str, list[str]]
    weights: dict[str, float]
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def settled(self) -> dict[str, Any]:
        """The design of the basis that is settled."""
        return dict(self.design["bases"][0])

    @property
    def remarks(self) -> list[str]:
        """Codes of what the reader should know."""
        return [remark["code"] for remark in self.settled["remarks"]] if self.design else []


def written_people(path: Path, columns: Columns, rows: Sequence[int] | np.ndarray) -> Path:
    """The chosen rows of some columns as a CSV file."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([columns[name][row] for name in columns] for row in rows)
    return path


def compare(
    folder: Path, people: Columns, treated: np.ndarray, *words: str, measured: Columns | None = None, err: Any = None, **terms: Any
) -> Compared:
    """Write protocol, treated and pool, run the command in this process, read what it wrote.

    With `measured` (outcomes by person) the protocol is locked first, and the effect stage runs. `err`: pytest's capsys.
    """
    protocol = folder / "protocol.yaml"
    protocol.write_text(yaml.safe_dump(a_protocol(**terms), sort_keys=False))
    files = [written_people(folder / f"{name}.csv", people, np.flatnonzero(arm)) for name, arm in (("t", treated), ("p", ~treated))]
    out, pairs = folder / "out", folder / "pairs.csv"
    words = ("--treated", str(files[0]), "--pool", str(files[1]), "--out", str(out), "--pairs", str(pairs), *words)
    if measured is not None:
        main(["protocol", "lock", "--quiet", str(protocol), "--on", "2026-01-01"])
        words += ("--outcomes", str(written_people(folder / "o.csv", measured, range(len(measured["person"])))))
    code = main(["compare", "--quiet", str(protocol), *words])
    told = "" if err is None else str(err.readouterr().err)
    if not (out / "design.json").exists():
        return Compared(code, told, {}, {}, {})
    found: dict[str, list[str]] = {}
    weights: dict[str, float] = {}
    with pairs.open(newline="") as file:
        for row in csv.DictReader(file):
            if "control" in row:
                found.setdefault(row["treated"], []).append(row["control"])
            else:
                weights[row["person"]] = float(row["weight"])
    effect = out / "effect.unsigned.json"
    results = json.loads(effect.read_text())["results"] if effect.exists() else []
    return Compared(code, told, json.loads((out / "design.json").read_text()), found, weights, results)
