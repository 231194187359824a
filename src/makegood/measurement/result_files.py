"""What a measurement writes: results for settlement, figures of both arms, data quality, provenance."""

from __future__ import annotations

import csv
import io
import json
import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from makegood import __version__
from makegood.cases.quality import Quality
from makegood.cases.records import Records
from makegood.cases.spells import KINDS
from makegood.measurement.calendar import day_number, day_of
from makegood.measurement.outcome import CohortFigure, Key, Measurement
from makegood.values.fingerprint import decimal_text, sha256_of
from makegood.values.problem import Where

RESULT_COLUMNS = (
    "result", "metric", "cohort", "value", "unit", "arm_basis", "accepted", "class", "payer", "phase", "component", "comparison_kind",
    "comparison_value", "estimator", "se", "ci_low", "ci_high", "p", "n", "comparison_n", "unmatched_n", "unknown_n", "period_start",
    "period_end", "observed_until", "status", "report_version", "report_sha256", "validated_by", "validated_on",
)  # fmt: skip
FIGURE_COLUMNS = (
    "metric", "cohort", "class", "payer", "phase", "arm", "value", "n", "left_out", "total", "positive", "unknown", "not_yet_observed",
    "period_start", "period_end",
)  # fmt: skip
DECIMALS = 12


@dataclass(frozen=True)
class MetricWords:
    """What the terms say of a metric beside its measurement: its unit, and against what it is compared.

    `counterfactual` is the kind of the terms (`matched_group`, `randomised_group`, ...), None without an effect.
    """

    unit: str
    counterfactual: str | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)
    """The measurement rule as it stands in the terms, and where: file, line, path."""
    clause: Where | None = None


def result_files(
    measurement: Measurement,
    records: Records,
    quality: Quality,
    *,
    words: Mapping[str, MetricWords],
    programme: Mapping[str, str],
    quality_rows: int | None,
    details: Mapping[str, bytes],
    notes: Sequence[str],
) -> dict[str, bytes]:
    """results.csv, figures.csv, quality.csv, the detail files, and provenance.json, which says what all of them rest on.

    `quality` is that of reading and of measuring together. `programme` is repeated in the provenance (name, SHA-256).
    At most `quality_rows` rows of each kind are listed, all of them are counted.
    """
    files = {
        "results.csv": results_csv(measurement, paired=records.people.paired, words=words).encode(),
        "figures.csv": _csv_text(FIGURE_COLUMNS, [_figure_row(figure, measurement.by) for figure in measurement.figures]).encode(),
        "quality.csv": _quality_csv(quality, quality_rows),
        **details,
    }
    return files | {"provenance.json": _provenance(measurement, records, quality, words, programme, quality_rows, notes, files)}


def results_csv(measurement: Measurement, *, paired: bool, words: Mapping[str, MetricWords]) -> str:
    """One row per metric and cohort of the programme's arm, with the figure of the comparison arm beside it.

    Where the terms compare the metric with nothing, or with a matched group and the people were not paired, the other
    arm's figure is no counterfactual: then it stands in figures.csv only. A figure that nobody enters has no row.
    """
    by_key = {figure.key: figure for figure in measurement.figures}
    rows = []
    for figure in measurement.figures:
        if figure.key.arm != "programme" or figure.value is None:
            continue
        metric, told = figure.key.metric, words.get(figure.key.metric, MetricWords(""))
        other = by_key.get(Key(metric, figure.key.group, "comparison"))
        if told.counterfactual is None or (told.counterfactual == "matched_group" and not paired):
            other = None
        kind = told.counterfactual if other and told.counterfactual in ("matched_group", "randomised_group") else None
        cohort, *further = figure.key.group
        end = figure.period_end
        finished = end is not None and end <= day_number(measurement.as_of)
        row: dict[str, Any] = {
            "result": "/".join(("measured", metric, cohort, *(word or "-" for word in further))),
            "metric": metric,
            "cohort": cohort,
            "value": text_of(figure.value),
            "unit": told.unit,
            "arm_basis": "programme",
            "comparison_kind": kind,
            "comparison_value": text_of(other.value) if other and other.value is not None else None,
            "n": figure.n,
            "comparison_n": other.n if other else None,
            "unknown_n": figure.unknown,
            "period_start": _day_or_none(figure.period_start),
            "period_end": _day_or_none(end),
            "observed_until": measurement.as_of,
            "status": "final" if finished else "interim",
        }
        rows.append(row | dict(zip(measurement.by, further, strict=True)))
    return _csv_text(RESULT_COLUMNS, rows)


def _day_or_none(number: int | None) -> date | None:
    return None if number is None else day_of(number)


def text_of(value: Fraction) -> str:
    """A figure as decimal text: exact where it ends within twelve decimals, else rounded half to even there."""
    with localcontext() as context:
        context.prec = 60
        return decimal_text(round(Decimal(value.numerator) / Decimal(value.denominator), DECIMALS))


def notes_of(measurement: Measurement, records: Records, *, cohorts: Collection[str] = ()) -> list[str]:
    """What a reader must know before believing a figure: kinds of which no record exists, a comparison arm that is a pool,
    cohorts that are none of the programme's `cohorts`.
    """
    notes = [f"{metric} is not measured: {why}" for metric, why in measurement.rules.absent.items()]
    present = set(np.flatnonzero(np.bincount(records.spells.kind, minlength=len(KINDS))))
    notes += [
        f"{rule.metric}: the spells hold no {rule.kind}, so nobody has any; if nobody watched it, say so with --coverage"
        for rule in measurement.rules.months
        if rule.kind_code not in present and records.coverage is None
    ]
    notes += [
        f"{rule.metric}: the observations hold no {rule.observed}, so nobody has any"
        for rule in measurement.rules.observed
        if rule.observed not in records.observations.metric.names
    ]
    strange = sorted({figure.key.group[0] for figure in measurement.figures if figure.key.arm == "programme"} - {"all", *cohorts})
    if strange:
        shown = ", ".join(f"'{name}'" for name in strange[:5]) + (" …" if len(strange) > 5 else "")
        notes.append(f"the programme names no cohort {shown}: `makegood settle` will refuse its results; name it under `cohorts`")
    if (records.people.arm == 1).any() and not records.people.paired:
        notes.append("the comparison arm has persons without a pair: it is a pool, not a matched group; `makegood compare` matches it")
    return notes


def _figure_row(figure: CohortFigure, by: tuple[str, ...]) -> dict[str, Any]:
    cohort, *further = figure.key.group
    return {
        "metric": figure.key.metric,
        "cohort": cohort,
        **dict(zip(by, further, strict=True)),
        "arm": figure.key.arm,
        "value": None if figure.value is None else text_of(figure.value),
        "n": figure.n,
        "left_out": figure.left_out,
        "total": text_of(figure.total),
        "positive": figure.positive,
        "unknown": figure.unknown,
        "not_yet_observed": figure.not_yet,
        "period_start": _day_or_none(figure.period_start),
        "period_end": _day_or_none(figure.period_end),
    }


def _csv_text(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: value.isoformat() if isinstance(value, date) else value for name, value in row.items() if value is not None})
    return out.getvalue()


def _quality_csv(quality: Quality, most: int | None) -> bytes:
    out = io.BytesIO()
    options = pacsv.WriteOptions(quoting_style="needed")
    pacsv.write_csv(quality.table(most), out, options)
    return out.getvalue()


def _provenance(
    measurement: Measurement,
    records: Records,
    quality: Quality,
    words: Mapping[str, MetricWords],
    programme: Mapping[str, str],
    quality_rows: int | None,
    notes: Sequence[str],
    written: Mapping[str, bytes],
) -> bytes:
    read = {
        "people": (records.people.file, len(records.people)),
        "spells": (records.spells.file, len(records.spells)),
        "observations": (records.observations.file, len(records.observations)),
        "coverage": (records.coverage.file if records.coverage else "", None),
    }
    counts = quality.counts()
    told = {
        "programme": dict(programme),
        "as_of": measurement.as_of.isoformat(),
        "terms_sha256": measurement.terms_sha256,
        "inputs": {
            name: {"file": file, "sha256": records.sha256[name], **({} if used is None else {"used": used})}
            for name, (file, used) in read.items()
            if name in records.sha256
        },
        "metrics": {rule.metric: _told(rule.window, words.get(rule.metric)) for rule in measurement.rules.all()},
        "engine": {"name": measurement.engine, "version": measurement.engine_version},
        "versions": {"makegood": __version__, "python": platform.python_version(), "numpy": np.__version__, "pyarrow": pa.__version__},
        "by": ["cohort", *measurement.by],
        "persons_in_detail": len(measurement.shown),
        "figures_without_value": [
            {"metric": figure.key.metric, "group": list(figure.key.group), "arm": figure.key.arm, "left_out": figure.left_out}
            for figure in measurement.figures
            if figure.value is None
        ],
        "not_measured": dict(measurement.rules.absent),
        "notes": list(notes),
        "quality": counts,
        "files": {name: sha256_of(content) for name, content in written.items()},
        "quality_rows_listed": {code: number if quality_rows is None else min(number, quality_rows) for code, number in counts.items()},
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _told(window: int, words: MetricWords | None) -> dict[str, Any]:
    """A metric's rule and its clause, as far as they are known."""
    clause = None if words is None else words.clause
    place = {} if clause is None else {"clause": {"file": clause.file, "line": clause.line, "path": clause.path}}
    return {"window_months": window, "measured": dict(words.measured) if words else {}, **place}
