"""DuckDB and Spark as runners of the SQL engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from makegood.values.problem import Problem, Refused, Where


class DuckDB:
    """DuckDB in this process, in memory."""

    dialect = "duckdb"

    def __init__(self) -> None:
        import duckdb  # noqa: PLC0415 - only this engine needs it

        self.version = str(duckdb.__version__)
        self._connection = duckdb.connect()
        self._connection.execute("CREATE MACRO add_months(d, n) AS CAST(d + to_months(n) AS DATE)")
        self._given: dict[str, Any] = {}

    def give(self, name: str, table: pa.Table) -> None:
        """Register an Arrow table."""
        self._given[name] = table
        self._connection.register(name, table)

    def keep(self, name: str, sql: str) -> None:
        """Create or replace a table."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def fetch(self, sql: str) -> pa.Table:
        """The rows as an Arrow table."""
        return self._connection.sql(sql).to_arrow_table()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class Spark:
    """Spark, on this machine unless SPARK_REMOTE or spark-defaults say otherwise."""

    dialect = "spark"

    def __init__(self) -> None:
        try:
            import pyspark  # noqa: PLC0415 - optional group
            from pyspark.sql import SparkSession  # noqa: PLC0415
        except ImportError:
            raise Refused([_missing("pyspark is not installed", "run: uv sync --extra spark")]) from None
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            raise Refused([_missing("there is no Java on this machine", "install a Java runtime of version 17 or later")])
        self.version = str(pyspark.__version__)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else it looks for another address, and says so
        builder = SparkSession.builder.appName("makegood").master(os.environ.get("MAKEGOOD_SPARK_MASTER", "local[*]"))
        for key, value in {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.shuffle.partitions": os.environ.get("MAKEGOOD_SPARK_PARTITIONS", "8"),
            "spark.driver.memory": os.environ.get("MAKEGOOD_SPARK_MEMORY", "4g"),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.log.level": "ERROR",
        }.items():
            builder = builder.config(key, value)
        self._session = builder.getOrCreate()
        self._kept: dict[str, Any] = {}

    def give(self, name: str, table: pa.Table) -> None:
        """Bring an Arrow table to Spark."""
        self._session.createDataFrame(table).createOrReplaceTempView(name)

    def keep(self, name: str, sql: str) -> None:
        """Run the query and keep its rows; those that stood under the name are dropped afterwards."""
        frame = self._session.sql(sql).persist()
        frame.count()
        frame.createOrReplaceTempView(name)
        if name in self._kept:
            self._kept[name].unpersist()
        self._kept[name] = frame

    def fetch(self, sql: str) -> pa.Table:
        """The rows as an Arrow table."""
        return self._session.sql(sql).toArrow()

    def close(self) -> None:
        """Drop what was kept; the session stays for a next measurement in this process."""
        for frame in self._kept.values():
            frame.unpersist()


def _missing(what: str, remedy: str) -> Problem:
    return Problem(Where("--engine spark"), "engine_missing", what, "Spark runs on Java", f"{remedy}, or use --engine columns")


@contextmanager
def opened(engine: str) -> Iterator[DuckDB | Spark]:
    """The database of an engine, closed at the end. Raises Refused where it is not installed."""
    database = DuckDB() if engine == "duckdb" else Spark()
    try:
        yield database
    finally:
        database.close()
