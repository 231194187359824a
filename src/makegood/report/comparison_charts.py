"""The pictures of a comparison: how far traits lie apart, where the scores lie, and effects with their intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from makegood.report.charts import LINE, SMALL, TEXT, Canvas, Palette
from makegood.report.comparison_voice import Voice

COLUMNS = 30
"""Characters that fit on a line of a phone."""


def love_plot(rows: Sequence[Mapping[str, Any]], voice: Voice, *, palette: Palette) -> str:
    """Absolute standardised difference of each trait before and after, the largest before on top, the threshold dashed."""
    shown = [row for row in rows if row["smd_before"] is not None or row["smd_after"] is not None]
    threshold = Decimal(voice.terms["balance"]["smd"])
    found = [(row, _size(row["smd_before"]), _size(row["smd_after"])) for row in shown]
    found.sort(key=lambda entry: -max(entry[1] or Decimal(-1), entry[2] or Decimal(-1)))
    top = max([threshold * 2, *(size for _row, before, after in found for size in (before, after) if size is not None)])
    canvas = Canvas(palette)
    y = 2.0
    told = []
    for row, before, after in found:
        name = voice.trait(row["name"])
        if not voice.terms["variables"].get(row["name"].partition("[")[0], {"matching": True})["matching"]:
            name = voice.say("not_matched_on", name=name)
        figures = f"{_figure(before, voice)} → {_figure(after, voice)}"
        told.append(f"{name} {figures}")
        lines = textwrap.wrap(name, COLUMNS) or [""]
        for index, words in enumerate(lines):
            y += LINE
            canvas.text(words, 0, y - 5)
            if index == len(lines) - 1:
                canvas.text(figures, 100, y - 5, anchor="end", colour="quiet")
        canvas.rect(0, y + 7, 100, 2, "track")
        _dashed(canvas, _at(threshold, top), y + 1, y + 16)
        for size, colour, kind in ((before, "cut", "circle"), (after, "now", "diamond")):
            if size is not None:
                _mark(canvas, _at(size, top), y + 8, colour, kind)
        y += 20
    canvas.height = y + 2
    return canvas.svg(name="chart-love", title=voice.say("chart_love"), description="; ".join(told))


def overlap_plot(overlap: Mapping[str, Any], voice: Voice, *, palette: Palette) -> str:
    """The share of each group along the propensity score."""
    edges = [float(edge) for edge in overlap["edges"]]
    series = {
        name: [float(share or 0) / _wide(edges, place) for place, share in enumerate(overlap[name])]
        for name in ("pool", "treated", "matched_controls")
    }
    peak = max((value for values in series.values() for value in values), default=1) or 1
    canvas = Canvas(palette)
    height = 200
    paths = "".join(
        f'<path d="{_steps(edges, series[name], peak, height, closed=name == "pool")}" vector-effect="non-scaling-stroke" {look}/>'
        for name, look in (
            ("pool", f'fill="{palette["before"]}" fill-opacity="0.35" stroke="{palette["before"]}" stroke-width="1"'),
            ("matched_controls", f'fill="none" stroke="{palette["capital"]}" stroke-width="2" stroke-dasharray="5 4"'),
            ("treated", f'fill="none" stroke="{palette["cut"]}" stroke-width="2.5"'),
        )
    )
    canvas.shapes.append(
        f'<svg x="0" y="4" width="100%" height="{height}" viewBox="0 0 1000 {height}" preserveAspectRatio="none">{paths}</svg>'
    )
    canvas.rect(0, height + 4, 100, 1, "quiet")
    canvas.text(voice.say("axis_score"), 50, height + 24, size=SMALL, anchor="middle", colour="quiet")
    canvas.height = height + 32
    outside = voice.say("outside", n=voice.number(overlap["outside"])) if overlap["outside"] else ""
    return canvas.svg(name="chart-overlap", title=voice.say("chart_overlap"), description=outside or voice.say("overlap_words"))


@dataclass(frozen=True)
class Spread:
    """One difference with its interval: a label, the figures in words, and the three values (None: no interval)."""

    label: str
    shown: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    bold: bool = False


def interval_plot(spreads: Sequence[Spread], voice: Voice, *, palette: Palette, name: str) -> str:
    """Differences on one scale that holds no effect, each with its interval."""
    ends = [Decimal(0), *(end for each in spreads for end in (each.value, each.low, each.high) if end is not None)]
    low, high = min(ends), max(ends)
    margin = (high - low) / 20 or Decimal(1)
    low, span = low - margin, (high - low) + 2 * margin

    def at(value: Decimal) -> float:
        return float((value - low) / span * 100)

    canvas = Canvas(palette)
    y = 2.0
    for each in spreads:
        lines = textwrap.wrap(each.label, COLUMNS)
        for words in lines:
            y += LINE
            canvas.text(words, 0, y - 4, size=TEXT if each.bold else SMALL, bold=each.bold)
        y += LINE
        canvas.text(each.shown, 0, y - 4, colour="quiet")
        canvas.rect(0, y + 8, 100, 1, "track")
        _dashed(canvas, at(Decimal(0)), y, y + 18)
        if each.low is not None and each.high is not None:
            canvas.rect(at(each.low), y + 7, at(each.high) - at(each.low), 3, "capital")
            for end in (each.low, each.high):
                bar = f'<path d="M0,-6V6" stroke="{palette["capital"]}" stroke-width="2"/>'
                canvas.shapes.append(f'<svg x="{at(end):.2f}%" y="{y + 8.5}" overflow="visible">{bar}</svg>')
        _mark(canvas, at(each.value), y + 8.5, "now", "circle filled")
        y += 24
    canvas.height = y + 2
    told = "; ".join(f"{each.label}: {each.shown}" for each in spreads)
    return canvas.svg(name=name, title=voice.say("chart_effect"), description=told)


def _size(figure: str | None) -> Decimal | None:
    return None if figure is None else abs(Decimal(figure))


def _figure(size: Decimal | None, voice: Voice) -> str:
    return voice.fixed(None if size is None else str(size))


def _at(size: Decimal, top: Decimal) -> float:
    return 1 + 98 * float(size / top)


def _mark(canvas: Canvas, x: float, y: float, colour: str, kind: str) -> None:
    fill = canvas.palette[colour]
    shape = {
        "circle": f'<circle r="5" fill="var(--paper, #fff)" stroke="{fill}" stroke-width="2"/>',
        "circle filled": f'<circle r="6" fill="{fill}"/>',
        "diamond": f'<path d="M-7,0 0,-7 7,0 0,7Z" fill="{fill}"/>',
    }[kind]
    canvas.shapes.append(f'<svg x="{x:.2f}%" y="{y:.1f}" overflow="visible">{shape}</svg>')


def _dashed(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    place = f'x1="{x:.2f}%" x2="{x:.2f}%" y1="{top}" y2="{bottom:.1f}"'
    canvas.shapes.append(f'<line {place} stroke="{escape(canvas.palette["quiet"])}" stroke-width="1.5" stroke-dasharray="4 4"/>')


def _wide(edges: Sequence[float], place: int) -> float:
    return max(edges[place + 1] - edges[place], 1e-12)


def _steps(edges: Sequence[float], values: Sequence[float], peak: float, height: float, *, closed: bool) -> str:
    """A stepped line in a box of 1000 by `height`, closed along the ground for an area."""
    left, span = edges[0], (edges[-1] - edges[0]) or 1

    def across(edge: float) -> float:
        return 1000 * (edge - left) / span

    points = []
    for place, value in enumerate(values):
        level = height - (height - 6) * value / peak
        points += [f"{across(edges[place]):.1f},{level:.1f}", f"{across(edges[place + 1]):.1f},{level:.1f}"]
    return f"M0,{height} L{' L'.join(points)} L1000,{height}Z" if closed else f"M{' L'.join(points)}"
