"""All that was recorded, read together: the one thing that measurement takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from makegood.cases import coverage as coverage_file
from makegood.cases import observations as observations_file
from makegood.cases import people as people_file
from makegood.cases import spells as spells_file
from makegood.cases.column_file import FileTable, begin_sha256, read_columns
from makegood.cases.coverage import Coverage, read_coverage
from makegood.cases.observations import Observations, no_observations, read_observations
from makegood.cases.people import People, read_people
from makegood.cases.quality import Quality
from makegood.cases.spells import Spells, no_spells, read_spells
from makegood.values.problem import Problem, Refused

Part = TypeVar("Part")
COLUMNS = {
    "people": people_file.COLUMNS,
    "spells": spells_file.COLUMNS,
    "observations": observations_file.COLUMNS,
    "coverage": coverage_file.COLUMNS,
}


@dataclass(frozen=True)
class Records:
    """People with their spells, observations and coverage (None: everybody was watched up to the as-of date)."""

    people: People
    spells: Spells
    observations: Observations
    coverage: Coverage | None
    sha256: dict[str, str]
    """SHA-256 of each file that was read, under what it holds: people, spells, observations, coverage."""


def read_records(
    people: Path, *, spells: Path | None = None, observations: Path | None = None, coverage: Path | None = None
) -> tuple[Records, Quality]:
    """Read the files that are given; what is wrong in any of them is reported together. Raises Refused."""
    given = {"people": people, "spells": spells, "observations": observations, "coverage": coverage}
    paths = {name: path for name, path in given.items() if path is not None}
    problems: list[Problem] = []
    tables: dict[str, FileTable] = {}
    for name, path in paths.items():
        try:
            tables[name] = read_columns(path, COLUMNS[name])
        except Refused as refused:
            problems += refused.problems
    hashes = {name: begin_sha256(paths[name]) for name in tables}
    for table in tables.values():
        table.columns.wait()
    if "people" not in tables:
        raise Refused(problems)
    try:
        who, quality = read_people(tables["people"])
    except Refused as refused:
        raise Refused([*refused.problems, *problems]) from None

    def part(name: str, read: Callable[[FileTable, People], tuple[Part, Quality]], absent: Part) -> tuple[Part, Quality]:
        if name not in tables:
            return absent, Quality()
        try:
            return read(tables[name], who)
        except Refused as refused:
            problems.extend(refused.problems)
            return absent, Quality()

    periods, of_spells = part("spells", read_spells, no_spells(who))
    seen, of_observations = part("observations", read_observations, no_observations())
    watched, of_coverage = part("coverage", read_coverage, None)
    if problems:
        raise Refused(problems)
    sha256 = {name: told.result() for name, told in hashes.items()}
    return Records(who, periods, seen, watched, sha256), quality + of_spells + of_observations + of_coverage
