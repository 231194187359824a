"""A file as columns of text or typed values: what can be understood, or the reasons why the file is refused whole.

CSV (comma, UTF-8, header; `.csv`) is read as text, Parquet (`.parquet`) with its own types. Row 1 is the first row
of data; in a CSV without line breaks inside quotes row n stands on line n + 1.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from makegood.cases.table import MAX_HEADER, check_columns, check_is_file, refused
from makegood.values.problem import Problem, Refused, Where

MOST_SHOWN = 20
"""So many rows with the same fault are named one by one; the rest is counted."""


@dataclass(frozen=True)
class Columns:
    """What a kind of file holds: columns that must be there and columns that may be."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileTable:
    """A file that was understood as a table: its name as the user gave it and its columns, each in one chunk."""

    file: str
    columns: dict[str, pa.Array]
    rows: int
    is_text: bool
    """CSV: every value is text still, and a place is a line."""

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
            value = str(self.columns[column][int(row)].as_py())[:80] if column in self.columns else ""
            problems.append(Problem(self.where(int(row), column), code, what.format(value=value), why, remedy))
        if len(rows) > MOST_SHOWN:
            more = f"the same in {len(rows) - MOST_SHOWN:,} further rows"
            problems.append(Problem(Where(self.file, 0, column), code, more, why, remedy))
        return problems


def read_columns(path: Path, columns: Columns) -> FileTable:
    """Read a CSV or Parquet file whose columns are those asked for. Raises Refused with every reason why it cannot be used."""
    check_is_file(path)
    name, is_text = str(path), path.suffix.lower() == ".csv"
    table = _csv(path, name, columns) if is_text else _parquet(path, name, columns)
    whole = {column: _one_chunk(table.column(column)) for column in table.column_names}
    return FileTable(file=name, columns=whole, rows=table.num_rows, is_text=is_text)


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) and column.nbytes > 1_900_000_000:
        column = column.cast(pa.large_string())
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _csv(path: Path, name: str, columns: Columns) -> pa.Table:
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
    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True
    )
    parse = pacsv.ParseOptions(newlines_in_values=False)
    try:
        return pacsv.read_csv(path, read_options=_below_header(header), parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid as error:
        raise Refused(_csv_faults(path, name, header, convert, str(error))) from None


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
        problems.append(Problem(Where(name), "not_utf8", "the file holds bytes that are not UTF-8", "", "save it as CSV in UTF-8"))
    if not problems:
        problems.append(Problem(Where(name), "not_csv", said.split("\n")[0][:200], "", "write CSV with commas, one row a line"))
    return problems


def _parquet(path: Path, name: str, columns: Columns) -> pa.Table:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only Parquet needs it

    try:
        file = pq.ParquetFile(path, memory_map=True)
        check_columns(name, list(file.schema_arrow.names), required=columns.needed, optional=columns.optional)
        return file.read()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        said = str(error).split("\n")[0][:200]
        raise Refused(
            [Problem(Where(name), "not_parquet", f"this cannot be read as Parquet: {said}", "", "write it anew, or as CSV")]
        ) from None
