"""People: who is observed, in which cohort and arm, from which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from makegood.cases import typed
from makegood.cases.column_file import Columns, FileTable, spelled_out
from makegood.cases.identity import first_rows
from makegood.cases.quality import Column, Quality, finding
from makegood.values.problem import Problem, Refused, Where

COLUMNS = Columns(
    ("person", "cohort", "arm", "index_date"),
    ("class", "payer", "phase", "engaged_on", "left_on", "pair", "weight"),
    coded=("cohort", "arm", "class", "payer", "phase"),
    dates=("index_date", "engaged_on", "left_on"),
)
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
    order: npt.NDArray[np.int64] | None
    """The row of the file (from 0) in which each person stands; None: in the order of the file."""
    is_text: bool
    paired: bool
    """Every person of the comparison arm bears a `pair`: the arm is a matched group, not a pool."""

    def __len__(self) -> int:
        return len(self.index)


def grouping(values: pa.Array) -> Grouping:
    """Codes and sorted names of a column of words; empty is the name ''."""
    coded = values
    if not pa.types.is_dictionary(values.type) or values.null_count:
        coded = spelled_out(values).fill_null("").dictionary_encode()
    names = [str(name) for name in coded.dictionary.to_pylist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names) or 1, np.int32)
    rank[order] = np.arange(len(names), dtype=np.int32)
    codes = rank[coded.indices.to_numpy(zero_copy_only=False)]
    # A file's own dictionary may hold a word twice, or one that no row has.
    present = np.zeros(len(names), np.bool_)
    present[codes] = True
    if len(names) != len(set(names)) or (len(codes) and not present.all()):
        return grouping(spelled_out(coded))
    return Grouping(codes, tuple(names[place] for place in order))


def not_empty(values: pa.Array, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of `rows` where a word stands; an empty cell is told of elsewhere."""
    if not len(rows):
        return rows
    lengths = pc.binary_length(spelled_out(values.take(pa.array(rows)))).fill_null(0)
    return np.asarray(rows[lengths.to_numpy(zero_copy_only=False) > 0], dtype=np.int64)


def read_people(table: FileTable) -> tuple[People, Quality]:
    """People from CSV or Parquet. Raises Refused: a row that cannot be understood, or one person with two stories."""
    problems: list[Problem] = []
    person = typed.identifiers(table, "person", problems)
    cohort = typed.words(table, "cohort", problems)
    arm_words = typed.words(table, "arm", problems)
    arm, known = typed.code_of_words(arm_words, ARMS)
    strange = not_empty(arm_words, np.flatnonzero(arm < 0) if not known else np.zeros(0, np.int64))
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
    people = People(table.file, person, arm, index, groups, None, table.is_text, paired)
    return (people, Quality()) if first is None else _without_doubles(table, people, first)


def _without_doubles(table: FileTable, people: People, first: npt.NDArray[np.int32]) -> tuple[People, Quality]:
    double = first != np.arange(len(first))
    rows = np.flatnonzero(double)
    differs = np.zeros(len(rows), np.bool_)
    for column in table.columns.values():
        mine, its = spelled_out(column.take(pa.array(rows))), spelled_out(column.take(pa.array(first[rows])))
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
    listed = Quality(tuple(finding("person_twice", file=table.file, is_text=table.is_text, mask=double, persons=Column(people.person))))
    keep = np.flatnonzero(~double)
    groups = {name: Grouping(group.codes[keep], group.names) for name, group in people.groups.items()}
    kept = replace(
        people, person=people.person.take(pa.array(keep)), arm=people.arm[keep], index=people.index[keep], groups=groups, order=keep
    )
    return kept, listed


def _same(mine: pa.Array, its: pa.Array) -> npt.NDArray[np.bool_]:
    equal = pc.equal(mine, its).fill_null(False).to_numpy(zero_copy_only=False)
    both_empty = pc.and_(mine.is_null(), its.is_null()).to_numpy(zero_copy_only=False)
    return np.asarray(equal | both_empty, dtype=np.bool_)
