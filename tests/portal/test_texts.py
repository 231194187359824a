"""Dutch and English: every text of the portal has its Dutch, with the same places to fill in, once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from django.utils.translation import override

from makegood.instrument.reading_level import reading_level
from makegood_portal.web.consents import PURPOSES
from tools.messages import Key, catalogues, key, used

PLACES = re.compile(r"%\(\w+\)s|%[sd]|\{\w*\}")
FILES = catalogues()
DUTCH = [(screen, message) for screen, catalogue in FILES.items() for message in catalogue if message.id]


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


@pytest.fixture(scope="module")
def texts() -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for path, message in used():
        found.setdefault(key(message), set()).add(path.name)
    return found


def test_every_text_in_the_code_has_its_dutch(texts: dict[Key, set[str]]) -> None:
    known = {key(message) for _, message in DUTCH if all(strings(message))}
    missing = {text: sorted(where) for (_, text), where in texts.items() if (_, text) not in known}
    assert missing == {}, "run `make messages`, and fill in what it added"


def test_no_dutch_is_left_whose_english_is_gone(texts: dict[Key, set[str]]) -> None:
    assert [f"{screen}.po: {message.id}" for screen, message in DUTCH if key(message) not in texts] == []


def test_one_english_text_has_one_dutch() -> None:
    seen: dict[Key, tuple[str, ...]] = {}
    contradictions = []
    for screen, message in DUTCH:
        before = seen.setdefault(key(message), strings(message))
        if before != strings(message):
            contradictions.append(f"{screen}.po: {message.id}: {before} and {strings(message)}; use a context (pgettext)")
    assert contradictions == []


def unlike() -> Iterator[str]:
    for screen, message in DUTCH:
        english = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        asked = set(PLACES.findall(english[-1]))
        for dutch in strings(message):
            # A singular may say "one" instead of the number.
            if not set(PLACES.findall(dutch)) <= asked or (dutch == strings(message)[-1] and set(PLACES.findall(dutch)) != asked):
                yield f"{screen}.po: {message.id}: {dutch}"


def test_the_places_to_fill_in_are_the_same_in_both_languages() -> None:
    assert list(unlike()) == []


def test_dutch_pages_speak_to_people_as_u() -> None:
    familiar = re.compile(r"\b(je|jij|jou|jouw)\b", re.IGNORECASE)
    assert [f"{screen}.po: {text}" for screen, message in DUTCH for text in strings(message) if familiar.search(text)] == []


READ_BY_PARTICIPANTS = {
    "consents/paper.html": "the form on which they allow that their data is shared",
    "questionnaires/paper.html": "a questionnaire on paper",
    "questionnaires/section.html": "a questionnaire on a phone that is held between two people",
    "questionnaires/items.html": "its answers",
}
"""Pages that a participant reads, or that are read to them."""


def test_what_participants_read_is_b1() -> None:
    dutch = {key(message): strings(message) for _, message in DUTCH}
    found: dict[str, list[str]] = {page: [] for page in READ_BY_PARTICIPANTS}
    for path, message in used():
        for page in found:
            if path.as_posix().endswith(page):
                found[page] += [PLACES.sub("3", text) for text in dutch[key(message)]]
    with override("nl"):
        found["what they are asked, and who sees what"] = [str(text) for one in PURPOSES.values() for text in (one.asks, one.shares)]
    for page, texts in found.items():
        level = reading_level("\n".join(texts))
        assert level.words > 5, page
        assert level.is_b1, (page, level.score, level.long_sentences, level.hard_words)
        assert level.long_words == (), page
