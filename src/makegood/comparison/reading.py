"""Reading files of persons: CSV, Parquet, SPSS and Stata into columns, with every problem named.

Only the columns that are asked for are read, each as what the protocol says it is: a number (float64, nan is
missing) or words (codes with their levels). Person codes stay text: `007` is not 7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from makegood.comparison.file_forms import open_table
from makegood.values.problem import Problem, Refused, Where

Kind = Literal["number", "category", "person"]
SHOWN = 3
LARGEST = 1e100
"""Numbers of persons beyond this are mistakes, and their squares cannot be added up."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """A column of words. `codes`: (rows,) int32 into `levels`, -1 where missing; `levels` by size where all
    are whole numbers, else by code point."""

    codes: NDArray[np.int32]
    levels: tuple[str, ...]

    def text(self) -> NDArray[np.object_]:
        """(rows,) the words themselves, None where missing."""
        return np.array([*self.levels, None], dtype=object)[self.codes]


@dataclass(frozen=True, kw_only=True)
class People:
    """The columns of one file. `persons`: (rows,) text, unique. `sha256`: of the file's bytes."""

    file: str
    sha256: str
    persons: Any
    numbers: Mapping[str, NDArray[np.float64]]
    words: Mapping[str, Words]

    @property
    def rows(self) -> int:
        """How many persons."""
        return len(self.persons)


def as_numpy(column: Any, *, missing: float) -> NDArray[Any]:
    """An Arrow column of numbers as a numpy array of its own, with `missing` where there is none."""
    # Arrow's own `to_numpy` and its scalars load pandas, which takes longer than a small run; buffers do not.
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # too large for one chunk
        return np.concatenate([as_numpy(chunk, missing=missing) for chunk in array.chunks])
    kind = np.dtype(str(array.type).replace("double", "float64"))
    if not len(array):
        return np.empty(0, dtype=kind)
    values = np.frombuffer(array.buffers()[1], dtype=kind, count=len(array), offset=array.offset * kind.itemsize).copy()
    if array.null_count:
        values[as_numpy(pc.cast(pc.is_null(array), pa.int8()), missing=0).astype(bool)] = missing
    return values


def chosen(persons: Any, index: NDArray[np.int64]) -> list[str]:
    """The persons in these rows."""
    return list(taken(persons, index).to_pylist())


def taken(persons: Any, index: NDArray[np.int64]) -> Any:
    """The persons in these rows, as an Arrow array."""
    # Handing pyarrow a numpy array makes it load pandas, which takes longer than a small run; a buffer does not.
    rows = np.ascontiguousarray(index, dtype=np.int64)
    return persons.take(pa.Array.from_buffers(pa.int64(), rows.size, [None, pa.py_buffer(rows)]))


def text_array(words: Sequence[str]) -> pa.Array:
    """Words as an Arrow array of text."""
    # `pa.array` looks for pandas, which takes longer than a small run; buffers do not.
    parts = [word.encode("utf-8") for word in words]
    ends = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(parts), pa.py_buffer(ends), pa.py_buffer(b"".join(parts)))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, read in pieces. Raises Refused where it cannot be read."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise Refused([Problem(Where(str(path)), "unreadable", f"it cannot be read: {error.strerror}", "", "check the path")]) from None


def in_rows(flags: NDArray[np.bool_]) -> str:
    """The first rows that are flagged, from 1, the header not counted. A message names rows and never persons."""
    rows = np.flatnonzero(flags) + 1
    return ("row " if rows.size == 1 else "rows ") + ", ".join(map(str, rows[:SHOWN].tolist())) + (" …" if rows.size > SHOWN else "")


def counted(count: int, noun: str, one: str, more: str) -> str:
    """A number of things with its verb: `1 person stands`, `3 persons stand`."""
    return f"{count} {noun} {one}" if count == 1 else f"{count} {noun}s {more}"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Columns of a file whose rows are not persons, or not one each."""

    rows: int
    sha256: str
    numbers: Mapping[str, NDArray[np.float64]]
    words: Mapping[str, Words]


def read_people(path: Path, *, person: str, columns: Mapping[str, Kind]) -> tuple[People | None, list[Problem]]:
    """One row a person. `columns`: column name in the file -> what it is. None with the problems where it cannot be used.

    Missing numbers come back as nan and missing words as code -1: whether that is allowed is the caller's to say.
    """
    read, table, problems = _read(path, columns, wanted={person: "person", **columns})
    if read is None:
        return None, problems
    persons = _as_text(table[person])
    problems.extend(_person_problems(persons, file=str(path), column=person))
    if problems:
        return None, problems
    return People(file=str(path), sha256=read.sha256, persons=persons, numbers=read.numbers, words=read.words), []


def read_columns(path: Path, *, columns: Mapping[str, Kind]) -> tuple[Columns | None, list[Problem]]:
    """Columns alone: name in the file -> what it is. None with the problems where they cannot be used."""
    read, _table, problems = _read(path, columns, wanted=columns)
    return (None if problems else read), problems


def _read(path: Path, columns: Mapping[str, Kind], *, wanted: Mapping[str, Kind]) -> tuple[Columns | None, Any, list[Problem]]:
    sha256 = file_sha256(path)
    table, problems = open_table(path, wanted=wanted)
    if table is None:
        return None, None, problems
    file = str(path)
    if table.num_rows == 0:
        return None, None, [Problem(Where(file), "no_rows", "the file holds no persons", "", "write one row a person")]
    numbers: dict[str, NDArray[np.float64]] = {}
    words: dict[str, Words] = {}
    for name, kind in columns.items():
        if kind == "number":
            values, found = _numbers(table[name], where=Where(file, 0, name))
            numbers[name] = values
            problems.extend(found)
        else:
            words[name] = _words(table[name])
    return Columns(rows=table.num_rows, sha256=sha256, numbers=numbers, words=words), table, problems


def _numbers(column: Any, *, where: Where) -> tuple[NDArray[np.float64], list[Problem]]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        words = column.to_pylist()
        values, bad = np.full(len(words), np.nan), []
        for row, word in enumerate(words):
            try:
                values[row] = np.nan if word is None else float(word)
            except ValueError:
                bad.append((row, word))
        if bad:
            shown = ", ".join(f"'{word}' (row {row + 1})" for row, word in bad[:SHOWN]) + (" …" if len(bad) > SHOWN else "")
            what = f"{counted(len(bad), 'value', 'is', 'are')} not a number: {shown}"
            return values, [Problem(where, "not_a_number", what, "", "write digits with a point for decimals, or leave it empty")]
    elif pa.types.is_dictionary(column.type) or pa.types.is_temporal(column.type) or pa.types.is_nested(column.type):
        what = f"the column is of the kind {column.type}, not a number"
        return np.empty(0), [Problem(where, "not_a_number", what, "", "say `kind: category`, or write numbers")]
    else:
        values = as_numpy(pc.cast(column, pa.float64(), safe=False), missing=np.nan)
    if np.isinf(values).any():
        what = f"{counted(int(np.isinf(values).sum()), 'value', 'is', 'are')} infinite, in {in_rows(np.isinf(values))}"
        return values, [Problem(where, "infinite", what, "No mean can be taken over them", "leave the value empty where it is not known")]
    huge = np.abs(values) > LARGEST
    if huge.any():
        what = f"{counted(int(huge.sum()), 'value', 'lies', 'lie')} beyond {LARGEST:g}, in {in_rows(huge)}"
        return values, [Problem(where, "too_large", what, "Sums of their squares run off", "correct them, or write them in a larger unit")]
    return values, []


def _as_text(column: Any) -> Any:
    """Any column as one array of text: whole numbers without a point, missing and blank as null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        values = column.to_pylist()
        whole = all(value is None or value != value or float(value).is_integer() for value in values)  # noqa: PLR0124
        text = [None if value is None or value != value else (str(int(value)) if whole else repr(value)) for value in values]  # noqa: PLR0124
        return pa.array(text, type=pa.string())
    text = pc.cast(column, pa.string())
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    written = pc.cast(pc.utf8_length(pc.utf8_trim_whitespace(text)), pa.bool_())
    return text if pc.all(written).as_py() is not False else pc.if_else(written, text, pa.nulls(len(text), pa.string()))


def _words(column: Any) -> Words:
    encoded = pc.dictionary_encode(_as_text(column))
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    levels = encoded.dictionary.to_pylist()
    numeric = all(level.isdecimal() for level in levels)
    order = sorted(range(len(levels)), key=lambda index: int(levels[index]) if numeric else levels[index])
    place = np.empty(len(levels) + 1, dtype=np.int32)
    place[order] = np.arange(len(levels), dtype=np.int32)
    place[-1] = -1
    codes = as_numpy(encoded.indices, missing=-1)
    return Words(codes=place[codes], levels=tuple(levels[index] for index in order))


def _person_problems(persons: Any, *, file: str, column: str) -> list[Problem]:
    where = Where(file, 0, column)
    if persons.null_count:
        what = f"{persons.null_count} rows name no person"
        return [Problem(where, "no_person", what, "", "give each person a code of its own")]
    if pc.count_distinct(persons).as_py() < len(persons):
        codes = as_numpy(pc.dictionary_encode(persons).indices, missing=-1)
        often = np.bincount(codes)
        what = f"{counted(int(np.count_nonzero(often > 1)), 'person', 'stands', 'stand')} there more than once: {in_rows(often[codes] > 1)}"
        return [Problem(where, "person_twice", what, "A person would be compared twice, or with himself", "keep one row a person")]
    return []
