"""The month rule in Polars, as a careful user would write it; see measured_by_duckdb."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

AS_OF = date(2020, 7, 1)
WINDOW = 24


def in_polars(folder: Path) -> dict[str, pl.DataFrame]:
    """The records as data frames, columns that the rule needs."""
    columns = ["person", "kind", "start", "end", "hours_per_week"]
    return {"people": pl.read_parquet(folder / "people.parquet"), "spells": pl.read_parquet(folder / "spells.parquet", columns=columns)}


def by_polars(frames: Mapping[str, pl.DataFrame]) -> dict[tuple[str, str], int]:
    """A lazy query: borders once for each index date, joined to the spells."""
    people, spells = frames["people"].lazy(), frames["spells"].lazy()
    months = people.select("index_date").unique().join(pl.LazyFrame({"k": np.arange(WINDOW)}), how="cross")
    months = months.with_columns(
        f=pl.col("index_date").dt.offset_by(pl.format("{}mo", pl.col("k"))),
        u=pl.col("index_date").dt.offset_by(pl.format("{}mo", pl.col("k") + 1)),
    ).filter(pl.col("u") <= AS_OF)
    work = spells.filter(pl.col("kind") == "employment").with_columns(e=pl.col("end").fill_null(AS_OF))
    # The months that a spell can touch, a little too many at both ends; 31 and 28 days bound a month.
    early = ((pl.col("start") - pl.col("index_date")).dt.total_days() // 31 - 1).clip(0, WINDOW)
    late = ((pl.col("e") - pl.col("index_date")).dt.total_days() // 28 + 1).clip(0, WINDOW)
    weighed = (
        work.join(people.select("person", "index_date"), on="person")
        .with_columns(k=pl.int_ranges(early, late))
        .filter(pl.col("k").list.len() > 0)
        .explode("k")
        .join(months, on=["index_date", "k"])
        .filter((pl.col("start") < pl.col("u")) & (pl.col("e") > pl.col("f")))
        .with_columns(days=(pl.min_horizontal("e", "u") - pl.max_horizontal("start", "f")).dt.total_days())
        .group_by("person", "k")
        .agg(w=(pl.col("hours_per_week") * pl.col("days")).sum(), long=(pl.col("u") - pl.col("f")).first().dt.total_days())
        .filter(pl.col("w") >= 24 * pl.col("long"))
        .group_by("person")
        .agg(n=pl.len())
    )
    counted = people.join(weighed, on="person", how="left").group_by("cohort", "arm").agg(n=pl.col("n").sum())
    rows: list[tuple[Any, ...]] = counted.collect().rows()
    return {(cohort, arm): int(total) for cohort, arm, total in rows}
