"""Parquet as a table, read without Arrow's own threads.

A process that ends while these wind up is aborted now and then, after its answer was given (apache/arrow, issue 34314): seen
in four of two hundred runs of `explain` on a busy machine. A million claims are read as soon as with them. The records of a
country are read column by column, each in a thread of ours (`column_file`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def read_parquet(source: Path | pa.NativeFile, *, columns: Sequence[str] | None = None) -> pa.Table:
    """The named columns of a file, or all, as one table; a name that the file does not have is left out.

    Raises pa.ArrowException or OSError where it cannot be read.
    """
    with pq.ParquetFile(source, pre_buffer=False) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)
