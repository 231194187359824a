"""The pictures of the funnel: widths to one scale, what comes in goes out, words for who does not see it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from makegood.report.funnel_picture import WHOLE, WIDTH, Row, funnel_picture, interval_picture
from makegood.selection.funnel import Flow
from makegood.selection.shares import Share

SVG = "{http://www.w3.org/2000/svg}"
FLOWS = [
    Flow("", "informed", 60), Flow("", "left", 30), Flow("", "open", 10),
    Flow("informed", "started", 12), Flow("informed", "left", 48),
]  # fmt: skip
TITLES = {"": "On the list", "informed": "Informed <here>", "started": "Started"}


def drawn(flows: list[Flow]) -> ET.Element:
    words = {"left": "left:", "open_": "on the way:", "title": "From list to start", "description": "12 of 100 started."}
    return ET.fromstring(funnel_picture(flows, titles=TITLES, **words))  # noqa: S314 - our own drawing


def test_bars_are_as_wide_as_their_candidates() -> None:
    bars = [float(bar.attrib["width"]) for bar in drawn(FLOWS).iter(f"{SVG}rect") if bar.attrib["class"] == "ink-1"]
    assert bars == [WHOLE, WHOLE * 0.6, round(WHOLE * 0.12, 1)]


def test_each_ribbon_says_how_many_and_what_comes_in_goes_out() -> None:
    words = [text.text or "" for text in drawn(FLOWS).iter(f"{SVG}text")]
    assert words == ["On the list: 100", "on the way: 10", "left: 30", "Informed <here>: 60", "left: 48", "Started: 12"]
    paths = [path.attrib["d"] for path in drawn(FLOWS).iter(f"{SVG}path")]
    thick = []
    for path in paths:
        # At the right edge: from the lower to the upper border of the ribbon.
        lower, upper = (float(y) for y in re.findall(rf"L{WIDTH},([\d.]+)", path)[:2])
        thick.append(round(lower - upper, 1))
    assert thick == [WHOLE * 0.1, WHOLE * 0.3, round(WHOLE * 0.48, 1)]


def test_it_has_a_title_and_words_and_nothing_sticks_out() -> None:
    picture = drawn(FLOWS)
    assert picture.attrib["role"] == "img"
    assert [picture.findtext(f"{SVG}title"), picture.findtext(f"{SVG}desc")] == ["From list to start", "12 of 100 started."]
    height = float(picture.attrib["viewBox"].split()[3])
    numbers = [float(y) for path in picture.iter(f"{SVG}path") for y in re.findall(r",([\d.]+)", path.attrib["d"])]
    assert max(numbers) <= height
    assert "style" not in ET.tostring(picture).decode()


def test_nobody_going_on_is_a_picture_too() -> None:
    words = [text.text for text in drawn([Flow("", "left", 3)]).iter(f"{SVG}text")]
    assert words == ["On the list: 3", "left: 3", "Informed <here>: 0", "Started: 0"]


def test_shares_keep_their_order_and_the_interval_lies_around_the_dot() -> None:
    rows = [Row("Alphen", Share(4, 50), "8%"), Row("Arnhem", Share(9, 30), "30%"), Row("Nobody yet", Share(0, 0), "–")]
    svg = interval_picture(rows, aim=0.1, title="Starts", description="8%; 30%")
    picture = ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert [text.text for text in picture.iter(f"{SVG}text")] == ["Alphen", "8%", "Arnhem", "30%", "Nobody yet", "–"]
    dots = [float(dot.attrib["cx"]) for dot in picture.iter(f"{SVG}circle")]
    bars = [(float(bar.attrib["x"]), float(bar.attrib["width"])) for bar in picture.iter(f"{SVG}rect")]
    assert len(dots) == len(bars) == 2
    assert all(start < dot < start + width <= WIDTH for dot, (start, width) in zip(dots, bars, strict=True))
