"""A real browser on the real pages: Debian's chromium (or any on the path), the live server, the embedded PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from browser.looking import SIZES, Opens
from makegood_portal.ledger.models import User
from portal.builders import client_of

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread; the tests themselves do not
expect.set_options(timeout=20_000)  # a machine that does other work too is slow, and not wrong
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
STYLES = Path(__file__).parents[2] / "src" / "makegood_portal" / "web" / "static" / "vendor" / "nlds.css"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these run in one process: they share a browser. Without one, or without styles, they say so."""
    missing = "no chromium on the path" if not CHROMIUM else "the styles are not fetched: run `make look`" if not STYLES.is_file() else ""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Chromium from the path, with nothing that calls home."""
    return {"executable_path": CHROMIUM, "args": [*QUIET, "--disable-component-update"]}


@pytest.fixture
def opens(browser: Browser, live_server: LiveServer) -> Iterator[Opens]:
    """`opens(user, size="phone", language="en", scripts=False)`: a browser window in which somebody is logged in."""
    opened: list[BrowserContext] = []

    def window(user: User | None = None, *, size: str = "phone", language: str = "nl", scripts: bool = True) -> BrowserContext:
        context = browser.new_context(
            **SIZES[size], base_url=live_server.url, locale="nl-NL", timezone_id="Europe/Amsterdam", java_script_enabled=scripts
        )
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user:
            cookies[settings.SESSION_COOKIE_NAME] = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        opened.append(context)
        return context

    yield window
    for context in opened:
        context.close()


@pytest.fixture
def stranger(opens: Opens) -> Page:
    """A page in a window in which nobody is logged in."""
    return opens().new_page()
