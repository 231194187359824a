"""Charts as SVG: plain shapes with real labels that stay their size while the bars stretch.

A chart has no fixed width: places along the page are percentages, text is in pixels, so that a phone and a desk read
the same letters. With `width` in pixels it is drawn for paper. Colours come as a palette: CSS variables on a page,
hexadecimal on paper.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape

Palette = Mapping[str, str]
ON_PAGE: Palette = {name: f"var(--{name})" for name in ("ink", "quiet", "track", "now", "before", "cut", "capital", "mark")}
ON_PAPER: Palette = {
    "ink": "#20302c",
    "quiet": "#55625d",
    "track": "#ece7dc",
    "now": "#0b6b5d",
    "before": "#7fb8ad",
    "cut": "#b4501e",
    "capital": "#3d5a80",
    "mark": "#20302c",
}
TEXT = 15
SMALL = 14
LINE = 19


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value in words, where it starts and ends on the scale, and its colour's name."""

    label: str
    shown: str
    start: Decimal
    end: Decimal
    colour: str


@dataclass(frozen=True)
class Row:
    """A titled group of bars, with marks on the last bar's track and lines of words below."""

    title: str
    bars: Sequence[Bar]
    marks: Sequence[Decimal] = ()
    below: Sequence[str] = ()


@dataclass
class Canvas:
    """SVG in the making; x in percent of the width."""

    palette: Palette
    width: int | None = None
    shapes: list[str] = field(default_factory=list)
    height: float = 0

    def x(self, percent: float) -> str:
        """A place along the page as SVG wants it."""
        return f"{percent:.2f}%" if self.width is None else f"{percent * self.width / 100:.2f}"

    def text(
        self, words: str, x: float, y: float, *, size: int = SMALL, anchor: str = "start", colour: str = "ink", bold: bool = False
    ) -> None:
        """Words with their baseline at y."""
        weight = ' font-weight="600"' if bold else ""
        place = f'x="{self.x(x)}" y="{y:.1f}" text-anchor="{anchor}"'
        self.shapes.append(f'<text {place} font-size="{size}" fill="{self.palette[colour]}"{weight}>{escape(words, quote=False)}</text>')

    def rect(self, x: float, y: float, width: float, height: float, colour: str, *, opacity: float = 1) -> None:
        """A filled rectangle; x and width in percent."""
        faint = "" if opacity == 1 else f' fill-opacity="{opacity}"'
        self.shapes.append(
            f'<rect x="{self.x(x)}" y="{y:.1f}" width="{self.x(width)}" height="{height:.1f}" fill="{self.palette[colour]}"{faint}/>'
        )

    def svg(self, *, name: str, title: str, description: str) -> str:
        """The finished chart with its title and description for those who do not see it."""
        wide = '100%"' if self.width is None else f'{self.width}" viewBox="0 0 {self.width} {self.height:.0f}"'
        font = "" if self.width is None else ' font-family="Libertinus Serif"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{wide} height="{self.height:.0f}" role="img"'
            f' aria-labelledby="{name}-t {name}-d"{font}><title id="{name}-t">{escape(title)}</title>'
            f'<desc id="{name}-d">{escape(description)}</desc>{"".join(self.shapes)}</svg>'
        )


def bar_chart(
    rows: Sequence[Row], *, palette: Palette, name: str, title: str, description: str, width: int | None = None, columns: int = 44
) -> str:
    """Bars under their own labels, all on one scale from 0. `columns`: characters that fit on a line of a phone."""
    canvas = Canvas(palette, width)
    y = 4.0
    for row in rows:
        largest = max([*(bar.end for bar in row.bars), *row.marks], default=Decimal(0))
        scale = largest if row.marks else max((bar.end for other in rows for bar in other.bars), default=Decimal(0))
        for words in textwrap.wrap(row.title, columns) or [""]:
            y += LINE
            canvas.text(words, 0, y - 5, size=TEXT, bold=True)
        y += 2
        for bar in row.bars:
            y += LINE + 3
            canvas.text(bar.label, 0, y - 6, colour="quiet")
            canvas.text(bar.shown, 100, y - 6, anchor="end")
            canvas.rect(0, y, 100, 12, "track")
            if scale > 0:
                start, end = (float(edge / scale * 100) for edge in (bar.start, bar.end))
                canvas.rect(start, y, max(end - start, 0.4 if bar.end > bar.start else 0), 12, bar.colour)
            y += 16
        for mark in row.marks:
            at = min(float(mark / scale * 100) if scale else 0, 99.4)
            canvas.rect(at, y - 20, 0.6, 20, "mark")
        for line in row.below:
            for words in textwrap.wrap(line, columns + 2):
                y += LINE - 1
                canvas.text(words, 0, y - 3, colour="quiet")
        y += 16
    canvas.height = y
    return canvas.svg(name=name, title=title, description=description)
