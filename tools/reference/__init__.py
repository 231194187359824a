"""The reference pages that are made from the code, so that they cannot say anything else than it does.

`python -m tools.reference` writes them, `python -m tools.reference --check` says which are out of date (exit 1).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tools.reference.commands import commands_page
from tools.reference.language import language_page
from tools.reference.processing import processing_page
from tools.reference.protocol import protocol_page
from tools.reference.refusals import refusals_page
from tools.reference.rows import files_page
from tools.reference.schema import schema_text

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "programme.md": language_page,
    "programme.schema.json": schema_text,
    "protocol.md": protocol_page,
    "files.md": files_page,
    "cli.md": commands_page,
    "refusals.md": refusals_page,
    "processing.md": processing_page,
}
"""File in docs/reference -> the function that makes its text."""


def write_all() -> list[Path]:
    """Write every page; returns those that changed."""
    changed = []
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def stale() -> list[str]:
    """The pages whose text is not what the code says now."""
    return [
        name for name, make in PAGES.items() if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != make()
    ]
