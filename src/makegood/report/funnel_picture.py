"""The way from list to start as pictures: a Sankey of the steps, and shares with their intervals. Plain SVG for a page.

Colours and type are the page's own, by class (`ink-1` … `ink-4`, `soft`, `grid`, `line`, `subtle`), so that no style
stands in the drawing. Each has a title and its content in words; the numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from makegood.report.drawing import wrapped
from makegood.selection.funnel import Flow
from makegood.selection.shares import Share

WIDTH = 360
"""Pixels: 14 px type stays readable on a phone."""
WHOLE = 220
"""Pixels for everybody on the list."""
BAR, LABEL, AWAY_LABEL = 10, 24, 18
ROW = 46


def funnel_picture(flows: Sequence[Flow], *, titles: Mapping[str, str], left: str, open_: str, title: str, description: str) -> str:
    """A Sankey of `flows_of`, from top to bottom: a bar for each step, as wide as its candidates; who leaves bends off to the right.

    `titles`: source -> its words, in the order of the steps, from where the picture begins ("" is the list).
    `left` and `open_` are the words for who left and who is on the way. Widths of all ribbons are to one scale; what
    comes in goes out.
    """
    onward = {flow.source: flow for flow in flows if flow.to not in ("left", "open")}
    away = [flow for flow in flows if flow.to in ("left", "open")]
    steps = list(titles)
    listed = sum(flow.candidates for flow in flows if flow.source == steps[0])
    scale = WHOLE / listed if listed else 0.0
    shapes: list[str] = []
    y, here = 0.0, listed
    for number, step in enumerate(steps):
        shapes.append(_text(0, y + 16, f"{titles[step]}: {here}"))
        y += LABEL
        width = here * scale
        shapes.append(f'<rect class="ink-1" x="0" y="{_n(y)}" width="{_n(max(width, 1.5))}" height="{BAR}"/>')
        y += BAR
        if number + 1 == len(steps):
            break
        after = onward[step].candidates if step in onward else 0
        bottom, edge = y + 8, width
        # What lies furthest to the right goes out on top, so that no ribbon crosses another.
        for flow in reversed([one for one in away if one.source == step]):
            thick = max(flow.candidates * scale, 1.5)
            words = f"{left if flow.to == 'left' else open_} {flow.candidates}"
            top = bottom + AWAY_LABEL
            shapes.append(_bend(max(edge - thick, 0), max(edge, thick), y, top, top + thick, flow.to))
            shapes.append(_text(WIDTH, top - 5, words, anchor="end"))
            edge, bottom = edge - thick, top + thick
        bottom += 8
        if after:
            width = max(after * scale, 1.5)
            shapes.append(f'<rect class="ink-1 soft" x="0" y="{_n(y)}" width="{_n(width)}" height="{_n(bottom + LABEL - y)}"/>')
        y, here = bottom, after
    return _svg(shapes, height=y + 4, title=title, description=description)


@dataclass(frozen=True)
class Row:
    """One line of the picture of intervals."""

    label: str
    share: Share
    value: str
    """The share in words of the page, such as "9% (7–12%)"."""


def interval_picture(rows: Sequence[Row], *, aim: float | None, title: str, description: str) -> str:
    """Shares below each other, each a dot on the line of its interval; `aim` is a mark through all of them.

    In the order given: where lines overlap, an order by height would say more than is known.
    """
    top = max([row.share.high or 0.0 for row in rows] + [aim or 0.0, 0.02])
    shapes: list[str] = []

    def x(share: float) -> float:
        return 6 + share / top * (WIDTH - 12)

    height = len(rows) * ROW + 6
    if aim is not None:
        shapes.append(f'<line class="grid" x1="{_n(x(aim))}" x2="{_n(x(aim))}" y1="0" y2="{height}" stroke-dasharray="4 4"/>')
    for number, row in enumerate(rows):
        y = number * ROW
        name = wrapped(row.label, WIDTH - 130)
        shapes.append(_text(0, y + 16, name[0] + ("…" if len(name) > 1 else "")))
        shapes.append(_text(WIDTH, y + 16, row.value, anchor="end"))
        low, high, share = row.share.low, row.share.high, row.share.share
        if low is None or high is None or share is None:
            continue
        shapes.append(f'<line class="grid" x1="0" x2="{WIDTH}" y1="{y + 30}" y2="{y + 30}"/>')
        shapes.append(f'<rect class="ink-1 soft" x="{_n(x(low))}" y="{y + 26}" width="{_n(max(x(high) - x(low), 1))}" height="8" rx="4"/>')
        shapes.append(f'<circle class="ink-1" cx="{_n(x(share))}" cy="{y + 30}" r="5"/>')
    return _svg(shapes, height=height, title=title, description=description)


def _bend(start: float, end: float, y: float, top: float, bottom: float, kind: str) -> str:
    """A ribbon that comes down between `start` and `end` and goes out to the right between `top` and `bottom`."""
    ink = "ink-2" if kind == "left" else "ink-4"
    inner, outer = top - y, bottom - y
    path = (
        f"M{_n(start)},{_n(y)} C{_n(start)},{_n(y + outer * 0.8)} {_n(start + outer * 0.5)},{_n(bottom)} {_n(start + outer)},{_n(bottom)}"
        if start + outer < WIDTH
        else f"M{_n(start)},{_n(y)} C{_n(start)},{_n(bottom)} {_n(start)},{_n(bottom)} {WIDTH},{_n(bottom)}"
    )
    path += f" L{WIDTH},{_n(bottom)} L{WIDTH},{_n(top)}"
    turn = min(end + inner, WIDTH)
    path += f" L{_n(turn)},{_n(top)} C{_n(end)},{_n(top)} {_n(end)},{_n(top)} {_n(end)},{_n(y)} Z"
    return f'<path class="{ink} soft" d="{path}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "") -> str:
    told = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{told}>{escape(words)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(shapes: Sequence[str], *, height: float, title: str, description: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {_n(height)}" role="img" focusable="false" xmlns="http://www.w3.org/2000/svg">'
    return f"{head}<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(shapes)}</svg>"
