"""Outcomes beside what the parties aimed at: a bar for each figure, a mark and its words for each target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from makegood.report.drawing import COLOURS, SMALL, Drawing, at, breadth, down, drawn, layered, table, until, words_layer, wrapped

if TYPE_CHECKING:
    import altair as alt

    from makegood.report.statement_values import Statement
    from makegood.report.targets import Mark

BAR, TITLE_LINE, WORD_LINE, GAP = 14, 19, 18, 18


def targets_chart(statement: Statement) -> Drawing | None:
    """The chart; None where the terms set no figure beside another."""
    if not statement.targets:
        return None
    told = "; ".join(
        f"{row.title}: {row.shown} ({', '.join(mark_in_words(statement, mark) for mark in row.marks)})" for row in statement.targets
    )
    return drawn(
        lambda width: _chart(statement, width), name="chart-targets", title=statement.language.say("chart_targets"), description=told
    )


def mark_in_words(statement: Statement, mark: Mark) -> str:
    """A target, and whether the figure came so far: `700 extra months of work aimed at: not reached, 29.4% of it`."""
    held = statement.language.say("reached" if mark.reached else "not_reached")
    return f"{mark.shown} {mark.title[:1].lower()}{mark.title[1:]}: {held}{f', {mark.share}' if mark.share else ''}"


def _chart(statement: Statement, width: int) -> alt.LayerChart:
    """Each figure on its own scale from 0 to the largest of it and its targets; words of a target hang from its mark."""
    import altair as alt  # noqa: PLC0415 - takes most of a second

    titles: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    tracks: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    y = 0.0
    for row in statement.targets:
        scale = max([row.value, *(mark.value for mark in row.marks)])
        shown.append({"y": y + TITLE_LINE / 2, "words": row.shown})
        for part in wrapped(row.title, width - breadth(row.shown, bold=True) - 12, bold=True):
            titles.append({"y": y + TITLE_LINE / 2, "words": part})
            y += TITLE_LINE
        y += 6
        tracks.append({"y": y, "y2": y + BAR, "zero": 0, "share": float(row.value / scale)})
        top, y = y, y + BAR + 8
        for mark in row.marks:
            share = float(mark.value / scale)
            side = "left" if share < 1 / 2 else "right"
            room = max(1 - share, share) * width - 6
            lines = wrapped(mark_in_words(statement, mark), room, size=SMALL)
            marks.append({"share": share, "y": top - 4, "y2": y + len(lines) * WORD_LINE - 3})
            for part in lines:
                words.append({"share": share, "y": y + WORD_LINE / 2, "words": part, "side": side})
                y += WORD_LINE
            y += 2
        y += GAP
    height = y - GAP
    x = alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    bars = alt.Chart(table(tracks))
    layers: list[Any] = [
        bars.mark_rect(color=COLOURS["track"]).encode(x=at(0), x2=until(width), y=down(height), y2=alt.Y2("y2:Q")),
        bars.mark_rect(color=COLOURS["now"]).encode(x=alt.X("zero:Q", axis=None), x2=alt.X2("share:Q"), y=down(height), y2=alt.Y2("y2:Q")),
        alt.Chart(table(marks)).mark_rule(strokeWidth=2, color=COLOURS["ink"]).encode(x=x, y=down(height), y2=alt.Y2("y2:Q")),
        words_layer(titles, height, at=0, fontWeight=600),
        words_layer(shown, height, at=width, align="right", fontWeight=600, color=COLOURS["now"]),
    ]
    for side, dx in (("left", 6), ("right", -6)):
        rows = [row for row in words if row["side"] == side]
        if rows:
            layers.append(words_layer(rows, height, at=x, align=side, dx=dx, fontSize=SMALL, color=COLOURS["quiet"]))
    return layered(layers, width=width, height=height)
