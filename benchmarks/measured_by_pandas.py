"""The month rule in pandas, as a careful user would write it; see measured_by_duckdb."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

AS_OF = date(2020, 7, 1)
WINDOW = 24


def in_pandas(folder: Path) -> dict[str, pd.DataFrame]:
    """The records as data frames, columns that the rule needs."""
    columns = ["person", "kind", "start", "end", "hours_per_week"]
    people, spells = pd.read_parquet(folder / "people.parquet"), pd.read_parquet(folder / "spells.parquet", columns=columns)
    return {"people": people, "spells": spells}


def by_pandas(frames: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], int]:
    """Merge once, then a vector step for each of the months."""
    people, spells = frames["people"], frames["spells"]
    work = spells[spells["kind"] == "employment"].merge(people[["person", "index_date"]].assign(code=np.arange(len(people))), on="person")
    index = pd.DatetimeIndex(work["index_date"])
    start = pd.to_datetime(work["start"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    end = pd.to_datetime(work["end"]).fillna(pd.Timestamp(AS_OF)).to_numpy().astype("datetime64[D]").astype(np.int64)
    hours, code = work["hours_per_week"].to_numpy(), work["code"].to_numpy()
    distinct = pd.DatetimeIndex(np.sort(index.unique()))
    row = distinct.get_indexer(index)
    borders = [(distinct + pd.DateOffset(months=k)).to_numpy().astype("datetime64[D]").astype(np.int64) for k in range(WINDOW + 1)]
    of_people = distinct.get_indexer(pd.DatetimeIndex(people["index_date"]))
    counted = np.zeros(len(people), np.int64)
    for first, last in pairwise(borders):
        days = np.minimum(end, last[row]) - np.maximum(start, first[row])
        some = days > 0
        week = np.bincount(code[some], weights=hours[some] * days[some], minlength=len(people))
        long = (last - first)[of_people]
        counted += (week >= 24 * long) & (of_people >= 0)
    totals = people[["cohort", "arm"]].assign(n=counted).groupby(["cohort", "arm"])["n"].sum()
    return {(str(key[0]), str(key[1])): int(total) for key, total in zip(totals.index, totals, strict=True)}
