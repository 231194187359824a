"""A measurement on one screen: figures of both arms, how sure they are, and what was odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from makegood.cases.quality import OUTCOMES, Quality
from makegood.measurement.outcome import CohortFigure, Measurement
from makegood.measurement.result_files import MetricWords, text_of
from makegood.values.fingerprint import decimal_text


def as_text(measurement: Measurement, quality: Quality, *, words: Mapping[str, MetricWords], notes: Sequence[str], out: str) -> str:
    """Lines for people; `out` is where the files stand."""
    lines = [f"Measured as of {measurement.as_of.isoformat()} by the engine '{measurement.engine}', in {out}"]
    metric = ""
    for figure in measurement.figures:
        if figure.key.metric != metric:
            metric = figure.key.metric
            unit = words[metric].unit if metric in words else ""
            lines.append(f"{metric} ({unit})" if unit else metric)
        lines.append("  " + _line(figure))
    lines += [f"Please note: {note}." for note in notes]
    counts = quality.counts()
    if counts:
        lines.append("Data quality (quality.csv lists where):")
        lines += [f"  {number:>11,} {code}: {OUTCOMES[code][0]}; {OUTCOMES[code][1]}" for code, number in counts.items()]
    else:
        lines.append("Data quality: nothing odd was found.")
    return "\n".join(lines) + "\n"


def _line(figure: CohortFigure) -> str:
    group = " ".join(word or "-" for word in figure.key.group)
    value = "no figure" if figure.value is None else _short(text_of(figure.value))
    told = [f"{figure.n:,} persons"]
    if figure.left_out:
        told.append(f"{figure.left_out:,} left out")
    if figure.unknown:
        told.append(f"{figure.unknown:,} unknown")
    if figure.not_yet:
        told.append(f"{figure.not_yet:,} not yet observed")
    return f"{group} {figure.key.arm}: {value} ({', '.join(told)})"


def _short(text: str) -> str:
    return decimal_text(round(Decimal(text), 4))
