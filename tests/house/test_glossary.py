"""Every word of the programme file's parts stands in the glossary, in English and in Dutch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.reference.shape import models

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def _entries() -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if row[0].strip() != "English"]


def _words_of(class_name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", class_name).lower()


@pytest.mark.parametrize("name", sorted(kind.__name__ for kind in models()))
def test_a_part_of_the_language_is_in_the_glossary(name: str) -> None:
    known = {word.strip() for row in _entries() for word in row[0].lower().split(",")}
    classes = {name for row in _entries() for name in re.findall(r"`([A-Z]\w+)`", " ".join(row))}
    assert _words_of(name) in known or name in classes, f"add '{_words_of(name)}' to docs/glossary.md"


def test_every_entry_has_dutch_and_a_meaning() -> None:
    assert [row[0] for row in _entries() if len(row) != 4 or not row[1] or not row[2]] == []


def test_one_concept_one_entry() -> None:
    words = [row[0] for row in _entries()]
    assert sorted(word for word in set(words) if words.count(word) > 1) == []
