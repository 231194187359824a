"""What is asked of every page, as a person with a phone, a keyboard, a screen reader or bad sight would."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response

Opens = Callable[..., BrowserContext]
"""The fixture `opens`: `opens(user, size="phone", language="en", scripts=False)`."""

WHOLE = os.environ.get("MAKEGOOD_PROOF") == "1"
"""`make proof` and `make screenshots` look at everything; `make test` at each page once."""
SIZES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2 if WHOLE else 1},
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "zoomed": {"viewport": {"width": 320, "height": 256}},
}
"""A phone; a desk screen; and that desk screen at 400%, which leaves 320 by 256 CSS pixels.

A phone has two dots a pixel, which matters in pictures alone and costs four times the painting.
"""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = Path(__file__).parents[2] / "screenshots"
THUMB = 44
"""CSS pixels that a control is high at least (WCAG 2.5.5; 2.5.8 asks 24)."""

SMALL = (Path(__file__).parent / "small.js").read_text(encoding="utf-8")
SQUEEZED = """() => [...document.querySelectorAll(".utrecht-status-badge")]
  .filter((e) => e.getBoundingClientRect().height > 90).map((e) => `squeezed: ${e.innerText}`)"""
FOCUS = (Path(__file__).parent / "focus.js").read_text(encoding="utf-8")


def follow(control: Locator) -> None:
    """Presses a link or button and waits for the page that it leads to: `click` alone returns while the old page still stands."""
    with control.page.expect_navigation():
        control.click()


def axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and good practice, each as rule, help and element."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def listen(context: BrowserContext) -> list[str]:
    """Collects what goes wrong unseen: errors of scripts, refusals of the content policy, files that are not there."""
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            faults.append(f"{response.status}: {response.url}")

    context.on("console", heard)
    context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
    context.on("response", answered)
    return faults


def shape(page: Page, *, language: str) -> list[str]:
    """One first heading, a title that names the page, the language said, at most one main action."""
    faults = []
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} headings of the first level")
    if page.locator("html").get_attribute("lang") != language:
        faults.append(f"the page says that it is in {page.locator('html').get_attribute('lang')}")
    if not re.fullmatch(r"\S.* – Makegood", page.title()):
        faults.append(f"title: {page.title()}")
    if (main := page.locator("main .nl-button--primary:visible:not(.nl-button--negative)").count()) > 1:
        faults.append(f"{main} main actions")
    return faults


def overflow(page: Page) -> list[str]:
    """Nothing sticks out to the right (WCAG 1.4.10)."""
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return [f"the page is {wide} px wide on a screen of {seen}"] if wide > seen else []


def squeezed(page: Page) -> list[str]:
    """States that a narrow column breaks into pieces."""
    found: list[str] = page.evaluate(SQUEEZED)
    return found


def small(page: Page) -> list[str]:
    """Controls that a thumb would miss."""
    found: list[str] = page.evaluate(SMALL, THUMB)
    return found


def keyboard(page: Page, *, most: int = 120) -> list[str]:
    """Tab from the top: the skip link first, each stop seen, shown and not behind a bar, until the page begins anew."""
    faults: list[str] = []
    page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
    for number in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None or stop["again"]:
            return faults
        if number == 0 and "nl-skip-link" not in stop["what"] and "error-summary" not in stop["what"]:
            faults.append(f"first stop: {stop['what']}")
        faults += [f"{word}: {stop['what']}" for word in ("shown", "seen") if not stop[word]]
        faults += [f"behind a bar: {stop['what']}"] if stop["covered"] else []
    return faults


def picture(page: Page, name: str) -> None:
    """A picture for a person to look at; only where `make screenshots` made the folder."""
    if SHOTS.is_dir():
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True, animations="disabled")
