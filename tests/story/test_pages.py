"""The tutorial and every how-to guide work when they are pasted, and show what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages import ROOT, blocks_of, broken_promises

PAGES = sorted([*(ROOT / "docs" / "tutorial").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md")])
IN_THE_BROWSER = {"a-day-with-the-register", "administer", "municipality-codes", "read-the-funnel"}
"""Pages about the portal: nothing in them is pasted with an answer to compare; tests/browser walks what they say."""


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.stem)
def test_a_page_can_be_pasted(document: Path, tmp_path: Path) -> None:
    assert list(broken_promises(document, tmp_path)) == []


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.stem)
def test_a_page_promises_something(document: Path) -> None:
    assert any(block.promised for block in blocks_of(document)) is (document.stem not in IN_THE_BROWSER)
