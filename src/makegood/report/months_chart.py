"""Months of work over time: how they added up, with a dashed line at each target."""

from __future__ import annotations

import textwrap
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from makegood.report.drawing import COLOURS, NARROW, Drawing, at, drawn, layered, said, table
from makegood.report.months_over_time import MonthsOverTime

if TYPE_CHECKING:
    import altair as alt

    from makegood.report.statement_values import Statement


def months_chart(statement: Statement, months: MonthsOverTime) -> Drawing:
    """The chart of one metric."""
    say, language = statement.language.say, statement.language
    first, last = (language.month(day) for day in (months.points[0][0], months.points[-1][0]))
    told = [say("months_told", title=months.title, total=f"{months.total}", first=first, last=last)]
    told += [f"{mark.title}: {mark.shown}" for mark in months.marks]
    name = f"chart-months-{months.metric.replace('_', '-')}"
    return drawn(lambda width: _chart(statement, months, width), name=name, title=say("chart_months"), description="; ".join(told))


def _chart(statement: Statement, months: MonthsOverTime, width: int) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - takes most of a second

    language, narrow = statement.language, width == NARROW
    rows: list[dict[str, Any]] = [{"day": day.isoformat(), "months": value} for day, value in months.points]
    top = max([months.total, *(float(mark.value) for mark in months.marks)]) * 1.12
    years = sorted({day.year for day, _ in months.points})
    ticks = [f"{year}-{month:02d}-01" for year in years for month in ((1,) if narrow else (1, 7))]
    kept = [tick for tick in ticks if rows[0]["day"] <= tick <= rows[-1]["day"]]
    names = "{" + ",".join(f"'{tick[:7]}': '{_short(statement, tick)}'" for tick in kept) + "}"
    axis: dict[str, Any] = {
        "grid": False,
        "title": None,
        "labelColor": COLOURS["quiet"],
        "labelFontSize": 13,
        "domainColor": COLOURS["quiet"],
        "tickColor": COLOURS["quiet"],
    }
    x = alt.X(
        "day:T",
        axis=alt.Axis(values=kept, labelExpr=f"{names}[timeFormat(datum.value, '%Y-%m')]", **axis),
        scale=alt.Scale(domain=[rows[0]["day"], rows[-1]["day"]], nice=False),
    )
    digits = "replace(format(datum.value, ',d'), ',', '.')" if language.code == "nl" else "format(datum.value, ',d')"
    y = alt.Y("months:Q", axis=alt.Axis(tickCount=4, labelExpr=digits, **axis), scale=alt.Scale(domain=[0, top], nice=False))
    data = alt.Chart(table(rows))
    area = data.mark_area(color=COLOURS["now"], opacity=0.16).encode(x=x, y=y)
    curve = data.mark_line(color=COLOURS["now"], strokeWidth=2.5).encode(x=x, y=y)
    end = alt.Chart(table([rows[-1]]))
    dot = end.mark_point(filled=True, size=50, color=COLOURS["now"], opacity=1).encode(x=x, y=y)
    shown = end.mark_text(align="right", dx=-8, dy=-9, fontSize=16, fontWeight=600, color=COLOURS["now"]).encode(
        x=x, y=y, text=said(language.number(Decimal(months.total)))
    )
    layers: list[Any] = [area, curve, dot, shown]
    for mark in months.marks:
        one = alt.Chart(table([{"months": float(mark.value)}]))
        words = textwrap.wrap(f"{mark.title}: {mark.shown}", 38 if narrow else 90)
        layers.append(one.mark_rule(color=COLOURS["ink"], strokeDash=[5, 4], strokeWidth=1.5).encode(y=y))
        layers.append(
            one.mark_text(align="left", baseline="line-bottom", dy=-5, fontSize=14, lineHeight=17, limit=0, color=COLOURS["ink"]).encode(
                x=at(6), y=y, text=said(words)
            )
        )
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    return layered(layers, width=width, height=260 if narrow else 300, autosize=fit)


def _short(statement: Statement, tick: str) -> str:
    day = date.fromisoformat(tick)
    return f"{statement.language.month(day).split(' ')[0][:3]} {day.year}"
