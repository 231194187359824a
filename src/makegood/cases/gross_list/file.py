"""The bytes of a list as rows of text: CSV as Dutch offices save it, or XLSX; hostile files are refused whole."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

from makegood.cases.gross_list.fields import may_be_bsn, suggest_mapping
from makegood.cases.gross_list.first_line import letters, may_be_a_person
from makegood.cases.gross_list.no_list import NO_LIST, what_is_packed, what_it_is
from makegood.values.problem import Problem, Refused, Where

MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000
"""An XLSX file is a zip: what it unpacks to, not its size, fills the memory."""
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 2_000
LOOKED_AT = 2_000
"""Of so many values of a column samples are taken."""
HEADER_WITHIN = 20
"""A title and a date may stand above the header, no more than so many lines."""
FirstLine = Literal["names", "person", "unsaid"]
"""What the first line of a list holds: the names of its columns, or the first person; `unsaid`: it may be either."""
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, EOFError,
    RuntimeError,
)  # fmt: skip
"""What reading a damaged, locked or invented workbook may raise; NotImplementedError and RecursionError are RuntimeErrors."""
_ZIP = b"PK\x03\x04"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Note:
    """How a file was read, as a code: `read_as` an alphabet, `other_sheets`, `hidden_rows`, `above_header`, `no_names` or
    `from_1904`; how many, and of what.
    """

    code: str
    number: int = 0
    name: str = ""


@dataclass(frozen=True)
class ListFile:
    """A list as text. `rows` hold the line of the file and the cells, as many as the header has; `notes` say how it was read.

    Where the first line is a person, or may be one, it stands among the rows, and the columns are called A, B, C.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[Note, ...] = ()
    first_line: FirstLine = "names"

    @property
    def counts_from_1904(self) -> bool:
        """Whether a bare number in it is no day as Excel counts them: an old Mac began four years later."""
        return any(note.code == "from_1904" for note in self.notes)


def samples(file: ListFile, *, most: int = 3) -> dict[str, tuple[str, ...]]:
    """Heading -> a few values under it, by which to see what stands there and whether letters were read well.

    Values with a letter that not every alphabet has come first. A number that may be a citizen's is not shown.
    """
    found: dict[str, tuple[str, ...]] = {}
    for place, heading in enumerate(file.header):
        if not heading:
            continue
        values = dict.fromkeys(cells[place] for _line, cells in file.rows if cells[place])
        chosen = sorted(islice(values, LOOKED_AT), key=str.isascii)[:most]
        hidden = "bsn" in suggest_mapping([heading])
        found[heading] = tuple("•" * 9 if hidden or may_be_bsn(value) else value for value in chosen)
    return found


def read_list(content: bytes, *, name: str, known: Sequence[str] = (), first_line: FirstLine = "unsaid") -> ListFile:
    """The rows of a list. `known` are headings that were mapped before; they find the header below a title.

    `first_line`: what somebody said that it holds. Unsaid it is found out, and stays unsaid where it may be a person.

    Raises Refused with what was found and what would do when the file as a whole cannot be trusted.
    """
    if len(content) > MAX_BYTES:
        raise _refused(name, "too_large", f"the file is {len(content) // 1_000_000} MB", f"send at most {MAX_BYTES // 1_000_000} MB")
    if not content.strip(b"\x00\r\n\t "):
        raise _refused(name, "empty_file", "the file is empty", "export the list again")
    _refuse_what_is_no_list(what_it_is(content), name)
    notes: list[Note] = []
    merged: list[Merged] = []
    table = list(_xlsx(content, name, notes, merged) if content.startswith(_ZIP) else _csv(content, name, notes))
    filled = [(line, cells) for line, cells in table if any(cells)]
    if not filled:
        raise _refused(name, "empty_file", "the file has no filled cell", "export the list again")
    at, sure = _header_at(filled, known)
    _refuse_merged([cells for cells in merged if cells.last_row >= filled[at][0]], name)
    if at:
        notes.append(Note("above_header", at))
    found = first_line
    if found == "unsaid" and (sure or not may_be_a_person(filled[at][1], [cells for _line, cells in filled[at + 1 :]])):
        found = "names"
    if found == "names":
        return _under_its_header(filled[at:], name, notes)
    return _without_header(filled[at:], name, notes, found)


@dataclass(frozen=True)
class Merged:
    """Cells that are one in a sheet: what they are called there, and the last row that they reach."""

    called: str
    last_row: int


def _refuse_merged(cells: Sequence[Merged], name: str) -> None:
    if cells:
        called = ", ".join(one.called for one in sorted(cells, key=lambda one: (one.last_row, one.called))[:5])
        more = f" and {len(cells) - 5} more" if len(cells) > 5 else ""
        what = f"cells are merged: {called}{more}"
        why = "A value that stands for several cells would be lost for all but the first"
        where = Where(name, path=called)
        raise Refused([Problem(where, "merged_cells", what, why, "unmerge them and fill in each cell")])


def _refused(name: str, code: str, what: str, remedy: str, *, line: int = 0, why: str = "") -> Refused:
    return Refused([Problem(Where(name, line), code, what, why, remedy)])


def _refuse_what_is_no_list(code: str, name: str) -> None:
    if code:
        what, remedy = NO_LIST[code]
        raise _refused(name, code, what, remedy)


def _csv(content: bytes, name: str, notes: list[Note]) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content, name, notes)
    if "\x00" in text:
        raise _refused(name, "binary_file", "this is neither text nor an Excel file", "export the list as .csv or .xlsx")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";,\t|", key=lambda mark: max(line.count(mark) for line in text.splitlines()[:HEADER_WITHIN]) if first else 0)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        what = f"this line cannot be read: {error}"
        raise _refused(name, "not_csv", what, "check the quotes of this line", line=reader.line_num) from None


def _decoded(content: bytes, name: str, notes: list[Note]) -> str:
    encoding = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} belongs to no alphabet that is read here"
        raise _refused(name, "wrong_encoding", what, "save the list as CSV UTF-8, or as .xlsx") from None
    if sum(not character.isprintable() and character not in "\r\n\t" for character in text[:10_000]) > 10:
        raise _refused(name, "binary_file", "this is neither text nor an Excel file", "export the list as .csv or .xlsx")
    notes.append(Note("read_as", name="Windows-1252"))
    return text


def _xlsx(content: bytes, name: str, notes: list[Note], merged: list[Merged]) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only lists of Excel need it
    from openpyxl.utils.datetime import CALENDAR_MAC_1904  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise _refused(name, "not_xlsx", "this Excel file is damaged", "save it again") from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > 1_000:
        what = f"the file unpacks to {unpacked // 1_000_000} MB in {len(parts)} parts"
        raise _refused(name, "unpacks_too_large", what, "send the list alone, without pictures and other sheets")
    _refuse_what_is_no_list(what_is_packed({part.filename for part in parts}), name)
    rows = max((_rows_of(content, part.filename) for part in parts if part.filename.startswith("xl/worksheets/")), default=0)
    if rows > MAX_ROWS + HEADER_WITHIN:
        what = f"a sheet has {rows} rows, empty ones counted"
        raise _refused(name, "too_large", what, f"delete the empty rows below the list; send at most {MAX_ROWS} rows")
    try:
        book = load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except (InvalidFileException, *_UNREADABLE):
        raise _refused(name, "not_xlsx", "this Excel file cannot be read", "save it again, or as .csv") from None
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and sheet.max_row and sheet.max_column]
    if not sheets:
        raise _refused(name, "empty_file", "the workbook has no visible sheet", "put the list on a visible sheet")
    sheet = sheets[0]
    if len(sheets) > 1:
        notes.append(Note("other_sheets", len(sheets) - 1, str(sheet.title)))
    if sheet.max_row > MAX_ROWS + HEADER_WITHIN or sheet.max_column > MAX_COLUMNS:
        what = f"the sheet has {sheet.max_row} rows and {sheet.max_column} columns"
        raise _refused(name, "too_large", what, f"send at most {MAX_ROWS} rows and {MAX_COLUMNS} columns")
    merged += [Merged(str(cells), cells.max_row) for cells in sheet.merged_cells.ranges]
    if book.epoch == CALENDAR_MAC_1904:
        notes.append(Note("from_1904"))
    hidden = sum(row.hidden for row in sheet.row_dimensions.values())
    if hidden:
        notes.append(Note("hidden_rows", hidden))
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        yield line, [_cell(cell.value, cell.data_type) for cell in cells]


def _rows_of(content: bytes, part: str) -> int:
    """How many rows a sheet holds, empty ones too: counted in its text, before anything is built of it."""
    count, left = 0, b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as sheet:
            while piece := sheet.read(1_000_000):
                text = left + piece
                count += text.count(b"<row ")
                left = text[-4:]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return 0  # damaged or locked: said where the workbook is opened
    return count


def _cell(value: Any, kind: str) -> str:
    """A cell as text; dates as dates, whole numbers without a decimal point, a formula as it is written."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if kind == "e":
        return ""
    return str(value).strip()


def _under_its_header(filled: list[tuple[int, list[str]]], name: str, notes: list[Note]) -> ListFile:
    line, header = filled[0]
    while header and not header[-1]:
        header.pop()
    _refuse_width(len(header), name, line)
    twice = sorted({heading for heading in header if heading and header.count(heading) > 1})
    if twice:
        raise _refused(name, "repeated_column", f"the heading '{twice[0]}' stands twice", "name or remove one of them", line=line)
    if len(filled) == 1:
        raise _refused(name, "no_rows", "nobody stands under the header", "send a list with at least one row", line=line)
    return ListFile(name, tuple(header), _rows(filled[1:], len(header), name), tuple(notes))


def _without_header(filled: list[tuple[int, list[str]]], name: str, notes: list[Note], first_line: FirstLine) -> ListFile:
    """Everybody on it, the first line too; nothing that stands in a cell becomes the name of a column."""
    width = max(place for _line, cells in filled for place, cell in enumerate(cells, start=1) if cell)
    _refuse_width(width, name, filled[0][0])
    return ListFile(name, letters(width), _rows(filled, width, name), (*notes, Note("no_names")), first_line)


def _refuse_width(width: int, name: str, line: int) -> None:
    if width > MAX_COLUMNS:
        raise _refused(name, "too_wide", f"the header has {width} columns", f"send at most {MAX_COLUMNS}", line=line)


def _rows(rows: list[tuple[int, list[str]]], width: int, name: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    if len(rows) > MAX_ROWS:
        raise _refused(name, "too_large", f"the list has {len(rows)} rows", f"send at most {MAX_ROWS} at a time")
    wide = [problem for number, cells in rows for problem in _misfits(number, cells, width, name)]
    if wide:
        raise Refused(wide[:20])
    return tuple((number, tuple((cells + [""] * width)[:width])) for number, cells in rows)


def _misfits(line: int, cells: list[str], width: int, name: str) -> Iterator[Problem]:
    if any(cells[width:]):
        what = f"this row has {len(cells)} cells, the header {width}"
        yield Problem(
            Where(name, line), "ragged_row", what, "Values would land in the wrong column", "quote values that hold the separator"
        )
    for cell in cells:
        if len(cell) > MAX_CELL:
            yield Problem(Where(name, line), "long_cell", f"a cell has {len(cell)} characters", "", f"shorten it to {MAX_CELL}")


def _header_at(filled: list[tuple[int, list[str]]], known: Sequence[str]) -> tuple[int, bool]:
    """The line whose cells are known headings, for sure; else the first line that is as wide as the widest among the first ones.

    Under a header stands somebody: a last line is none, whatever was mapped before.
    """
    wanted = {heading.casefold() for heading in known}
    lines = filled[:HEADER_WITHIN]
    for index, (_, cells) in enumerate(lines):
        if wanted and index + 1 < len(filled) and sum(cell.casefold() in wanted for cell in cells) * 2 >= len(wanted):
            return index, True
    widths = [sum(bool(cell) for cell in cells) for _, cells in lines]
    return next(index for index, width in enumerate(widths) if width * 2 > max(widths)), False
