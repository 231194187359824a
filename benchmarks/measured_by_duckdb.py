"""The month rule in DuckDB's SQL, as a careful user would write it: the peer of `makegood measure`.

Months of the 24 after the index date with at least 24 hours a week on average, added up by cohort and arm. It does not
look at what is odd in the records; `makegood measure` does so in the time it is given beside this.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = """
WITH months AS (
    SELECT
        index_date,
        k,
        (index_date + to_months(CAST(k AS INTEGER)))::DATE AS f,
        (index_date + to_months(CAST(k + 1 AS INTEGER)))::DATE AS u
    FROM (SELECT DISTINCT index_date FROM people), range(24) AS r(k)
),
work AS (
    SELECT person, hours_per_week AS h, start AS s, coalesce("end", DATE '2020-07-01') AS e
    FROM spells
    WHERE kind = 'employment'
),
weighed AS (
    SELECT person, k, sum(h * (least(e, u) - greatest(s, f))) AS w, any_value(u - f) AS days
    FROM work JOIN people USING (person) JOIN months USING (index_date)
    WHERE s < u AND e > f AND u <= DATE '2020-07-01'
    GROUP BY person, k
),
per AS (SELECT person, count(*) AS n FROM weighed WHERE w >= 24 * days GROUP BY person)
SELECT cohort, arm, sum(coalesce(n, 0)) FROM people LEFT JOIN per USING (person) GROUP BY ALL
"""
"""Of several forms that were tried, the fastest: borders once for each index date, no date arithmetic a spell."""


def by_duckdb_from_files(folder: Path) -> dict[tuple[str, str], int]:
    """SQL over the Parquet files."""
    with duckdb.connect() as connection:
        for name in ("people", "spells"):
            connection.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
        return by_duckdb(connection)


def in_duckdb(folder: Path) -> duckdb.DuckDBPyConnection:
    """The records as tables in memory."""
    connection = duckdb.connect()
    for name in ("people", "spells"):
        connection.read_parquet(str(folder / f"{name}.parquet")).create(name)
    return connection


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """SQL over tables."""
    return {(cohort, arm): int(total) for cohort, arm, total in connection.execute(SQL).fetchall()}
