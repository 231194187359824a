"""The statement in a real browser: nothing sticks out, axe finds nothing, the right drawing is shown, paper shows all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

from a_statement import shipped_statement
from makegood.programme.reading import shipped
from tools.pictures import ARGUMENTS, browser_path

pytestmark = [
    pytest.mark.skipif(browser_path() is None, reason="no chromium on the path"),
    pytest.mark.xdist_group("statement-browser"),
]
SIZES = {"phone": (390, 844), "desk": (1280, 900), "zoomed": (320, 256)}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
    yield started
    started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("statements")
    for name in shipped():
        shipped_statement(name).into(home / name)
    return home


def opened(chromium: Browser, file: Path, size: str, *, dark: bool = False) -> Page:
    width, height = SIZES[size]
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    page.goto(file.as_uri())
    return page


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:160]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("file", ["statement.html", "statement.nl.html"])
@pytest.mark.parametrize("name", shipped())
def test_nothing_sticks_out_on_any_screen(chromium: Browser, folder: Path, name: str, file: str) -> None:
    page = opened(chromium, folder / name / file, "phone")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= seen, size
    page.close()


@pytest.mark.parametrize(("name", "file"), [("werk-na-detentie", "statement.nl.html"), ("innovation-fund", "statement.html")])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_nothing(chromium: Browser, folder: Path, name: str, file: str, size: str, dark: bool) -> None:
    page = opened(chromium, folder / name / file, size, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert faults(page) == []
    page.close()


@pytest.mark.parametrize("name", [name for name in shipped() if name not in ("werk-na-detentie", "innovation-fund")])
def test_axe_finds_nothing_in_the_others(chromium: Browser, folder: Path, name: str) -> None:
    page = opened(chromium, folder / name / "statement.html", "phone")
    assert faults(page) == []
    page.close()


def test_each_screen_shows_one_drawing_of_each_chart_whole(chromium: Browser, folder: Path) -> None:
    for size, seen, hidden in (("phone", "narrow", "wide"), ("desk", "wide", "narrow")):
        page = opened(chromium, folder / "hmp-peterborough" / "statement.html", size)
        charts = page.locator("figure").count()
        assert charts == 3
        assert page.locator(f"svg.{seen}:visible").count() == charts
        assert page.locator(f"svg.{hidden}:visible").count() == 0
        out = page.evaluate(
            """([seen]) => [...document.querySelectorAll(`svg.${seen} text`)].filter(text => {
                 const box = text.getBoundingClientRect(), frame = document.documentElement.clientWidth;
                 return box.left < -1 || box.right > frame + 1 }).map(text => text.textContent)""",
            [seen],
        )
        assert out == [], "no word of a chart leaves the screen"
        page.close()


def test_words_of_a_chart_do_not_cover_each_other(chromium: Browser, folder: Path) -> None:
    for name in ("werk-na-detentie", "project-apollo", "innovation-fund", "ways-to-wellness", "hmp-peterborough"):
        for size, drawing in (("phone", "narrow"), ("desk", "wide")):
            page = opened(chromium, folder / name / "statement.html", size)
            overlaps = page.evaluate(
                """([drawing]) => [...document.querySelectorAll(`svg.${drawing}`)].flatMap(chart => {
                     const boxes = [...chart.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
                     return boxes.flatMap(([one, a], index) => boxes.slice(index + 1).filter(([, b]) =>
                       Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
                       Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5
                     ).map(([other]) => `${one} / ${other}`)) })""",
                [drawing],
            )
            page.close()
            assert overlaps == [], (name, size)


def test_paper_unfolds_what_the_screen_folds_away(chromium: Browser, folder: Path) -> None:
    page = opened(chromium, folder / "werk-na-detentie" / "statement.html", "desk")
    assert not page.get_by_text("Extra months of work achieved = 2 × 103 = 206").first.is_visible()
    page.emulate_media(media="print")
    assert page.get_by_text("Extra months of work achieved = 2 × 103 = 206").first.is_visible()
    assert not page.get_by_text("Lees dit in het Nederlands").is_visible()
    page.close()
