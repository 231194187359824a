"""Files of results, claims and transactions as typed rows."""

from __future__ import annotations

from pathlib import Path

from makegood.cases.rows import Row, columns_of, rows_from
from makegood.cases.table import read_table


def read_rows(kind: type[Row], path: Path) -> list[Row]:
    """Read a file of results, claims or transactions. Raises Refused with every problem of every row."""
    required, optional = columns_of(kind)
    return rows_from(kind, read_table(path, required=required, optional=optional).dicts())
