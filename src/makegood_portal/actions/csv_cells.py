"""Text in files of spreadsheets: what somebody typed is never carried out as a formula, and what they saved is read."""

from __future__ import annotations

import csv
import io

from makegood.values.problem import Problem, Refused, Where

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Excel and LibreOffice compute a cell that begins so; the wide signs count in East Asian settings (OWASP, CSV injection)."""


def harmless(word: str) -> str:
    """The word as a cell of a CSV file; one that looks like a formula gets an apostrophe in front, and is text."""
    return f"'{word}" if word.lstrip(" ").startswith(BEGINS_A_FORMULA) else word


def cells_of(content: bytes, where: Where, *, most: int) -> list[list[str]]:
    """The cells of a CSV file of `most` bytes, line by line; comma or semicolon, as a spreadsheet saves it. Raises Refused."""

    def refused(code: str, what: str, remedy: str) -> Refused:
        return Refused([Problem(where, code, what, "", remedy)])

    if len(content) > most:
        raise refused("too_large", f"the list is larger than {most // 1000} kB", "send less at a time")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("wrong_encoding", "this is not UTF-8", "save the list as CSV UTF-8") from None
    first = text.split("\n", 1)[0]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","))
    except csv.Error:
        raise refused("too_large", "a cell is far too long", "send the list alone, saved as CSV UTF-8") from None
