"""XLSForm files from readable sheets: `python -m tools.forms` writes `instruments/NAME.xlsx` from `instruments/NAME/*.csv`.

A spreadsheet is a binary file that nobody can review, so the sheets are kept as CSV and the file is made from them. In
the file, every list of choices also has the three ways of not answering, so that other XLSForm software offers them too.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

PROGRAMMES = Path(__file__).parents[1] / "programmes"
SHEETS = ("survey", "choices", "settings")
NON_ANSWERS = (
    ("refused", "Wil ik niet zeggen", "I do not want to say"),
    ("not_asked", "Niet gevraagd", "Not asked"),
    ("not_known", "Weet ik niet", "I do not know"),
)
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same sheets make the same file, whenever it is made."""


def sources() -> list[Path]:
    """The folders of sheets, one a form."""
    return sorted(path.parent for path in PROGRAMMES.glob("*/instruments/*/survey.csv"))


def made_of(folder: Path) -> Path:
    """The file that is made from a folder of sheets."""
    return folder.parent / f"{folder.name}.xlsx"


def rows_of(folder: Path, sheet: str) -> list[list[str]]:
    """The rows of a sheet as they stand in the file."""
    with (folder / f"{sheet}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if sheet != "choices":
        return rows
    lists = list(dict.fromkeys(row[0] for row in rows[1:]))
    return [
        rows[0],
        *(row for name in lists for row in (*(row for row in rows[1:] if row[0] == name), *([name, *no] for no in NON_ANSWERS))),
    ]


def form(folder: Path) -> bytes:
    """The XLSForm file."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}) as book:
        book.set_properties({"created": MADE_AT})
        bold = book.add_format({"bold": True})
        for name in SHEETS:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows_of(folder, name)):
                sheet.write_row(number, 0, row, bold if number == 0 else None)
            sheet.set_column(0, len(row) - 1, 28)
    return out.getvalue()


def main() -> int:
    """Write every form and name it."""
    for folder in sources():
        made_of(folder).write_bytes(form(folder))
        print(made_of(folder).relative_to(PROGRAMMES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
