"""A tree of sentences: each says something, where it stands, and what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Branch:
    """One sentence of an explanation, where it stands (file and line, or a row), and what it rests on."""

    words: str
    place: str = ""
    below: tuple[Branch, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The branch and all below it as plain values."""
        return {"words": self.words, "place": self.place, "below": [branch.as_json() for branch in self.below]}


def as_lines(branch: Branch, *, width: int = 100) -> Iterator[str]:
    """The tree as text: a branch a line or more, its place after it."""
    yield from _lines(branch, "", "", width)


def _lines(branch: Branch, first: str, rest: str, width: int) -> Iterator[str]:
    words = branch.words.replace("\u00a0", " ") + (f"  [{branch.place}]" if branch.place else "")
    wrapped = textwrap.wrap(words, max(width - len(first), 40), break_long_words=False, break_on_hyphens=False) or [""]
    yield first + wrapped[0]
    inner = rest + ("│  " if branch.below else "   ")
    for line in wrapped[1:]:
        yield inner + line
    for index, child in enumerate(branch.below):
        last = index == len(branch.below) - 1
        yield from _lines(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "), width)
