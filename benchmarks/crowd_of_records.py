"""An invented country: people and dated spells in any number, as Parquet or CSV, from a seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

FIRST_INDEX = int(np.datetime64("2016-06-01").astype(np.int64))
KINDS = ("employment", "benefit", "detention", "housing", "education")
SHARES = (0.62, 0.2, 0.06, 0.07, 0.05)
HOURS = (8, 12, 16, 20, 23.5, 24, 24.5, 28, 32, 36, 40)
CONTRACTS = ("permanent", "temporary", "agency", "on_call")
ROWS_AT_ONCE = 2_000_000


def people_and_spells(folder: Path, *, persons: int, spells: int, seed: int, suffix: str = ".parquet", shuffled: bool = False) -> None:
    """Write people and spells into `folder`. Spells come in the order of the people unless `shuffled`.

    One person in five is in the programme, index dates lie in two years, four cohorts; a spell starts up to a year
    before or three years after the first index date and lasts 300 days on average; one in ten still runs.
    """
    draw = np.random.default_rng(seed)
    people = pa.table({
        "person": identifiers("P", np.arange(persons)),
        "cohort": chosen(draw.integers(0, 4, persons), ("c1", "c2", "c3", "c4")),
        "arm": chosen((draw.random(persons) >= 0.2).astype(np.int64), ("programme", "comparison")),
        "index_date": days(FIRST_INDEX + draw.integers(0, 731, persons)),
    })  # fmt: skip
    _write(people, folder / f"people{suffix}")
    who = draw.integers(0, persons, spells)
    who = draw.permutation(who) if shuffled else np.sort(who)
    schema, writer = None, None
    for start in range(0, spells, ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, spells))
        table = _spells(draw, rows, who[rows])
        if suffix == ".csv":
            schema = schema or table.schema
            writer = writer or pacsv.CSVWriter(folder / "spells.csv", schema, write_options=pacsv.WriteOptions(quoting_style="needed"))
        else:
            writer = writer or pq.ParquetWriter(folder / "spells.parquet", table.schema, compression="snappy")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def one_person(folder: Path, *, spells: int) -> None:
    """Write one person with so many jobs of one day and a full week's hours each, on the first 122 days from 1 June 2016."""
    begin = FIRST_INDEX + np.arange(spells) % 122
    same = {"person": "P00000000", "kind": "employment"}
    people = {"person": ["P00000000"], "cohort": ["c1"], "arm": ["programme"], "index_date": days([FIRST_INDEX])}
    _write(pa.table(people), folder / "people.parquet")
    table = {
        "spell": identifiers("S", np.arange(spells)),
        **{name: pa.repeat(pa.scalar(word), spells) for name, word in same.items()},
        "start": days(begin),
        "end": days(begin + 1),
        "hours_per_week": pa.repeat(pa.scalar(168, pa.int64()), spells),
    }
    _write(pa.table(table), folder / "spells.parquet")


def _spells(draw: np.random.Generator, rows: Any, who: Any) -> pa.Table:
    size = len(rows)
    begin = FIRST_INDEX + draw.integers(-365, 1100, size)
    end = begin + 1 + draw.exponential(300, size).astype(np.int64)
    kind = draw.choice(len(KINDS), size, p=SHARES)
    return pa.table({
        "spell": identifiers("S", rows),
        "person": identifiers("P", who),
        "kind": chosen(kind, KINDS),
        "start": days(begin),
        "end": days(end, empty=draw.random(size) < 0.1),
        "hours_per_week": pa.array(np.array(HOURS)[draw.integers(0, len(HOURS), size)], mask=kind != 0),
        "contract": chosen(draw.integers(0, len(CONTRACTS), size), CONTRACTS),
        "source": pa.repeat(pa.scalar("register"), size),
    })  # fmt: skip


def identifiers(letter: str, numbers: Any) -> pa.Array:
    """`P00000017` and the like: text of one width."""
    digits = 8
    text = np.empty((len(numbers), digits + 1), np.uint8)
    text[:, 0] = ord(letter)
    left = np.asarray(numbers, np.int64)
    for place in range(digits, 0, -1):
        left, digit = np.divmod(left, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(0, len(numbers) * (digits + 1) + 1, digits + 1, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(text.tobytes())])


def chosen(codes: Any, names: tuple[str, ...]) -> pa.Array:
    """Words by their code."""
    return pa.array(names).take(pa.array(codes))


def days(numbers: Any, *, empty: Any = None) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(np.asarray(numbers, np.int32), pa.int32(), mask=empty).cast(pa.date32())


def _write(table: pa.Table, path: Path) -> None:
    if path.suffix == ".csv":
        pacsv.write_csv(table, path, pacsv.WriteOptions(quoting_style="needed"))
    else:
        pq.write_table(table, path, compression="snappy")
