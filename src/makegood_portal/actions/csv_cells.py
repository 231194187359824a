"""Cells of a CSV file that somebody opens in a spreadsheet."""

from __future__ import annotations


def harmless(word: str) -> str:
    """A word that a spreadsheet does not take for a formula."""
    return f"'{word}" if word[:1] in ("=", "+", "-", "@", "\t", "\r") else word
