"""A whole name in one cell, told apart into family name, prefix and given names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from makegood.cases.gross_list.fields import UnreadableError, read_given_name, read_name

PREFIXES = frozenset({
    "'s", "'t", "aan", "auf", "bij", "d'", "da", "de", "degli", "dei", "del", "della", "den", "der", "des", "di", "dos", "du", "el",
    "en", "gen", "het", "im", "in", "l'", "la", "las", "le", "les", "los", "onder", "op", "over", "te", "ten", "ter", "thoe", "toe",
    "tot", "uit", "van", "van't", "vom", "von", "voor", "vor", "zu", "zum", "zur",
})  # fmt: skip
"""Words of prefixes as the Dutch register of persons has them; of those, what may as well be a given name is left out."""
_OF_THE_NAME = frozenset({"abou", "abu", "ait", "aït", "al", "ben", "bin", "bou", "ibn"})
"""Words that begin a family name and are no prefix of it; as a first word they are a given name."""


def read_whole_name(cell: str, on: date) -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
    """Field -> value of its parts, and (field, what was corrected or guessed).

    A comma parts family name and given names. Without one the last word is the family name, with the prefix before it;
    that is a guess, and said, where two words or more are left and no prefix parts them. Raises UnreadableError otherwise.
    """
    value, change = read_name(cell.replace("’", "'"), on)
    family, sep, given = (part.strip() for part in value.partition(","))
    if "," in given:
        raise UnreadableError("two_commas", "two commas leave open what the family name is; write family name, comma, given name")
    prefix: list[str] = []
    guessed = False
    if sep:
        given, behind = _without_prefix_behind(given)
        family, before = _without_prefix_before(family)
        prefix = [*behind, *before]
    else:
        family, prefix, given = _by_its_last_word(value)
        guessed = " " in given and not prefix
    if not family or not given:
        raise UnreadableError("one_name", "this is not a family name and a given name; write both, as in Boom, Kees")
    parts = {"family_name": read_name(family, on)[0], "given_name": (first := read_given_name(given, on))[0]}
    if prefix:
        parts["prefix"] = " ".join(word.lower() for word in prefix)
    changes = [("whole_name", change), ("given_name", first[1]), ("whole_name", "last_word" if guessed else "")]
    return parts, tuple((field, code) for field, code in changes if code)


def _is_prefix(word: str) -> bool:
    return word.casefold() in PREFIXES


def _without_prefix_behind(given: str) -> tuple[str, list[str]]:
    """ "Kees van den", as an index writes it behind the comma."""
    words = given.split()
    prefix: list[str] = []
    while words and _is_prefix(words[-1]):
        prefix.insert(0, words.pop())
    return " ".join(words), prefix


def _without_prefix_before(family: str) -> tuple[str, list[str]]:
    words = family.split()
    prefix: list[str] = []
    while words and _is_prefix(words[0]):
        prefix.append(words.pop(0))
    return " ".join(words), prefix


def _by_its_last_word(value: str) -> tuple[str, list[str], str]:
    """Family name, prefix and given names of "Kees van den Boom"; a double name keeps its own prefix, as in Smit-de Boer."""
    words = value.replace(" - ", "-").split()
    family = words.pop()
    prefix: list[str] = []
    while words:
        word = words[-1]
        if _is_prefix(word):
            prefix.insert(0, word)
        elif "-" in word and (word.endswith("-") or _is_prefix(word.rpartition("-")[2])):
            family, prefix = " ".join([word, *prefix, family]), []
        elif word.casefold() in _OF_THE_NAME and len(words) > 1 and not prefix:
            family = f"{word} {family}"
        else:
            break
        words.pop()
    return family, prefix, " ".join(words)
