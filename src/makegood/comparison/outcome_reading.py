"""Reading outcomes: a row a person with a column a metric, or a row a person and metric as `makegood measure` writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from makegood.comparison.file_forms import columns_in
from makegood.comparison.matched import Floats
from makegood.comparison.protocol import Protocol
from makegood.comparison.reading import Kind, People, counted, in_rows, read_columns, read_people, text_array
from makegood.values.problem import Problem, Refused, Where, nearest

LONG = ("metric", "person", "value")
"""Columns of `person_results.parquet`; a further column `enters` says whether the value counts (else it is not known)."""


def read_outcomes(protocol: Protocol, path: Path) -> People:
    """The outcomes of persons, of every metric that the protocol names. Raises Refused with every problem."""
    wanted = {metric: rule.column or metric for metric, rule in protocol.outcomes.items()}
    names, problems = columns_in(path)
    if problems:
        raise Refused(problems)
    if {*LONG} <= {*names} and not {*wanted.values()} & {*names}:
        found, problems = _long(path, names=names, wanted=sorted({*wanted.values()}))
    else:
        columns: dict[str, Kind] = dict.fromkeys(wanted.values(), "number")
        found, problems = read_people(path, person=protocol.columns.person, columns=columns)
    if found is None:
        raise Refused(problems)
    return found


def _long(path: Path, *, names: list[str], wanted: list[str]) -> tuple[People | None, list[Problem]]:
    columns: dict[str, Kind] = {"metric": "category", "person": "category", "value": "number"}
    if "enters" in names:
        columns["enters"] = "category"
    read, problems = read_columns(path, columns=columns)
    if read is None:
        return None, problems
    file, persons, metrics = str(path), read.words["person"], read.words["metric"]
    if (persons.codes < 0).any():
        what = f"{int((persons.codes < 0).sum())} rows name no person"
        return None, [Problem(Where(file, 0, "person"), "no_person", what, "", "give each person a code of its own")]
    counts = np.ones(read.rows, dtype=bool)
    if "enters" in names:
        yes = np.array([level.lower() in ("true", "1", "yes") for level in read.words["enters"].levels] + [False])
        counts = yes[read.words["enters"].codes]
    values: dict[str, Floats] = {}
    for metric in wanted:
        where = Where(file, 0, "metric")
        if metric not in metrics.levels:
            problems.append(Problem(where, "missing_metric", f"no row speaks of '{metric}'", "", nearest(metric, metrics.levels)))
            continue
        rows = np.flatnonzero(metrics.codes == metrics.levels.index(metric))
        who = persons.codes[rows]
        twice = np.flatnonzero(np.bincount(who, minlength=len(persons.levels)) > 1)
        if twice.size:
            often = np.zeros(read.rows, dtype=bool)
            often[rows] = np.isin(who, twice)
            what = f"{counted(int(twice.size), 'person', 'stands', 'stand')} there more than once for '{metric}': {in_rows(often)}"
            problems.append(Problem(Where(file, 0, "person"), "person_twice", what, "", "keep one row a person and metric"))
        column = np.full(len(persons.levels), np.nan)
        column[who] = np.where(counts[rows], read.numbers["value"][rows], np.nan)
        values[metric] = column
    if problems:
        return None, problems
    return People(file=file, sha256=read.sha256, persons=text_array(persons.levels), numbers=values, words={}), []
