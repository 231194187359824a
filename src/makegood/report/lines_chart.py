"""From earned to paid: a bar for each line, as long as what it earned, in parts: paid before, to pay now, cut by limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from makegood.report.drawing import COLOURS, NARROW, SMALL, Drawing, at, breadth, down, drawn, layered, table, until, words_layer, wrapped

if TYPE_CHECKING:
    import altair as alt

    from makegood.report.statement_values import Group, Statement

ZERO = Decimal(0)
BAR, TITLE_LINE, SMALL_LINE, GAP = 14, 19, 17, 18
MANY, MOST = 8, 30
"""From so many lines on, words stand beside their bar instead of above it; beyond `MOST` only the largest are drawn."""


@dataclass(frozen=True)
class Part:
    """A stretch of a bar on the money's scale: its colour says what became of it."""

    colour: str
    start: Decimal
    end: Decimal


def parts_of(group: Group) -> Iterator[Part]:
    """What became of each euro that a line earned; what was paid too much before lies beyond it."""
    kept = min(group.before, group.due) if group.now >= 0 else group.due
    if kept:
        yield Part("before", ZERO, kept)
    if group.now > 0:
        yield Part("now", kept, kept + group.now)
    if group.now < 0:
        yield Part("cut", group.due, group.before)
    if group.earned > group.due and group.now >= 0:
        yield Part("cut", group.due, group.earned)


def legend_of(statement: Statement) -> tuple[tuple[str, str], ...]:
    """The colours that occur, in words; none where everything is simply paid now."""
    say = statement.language.say
    found = {(part.colour, group.now < 0) for group in statement.groups for part in parts_of(group)}
    told = [("before", say("before"))] if any(colour == "before" for colour, _ in found) else []
    told += [("now", say("now"))] if any(colour == "now" for colour, _ in found) else []
    told += [("cut", say("limited"))] if ("cut", False) in found else []
    told += [("cut", say("back"))] if ("cut", True) in found else []
    return tuple(told) if len(told) > 1 else ()


def lines_chart(statement: Statement) -> Drawing | None:
    """The chart; None where no line earned anything or was paid before."""
    groups = drawn_groups(statement)
    if not groups:
        return None
    told = "; ".join(f"{group.title}: {', '.join(_words(statement, group))}" for group in groups)
    return drawn(
        lambda width: _chart(statement, groups, width), name="chart-lines", title=statement.language.say("chart_lines"), description=told
    )


def drawn_groups(statement: Statement) -> list[Group]:
    """The lines that the chart shows, in the order of the price list: those that brought money, the largest where there are many."""
    bringing = [group for group in statement.groups if group.earned or group.before]
    largest = sorted(bringing, key=lambda group: -max(group.earned, group.before))[:MOST]
    return [group for group in bringing if group in largest]


def _words(statement: Statement, group: Group) -> list[str]:
    say, money = statement.language.say, statement.money
    told = [f"{say('earned').lower()} {money(group.earned)}"]
    told += [f"{title} {money(-amount)}" for title, amount in group.cuts]
    told += [f"{say('before').lower()} {money(group.before)}"] if group.before else []
    return [*told, f"{say('now' if group.now >= 0 else 'back').lower()} {money(abs(group.now))}"]


def _chart(statement: Statement, groups: list[Group], width: int) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - takes most of a second

    titles: list[dict[str, Any]] = []
    amounts: list[dict[str, Any]] = []
    small: list[dict[str, Any]] = []
    tracks: list[dict[str, Any]] = []
    bars: list[dict[str, Any]] = []
    beside = len(groups) >= MANY and width != NARROW
    room = max(breadth(statement.money(group.earned)) for group in groups) + 12
    left, right = (width * 0.5, width - room) if beside else (0.0, float(width))
    y = 0.0
    for group in groups:
        amounts.append({"y": y + TITLE_LINE / 2, "words": statement.money(group.earned)})
        title = wrapped(group.title, left - 12 if beside else width - room, bold=not beside)
        below = _below(statement, group, width - left)
        titles += [{"y": y + (number + 0.5) * TITLE_LINE, "words": words} for number, words in enumerate(title)]
        y += (TITLE_LINE - BAR) / 2 if beside else len(title) * TITLE_LINE + 3
        tracks.append({"y": y, "y2": y + BAR})
        bars += [
            {"y": y, "y2": y + BAR, "colour": COLOURS[part.colour], "start": float(part.start), "end": float(part.end)}
            for part in parts_of(group)
        ]
        y += BAR + 3
        for words in below:
            small.append({"y": y + SMALL_LINE / 2, "words": words})
            y += SMALL_LINE
        y += max((len(title) - 1) * TITLE_LINE - len(below) * SMALL_LINE, 0) + 6 if beside else GAP
    height = y - (6 if beside else GAP)
    largest = float(max(max(group.earned, group.before) for group in groups))
    x = alt.X("start:Q", axis=None, scale=alt.Scale(domain=[0, largest], range=[left, right], nice=False))
    layers = [
        alt.Chart(table(tracks)).mark_rect(color=COLOURS["track"]).encode(x=at(left), x2=until(right), y=down(height), y2=alt.Y2("y2:Q")),
        alt.Chart(table(bars))
        .mark_rect()
        .encode(x=x, x2=alt.X2("end:Q"), y=down(height), y2=alt.Y2("y2:Q"), color=alt.Color("colour:N", scale=None, legend=None)),
        words_layer(titles, height, at=0, fontWeight=400 if beside else 600),
        words_layer(amounts, height, at=width, align="right"),
        *([words_layer(small, height, at=left, fontSize=SMALL, color=COLOURS["quiet"])] if small else []),
    ]
    return layered(layers, width=width, height=height)


def _below(statement: Statement, group: Group, room: float) -> list[str]:
    """What the bar's parts come to; nothing where the whole is simply paid now."""
    if not group.cuts and not group.before:
        return []
    return wrapped(" · ".join(_words(statement, group)[1:]), room, size=SMALL)
