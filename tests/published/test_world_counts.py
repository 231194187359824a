"""The invented participants against the tables that were published, cell by cell."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from a_world import FOLDER, STATUS_ON, day, participants, rows_of, spells_by_person

SEEDS = (1, 2026)
CORRECTED = {
    ("work_potential", "missing", "completed"): 5,
    ("work_potential", "missing", "dropout"): 20,
    ("dutch_reading", "unknown", "completed"): 3,
    ("proactive_coping", "waiting", "dropout"): 2,
    ("paid_job_in_past", "yes", "total"): 61,
    ("paid_job_in_past", "no_or_unknown", "total"): 58,
}
"""What checks.md of the reference says restores row and column; everything else as printed."""
TABLES = (
    "appendix_table01_status_track_duration",
    "appendix_table06_demographics",
    "appendix_table07_employability",
    "appendix_table08_dutch_language",
    "appendix_table09_problems",
    "appendix_table11_dropout_reasons",
    "table12_offence_types",
    "table14_type_of_work",
)


def published() -> Iterator[tuple[str, str, str, int]]:
    """Variable, code, group, count, of every cell of the reference tables."""
    folder = os.environ.get("MAKEGOOD_REFERENCE_DIR")
    if not folder:
        pytest.skip("MAKEGOOD_REFERENCE_DIR is not set: the published tables are not on this machine")
    for table in TABLES:
        for row in csv.DictReader((Path(folder) / "reference" / f"{table}.csv").open(encoding="utf-8")):
            if row["variable"] != "all":
                yield row["variable"], row["category"], row["group"], int(row["n"])


@pytest.mark.parametrize("seed", SEEDS)
def test_every_published_cell_is_met_by_the_register(seed: int) -> None:
    entries = rows_of("register.csv", seed=seed)
    cells = 0
    for variable, code, group, count in published():
        having = [row for row in entries if row[variable] == code and group in ("total", row["status"])]
        assert len(having) == CORRECTED.get((variable, code, group), count), (variable, code, group)
        cells += 1
    assert cells > 700


@pytest.mark.parametrize("seed", SEEDS)
def test_119_participants_47_completed_33_in_programme_39_dropped_out(seed: int) -> None:
    assert Counter(row["status"] for row in rows_of("register.csv", seed=seed)) == {"completed": 47, "in_programme": 33, "dropout": 39}


def test_the_data_file_holds_the_printed_figures_not_the_corrected_ones() -> None:
    kept = {(row["variable"], row["code"]): row for row in csv.DictReader((FOLDER / "margins.csv").open(encoding="utf-8"))}
    for variable, code, group, count in published():
        row = kept[variable, code]
        assert (row[group] or row["total"]) == str(count), (variable, code, group)


def test_each_correction_is_listed_with_its_reason() -> None:
    listed = rows_of("differences.csv")
    counts = {(row["variable"], row["code"], row["group"]): int(row["used"]) for row in listed if row["kind"] == "count"}
    assert counts == CORRECTED
    assert all(row["why"] and row["source"] for row in listed)
    assert {row["kind"] for row in listed} == {"count", "percentage", "calendar", "text"}


def test_four_cities_and_the_other_39_municipalities() -> None:
    found = Counter(row["municipality"] for row in rows_of("register.csv"))
    assert found == {"rotterdam": 16, "amsterdam": 12, "the_hague": 11, "utrecht": 8, "elsewhere": 72}


@pytest.mark.parametrize("seed", SEEDS)
def test_dated_jobs_say_what_table_14_says(seed: int) -> None:
    jobs = spells_by_person("employment", seed=seed)
    courses = spells_by_person("education", seed=seed)
    for person, entry in participants(seed=seed):
        own = jobs[person["person"]]
        begun = [job for job in own if day(job["start"]) <= STATUS_ON]
        running = [job for job in begun if not job["end"] or day(job["end"]) > STATUS_ON]
        work = entry["work_during_project"]
        if work.startswith("works_constantly"):
            assert running
        elif work.startswith("had_one_job"):
            assert len(begun) == 1
            assert not running
        elif work.startswith("worked_intermittently"):
            first, second = sorted(begun, key=lambda job: job["start"])
            assert first["end"] < second["start"]
            assert not running
        else:
            assert work.startswith("not_worked") or work == "never_really_started"
            assert not begun
        followed = [spell for spell in courses[person["person"]] if day(spell["start"]) < STATUS_ON]
        assert bool(followed) == work.endswith("followed_education")


@pytest.mark.parametrize("seed", SEEDS)
def test_27_are_at_work_on_the_status_date_and_10_more_had_worked_with_gaps(seed: int) -> None:
    jobs = spells_by_person("employment", seed=seed)
    own = [jobs[person["person"]] for person, _ in participants(seed=seed)]
    at_work = [any(day(job["start"]) <= STATUS_ON and (not job["end"] or day(job["end"]) > STATUS_ON) for job in person) for person in own]
    assert sum(at_work) == 27
    gaps = [entry for _, entry in participants(seed=seed) if entry["work_during_project"].startswith("worked_intermittently")]
    assert len(gaps) == 37 - 27


def test_of_the_37_who_worked_on_28_had_their_contract_with_the_employer() -> None:
    jobs = spells_by_person("employment")
    on = [person for person, entry in participants() if entry["work_during_project"].startswith(("works_const", "worked_inter"))]
    agency = [person for person in on if all(job["contract"] == "agency" for job in jobs[person["person"]])]
    direct = [person for person in on if all(job["contract"] in ("temporary", "permanent", "on_call") for job in jobs[person["person"]])]
    assert (len(on), len(direct), len(agency)) == (37, 28, 9)


def test_women_come_from_the_womens_prison() -> None:
    background = {row["person"]: row for row in rows_of("characteristics.csv")}
    for person, entry in participants():
        assert (entry["last_prison"] == "nieuwersluis") == (background[person["person"]]["sex"] == "female")
