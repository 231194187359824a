"""From an invented world to measured results: the engine counts the months that were planted."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from a_world import rows_of
from makegood.cli import COMMANDS, main


def test_measuring_the_world_gives_the_planted_months_and_finds_the_records_clean(tmp_path: Path) -> None:
    if "measure" not in COMMANDS:
        pytest.skip("makegood measure is not part of this build")
    world, measured = tmp_path / "world", tmp_path / "measured"
    assert main(["world", "werk-na-detentie", "--seed", "1", "--pool", "60", "--out", str(world), "--quiet"]) == 0
    files = [word for name in ("people", "spells", "observations", "coverage") for word in (f"--{name}", str(world / f"{name}.csv"))]
    words = ["measure", "werk-na-detentie", *files, "--as-of", "2019-08-01", "--out", str(measured), "--quiet"]
    assert main(words) == 0
    results = {row["metric"]: row for row in csv.DictReader((measured / "results.csv").open(encoding="utf-8"))}
    planted = sum(int(row["months_with"]) for row in rows_of("planted.csv"))
    assert planted == 361 + 48
    assert results["months_delivered"]["value"] == str(planted)
    assert float(results["months_of_work"]["value"]) == pytest.approx(planted / 119)
    reconvicted = sum(row["subject"].startswith("P") for row in rows_of("observations.csv"))
    assert float(results["reconvicted"]["value"]) == pytest.approx(reconvicted / 119)
    assert results["months_of_work"]["observed_until"] <= "2019-08-01"
    found = {row["code"] for row in csv.DictReader((measured / "quality.csv").open(encoding="utf-8"))}
    assert found <= {"person_without_spells", "spell_overlaps"}
