"""Who pays whom: givers on the left, receivers on the right, ribbons as wide as the money."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from decimal import Decimal

from makegood.report.charts import LINE, SMALL, TEXT, Canvas, Palette

TALL = 150
"""Pixels for the largest sum."""
LABEL = 17
"""Characters of a label that fit beside a bar on a phone."""


def flow_chart(
    parts: Sequence[tuple[str, str, Sequence[tuple[str, str, Decimal]]]],
    *,
    palette: Palette,
    money: Callable[[Decimal], str],
    name: str,
    title: str,
    description: str,
    width: int | None = None,
) -> str:
    """One block for each part (heading, colour, [(from, to, amount)]), all on one scale."""
    canvas = Canvas(palette, width)
    sums = [sum((amount for _, _, amount in flows), Decimal(0)) for _, _, flows in parts]
    largest = max(sums, default=Decimal(0))
    columns = LABEL if width is None else 26
    for heading, colour, flows in parts:
        for words in textwrap.wrap(heading, 46):
            canvas.height += LINE
            canvas.text(words, 0, canvas.height - 4, size=TEXT, bold=True)
        canvas.height += 10
        _block(canvas, flows, colour, largest, money, columns)
        canvas.height += 18
    return canvas.svg(name=name, title=title, description=description)


def _block(
    canvas: Canvas, flows: Sequence[tuple[str, str, Decimal]], colour: str, largest: Decimal, money: Callable[[Decimal], str], columns: int
) -> None:
    top = canvas.height

    def size(amount: Decimal) -> float:
        return max(float(amount / largest) * TALL, 1.5)

    left: dict[str, float] = {}
    right: dict[str, float] = {}
    bottom = top
    for side, place in ((0, left), (1, right)):
        y = top
        sums: dict[str, Decimal] = {}
        for source, target, part in flows:
            party = target if side else source
            sums[party] = sums.get(party, Decimal(0)) + part
        for party, amount in sums.items():
            lines = textwrap.wrap(party, columns, break_long_words=False)
            height = size(amount)
            slot = max(height, (len(lines) + 1) * 17 + 4)
            start = y + (slot - height) / 2
            canvas.rect(34.0 if side == 0 else 64.0, start, 2, height, colour)
            first = y + (slot - (len(lines) + 1) * 17) / 2 + 13
            x, anchor = (32.5, "end") if side == 0 else (67.5, "start")
            for index, words in enumerate(lines):
                canvas.text(words, x, first + index * 17, size=SMALL, anchor=anchor)
            canvas.text(money(amount), x, first + len(lines) * 17, size=SMALL, anchor=anchor, bold=True)
            place[party] = start
            y += slot + 10
        bottom = max(bottom, y - 10)
    ribbons = []
    for source, target, amount in flows:
        thick = size(amount)
        a, b = left[source] - top, right[target] - top
        ribbons.append((a, b, thick))
        left[source] += thick
        right[target] += thick
    _ribbons(canvas, ribbons, colour, top, bottom - top)
    canvas.height = bottom


def _ribbons(canvas: Canvas, ribbons: Sequence[tuple[float, float, float]], colour: str, top: float, height: float) -> None:
    """Curves between the bars: in a stretching frame on a page, in pixels on paper."""
    if canvas.width is None:
        x0, x1, y = 0.0, 100.0, 0.0
        frame = f'x="36%" y="{top:.1f}" width="28%" height="{height:.1f}" viewBox="0 0 100 {height:.1f}"'
        canvas.shapes.append(f'<svg {frame} preserveAspectRatio="none" aria-hidden="true">')
    else:
        x0, x1, y = canvas.width * 0.36, canvas.width * 0.64, top
    middle = (x0 + x1) / 2
    for a, b, thick in ribbons:
        canvas.shapes.append(
            f'<path d="M{x0:.1f} {y + a:.1f}C{middle:.1f} {y + a:.1f} {middle:.1f} {y + b:.1f} {x1:.1f} {y + b:.1f}'
            f'V{y + b + thick:.1f}C{middle:.1f} {y + b + thick:.1f} {middle:.1f} {y + a + thick:.1f} {x0:.1f} {y + a + thick:.1f}Z"'
            f' fill="{canvas.palette[colour]}" fill-opacity="0.28"/>'
        )
    if canvas.width is None:
        canvas.shapes.append("</svg>")
