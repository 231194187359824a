"""Charts drawn by hand as SVG: plain shapes with real labels that stay their size while the bars stretch.

A chart has no fixed width: places along the page are percentages, text is in pixels, so that a phone and a desk read
the same letters. With `width` in pixels it is drawn for paper. Colours come as a palette: CSS variables on a page,
hexadecimal on paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
