"""The engines agree, state by state and figure by figure, on calendars made to catch them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import measurement_builders as build
from hostile_calendars import cases, days, same, some_terms
from makegood.measurement.measuring import measure
from makegood.measurement.outcome import Measurement
from makegood.programme.measured import Measured


def compare(engine: str, case: dict[str, Any], metrics: dict[str, Measured], as_of: date, window: int) -> None:
    records, _ = build.records_of(case["people"], spells=case["spells"], observations=case["observations"], coverage=case["coverage"])

    def by(engine: Any) -> Measurement:
        return measure(metrics, records=records, window_months=window, as_of=as_of, engine=engine, details="all")

    same(by("referee"), by(engine))


hostile: Callable[..., Any] = given(
    cases(), some_terms(), days | st.dates(date(2017, 1, 1), date(2019, 6, 1)), st.sampled_from([1, 12, 24, 25])
)
generous = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@hostile
@settings(generous, max_examples=150)
def test_the_columns_agree_with_the_referee(case: dict[str, Any], metrics: dict[str, Measured], as_of: date, window: int) -> None:
    compare("columns", case, metrics, as_of, window)


@hostile
@settings(generous, max_examples=25)
def test_the_sql_on_duckdb_agrees_with_the_referee(case: dict[str, Any], metrics: dict[str, Measured], as_of: date, window: int) -> None:
    compare("duckdb", case, metrics, as_of, window)
