"""A partner's list of participants, turned into tokens as it is read: nothing of a name or a birth date goes on from here.

Comes in: the bytes of a list with that list's own key and names, birth date, sex; or with tokens that the partner made.
Goes out: tokens. Must never give back: a value of a cell, not in a problem either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from makegood.cases.gross_list.fields import is_unknown, read_cell, suggest_mapping
from makegood.cases.gross_list.file import ListFile, Note, read_list
from makegood.cases.gross_list.whole_name import read_whole_name
from makegood.cases.linkage import Tokens, tokens_of
from makegood.values.problem import Problem, Refused, Where

KEYS = (
    "key",
    "own key",
    "sleutel",
    "kenmerk",
    "nummer",
    "number",
    "dossiernummer",
    "registratienummer",
    "participant",
    "deelnemer",
    "person",
    "entry",
)
NAMED = ("family_name", "given_name", "whole_name", "birth_date", "sex")
PARTS = tuple(field.name for field in fields(Tokens) if field.name != "person")
MAX_KEY = 40
_TOKEN = re.compile(r"[0-9a-f]{32}|")


@dataclass(frozen=True)
class PartnerList:
    """Tokens of everybody on the list. `unreadable`: in how many rows a value could not be read and counts as not known."""

    tokens: tuple[Tokens, ...]
    unreadable: int
    notes: tuple[Note, ...] = ()


def holds_tokens(header: Sequence[str]) -> bool:
    """Whether a list comes with tokens instead of names."""
    return {"family_name", "family_start", "birth_month"} <= {heading.strip().casefold() for heading in header}


def read_partner_list(content: bytes, *, name: str, secret: bytes, on: date) -> PartnerList:
    """The list as tokens. `secret` turns names into tokens; a list that brings tokens was made with the same one.

    Raises Refused with every problem: no key, a key twice, nothing to compare, a list that cannot be read.
    """
    file = read_list(content, name=name, known=[*KEYS, *PARTS], first_line="names")
    folded = {heading.strip().casefold(): index for index, heading in enumerate(file.header)}
    key = next((folded[word] for word in KEYS if word in folded), None)
    if key is None:
        raise _refused(name, "no_key", "no column holds the list's own key", "add a column `key` with a number of your own for each person")
    keys = [cells[key] for _, cells in file.rows]
    problems = list(_problems_of_keys(file, keys))
    if problems:
        raise Refused(problems[:20])
    if holds_tokens(file.header):
        return PartnerList(tuple(_with_tokens(file, keys, folded)), 0, file.notes)
    header = [heading for index, heading in enumerate(file.header) if index != key]
    mapping = {field: heading for field, heading in suggest_mapping(header).items() if field in NAMED}
    if "birth_date" not in mapping or not {"family_name", "given_name", "whole_name"} & set(mapping):
        raise _refused(name, "nothing_to_compare", "the list has no names with a birth date", "send family name, given name and birth date")
    places = {field: file.header.index(heading) for field, heading in mapping.items()}
    found, unreadable = [], 0
    for own, (_, cells) in zip(keys, file.rows, strict=True):
        row = {field: cells[place] for field, place in places.items()}
        values, bad = _values(row, on, counts_from_1904=file.counts_from_1904)
        unreadable += bad
        found.append(tokens_of(values, person=own, secret=secret))
    return PartnerList(tuple(found), unreadable, file.notes)


def _values(cells: Mapping[str, str], on: date, *, counts_from_1904: bool) -> tuple[dict[str, str], bool]:
    """What can be read of a row, and whether something could not."""
    found: dict[str, str] = {}
    bad = False
    for field, cell in cells.items():
        if is_unknown(cell):
            continue
        try:
            if field == "whole_name":
                found |= read_whole_name(cell, on)[0]
            else:
                found[field] = read_cell(field, cell, on, counts_from_1904=counts_from_1904)[0]
        except ValueError:
            bad = True
    return {field: value for field, value in found.items() if (field, value) != ("sex", "unknown")}, bad


def _with_tokens(file: ListFile, keys: Sequence[str], folded: Mapping[str, int]) -> Iterator[Tokens]:
    bad = []
    for own, (line, cells) in zip(keys, file.rows, strict=True):
        parts = {part: cells[folded[part]].strip().casefold() if part in folded else "" for part in PARTS}
        if not all(_TOKEN.fullmatch(token) for token in parts.values()):
            what = "a token is 32 signs of 0-9 and a-f, or empty"
            bad.append(
                Problem(Where(file.name, line), "no_token", what, "Something else would compare with nobody", "make the tokens again")
            )
            continue
        yield Tokens(person=own, **parts)
    if bad:
        raise Refused(bad[:20])


def _problems_of_keys(file: ListFile, keys: Sequence[str]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for own, (line, _) in zip(keys, file.rows, strict=True):
        where = Where(file.name, line)
        if is_unknown(own):
            yield Problem(
                where, "no_key", "this row has no key", "Nobody could say who it is about", "give each person a number of your own"
            )
        elif len(own) > MAX_KEY or own[0] in "=+@" or re.fullmatch(r"[0-9]{9}", own):
            what = "a key is a short number of your own, and no citizen service number or formula"
            yield Problem(where, "bad_key", what, "The key is shown to who compares the lists", "number the list anew")
        elif own in seen:
            yield Problem(where, "key_twice", f"the key of line {seen[own]} stands here again", "", "give each person another key")
        seen.setdefault(own, line)


def _refused(name: str, code: str, what: str, remedy: str) -> Refused:
    return Refused([Problem(Where(name), code, what, "The lists could not be compared", remedy)])
