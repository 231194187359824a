"""All that was recorded, read together: the one thing that measurement takes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from makegood.cases.column_file import file_sha256
from makegood.cases.coverage import Coverage, read_coverage
from makegood.cases.observations import Observations, no_observations, read_observations
from makegood.cases.people import People, read_people
from makegood.cases.quality import Quality
from makegood.cases.spells import Spells, no_spells, read_spells
from makegood.values.problem import Problem, Refused


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
    paths = {"people": people, "spells": spells, "observations": observations, "coverage": coverage}
    with ThreadPoolExecutor(2) as pool:
        hashes = {name: pool.submit(file_sha256, path) for name, path in paths.items() if path is not None and path.is_file()}
        who, quality = read_people(people)
        problems: list[Problem] = []
        periods, seen, watched = no_spells(who), no_observations(), None
        try:
            if spells is not None:
                periods, found = read_spells(spells, who)
                quality += found
        except Refused as refused:
            problems += refused.problems
        try:
            if observations is not None:
                seen, found = read_observations(observations, who)
                quality += found
        except Refused as refused:
            problems += refused.problems
        try:
            if coverage is not None:
                watched, found = read_coverage(coverage, who)
                quality += found
        except Refused as refused:
            problems += refused.problems
        if problems:
            raise Refused(problems)
        return Records(who, periods, seen, watched, {name: told.result() for name, told in hashes.items()}), quality
