"""One door to the three engines: terms and records in, a measurement out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from makegood.cases.people import People
from makegood.cases.quality import Quality
from makegood.cases.records import Records
from makegood.measurement import columns
from makegood.measurement.calendar import borders_of, day_number
from makegood.measurement.grouping import figures_of, groups_of
from makegood.measurement.oddities import oddities_of
from makegood.measurement.outcome import Measurement
from makegood.measurement.referee import VERSION as REFEREE_VERSION
from makegood.measurement.referee import referee
from makegood.measurement.referee_columns import as_columns
from makegood.measurement.rules import measurable, rules_of
from makegood.programme.measured import Measured
from makegood.values.fingerprint import sha256_of
from makegood.values.problem import Where

Engine = Literal["columns", "duckdb", "spark", "referee"]
Details = Literal["none", "programme", "all"]


def measure(
    metrics: Mapping[str, Measured],
    *,
    records: Records,
    window_months: int | None,
    as_of: date,
    engine: Engine = "columns",
    by: Sequence[str] = (),
    details: Details = "none",
    programme_file: str = "",
) -> Measurement:
    """Measure `metrics` over `records` as known on `as_of` (months that end later are not yet observed).

    `window_months`: the calendar's observation months, for metrics without their own. `by`: further columns of people
    (class, payer, phase) that split a cohort's figure. `details`: whose months are kept one by one.
    Raises Refused where terms or records cannot be measured.
    """
    rules = rules_of(metrics, window_months=window_months, file=programme_file)
    rules = measurable(rules, spells=bool(records.spells.file), observations=bool(records.observations.file))
    borders = borders_of(records.people.index, months=rules.window, as_of=as_of, latest=_latest(records.people))
    shown = _shown(records, details)
    place = np.full(len(records.people), -1, np.int32)
    place[shown] = np.arange(len(shown), dtype=np.int32)
    if engine == "columns":
        found = {rule.metric: columns.months_of(rule, records, borders, shown=place) for rule in rules.months}
        persons = columns.persons_of(rules, found, records, borders, day_number(as_of))
        figures = figures_of(rules, persons, records, groups_of(records, tuple(by)))
        version = columns.VERSION
    elif engine == "referee":
        told = referee(
            {name: metrics[name] for name in rules.order}, records=records, window_months=window_months, as_of=as_of, by=tuple(by)
        )
        found, persons = as_columns(told, rules, shown)
        figures, version = told.figures, REFEREE_VERSION
    else:
        from makegood.measurement.databases import opened  # noqa: PLC0415 - only these engines need the SQL machinery
        from makegood.measurement.sql_engine import by_sql  # noqa: PLC0415

        with opened(engine) as database:
            groups = groups_of(records, tuple(by))
            found, persons, figures = by_sql(database, rules, records, groups, as_of=day_number(as_of), shown=shown)
            version = database.version
    return Measurement(
        engine=engine,
        engine_version=version,
        as_of=as_of,
        by=tuple(by),
        rules=rules,
        figures=figures,
        persons=persons,
        months=found,
        quality=Quality() + oddities_of(rules, records, borders, found, as_of),
        inputs=records.sha256,
        terms_sha256=sha256_of({"metrics": {name: terms.model_dump() for name, terms in metrics.items()}, "window_months": window_months}),
        shown=shown,
    )


def _latest(people: People) -> Where:
    """Where the latest index date stands."""
    if not len(people):
        return Where(people.file, 0, "index_date")
    row = int(people.index.argmax())
    row = row if people.order is None else int(people.order[row])
    return Where(people.file, row + 2, "index_date") if people.is_text else Where(people.file, 0, f"row {row + 1} index_date")


def _shown(records: Records, details: Details) -> npt.NDArray[np.int64]:
    """The persons whose months are kept: none, those of the programme's arm, or all."""
    if details == "none":
        return np.zeros(0, np.int64)
    return np.arange(len(records.people)) if details == "all" else np.flatnonzero(records.people.arm == 0)
