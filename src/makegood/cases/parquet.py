"""Parquet as a table, read without Arrow's own threads.

A process that ends while these wind up is aborted now and then, after its answer was given (apache/arrow, issue 34314): seen
in four of two hundred runs of `explain` on a busy machine. What must be fast reads by columns (`column_file`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def read_parquet(source: Path | pa.NativeFile, *, columns: Sequence[str] | None = None) -> pa.Table:
    """The columns of a file, all where none are named, in one table. Raises pa.ArrowException, OSError; KeyError is not raised
    for a column that is not there: it is left out.
    """
    with pq.ParquetFile(source, pre_buffer=False) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)
