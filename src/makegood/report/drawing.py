"""Charts as SVG that stand alone: drawn by Altair without network or browser, then fitted to a page or to paper.

A chart is drawn twice, for a desk and for a phone, since text must not shrink with the page. Its colours are those of
paper; on a page they become the page's own, so that they follow light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

WIDE, NARROW = 704, 342
"""Pixels of a desk's column and of a phone's."""
TEXT, SMALL = 15, 14
"""Sizes of type in pixels; on paper they shrink to about two thirds."""
FONT = "sans-serif"
PAPER_FONT = "Libertinus Serif"
COLOURS = {
    "ink": "#20302c",
    "quiet": "#55625d",
    "track": "#ece7dc",
    "now": "#0b6b5d",
    "before": "#7fb8ad",
    "cut": "#b4501e",
    "capital": "#3d5a80",
}
"""Colours of paper by name; each stands for the page's colour of that name."""
_NAMES = {colour: name for name, colour in COLOURS.items()}
_NOISE = re.compile(r' (?:aria-\w+|role|class|pointer-events|xmlns:xlink|version)="[^"]*"')
_BACKGROUND = re.compile(r'<path d="M0,0h[\d.]+v[\d.]+h-[\d.]+Z"/>')
_EMPTY = re.compile(r"<g(?: [^>]*)?></g>|<g(?: [^>]*)?/>")
_GEOMETRY = re.compile(r'( (?:d|transform|x|y|x1|x2|y1|y2|width|height)=")([^"]*)(")')
_LONG = re.compile(r"(\d+\.\d\d)\d+")
_IDS = re.compile(r'(id="|url\(#)(clip|gradient)')
_HEX = re.compile(r'="(#[0-9a-f]{6})"')


@dataclass(frozen=True)
class Drawing:
    """A chart for a desk and for a phone, in paper's colours, with its title and its content in words."""

    name: str
    title: str
    description: str
    wide: Future[str]
    narrow: Future[str]

    def on_page(self) -> str:
        """Both drawings as inline SVG; the page's style shows the one that fits."""
        return "".join(_labelled(svg.result(), self, size) for size, svg in (("wide", self.wide), ("narrow", self.narrow)))

    def on_paper(self) -> str:
        """The wide drawing as an SVG file in the document's type."""
        return self.wide.result().replace(f'font-family="{FONT}"', f'font-family="{PAPER_FONT}"')


_WANTED = ContextVar("pictures are wanted", default=True)


@contextmanager
def nothing_drawn() -> Iterator[None]:
    """For a form without pictures: charts keep their titles and are not drawn, which takes most of the time."""
    token = _WANTED.set(False)
    try:
        yield
    finally:
        _WANTED.reset(token)


def drawn(build: Callable[[int], alt.TopLevelMixin], *, name: str, title: str, description: str) -> Drawing:
    """Draw a chart at both widths; `build` gets the width in pixels. `description` says what the chart shows.

    The drawing engine works beside this program: while it draws one chart, the next is put together.
    """
    if not _WANTED.get():
        return Drawing(name, title, description, Future(), Future())
    painter = _painter()
    wide, narrow = (painter.submit(_svg, build(width).to_dict(validate=False), of) for width, of in ((WIDE, name), (NARROW, name + "-n")))
    return Drawing(name, title, description, wide, narrow)


@cache
def _painter() -> ThreadPoolExecutor:
    """The one thread that draws. It starts with nothing at once, since its engine needs half a second to come up."""
    painter = ThreadPoolExecutor(max_workers=1)
    painter.submit(_svg, {"data": {"values": [{}]}, "mark": "point"}, "nothing")
    return painter


def table(rows: Sequence[dict[str, Any]]) -> alt.Data:
    """Rows as a chart's data."""
    import altair as alt  # noqa: PLC0415 - takes most of a second

    data: alt.Data = alt.Data(values=list(rows))  # type: ignore[no-untyped-call]
    return data


_SLIM, _THIN, _BROAD = frozenset("iljI.,:;'|!()· "), frozenset("ftr-–/"), frozenset("mwMW%€£$×÷≈")


def breadth(words: str, *, size: int = TEXT, bold: bool = False) -> float:
    """About how many pixels words take, in the broadest of the usual typefaces: no browser is asked."""

    def em(letter: str) -> float:
        if letter in _SLIM:
            return 0.36
        if letter in _THIN:
            return 0.45
        return 0.95 if letter in _BROAD else 0.74 if letter.isupper() else 0.64

    return sum(map(em, words)) * size * (1.12 if bold else 1)


def wrapped(words: str, room: float, *, size: int = TEXT, bold: bool = False) -> list[str]:
    """Words in lines of at most so many pixels; a word that is longer stands alone."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and breadth(longer, size=size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def layered(layers: Sequence[Any], *, width: float, height: float, **more: Any) -> alt.LayerChart:
    """Layers as one chart without frame, padding and background, in the type of the page."""
    import altair as alt  # noqa: PLC0415

    look = {"padding": 0, "background": "transparent", "config": {"font": FONT, "view": {"stroke": None}}, **more}
    chart: alt.LayerChart = alt.layer(*layers, width=width, height=height, **look)  # type: ignore[assignment]
    return chart


def at(pixels: float) -> alt.XValue:
    """A place along the page, in pixels."""
    import altair as alt  # noqa: PLC0415

    return alt.XValue(pixels)  # type: ignore[no-untyped-call]


def until(pixels: float) -> alt.X2Value:
    """Where a bar ends along the page, in pixels."""
    import altair as alt  # noqa: PLC0415

    return alt.X2Value(pixels)  # type: ignore[no-untyped-call]


def said(words: str | list[str]) -> alt.TextValue:
    """Words of a chart that are the same for all its rows."""
    import altair as alt  # noqa: PLC0415

    return alt.TextValue(words)


def down(height: float, field: str = "y") -> alt.Y:
    """Places from the top, in pixels: rows of text and bars are as high as their words need."""
    import altair as alt  # noqa: PLC0415

    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))


def words_layer(rows: Sequence[dict[str, Any]], height: float, **look: Any) -> Any:
    """Lines of words at their places: each row has `y`, the baseline's middle, and `words`; x is `at` in pixels or a field."""
    import altair as alt  # noqa: PLC0415

    place = look.pop("at")
    x = at(place) if isinstance(place, int | float) else place
    mark = {"align": "left", "baseline": "middle", "fontSize": TEXT, "limit": 0, "color": COLOURS["ink"], **look}
    return alt.Chart(table(rows)).mark_text(**mark).encode(x=x, y=down(height), text=alt.Text("words:N"))


def _svg(chart: dict[str, Any], name: str) -> str:
    """A chart's specification as lean SVG: no roles of its own, two decimals, names that do not clash with another chart's."""
    import vl_convert  # noqa: PLC0415

    svg = str(vl_convert.vegalite_to_svg(chart))
    svg = _NOISE.sub("", svg)
    svg = _BACKGROUND.sub("", svg)
    while (shorter := _EMPTY.sub("", svg)) != svg:
        svg = shorter
    svg = _GEOMETRY.sub(lambda found: found[1] + _LONG.sub(r"\1", found[2]) + found[3], svg)
    return _IDS.sub(rf"\1{name}-\2", svg)


def _labelled(svg: str, drawing: Drawing, size: str) -> str:
    """An SVG of the page: named for those who do not see it, in the page's colours and type."""
    names = f"{drawing.name}-{size}"
    svg = _HEX.sub(lambda found: f'="var(--{_NAMES[found[1]]})"' if found[1] in _NAMES else found[0], svg)
    svg = svg.replace(f'font-family="{FONT}"', 'font-family="inherit"')
    head = f'<svg class="chart {size}" role="img" aria-labelledby="{names}-t {names}-d" focusable="false"'
    told = f'<title id="{names}-t">{escape(drawing.title)}</title><desc id="{names}-d">{escape(drawing.description)}</desc>'
    opened, _, rest = svg.partition(">")
    return opened.replace("<svg", head, 1) + ">" + told + rest
