"""Pictures of the documentation, taken from what the engine writes: what a reader sees is what they get.

A browser is needed (`chromium` on the path, or named in MAKEGOOD_CHROMIUM) and, for pages of a PDF, nothing else: the
typesetter draws them. Nothing here runs in the product.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from makegood.cli import main

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
)  # fmt: skip


def browser_path() -> str | None:
    """The browser to take pictures with; None where there is none."""
    return os.environ.get("MAKEGOOD_CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """A browser without window or network of its own. Raises SystemExit where none is installed."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    path = browser_path()
    if path is None:
        raise SystemExit("pictures: no chromium on the path; install one, or name it in MAKEGOOD_CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


def take() -> list[Path]:
    """Take every picture anew and return where they lie."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as started:
        statement = Path(folder) / "statement"
        main(["settle", "werk-na-detentie", "--out", str(statement), "--quiet"])
        fund = Path(folder) / "fund"
        main(["settle", "innovation-fund", "--out", str(fund), "--quiet"])
        return [
            _shot(started, statement / "statement.html", "statement.png", width=1000, height=1180),
            _shot(started, fund / "statement.nl.html", "statement-phone.png", width=390, height=844, scale=1.5),
            _part(started, fund / "statement.html", "#lines", "limits.png", width=860),
        ]


def _page(started: Any, file: Path, *, width: int, height: int, scale: float) -> Any:
    page = started.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light")
    page.goto(file.as_uri())
    return page


def _shot(started: Any, file: Path, name: str, *, width: int, height: int, scale: float = 1) -> Path:
    """The top of a page as it opens."""
    _page(started, file, width=width, height=height, scale=scale).screenshot(path=FOLDER / name)
    return FOLDER / name


def _part(started: Any, file: Path, part: str, name: str, *, width: int) -> Path:
    """One part of a page, whole."""
    _page(started, file, width=width, height=1000, scale=1).locator(part).screenshot(path=FOLDER / name)
    return FOLDER / name
