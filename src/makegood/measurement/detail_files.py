"""The months, values and records behind the figures, as Parquet: what `explain` walks and an evaluator re-counts."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from makegood.cases.coverage import Coverage
from makegood.cases.people import ARMS
from makegood.cases.records import Records
from makegood.cases.spells import KINDS, UNKNOWN_HOURS
from makegood.cases.typed import RUNNING
from makegood.measurement.calendar import LAST, borders_of
from makegood.measurement.outcome import STATES, Measurement
from makegood.measurement.rules import AVERAGE_HOURS
from makegood.values.problem import Where

PERSON_MONTHS, PERSON_RESULTS, SPELLS, OBSERVATIONS, COVERAGE = (
    f"{name}.parquet" for name in ("person_months", "person_results", "spells", "observations", "coverage")
)


def detail_files(measurement: Measurement, records: Records) -> dict[str, bytes]:
    """Months, values, spells, observations and coverage of the persons whose months were kept; none: no files."""
    if not len(measurement.shown):
        return {}
    files = {PERSON_RESULTS: _bytes(_person_results(measurement, records)), PERSON_MONTHS: _bytes(_person_months(measurement, records))}
    if records.spells.file:
        files[SPELLS] = _bytes(_spells(measurement, records))
    if records.observations.file:
        files[OBSERVATIONS] = _bytes(_observations(measurement, records))
    if records.coverage is not None:
        files[COVERAGE] = _bytes(_coverage(measurement, records, records.coverage))
    return files


def decimals(whole: npt.NDArray[Any], *, digits: int, empty: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Whole numbers over 10^digits as exact decimals; null where `empty`."""
    wide = np.empty((len(whole), 2), np.int64)
    wide[:, 0] = whole
    wide[:, 1] = np.where(whole < 0, -1, 0)
    kept = None if empty is None else pa.array(~empty).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(25, digits), len(whole), [kept, pa.py_buffer(wide.tobytes())])


def dates(days: npt.NDArray[Any], *, empty: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Days since 1970 as dates; null where `empty`."""
    return pa.array(np.minimum(days, LAST).astype(np.int32), pa.int32(), mask=empty).cast(pa.date32())


def _coded(codes: npt.NDArray[Any], names: tuple[str, ...] | pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), names if isinstance(names, pa.Array) else pa.array(names, pa.string())
    )


def _bytes(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", store_schema=False)
    return out.getvalue()


def _person_months(measurement: Measurement, records: Records) -> pa.Table:
    people, shown = records.people, measurement.shown
    borders = borders_of(people.index, months=measurement.rules.window, as_of=measurement.as_of, latest=Where(people.file))
    who = people.person.take(pa.array(shown)).cast(pa.string())
    tables = []
    for number, rule in enumerate(measurement.rules.months):
        months = measurement.months[rule.metric]
        day = borders.day[borders.code[shown], : rule.window + 1].astype(np.int64)
        length = (day[:, 1:] - day[:, :-1]).ravel()
        weeks = months.weeks.ravel()
        hours = rule.way == AVERAGE_HOURS
        rounded = (2 * weeks + length) // (2 * length) if hours else weeks
        none = np.full(len(weeks), not hours)
        tables.append(
            pa.table(
                {
                    "metric": _coded(np.full(len(weeks), number), tuple(each.metric for each in measurement.rules.months)),
                    "person": _coded(np.repeat(np.arange(len(shown)), rule.window), who),
                    "month": pa.array(np.tile(np.arange(1, rule.window + 1, dtype=np.int16), len(shown))),
                    "from": dates(day[:, :-1].ravel()),
                    "until": dates(day[:, 1:].ravel()),
                    "state": _coded(months.states.ravel(), STATES),
                    "hours": decimals(rounded, digits=4, empty=none),
                    "days": pa.array(weeks, pa.int64(), mask=~none).cast(pa.int32(), safe=False),
                }
            )
        )
    return pa.concat_tables(tables) if tables else pa.table({"metric": pa.array([], pa.string())})


def _person_results(measurement: Measurement, records: Records) -> pa.Table:
    people, shown = records.people, measurement.shown
    who, place = people.person.take(pa.array(shown)).cast(pa.string()), np.arange(len(shown))
    names = tuple(measurement.persons)
    tables = []
    for number, found in enumerate(measurement.persons.values()):
        scaled = found.value[shown] * (10**6 // found.scale)
        tables.append(
            pa.table(
                {
                    "metric": _coded(np.full(len(shown), number), names),
                    "person": _coded(place, who),
                    "cohort": _coded(people.groups["cohort"].codes[shown], people.groups["cohort"].names),
                    **{
                        name: _coded(people.groups[name].codes[shown], people.groups[name].names)
                        for name in measurement.by
                        if name in people.groups
                    },
                    "arm": _coded(people.arm[shown], ARMS),
                    "index_date": dates(people.index[shown]),
                    "value": decimals(scaled, digits=6),
                    "enters": pa.array(found.enters[shown]),
                    "unknown": pa.array(found.unknown[shown].astype(np.int32)),
                    "not_yet_observed": pa.array(found.not_yet[shown].astype(np.int32)),
                }
            )
        )
    return pa.concat_tables(tables)


def _spells(measurement: Measurement, records: Records) -> pa.Table:
    spells, people = records.spells, records.people
    kept = np.zeros(len(people), np.bool_)
    kept[measurement.shown] = True
    rows = np.flatnonzero(kept[spells.person])
    place = pa.array(spells.rows_of(rows))
    hours = spells.hours[rows].astype(np.int64)
    named = {name: column.take(place) for name, column in spells.words.items()}
    return pa.table(
        {
            "person": people.person.take(pa.array(spells.person[rows])).cast(pa.string()),
            "kind": _coded(spells.kind[rows], KINDS),
            "start": dates(spells.start[rows]),
            "end": dates(spells.end[rows], empty=spells.end[rows] == RUNNING),
            "hours_per_week": decimals(hours, digits=4, empty=hours == UNKNOWN_HOURS),
            **{name: column.cast(pa.string()) for name, column in named.items()},
            "file": _coded(np.zeros(len(rows)), (spells.file,)),
            "line": pa.array(spells.rows_of(rows) + (2 if spells.is_text else 1)),
        }
    )


def _observations(measurement: Measurement, records: Records) -> pa.Table:
    seen, people = records.observations, records.people
    kept = np.zeros(len(people) + len(seen.units.names), np.bool_)
    kept[measurement.shown] = True
    kept[len(people) :] = True
    rows = np.flatnonzero(kept[seen.subject])
    place = pa.array(seen.row[rows])
    return pa.table(
        {
            "observed": _coded(seen.metric.codes[rows], seen.metric.names),
            "date": dates(seen.day[rows]),
            "value": decimals(seen.value[rows], digits=6),
            **{name: column.take(place).cast(pa.string()) for name, column in seen.words.items()},
            "file": _coded(np.zeros(len(rows)), (seen.file,)),
            "line": pa.array(seen.row[rows] + (2 if seen.is_text else 1)),
        }
    )


def _coverage(measurement: Measurement, records: Records, coverage: Coverage) -> pa.Table:
    """When anybody was watching: the sources are joined, so a row is no row of the file."""
    who, size = records.people.person.cast(pa.string()), len(records.people)
    kept = np.zeros(size, np.bool_)
    kept[measurement.shown] = True
    tables = []
    for kind, periods in coverage.kinds.items():
        person = np.repeat(np.arange(size), np.diff(periods.first))
        rows = np.flatnonzero(kept[person])
        end = periods.end[rows]
        told = {"person": who.take(pa.array(person[rows])), "kind": pa.repeat(pa.scalar(kind), len(rows))}
        tables.append(pa.table(told | {"start": dates(periods.start[rows]), "end": dates(end, empty=end == RUNNING)}))
    none = pa.table(
        {"person": pa.array([], pa.string()), "kind": pa.array([], pa.string()), "start": dates(np.zeros(0)), "end": dates(np.zeros(0))}
    )
    return pa.concat_tables([none, *tables])
