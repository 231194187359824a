"""Text in a file that a spreadsheet opens: what somebody typed is never carried out as a formula."""

from __future__ import annotations

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Excel and LibreOffice compute a cell that begins so; the wide signs count in East Asian settings (OWASP, CSV injection)."""


def harmless(word: str) -> str:
    """The word as a cell of a CSV file; one that looks like a formula gets an apostrophe in front, and is text."""
    return f"'{word}" if word.lstrip(" ").startswith(BEGINS_A_FORMULA) else word
