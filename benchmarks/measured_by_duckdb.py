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


NEEDED = {"people": "person, cohort, arm, index_date", "spells": 'person, kind, start, "end", hours_per_week'}
"""A file is read once, the columns that the rule needs: SQL over the file itself takes half as long again, since it passes
over the people more than once and shares out the work by the file's few row groups."""


def by_duckdb_from_files(folder: Path) -> dict[tuple[str, str], int]:
    """The Parquet files into tables, then SQL over these."""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, columns in NEEDED.items():
            connection.read_parquet(str(folder / f"{name}.parquet")).select(columns).create(name)
        return by_duckdb(connection)


def in_duckdb(folder: Path) -> duckdb.DuckDBPyConnection:
    """The records as tables in memory."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    for name in ("people", "spells"):
        connection.read_parquet(str(folder / f"{name}.parquet")).create(name)
    return connection


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """SQL over tables."""
    return {(cohort, arm): int(total) for cohort, arm, total in connection.execute(SQL).fetchall()}
