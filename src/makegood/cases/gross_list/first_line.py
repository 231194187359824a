"""Whether the first line of a list holds the names of its columns, or the first person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from makegood.cases.gross_list.fields import UnreadableError, is_serial, is_sex, read_day, suggest_mapping

LOOKED_UNDER = 200
"""Under a cell of the first line so many are compared with it."""


def may_be_a_person(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a first line may not be left to stand as names of columns without asking.

    It may be a person where as many of its cells are like what stands under them as are known names of columns, and
    where not one of them is such a name.
    """
    return looks_like_a_person(first, below) or not suggest_mapping(list(first))


def looks_like_a_person(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether as many cells of a first line are like what stands under them as are known names of columns; one at least."""
    alike = 0
    for place, cell in enumerate(first):
        under = [row[place] for row in below[:LOOKED_UNDER] if row[place : place + 1] and row[place]]
        alike += _is_data(cell, under)
    return alike > 0 and alike >= len(suggest_mapping(list(first)))


def letters(width: int) -> tuple[str, ...]:
    """Names for columns that have none, as a spreadsheet gives them: A to Z, then AA."""
    return tuple(_letter(place) for place in range(width))


def _letter(place: int) -> str:
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _is_data(cell: str, under: Sequence[str]) -> bool:
    """A day; or the same word, a number of the same form, a sex, where more of those stand under it."""
    if not cell:
        return False
    if _is_day(cell) or cell in under:
        return True
    alike = sum(_form(other) == _form(cell) for other in under) if any(mark.isdigit() for mark in cell) else 0
    sexes = sum(is_sex(other) for other in under) if is_sex(cell) else 0
    return max(alike, sexes) * 2 > len(under)


def _is_day(cell: str) -> bool:
    if is_serial(cell):
        return False
    try:
        read_day(cell, date(2000, 1, 1))
    except UnreadableError as error:
        return error.code in ("two_digit_year", "no_such_day")
    return True


def _form(cell: str) -> str:
    """ "G-1234" and "H-9871" are of one form; how many digits there are says nothing."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell))
