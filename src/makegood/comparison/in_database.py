"""Scores and blocks computed by a database, through one SQL text: DuckDB in this process, Spark on many machines.

The database adds up each pass of the propensity fit by joint cell of the categories, scores everybody, and picks the
pool within a caliper of some treated in the same stratum. Only those reach the matching loop.
"""
# ruff: noqa: S608 (the text is put together from our own names and from numbers; nothing that a file says enters it)

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import sqlglot
from numpy.typing import NDArray

from makegood.comparison.design import Covariates
from makegood.comparison.layout import Layout, offsets, standards
from makegood.comparison.matched import Flags, Floats
from makegood.comparison.passes import EPSILON, START_RESPONSE, START_WEIGHT, Sums
from makegood.measurement.sql_engine import Database

SLACK = 1e-9
"""Blocks are this much wider than the caliper, so that rounding in another program leaves nobody out; the loop is exact."""


class InDatabase:
    """A `Source` of the propensity fit whose rows stand in a database."""

    def __init__(self, covariates: Covariates, *, on: tuple[str, ...], strata: NDArray[np.int64] | None, database: Database) -> None:
        self.database, self.count = database, covariates.rows
        self.numbers = [row for row, name in enumerate(covariates.number_names) if name in on]
        categories = [row for row, name in enumerate(covariates.category_names) if name in on]
        sizes = [len(covariates.levels[row]) for row in categories]
        columns = {
            "person": pa.array(np.arange(covariates.rows)),
            "treated": pa.array(covariates.treated.astype(np.int32)),
            "stratum": pa.array(np.zeros(covariates.rows, dtype=np.int64) if strata is None else strata),
        }
        columns |= {f"x{place}": pa.array(covariates.numbers[row]) for place, row in enumerate(self.numbers)}
        columns |= {f"c{place}": pa.array(covariates.codes[row].astype(np.int64)) for place, row in enumerate(categories)}
        database.give("given", pa.table(columns))
        cell = "0"
        for place, size in enumerate(sizes):
            cell = f"({cell}) * {size} + c{place}"
        kept = "".join(f", x{place}" for place in range(len(self.numbers)))
        self._keep("people", f"SELECT person, treated, stratum, CAST({cell} AS BIGINT) AS cell{kept} FROM given")
        self.cells = self._fetch("SELECT DISTINCT cell FROM people ORDER BY cell")["cell"].to_numpy()
        self.plan = self._plan(covariates, categories, sizes)

    def _keep(self, name: str, text: str) -> None:
        self.database.keep(name, sqlglot.transpile(text, read="duckdb", write=self.database.dialect)[0])

    def _fetch(self, text: str) -> pa.Table:
        return self.database.fetch(sqlglot.transpile(text, read="duckdb", write=self.database.dialect)[0])

    def _plan(self, covariates: Covariates, categories: list[int], sizes: list[int]) -> Layout:
        moments = ", ".join(f"AVG(x{place}) AS m{place}, STDDEV_POP(x{place}) AS s{place}" for place in range(len(self.numbers)))
        found = self._fetch(f"SELECT {moments} FROM people").to_pylist()[0] if moments else {}
        spread = np.array([found[f"s{place}"] for place in range(len(self.numbers))], dtype=np.float64)
        middle = np.array([found[f"m{place}"] for place in range(len(self.numbers))], dtype=np.float64)
        centre, scale = standards(middle, spread)
        left, level_of = self.cells.copy(), []
        for size in reversed(sizes):
            level_of.append(left % size)
            left = left // size
        names = ["(intercept)", *(covariates.number_names[row] for row in self.numbers)]
        starts = []
        for row in categories:
            starts.append(len(names))
            names += [f"{covariates.category_names[row]}[{level}]" for level in covariates.levels[row][1:]]
        return Layout(
            number_rows=tuple(self.numbers),
            centre=centre,
            scale=scale,
            cell=np.empty(0, dtype=np.int32),
            cells=self.cells.size,
            level_of=np.array(level_of[::-1], dtype=np.int64).reshape(len(sizes), self.cells.size),
            sizes=tuple(sizes),
            starts=tuple(starts),
            width=len(names),
            names=tuple(names),
        )

    def _scored(self, beta: Floats) -> str:
        """Everybody with standardised numbers `z` and the linear predictor, in the order of operations of `passes`."""
        width = len(self.numbers)
        self.database.give("offsets", pa.table({"at": pa.array(self.cells), "start": pa.array(offsets(self.plan, beta))}))
        standard = "".join(
            f", (x{place} - {_number(self.plan.centre[place])}) / {_number(self.plan.scale[place])} AS z{place}" for place in range(width)
        )
        linear = "start" + "".join(f" + z{place} * {_number(beta[1 + place])}" for place in range(width))
        return f"SELECT *, {linear} AS score FROM (SELECT *{standard} FROM people) AS standard JOIN offsets ON cell = at"

    def sums(self, beta: Floats | None) -> Sums:
        """See `Source`."""
        width = len(self.numbers)
        if beta is None:
            start = f"{_number(START_WEIGHT)} AS weight, {_number(START_RESPONSE)} * (2 * treated - 1) AS residual, 0e0 AS deviance"
            weighed = f"SELECT *, {start} FROM ({self._scored(np.zeros(self.plan.width))}) AS scored"
        else:
            bounded = f"LEAST(GREATEST(EXP(LEAST(GREATEST(score, -7e2), 7e2)), {_number(EPSILON)}), {_number(1 / EPSILON)})"
            odds = f"SELECT *, {bounded} AS odds FROM ({self._scored(beta)}) AS scored"
            parts = "odds / (1 + odds) / (1 + odds) AS weight, treated - odds / (1 + odds) AS residual"
            weighed = f"SELECT *, {parts}, 2 * (LN(1 + odds) - treated * LN(odds)) AS deviance FROM ({odds}) AS bounded"
        added = ["weight", "residual", "deviance", *(f"weight * z{one}" for one in range(width))]
        added += [f"residual * z{one}" for one in range(width)]
        pairs = [(one, two) for one in range(width) for two in range(one + 1)]
        added += [f"weight * z{one} * z{two}" for one, two in pairs]
        columns = ", ".join(f"SUM({each}) AS s{place}" for place, each in enumerate(added))
        found = self._fetch(f"SELECT cell, {columns} FROM ({weighed}) AS weighed GROUP BY cell ORDER BY cell")
        totals = [found[f"s{place}"].to_numpy() for place in range(len(added))]
        dense = np.zeros((width, width))
        for (one, two), values in zip(pairs, totals[3 + 2 * width :], strict=True):
            dense[one, two] = dense[two, one] = float(values.sum())
        return Sums(
            weight=totals[0],
            residual=totals[1],
            crossed=np.column_stack(totals[3 : 3 + width]) if width else np.zeros((self.cells.size, 0)),
            dense=dense,
            slope=np.array([float(values.sum()) for values in totals[3 + width : 3 + 2 * width]]),
            deviance=float(totals[2].sum()),
        )

    def linear(self, beta: Floats) -> Floats:
        """See `Source`."""
        self._keep("scored", f"SELECT person, treated, stratum, score FROM ({self._scored(beta)}) AS everybody")
        found = self._fetch("SELECT person, score FROM scored")
        total = np.empty(self.count)
        total[found["person"].to_numpy()] = found["score"].to_numpy()
        return total

    def candidates(self, score: Floats, *, treated: Flags, strata: NDArray[np.int64] | None, width: float, probability: bool) -> Flags:
        """(rows,) all treated, and of the pool those within the caliper of a treated of their stratum.

        `score`, `width`: on the scale that the plan measures; `probability`: that of probabilities, else log odds.
        """
        focal = np.flatnonzero(treated)
        inside = treated.copy()
        blocks: list[tuple[int, float, float]] = []
        for stratum in [0] if strata is None else np.unique(strata[focal]).tolist():
            ours = np.sort(score[focal] if strata is None else score[focal[strata[focal] == stratum]])
            reach = width * (1 + SLACK) + SLACK
            first = np.flatnonzero(np.concatenate([[True], np.diff(ours) > 2 * reach]))
            last = np.concatenate([first[1:], [ours.size]]) - 1
            for low, high in zip(ours[first] - reach, ours[last] + reach, strict=True):
                blocks.append((int(stratum), _log_odds(low) if probability else low, _log_odds(high) if probability else high))
        stratum, low, high = zip(*blocks, strict=True)
        self.database.give(
            "blocks",
            pa.table({"block": pa.array(stratum, pa.int64()), "low": pa.array(low, pa.float64()), "high": pa.array(high, pa.float64())}),
        )
        found = self._fetch("SELECT person FROM scored JOIN blocks ON stratum = block AND score >= low AND score <= high WHERE treated = 0")
        inside[found["person"].to_numpy()] = True
        return inside


def _number(value: float) -> str:
    """A number as SQL reads it back to the last bit; with an exponent it is a double and never a decimal."""
    return f"({float(value):.17e})"


def _log_odds(chance: float) -> float:
    if chance <= 0:
        return -math.inf
    return math.inf if chance >= 1 else math.log(chance / (1 - chance)) + math.copysign(SLACK, chance - 0.5)
