"""Records that stand twice: the same content is one record, different contents under one identifier are none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from makegood.cases.column_file import FileTable, spelled_out
from makegood.cases.identity import first_rows

Mask = npt.NDArray[np.bool_]


def doubles_of(table: FileTable, identifier: str) -> tuple[Mask, Mask] | None:
    """Which rows repeat an earlier one, and which rows bear an identifier with different contents; None: no doubles.

    A row that repeats is dropped; of contradicting rows none can be trusted, so that their order does not matter.
    """
    first = first_rows(table.columns[identifier])
    if first is None:
        return None
    rows = np.flatnonzero(first != np.arange(len(first)))
    differs = np.zeros(len(rows), np.bool_)
    mine, its = pa.array(rows), pa.array(first[rows])
    for column in table.columns.values():
        left, right = spelled_out(column.take(mine)), spelled_out(column.take(its))
        equal = pc.equal(left, right).fill_null(False).to_numpy(zero_copy_only=False)
        empty = pc.and_(left.is_null(), right.is_null()).to_numpy(zero_copy_only=False)
        differs |= ~(equal | empty)
    tainted = np.zeros(len(first), np.bool_)
    tainted[first[rows[differs]]] = True
    contradicts = tainted[first]
    repeats = np.zeros(len(first), np.bool_)
    repeats[rows] = True
    return repeats & ~contradicts, contradicts


def repeated_rows(table: FileTable) -> Mask:
    """Which rows repeat an earlier row in all columns."""
    if not table.rows:
        return np.zeros(0, np.bool_)
    named = [f"c{number}" for number in range(len(table.columns))]
    whole = pa.table([*(spelled_out(column) for column in table.columns.values()), pa.array(np.arange(table.rows))], names=[*named, "row"])
    first = whole.group_by(named, use_threads=False).aggregate([("row", "min")])["row_min"].to_numpy()
    repeats = np.ones(table.rows, np.bool_)
    repeats[first] = False
    return repeats
