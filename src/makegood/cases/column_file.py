"""A file as columns of text or typed values: what can be understood, or the reasons why the file is refused whole.

CSV (comma, UTF-8, header; `.csv`) is read as text, Parquet (`.parquet`) with its own types. Row 1 is the first row
of data; in a CSV without line breaks inside quotes row n stands on line n + 1.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from makegood.cases.compiled import processors
from makegood.cases.table import MAX_HEADER, check_columns, check_is_file, refused
from makegood.values.problem import Problem, Refused, Where

MOST_SHOWN = 20
"""So many rows with the same fault are named one by one; the rest is counted."""


@dataclass(frozen=True)
class Columns:
    """What a kind of file holds: columns that must be there and columns that may be."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    """Columns of few different words: they are read as codes into a dictionary."""
    later: tuple[str, ...] = ()
    """Columns that are only passed on: from Parquet they are read when somebody asks for them."""
    dates: tuple[str, ...] = ()
    """Columns of dates: in a CSV they are read as dates where all of them are."""


class LazyColumns(Mapping[str, pa.Array]):
    """Columns by name, each read when somebody asks for it."""

    def __init__(self, types: Mapping[str, pa.DataType], read: Callable[[str], pa.Array], begun: Sequence[Future[pa.Array]] = ()) -> None:
        self.types = types
        self._read = read
        self._begun = begun
        self._had: dict[str, pa.Array] = {}

    def __getitem__(self, name: str) -> pa.Array:
        if name not in self.types:
            raise KeyError(name)
        if name not in self._had:
            self._had[name] = self._read(name)
        return self._had[name]

    def __contains__(self, name: object) -> bool:
        return name in self.types  # to look for a column is not to read it

    def __iter__(self) -> Iterator[str]:
        return iter(self.types)

    def __len__(self) -> int:
        return len(self.types)

    def wait(self) -> None:
        """Until the columns are read that are read in the background: loops that ran beside them would get in their way."""
        wait(self._begun)

    def only(self, *names: str) -> LazyColumns:
        """Those of the columns that are there, as words; still read when asked for."""
        return LazyColumns({name: kind for name, kind in self.types.items() if name in names}, lambda name: as_words(self[name]))


NO_COLUMNS = LazyColumns({}, lambda _: pa.array([]))


@dataclass(frozen=True)
class FileTable:
    """A file that was understood as a table: its name as the user gave it and its columns, each in one chunk."""

    file: str
    columns: LazyColumns
    rows: int
    is_text: bool
    """CSV: a place is a line."""

    def has(self, column: str) -> bool:
        """Whether the file has this column."""
        return column in self.columns

    def where(self, row: int, column: str = "") -> Where:
        """The place of a row (from 0) for a problem: its line in a CSV; in Parquet the row is part of the path."""
        if self.is_text:
            return Where(self.file, row + 2, column)
        return Where(self.file, 0, f"row {row + 1}" + (f" {column}" if column else ""))

    def refuse(self, rows: Sequence[int] | Any, column: str, code: str, what: str, why: str, remedy: str) -> list[Problem]:
        """Problems for rows with one fault: `what` may hold `{value}`; at most MOST_SHOWN are named, the rest counted."""
        problems = []
        for row in rows[:MOST_SHOWN]:
            value = _told(self.columns[column][int(row)]) if column in self.columns else ""
            problems.append(Problem(self.where(int(row), column), code, what.format(value=value), why, remedy))
        if len(rows) > MOST_SHOWN:
            more = f"the same in {len(rows) - MOST_SHOWN:,} further rows"
            problems.append(Problem(Where(self.file, 0, column), code, more, why, remedy))
        return problems


def read_columns(path: Path, columns: Columns) -> FileTable:
    """Read a CSV or Parquet file whose columns are those asked for. Raises Refused with every reason why it cannot be used.

    Columns of Parquet are read in the background, one by one; a column that cannot be read raises Refused when it is
    asked for.
    """
    check_is_file(path)
    return _csv(path, str(path), columns) if path.suffix.lower() == ".csv" else _parquet(path, str(path), columns)


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def begin_sha256(path: Path) -> Future[str]:
    """The same, in the background, after the columns that are being read."""
    return _readers().submit(file_sha256, path)


def as_words(column: pa.Array) -> pa.Array:
    """Numbers that serve as identifiers, and other makings of text, as text; codes of words stay codes."""
    kind = column.type
    return column.cast(pa.string()) if pa.types.is_integer(kind) or pa.types.is_null(kind) or pa.types.is_string_view(kind) else column


def spelled_out(column: pa.Array) -> pa.Array:
    """A column of codes as the words themselves; any other as it is."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _told(value: pa.Scalar) -> str:
    """A value of a file as a problem shows it."""
    try:
        return str(value.as_py())[:80]
    except (ValueError, OverflowError):
        return str(value)[:80]


def _one_chunk(column: pa.ChunkedArray, *, coded: bool) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        if coded and pa.types.is_string(column.type.value_type) and column.num_chunks:
            return column.unify_dictionaries().combine_chunks() if column.num_chunks > 1 else column.chunk(0)
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) and column.nbytes > 1_900_000_000:
        column = column.cast(pa.large_string())
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _csv(path: Path, name: str, columns: Columns) -> FileTable:
    table = _csv_table(path, name, columns)
    whole = {column: _one_chunk(table.column(column), coded=column in columns.coded) for column in table.column_names}
    return FileTable(name, LazyColumns({column: values.type for column, values in whole.items()}, whole.__getitem__), table.num_rows, True)


def _csv_table(path: Path, name: str, columns: Columns) -> pa.Table:
    import pyarrow.csv as pacsv  # noqa: PLC0415 - only a CSV needs it

    with path.open("rb") as handle:
        head = handle.read(MAX_HEADER + 1)
    if b"\0" in head or head[:4] in (b"PAR1", b"PK\x03\x04") or head[:2] == b"\x1f\x8b":
        raise refused(path, "binary_file", "this is a binary file, not a CSV", "export it as CSV, UTF-8")
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines()
    first = lines[0] if lines else b""
    if not head.strip():
        raise refused(path, "empty_file", "the file is empty", "write at least the header")
    if len(first) > MAX_HEADER - 3:
        raise refused(path, "too_wide", f"the header is longer than {MAX_HEADER} characters", "keep the columns that are known", line=1)
    try:
        header = [column.strip() for column in next(csv.reader([first.decode("utf-8")], strict=True), [])]
    except (UnicodeDecodeError, csv.Error):
        raise refused(path, "wrong_encoding", "the header is not UTF-8 text", "save the file as CSV, UTF-8", line=1) from None
    check_columns(name, header, required=columns.needed, optional=columns.optional)
    words = pa.dictionary(pa.int32(), pa.string())
    as_text = {column: words if column in columns.coded else pa.string() for column in header}
    as_meant = as_text | {column: pa.date32() for column in header if column in columns.dates}
    said = ""
    for types in (as_meant, as_text):
        convert = pacsv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True)
        parse = pacsv.ParseOptions(newlines_in_values=False)
        try:
            return pacsv.read_csv(path, read_options=_below_header(header), parse_options=parse, convert_options=convert)
        except pa.ArrowInvalid as error:
            said = str(error)
    raise Refused(_csv_faults(path, name, header, convert, said))


def _below_header(header: list[str], *, use_threads: bool = True) -> Any:
    import pyarrow.csv as pacsv  # noqa: PLC0415 - only a CSV needs it

    return pacsv.ReadOptions(column_names=header, skip_rows=1, use_threads=use_threads)


def _csv_faults(path: Path, name: str, header: list[str], convert: Any, said: str) -> list[Problem]:
    """Read a broken CSV once more in one thread, to name the lines that do not fit."""
    import pyarrow.csv as pacsv  # noqa: PLC0415 - only a CSV needs it

    bad: list[tuple[int, int, int]] = []

    def ragged(row: Any) -> str:
        bad.append((row.number or 0, row.expected_columns, row.actual_columns))
        return "skip"

    try:
        pacsv.read_csv(
            path,
            read_options=_below_header(header, use_threads=False),
            parse_options=pacsv.ParseOptions(newlines_in_values=False, invalid_row_handler=ragged),
            convert_options=convert,
        )
    except pa.ArrowInvalid as error:
        said = str(error)
    problems = [
        Problem(
            Where(name, line),
            "ragged_row",
            f"{found} columns stand here, the header has {expected}",
            "",
            "write a value or nothing for each column, between commas",
        )
        for line, expected, found in bad[:MOST_SHOWN]
    ]
    if len(bad) > MOST_SHOWN:
        problems.append(Problem(Where(name), "ragged_row", f"the same in {len(bad) - MOST_SHOWN:,} further rows", "", "mend them likewise"))
    if "UTF8" in said or "utf8" in said.lower():
        what = "the file holds bytes that are not UTF-8"
        problems.append(Problem(Where(name, _first_line_not_utf8(path)), "not_utf8", what, "", "save it as CSV in UTF-8"))
    if not problems:
        problems.append(Problem(Where(name), "not_csv", said.split("\n")[0][:200], "", "write CSV with commas, one row a line"))
    return problems


def _first_line_not_utf8(path: Path) -> int:
    """The first line with bytes that are not UTF-8; 0 where there is none."""
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _parquet(path: Path, name: str, columns: Columns) -> FileTable:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only Parquet needs it

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(name, error) from None
    check_columns(name, list(schema.names), required=columns.needed, optional=columns.optional)
    coded = [field.name for field in schema if field.name in columns.coded and pa.types.is_string(field.type)]

    def read(column: str) -> pa.Array:
        try:
            file = pq.ParquetFile(path, memory_map=True, pre_buffer=False, read_dictionary=coded)
            return _one_chunk(file.read([column], use_threads=False).column(column), coded=column in columns.coded)
        except (pa.ArrowException, OSError) as error:
            raise _not_parquet(name, error) from None

    order = [column for column in (*columns.needed, *columns.optional) if column in schema.names and column not in columns.later]
    begun = {column: _readers().submit(read, column) for column in order}
    types = {field.name: pa.string() if field.name in coded else field.type for field in schema}
    columns_ = LazyColumns(types, lambda column: begun[column].result() if column in begun else read(column), list(begun.values()))
    return FileTable(name, columns_, rows, False)


@cache
def _readers() -> ThreadPoolExecutor:
    """Threads that decode columns: as many as there are processors. A forked process makes its own."""
    return ThreadPoolExecutor(processors(), thread_name_prefix="columns")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_readers.cache_clear)


def _not_parquet(name: str, error: Exception) -> Refused:
    said = str(error).split("\n")[0][:200]
    return Refused([Problem(Where(name), "not_parquet", f"this cannot be read as Parquet: {said}", "", "write it anew, or as CSV")])
