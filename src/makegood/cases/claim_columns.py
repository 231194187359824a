"""Claims of a crowd as columns: every column's distinct values are parsed once, rows are codes.

The parsers are those of `cases.rows`, so a value means the same in a file of ten claims and in one of ten million.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from makegood.cases.parquet import read_parquet
from makegood.cases.rows import Claim, columns_of
from makegood.cases.table import check_columns, check_is_file
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Where

MISSING = -1
_PLAIN = ("claim", "evidence", "replaces")
"""Columns with as many values as rows: kept as text, never parsed one by one."""


class NotColumnsError(Exception):
    """The file has something that only the row reader can name: read it with that one."""


@dataclass(frozen=True)
class ClaimColumns:
    """`codes[column][i]` is row i's position in `values[column]`, MISSING where it is empty.

    `claim` is the text of the identities, `rank` their alphabetical order; `proved` whether evidence is named.
    """

    file: str
    codes: dict[str, NDArray[np.int32]]
    values: dict[str, list[Any]]
    claim: pa.StringArray
    rank: NDArray[np.int64]
    proved: NDArray[np.bool_]
    texts: dict[str, pa.StringArray]
    sha256: str
    """Of the file's bytes."""

    def __len__(self) -> int:
        return len(self.claim)

    def row(self, index: int) -> Claim:
        """One row as a typed claim."""
        fields: dict[str, Any] = {"claim": self.claim[index].as_py(), "where": Where(self.file, index + 2)}
        for column, codes in self.codes.items():
            if codes[index] != MISSING:
                fields["class_" if column == "class" else column] = self.values[column][codes[index]]
        fields |= {column: texts[index].as_py() for column, texts in self.texts.items()}
        return Claim(**fields)

    def rows(self, indices: Sequence[int] | None = None) -> list[Claim]:
        """Several rows, or all, as typed claims."""
        return [self.row(int(index)) for index in (range(len(self)) if indices is None else indices)]

    def days(self, column: str) -> NDArray[np.int64]:
        """A date column as proleptic ordinals; MISSING where empty or absent."""
        ordinals = np.array([*(day.toordinal() for day in self.values.get(column, [])), MISSING], dtype=np.int64)
        return ordinals[self.codes[column]] if column in self.codes else np.full(len(self), MISSING, dtype=np.int64)

    def filled(self, column: str) -> NDArray[np.bool_]:
        """Which rows have a value in a column of texts."""
        texts = self.texts.get(column)
        return np.zeros(len(self), dtype=bool) if texts is None else pc.is_valid(texts).to_numpy(zero_copy_only=False)

    def named(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """Which claims bear one of these names."""
        wanted = pa.array(sorted(names), type=pa.string())
        return pc.is_in(self.claim, wanted).to_numpy(zero_copy_only=False) if len(wanted) else np.zeros(len(self), dtype=bool)

    def coded(self, column: str) -> NDArray[np.int32]:
        """A column's codes; all MISSING where the file does not have it."""
        return self.codes[column] if column in self.codes else np.full(len(self), MISSING, dtype=np.int32)


def read_claim_columns(path: Path) -> ClaimColumns:
    """Read a large file of claims. Raises Refused for its header, NotColumnsError for anything that rows must name."""
    check_is_file(path)
    required, optional = columns_of(Claim)
    try:
        if path.suffix.lower() == ".csv":
            with path.open("rb") as handle:
                header = handle.readline(100_000).decode("utf-8-sig").strip().split(",")
            check_columns(str(path), header, required=required, optional=optional)
            coded = {name: pa.dictionary(pa.int32(), pa.string()) for name in header if name not in _PLAIN} | {
                name: pa.string() for name in header if name in _PLAIN
            }
            options = pacsv.ConvertOptions(column_types=coded, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True)
            table = pacsv.read_csv(path, convert_options=options, read_options=pacsv.ReadOptions(block_size=16 << 20))
        else:
            check_columns(str(path), pq.read_schema(path).names, required=required, optional=optional)
            table = read_parquet(path)
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        raise NotColumnsError(str(error)) from None
    return columns_from(table, file=str(path), sha256=sha256_of(path.read_bytes()))


def columns_from(table: pa.Table, *, file: str, sha256: str) -> ClaimColumns:
    """An Arrow table of claims as columns. Raises NotColumnsError where a value cannot be parsed or an identity repeats."""
    parsers = {
        item.name.rstrip("_"): (item.metadata["parse"], item.metadata["required"])
        for item in dataclasses.fields(Claim)
        if item.name != "where"
    }
    codes, values, texts = {}, {}, {}
    for name in table.column_names:
        column = table.column(name)
        if name in _PLAIN:
            texts[name] = column.cast(pa.string()).combine_chunks()
            continue
        encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
        whole = encoded.unify_dictionaries().combine_chunks()
        array = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
        parse, required = parsers[name]
        try:
            values[name] = [parse(word) for word in array.dictionary.to_pylist()]
        except (ValueError, TypeError) as error:
            raise NotColumnsError(str(error)) from None
        if required and array.null_count:
            raise NotColumnsError(f"{name} is empty in places")
        codes[name] = array.indices.fill_null(MISSING).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    claim = texts.pop("claim")
    rank = None if claim.null_count else alphabetical(claim)
    if rank is None:
        raise NotColumnsError("a claim's identity is empty or stands twice")
    evidence = texts.get("evidence")
    proved = np.zeros(len(claim), dtype=bool) if evidence is None else pc.is_valid(evidence).to_numpy(zero_copy_only=False)
    return ClaimColumns(file, codes, values, claim, rank, proved, texts, sha256)


def alphabetical(texts: pa.StringArray) -> NDArray[np.int64] | None:
    """The rank of each text in order of its UTF-8 bytes, which is the order of its characters; None if one repeats."""
    count = len(texts)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + count + 1]
    lengths = np.diff(offsets)
    width = int(lengths.max(initial=0))
    rank = np.empty(count, dtype=np.int64)
    if width > 64:
        rank[pc.sort_indices(texts).to_numpy()] = np.arange(count)
        return rank if pc.count_distinct(texts).as_py() == count else None
    data = (
        np.frombuffer(texts.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
        if count and texts.buffers()[2]
        else np.zeros(0, dtype=np.uint8)
    )
    if count and (lengths == width).all():
        letters = data.reshape(count, width)
    else:
        letters = np.zeros((count, width), dtype=np.uint8)
        letters[np.arange(width) < lengths[:, None]] = data
    varying = letters[:, (letters != letters[:1]).any(axis=0)] if count else letters
    words = -(-varying.shape[1] // 8) or 1
    padded = np.zeros((count, words * 8), dtype=np.uint8)
    padded[:, : varying.shape[1]] = varying
    keys = padded.view(">u8").astype(np.uint64)
    order = np.argsort(keys[:, 0], kind="stable") if words == 1 else np.lexsort(keys.T[::-1])
    rank[order] = np.arange(count)
    in_order = keys[order]
    repeats = count > 1 and bool((in_order[1:] == in_order[:-1]).all(axis=1).any())
    return None if repeats else rank
