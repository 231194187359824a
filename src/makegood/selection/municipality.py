"""Which municipality somebody means who wrote it in own words: by its name, as people write names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")
_APART = re.compile(r"[,;/\n]+")
_AND = re.compile(r"\s+(?:of|en|or|and|misschien|maybe)\s+", re.IGNORECASE)
_BESIDE = re.compile(r"^(?:(?:de )?(?:gemeente|gem|municipality of) )+")
_SAID = {"den haag": "s gravenhage", "den bosch": "s hertogenbosch"}
"""Two municipalities that everybody, their own letters too, calls otherwise than the list of the statistics office."""


@dataclass(frozen=True)
class Meant(Generic[Key]):
    """The municipalities that were found, in the order in which they were written, and the words in which none was found."""

    found: tuple[Key, ...]
    left: tuple[str, ...]


def folded(name: str) -> str:
    """A name without capitals, accents and signs, and without the word municipality before it: `Gem. 's-Hertogenbosch`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(mark if mark.isalnum() else " " for mark in plain if not unicodedata.combining(mark) and mark not in "'’‘`´")
    name = _BESIDE.sub("", " ".join(letters.split()))
    return _SAID.get(name, name)


def by_folded_name(names: Mapping[str, Key]) -> Mapping[str, set[Key]]:
    """Name -> key as `meant_of` looks in it: folded once for a whole list."""
    known: dict[str, set[Key]] = {}
    for name, key in names.items():
        known.setdefault(folded(name), set()).add(key)
    return known


def meant(text: str, names: Mapping[str, Key]) -> Meant[Key]:
    """The municipalities in a text, of those that are known by name. A name that two bear when it is folded means neither.

    What stands between commas is looked for as a whole first: `Kaag en Braassem` is one municipality, `Leiden of Delft` are two.
    """
    return meant_of(text, by_folded_name(names))


def meant_of(text: str, known: Mapping[str, set[Key]]) -> Meant[Key]:
    """The same in names that were folded before."""
    found: dict[Key, None] = {}
    left: list[str] = []
    for part in filter(str.strip, _APART.split(text)):
        for words in [part] if folded(part) in known else _AND.split(part):
            keys = known.get(folded(words), set())
            if len(keys) == 1:
                found.setdefault(next(iter(keys)))
            elif words.strip():
                left.append(words.strip())
    return Meant(tuple(found), tuple(left))
