"""Reading a table: a CSV or Parquet file as columns of text, refused whole when it cannot be understood."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from makegood.values.problem import Problem, Refused, Where, nearest

MAX_COLUMNS = 200
MAX_HEADER = 20_000
MAX_PROBLEMS = 50


@dataclass(frozen=True)
class Table:
    """Rows of text under known columns. `lines[i]` is the line (Parquet: row number) on which row i starts."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def where(self, row: int, column: str = "") -> Where:
        """The place of a row, or of one value in it."""
        return Where(self.file, self.lines[row], column)

    def dicts(self) -> Iterator[tuple[Where, dict[str, str]]]:
        """Each row as column -> text, without empty values, with its place."""
        for line, row in zip(self.lines, self.rows, strict=True):
            yield Where(self.file, line), {column: value for column, value in zip(self.columns, row, strict=True) if value != ""}


def read_table(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read a CSV or Parquet file with exactly these columns, `optional` ones may be absent.

    Raises Refused when the file is not there, empty, binary, not UTF-8, or has missing, unknown or repeated columns
    or rows of another length.
    """
    check_is_file(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        return _read_parquet(path, required=required, optional=optional)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refused(path, "unreadable", f"it cannot be read: {error.strerror or error}", "check its rights and the disk") from None
    return parse_csv(content, file=str(path), required=required, optional=optional)


def check_is_file(path: Path) -> None:
    """Refuse a path that is no readable file of a known kind."""
    if path.is_dir():
        raise refused(path, "not_a_file", "this is a folder", "name the file in it")
    if not path.exists():
        raise refused(path, "no_such_file", "there is no such file", "check the path")
    if path.suffix.lower() not in (".csv", ".parquet", ".pq"):
        raise refused(
            path, "unknown_kind", f"'{path.suffix}' is not a kind of file that is read here", "write CSV (.csv) or Parquet (.parquet)"
        )


def parse_csv(content: bytes, *, file: str, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Parse the bytes of a CSV file (comma, UTF-8, header); see `read_table`."""
    if not content.strip():
        raise refused(file, "empty_file", "the file is empty", "write at least the header")
    if b"\0" in content:
        raise refused(file, "binary_file", "this is a binary file, not a CSV", "export it as CSV, UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise refused(file, "wrong_encoding", f"byte {error.start} is not UTF-8", "save the file as CSV, UTF-8", line=line) from None
    end = text.find("\n")
    if len(text if end < 0 else text[:end]) > MAX_HEADER:
        raise refused(
            file, "too_wide", f"the header is longer than {MAX_HEADER} characters", "keep the columns of docs/reference/files.md", line=1
        )
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(name.strip() for name in next(reader))
        check_columns(file, header, required=required, optional=optional)
        rows, lines, problems = [], [], []
        line = reader.line_num
        for row in reader:
            start, line = line + 1, reader.line_num
            if not row:
                continue
            if len(row) != len(header):
                what = f"{len(row)} values stand under {len(header)} columns"
                problems.append(
                    Problem(
                        Where(file, start), "ragged_row", what, "Values would land in the wrong column", "quote values that hold a comma"
                    )
                )
                if len(problems) >= MAX_PROBLEMS:
                    break
            rows.append(tuple(value.strip() for value in row))
            lines.append(start)
    except csv.Error as error:
        raise refused(file, "not_csv", f"this is not CSV: {error}", "check the quotes of this line", line=reader.line_num) from None
    if problems:
        raise Refused(problems)
    return Table(file, header, tuple(rows), tuple(lines))


def check_columns(file: str, header: Sequence[str], *, required: Sequence[str], optional: Sequence[str]) -> None:
    """Refuse a header with missing, unknown or repeated columns; all of it is reported."""
    known = [*required, *optional]
    problems = []
    if len(header) > MAX_COLUMNS:
        raise refused(
            file, "too_wide", f"{len(header)} columns are more than {MAX_COLUMNS}", "keep the columns of docs/reference/files.md", line=1
        )
    if len(header) == 1 and ";" in header[0]:
        raise refused(file, "separator", "the columns are separated by semicolons", "save the file with commas", line=1)
    for column in sorted(set(header) - set(known)):
        problems.append(
            Problem(
                Where(file, 1, column),
                "unknown_column",
                f"'{column}' is not a column of this file",
                "A column that nobody reads may hold what matters",
                nearest(column, known),
            )
        )
    for column in [name for name in required if name not in header]:
        problems.append(
            Problem(
                Where(file, 1, column),
                "missing_column",
                f"the column '{column}' is missing",
                "",
                "add it; docs/reference/files.md lists the columns",
            )
        )
    for column in sorted({name for name in header if list(header).count(name) > 1}):
        problems.append(Problem(Where(file, 1, column), "repeated_column", f"the column '{column}' stands twice", "", "keep one"))
    if problems:
        raise Refused(problems)


def refused(file: object, code: str, what: str, remedy: str, *, line: int = 0) -> Refused:
    """One problem with a file as a whole, ready to raise."""
    return Refused([Problem(Where(str(file), line), code, what, "", remedy)])


def _read_parquet(path: Path, *, required: Sequence[str], optional: Sequence[str]) -> Table:
    import pyarrow as pa  # noqa: PLC0415 - only a Parquet file needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    from makegood.cases.parquet import read_parquet  # noqa: PLC0415

    try:
        names = pq.read_schema(path).names
        check_columns(str(path), names, required=required, optional=optional)
        table = read_parquet(path)
        columns = [[("" if value is None else str(value)) for value in column.cast(pa.string()).to_pylist()] for column in table.columns]
    except (pa.ArrowException, OSError) as error:
        raise refused(
            path, "not_parquet", f"this cannot be read as Parquet: {str(error).splitlines()[0]}", "write the file again"
        ) from None
    return Table(str(path), tuple(names), tuple(zip(*columns, strict=True)), tuple(range(1, table.num_rows + 1)))
