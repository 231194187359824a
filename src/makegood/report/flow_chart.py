"""Who pays whom: givers on the left, receivers on the right, ribbons as wide as the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from makegood.report.drawing import COLOURS, NARROW, SMALL, TEXT, Drawing, down, drawn, layered, table, words_layer, wrapped

if TYPE_CHECKING:
    import altair as alt

    from makegood.report.statement_values import Statement

ZERO = Decimal(0)
TALL, LINE, TITLE_LINE, GAP, CURVE = 150, 17, 20, 10, 16
"""Pixels for the largest sum, for a line of a label, between blocks; points of a curve."""


@dataclass
class Sheet:
    """Shapes in the making, in pixels from the top left."""

    width: int
    height: float = 0
    bars: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    ribbons: list[dict[str, Any]] = field(default_factory=list)


Flows = Sequence[tuple[str, str, Decimal]]


def flow_chart(statement: Statement) -> Drawing | None:
    """Capital put in, and money for outcomes to those who receive it; None where no money moved."""
    say, money = statement.language.say, statement.money
    capital = [(flow.source, flow.target, flow.amount) for flow in statement.flows if flow.kind == "capital"]
    guaranteed = any(flow.kind == "guarantee" for flow in statement.flows)
    parts: list[tuple[str, str, Flows]] = []
    for key, colour, flows in (
        ("flow_in", "capital", capital),
        ("flow_out_guarantee" if guaranteed else "flow_out", "now", _through(statement)),
    ):
        total = sum((amount for _, _, amount in flows), ZERO)
        if total > 0:
            parts.append((say(key, amount=money(total)), colour, flows))
    if not parts:
        return None
    told = "; ".join(f"{source} → {target}: {money(amount)}" for _, _, flows in parts for source, target, amount in flows)
    return drawn(lambda width: _chart(statement, parts, width), name="chart-flows", title=say("chart_flows"), description=told)


def _through(statement: Statement) -> list[tuple[str, str, Decimal]]:
    """Givers and receivers of outcome money, paired in proportion: it runs through one pot. Guarantees go straight."""
    paid = [flow for flow in statement.flows if flow.kind == "paid"]
    passed: dict[str, Decimal] = {}
    for flow in statement.flows:
        if flow.kind == "passed":
            passed[flow.target] = passed.get(flow.target, ZERO) + flow.amount
    total = sum(passed.values(), ZERO)
    pairs = [(flow.source, target, flow.amount * amount / total) for flow in paid for target, amount in passed.items() if total > 0]
    return pairs + [(flow.source, flow.target, flow.amount) for flow in statement.flows if flow.kind == "guarantee"]


def _chart(statement: Statement, parts: Sequence[tuple[str, str, Flows]], width: int) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - takes most of a second

    sheet = Sheet(width)
    largest = max(sum((amount for _, _, amount in flows), ZERO) for _, _, flows in parts)
    for heading, colour, flows in parts:
        for words in wrapped(heading, width, bold=True):
            sheet.height += TITLE_LINE
            sheet.texts.append({"x": 0, "y": sheet.height - TITLE_LINE / 2, "words": words, "align": "left", "weight": 600, "size": TEXT})
        sheet.height += GAP
        _block(sheet, flows, COLOURS[colour], largest, statement)
        sheet.height += GAP * 2
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    sheet.height -= GAP * 2
    y = down(sheet.height)
    layers: list[Any] = [
        alt.Chart(table(sheet.ribbons))
        .mark_area(opacity=0.28, line=False)
        .encode(x=x, y=y, y2=alt.Y2("y2:Q"), detail=alt.Detail("ribbon:N"), color=alt.Color("colour:N", scale=None, legend=None)),
        alt.Chart(table(sheet.bars))
        .mark_rect()
        .encode(x=x, x2=alt.X2("x2:Q"), y=y, y2=alt.Y2("y2:Q"), color=alt.Color("colour:N", scale=None, legend=None)),
    ]
    for align, weight, size in sorted({(text["align"], text["weight"], text["size"]) for text in sheet.texts}):
        rows = [text for text in sheet.texts if (text["align"], text["weight"], text["size"]) == (align, weight, size)]
        layers.append(words_layer(rows, sheet.height, at=x, align=align, fontWeight=weight, fontSize=size))
    return layered(layers, width=width, height=sheet.height)


def _block(sheet: Sheet, flows: Flows, colour: str, largest: Decimal, statement: Statement) -> None:
    """One pot of money: its givers, its receivers, and the ribbons between them."""
    top, bottom = sheet.height, sheet.height
    narrow = sheet.width == NARROW
    thick = 7 if narrow else 12
    inner = (0.37, 0.63) if narrow else (0.34, 0.66)

    def size(amount: Decimal) -> float:
        return max(float(amount / largest) * TALL, 1.5)

    places: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for side, place in enumerate(places):
        y = top
        sums: dict[str, Decimal] = {}
        for source, target, amount in flows:
            party = target if side else source
            sums[party] = sums.get(party, ZERO) + amount
        edge = sheet.width * inner[side]
        for party, amount in sums.items():
            lines = [*wrapped(party, sheet.width * inner[0] - thick - 8, size=SMALL), statement.money(amount)]
            slot = max(size(amount), len(lines) * LINE + 4)
            start = y + (slot - size(amount)) / 2
            far = edge - thick if side == 0 else edge + thick
            sheet.bars.append({"x": min(edge, far), "x2": max(edge, far), "y": start, "y2": start + size(amount), "colour": colour})
            first = y + (slot - len(lines) * LINE) / 2 + LINE / 2
            for number, words in enumerate(lines):
                bold = number == len(lines) - 1
                align, at = ("right", far - 7) if side == 0 else ("left", far + 7)
                sheet.texts.append(
                    {"x": at, "y": first + number * LINE, "words": words, "align": align, "weight": 600 if bold else 400, "size": SMALL}
                )
            place[party] = start
            y += slot + GAP
        bottom = max(bottom, y - GAP)
    left, right = sheet.width * inner[0], sheet.width * inner[1]
    for source, target, amount in flows:
        ribbon = f"{colour}{len(sheet.ribbons)}"
        for number in range(CURVE + 1):
            share = number / CURVE
            smooth = share * share * (3 - 2 * share)
            y = places[0][source] + (places[1][target] - places[0][source]) * smooth
            sheet.ribbons.append({"ribbon": ribbon, "x": left + (right - left) * share, "y": y, "y2": y + size(amount), "colour": colour})
        places[0][source] += size(amount)
        places[1][target] += size(amount)
    sheet.height = bottom
