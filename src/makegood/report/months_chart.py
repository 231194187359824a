"""Months of work over time: how they added up, with a dashed line at each target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from makegood.report.drawing import COLOURS, NARROW, SMALL, Drawing, at, drawn, layered, said, table, wrapped
from makegood.report.extra_months import ExtraOverTime
from makegood.report.months_over_time import MonthsOverTime
from makegood.report.targets import Mark

LINE = 17
AXIS: dict[str, Any] = {
    "grid": False,
    "labelColor": COLOURS["quiet"],
    "labelFontSize": 13,
    "domainColor": COLOURS["quiet"],
    "tickColor": COLOURS["quiet"],
}

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


def extra_chart(statement: Statement, extra: ExtraOverTime, number: int) -> Drawing:
    """The chart of extra months against ambition and threshold; `number` tells several on a page apart."""
    say = statement.language.say
    told = [say("extra_told", title=extra.title, total=extra.shown, last=extra.points[-1][0])]
    told += [f"{mark.title}: {mark.shown}" for mark in extra.marks]
    return drawn(
        lambda width: _extra_chart(statement, extra, width),
        name=f"chart-extra-{number}",
        title=say("chart_extra"),
        description="; ".join(told),
    )


def _chart(statement: Statement, months: MonthsOverTime, width: int) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - takes most of a second

    rows: list[dict[str, Any]] = [{"at": day.isoformat(), "months": value} for day, value in months.points]
    years = sorted({day.year for day, _ in months.points})
    ticks = [f"{year}-{month:02d}-01" for year in years for month in ((1,) if width == NARROW else (1, 7))]
    kept = [tick for tick in ticks if rows[0]["at"] <= tick <= rows[-1]["at"]]
    names = "{" + ",".join(f"'{tick[:7]}': '{_short(statement, tick)}'" for tick in kept) + "}"
    x = alt.X(
        "at:T",
        axis=alt.Axis(values=kept, labelExpr=f"{names}[timeFormat(datum.value, '%Y-%m')]", title=None, **AXIS),
        scale=alt.Scale(domain=[rows[0]["at"], rows[-1]["at"]], nice=False),
    )
    return _curve(statement, rows, x, months.marks, statement.language.number(Decimal(months.total)), width)


def _extra_chart(statement: Statement, extra: ExtraOverTime, width: int) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - takes most of a second

    rows: list[dict[str, Any]] = [{"at": month, "months": float(value)} for month, value in extra.points]
    ticks = [month for month, _ in extra.points if month % 6 == 0]
    title = statement.language.say("months_observed")
    x = alt.X(
        "at:Q",
        axis=alt.Axis(values=ticks, title=title, titleColor=COLOURS["quiet"], titleFontSize=13, titleFontWeight=400, **AXIS),
        scale=alt.Scale(domain=[0, extra.points[-1][0]], nice=False),
    )
    return _curve(statement, rows, x, extra.marks, extra.shown, width)


def _curve(statement: Statement, rows: list[dict[str, Any]], x: alt.X, marks: Sequence[Mark], shown: str, width: int) -> alt.LayerChart:
    """A growing total as a line over its area, its end in words, a dashed line with words at each target."""
    import altair as alt  # noqa: PLC0415

    top = max([*(row["months"] for row in rows), *(float(mark.value) for mark in marks)]) * 1.12
    low = min(0.0, *(float(row["months"]) for row in rows))
    digits = "replace(format(datum.value, ',d'), ',', '.')" if statement.language.code == "nl" else "format(datum.value, ',d')"
    scale = alt.Scale(domain=[low, top], nice=False)
    y = alt.Y("months:Q", axis=alt.Axis(tickCount=4, labelExpr=digits, title=None, **AXIS), scale=scale)
    data, end = alt.Chart(table(rows)), alt.Chart(table([rows[-1]]))
    layers: list[Any] = [
        data.mark_area(color=COLOURS["now"], opacity=0.16).encode(x=x, y=y),
        data.mark_line(color=COLOURS["now"], strokeWidth=2.5).encode(x=x, y=y),
        end.mark_point(filled=True, size=50, color=COLOURS["now"], opacity=1).encode(x=x, y=y),
        end.mark_text(align="right", dx=-8, dy=-26 if width == NARROW else -11, fontSize=16, fontWeight=600, color=COLOURS["now"]).encode(
            x=x, y=y, text=said(shown)
        ),
    ]
    for mark in marks:
        one = alt.Chart(table([{"months": float(mark.value)}]))
        words = wrapped(f"{mark.title}: {mark.shown}", width * 0.62, size=SMALL)
        above = -5 - (len(words) - 1) * LINE
        look: dict[str, Any] = {
            "align": "left",
            "baseline": "line-bottom",
            "fontSize": SMALL,
            "lineHeight": LINE,
            "limit": 0,
            "color": COLOURS["ink"],
        }
        layers.append(one.mark_rule(color=COLOURS["ink"], strokeDash=[5, 4], strokeWidth=1.5).encode(y=y))
        layers.append(one.mark_text(dy=above, **look).encode(x=at(6), y=y, text=said(words)))
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    return layered(
        layers, width=width, height=260 if width == NARROW else 300, autosize=fit, padding={"left": 8, "right": 4, "top": 2, "bottom": 2}
    )


def _short(statement: Statement, tick: str) -> str:
    day = date.fromisoformat(tick)
    return f"{statement.language.month(day).split(' ')[0][:3]} {day.year}"
