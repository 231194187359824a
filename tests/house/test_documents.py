"""The documents lead somewhere, and the page on the settlement says what the command writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from makegood.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert list(_dead_links(document)) == []


def _dead_links(document: Path) -> Iterator[str]:
    for link in _LINK.finditer(document.read_text(encoding="utf-8")):
        target = (document.parent / link["path"]).resolve() if link["path"] else document
        if not target.exists():
            yield f"{link['path']}: no such file"
        elif link["anchor"] and target.suffix == ".md" and link["anchor"] not in _anchors(target):
            yield f"{link['path']}#{link['anchor']}: no such heading"


def _anchors(document: Path) -> set[str]:
    """Headings as a forge turns them into anchors: lower case, no punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _keys_of(page: str, heading: str) -> set[str]:
    part = re.split(r"^## ", page, flags=re.MULTILINE)
    text = next(section for section in part if section.startswith(heading))
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("name", ["werk-na-detentie", "able-rikers-island", "innovation-fund"])
def test_the_page_on_the_settlement_names_every_key_and_no_other(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "reference" / "settlement.md").read_text(encoding="utf-8")
    assert main(["settle", name, "--format", "json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert set(written) == _keys_of(page, "Top level")
    assert {key for row in written["outcome_payments"] for key in row} == _keys_of(page, "outcome_payments")
    assert {key for row in written["investor_repayments"] for key in row} in (_keys_of(page, "investor_repayments"), set())
