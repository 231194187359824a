"""People: who is observed, in which cohort and arm, from which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from makegood.cases import typed
from makegood.cases.column_file import Columns, FileTable, read_columns
from makegood.cases.identity import first_rows
from makegood.cases.quality import Quality, finding
from makegood.values.problem import Problem, Refused, Where

COLUMNS = Columns(("person", "cohort", "arm", "index_date"), ("class", "payer", "phase", "engaged_on", "left_on", "pair", "weight"))
ARMS = ("programme", "comparison")
GROUPINGS = ("cohort", "class", "payer", "phase")


@dataclass(frozen=True)
class Grouping:
    """A column that splits people: each person's code (int32) into `names`, which are sorted. '' stands for empty."""

    codes: npt.NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Columns of length n: identifiers, arm (0 programme, 1 comparison), index day (days since 1970), groupings."""

    file: str
    person: pa.Array
    arm: npt.NDArray[np.int8]
    index: npt.NDArray[np.int32]
    groups: Mapping[str, Grouping]
    row: npt.NDArray[np.int64]
    """The row of the file (from 0) in which each person stands."""
    is_text: bool
    paired: bool
    """Every person of the comparison arm bears a `pair`: the arm is a matched group, not a pool."""

    def __len__(self) -> int:
        return len(self.index)


def grouping(values: pa.Array) -> Grouping:
    """Codes and sorted names of a column of words; empty is the name ''."""
    coded = values.fill_null("").dictionary_encode()
    names = [str(name) for name in coded.dictionary.to_pylist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names) or 1, np.int32)
    rank[order] = np.arange(len(names), dtype=np.int32)
    return Grouping(rank[coded.indices.to_numpy(zero_copy_only=False)], tuple(names[place] for place in order))


def read_people(path: Path) -> tuple[People, Quality]:
    """People from CSV or Parquet. Raises Refused: a row that cannot be understood, or one person with two stories."""
    table = read_columns(path, COLUMNS)
    problems: list[Problem] = []
    person = typed.words(table, "person", problems)
    cohort = typed.words(table, "cohort", problems)
    arm_words = typed.words(table, "arm", problems)
    arm = typed.code_of_words(arm_words, ARMS)
    strange = np.flatnonzero((arm < 0) & np.asarray(pc.binary_length(arm_words).to_numpy(zero_copy_only=False) > 0))
    problems += table.refuse(strange, "arm", "unknown_arm", "'{value}' is not an arm", "", "write 'programme' or 'comparison'")
    index = typed.days(table, "index_date", problems)
    groups = {"cohort": grouping(cohort)}
    for column in ("class", "payer", "phase"):
        if table.has(column):
            groups[column] = grouping(typed.words(table, column, problems, needed=False))
    paired = False
    if table.has("pair"):
        alone = np.asarray(typed.words(table, "pair", problems, needed=False).is_null().to_numpy(zero_copy_only=False))
        paired = not bool(alone[arm == 1].any())
    for column in ("engaged_on", "left_on"):
        if table.has(column):
            typed.days(table, column, problems, empty=typed.RUNNING)
    if table.has("weight"):
        typed.scaled(table, "weight", problems, digits=12, most=1_000_000, empty=0)
    if table.rows == 0:
        problems.append(
            Problem(
                Where(table.file), "no_people", "the file has a header and nobody in it", "Results are about people", "add a row a person"
            )
        )
    if problems:
        raise Refused(problems)
    first = first_rows(person)
    people = People(table.file, person, arm, index, groups, np.arange(table.rows), table.is_text, paired)
    return (people, Quality()) if first is None else _without_doubles(table, people, first)


def _without_doubles(table: FileTable, people: People, first: npt.NDArray[np.int32]) -> tuple[People, Quality]:
    double = first != np.arange(len(first))
    rows = np.flatnonzero(double)
    differs = np.zeros(len(rows), np.bool_)
    for column in table.columns.values():
        mine, its = column.take(pa.array(rows)), column.take(pa.array(first[rows]))
        differs |= ~np.asarray(_same(mine, its))
    if differs.any():
        raise Refused(
            table.refuse(
                rows[differs],
                "person",
                "person_contradicts",
                "'{value}' stands with another content further up",
                "One person has one cohort, arm and index date",
                "keep the row that is true",
            )
        )
    listed = Quality(tuple(finding("person_twice", file=table.file, is_text=table.is_text, mask=double, persons=people.person)))
    keep = np.flatnonzero(~double)
    groups = {name: Grouping(group.codes[keep], group.names) for name, group in people.groups.items()}
    kept = replace(
        people, person=people.person.take(pa.array(keep)), arm=people.arm[keep], index=people.index[keep], groups=groups, row=keep
    )
    return kept, listed


def _same(mine: pa.Array, its: pa.Array) -> npt.NDArray[np.bool_]:
    equal = pc.equal(mine, its).fill_null(False).to_numpy(zero_copy_only=False)
    both_empty = pc.and_(mine.is_null(), its.is_null()).to_numpy(zero_copy_only=False)
    return np.asarray(equal | both_empty, dtype=np.bool_)
