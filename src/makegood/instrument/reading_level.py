"""How hard a Dutch text is to read: the measure of Flesch as Douma fitted it to Dutch, and what makes it hard.

A measure counts lengths and knows nothing of meaning: it finds texts that are too hard, it does not prove that one is
clear. That asks a reader. Level B1 is taken as `B1` and higher with no sentence over `LONGEST_SENTENCE` words.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

B1 = 70.0
"""Douma's scale: 70 to 80 is fairly easy, 60 to 70 plain, under 50 hard."""
LONGEST_SENTENCE = 15
LONGEST_WORD = 5
"""Syllables. `identiteitskaart` has five."""

_SENTENCE = re.compile(r"[.!?:;]+(?=\s|$)|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# Dutch writes one vowel sound with up to four letters; a trema begins a syllable of its own.
_VOWEL = re.compile(r"ieuw|eeuw|aai|ooi|oei|eau|oeu|aa|ee|oo|uu|ie|oe|eu|ui|ei|ij|ou|au|[aeiouyäëïöüáéíóúàèêô]")


@dataclass(frozen=True)
class HardWord:
    """A word that many people do not know, and one that says the same."""

    word: str
    plainer: str


@dataclass(frozen=True, kw_only=True)
class ReadingLevel:
    """What was counted in a text. `score`: 100 is very easy, 0 very hard; nothing in it can be measured: None."""

    words: int
    sentences: int
    syllables: int
    score: float | None
    long_sentences: tuple[str, ...]
    long_words: tuple[str, ...]
    hard_words: tuple[HardWord, ...]

    @property
    def is_b1(self) -> bool:
        """Easy enough to be read by nearly everybody, as far as counting can tell."""
        return (self.score is None or self.score >= B1) and not self.long_sentences and not self.hard_words


def syllables(word: str) -> int:
    """The syllables of a Dutch word, counted by its vowel sounds; at least one."""
    return max(1, len(_VOWEL.findall(word.lower())))


def reading_level(text: str) -> ReadingLevel:
    """Count a text. Lines and colons end a sentence too: a label or a list is read bit by bit."""
    sentences = [bit.strip() for bit in _SENTENCE.split(text) if _WORD.search(bit)]
    words = [word for bit in sentences for word in _WORD.findall(bit)]
    sounds = sum(map(syllables, words))
    # Douma (1960): 206.84 - 0.93 x words a sentence - 77 x syllables a word.
    score = 206.84 - 0.93 * len(words) / len(sentences) - 77 * sounds / len(words) if words else None
    hard = plainer_words()
    return ReadingLevel(
        words=len(words),
        sentences=len(sentences),
        syllables=sounds,
        score=score,
        long_sentences=tuple(bit for bit in sentences if len(_WORD.findall(bit)) > LONGEST_SENTENCE),
        long_words=tuple(dict.fromkeys(word for word in words if syllables(word) > LONGEST_WORD)),
        hard_words=tuple(dict.fromkeys(HardWord(word, hard[word.lower()]) for word in words if word.lower() in hard)),
    )


@cache
def plainer_words() -> dict[str, str]:
    """Words of offices and officials, each with what people say: `plain_words.csv`."""
    text = files("makegood.instrument").joinpath("plain_words.csv").read_text(encoding="utf-8")
    return {row["word"]: row["plainer"] for row in csv.DictReader(text.splitlines())}
