"""How hard a text is (need 31): counts against counts by hand, and every text that a participant reads."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from makegood.instrument.reading_level import B1, HardWord, plainer_words, reading_level, syllables

ROOT = Path(__file__).parents[2]
LETTERS = sorted(ROOT.glob("src/makegood_portal/web/templates/**/*.nl.txt"))
FORMS = sorted(ROOT.glob("programmes/*/instruments/*/survey.csv"))

# Divided by ear: vrij-la-ting, i-den-ti-teits-kaart, …
BY_EAR = {
    "werk": 1, "u": 1, "huis": 1, "nieuw": 1, "eeuw": 1, "mooi": 1, "gemeente": 3, "vrijlating": 3, "begeleider": 4, "schulden": 2,
    "gezondheid": 3, "identiteitskaart": 5, "reclassering": 4, "uitkering": 3, "geïsoleerd": 4, "zeeën": 2, "radio": 3, "bureau": 2,
    "telefoonnummer": 5, "eerste": 2, "afspraak": 2, "wij": 1, "koeien": 2, "psycholoog": 3, "euro": 2, "reünie": 3,
}  # fmt: skip


@pytest.mark.parametrize(("word", "number"), BY_EAR.items())
def test_syllables_are_counted_as_by_ear(word: str, number: int) -> None:
    assert syllables(word) == number


def test_the_score_is_doumas() -> None:
    # "De man loopt naar huis." 5 words, 5 syllables. "Hij eet brood." 3 words, 3 syllables.
    # 8 words in 2 sentences is 4 a sentence, and 1 syllable a word: 206.84 - 0.93 * 4 - 77 * 1.
    found = reading_level("De man loopt naar huis. Hij eet brood.")
    assert (found.words, found.sentences, found.syllables) == (8, 2, 8)
    assert found.score == pytest.approx(126.12)


def test_the_language_of_offices_is_not_b1() -> None:
    official = (
        "Indien u de desbetreffende bescheiden niet tijdig verstrekt, dient u er rekening mee te houden dat uw deelname aan het"
        " re-integratietraject vooralsnog niet gecontinueerd wordt."
    )
    found = reading_level(official)
    assert not found.is_b1
    assert found.score is not None
    assert found.score < 45
    assert len(found.long_sentences) == 1
    assert HardWord("Indien", "als") in found.hard_words


def test_the_same_said_plainly_is_b1() -> None:
    assert reading_level("Stuur ons uw papieren op tijd. Anders kunt u nu niet meedoen.").is_b1


def test_a_text_without_words_is_not_measured() -> None:
    assert reading_level(" 12 – 34 ").score is None


def test_what_is_offered_instead_is_not_on_the_list_itself() -> None:
    words = plainer_words()
    assert [plainer for plainer in words.values() if set(plainer.split()) & set(words)] == []


def texts_of(form: Path) -> list[str]:
    """The Dutch texts of a form that a participant reads, answers too: what the counsellor fills in is not among them."""
    said, group = [], ""
    answers: dict[str, list[str]] = {}
    for row in csv.DictReader((form.parent / "choices.csv").open(encoding="utf-8")):
        answers.setdefault(row["list_name"], []).append(row["label::Nederlands (nl)"])
    for row in csv.DictReader(form.open(encoding="utf-8")):
        dutch = row["label::Nederlands (nl)"]
        if row["type"] == "begin_group":
            group = dutch
        elif row["type"] == "end_group":
            group = ""
        if row.get("source") != "counsellor" and "begeleider" not in group:
            said += [dutch, row.get("hint::Nederlands (nl)") or "", *answers.pop(row["type"].partition(" ")[2], [])]
    return [text for text in said if text]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.parts[-4]}-{form.parts[-2]}")
def test_what_a_participant_reads_in_a_form_is_b1(form: Path) -> None:
    texts = texts_of(form)
    assert len(texts) > 3
    whole = reading_level("\n".join(texts))
    assert whole.score is not None
    assert whole.score >= B1
    assert whole.long_sentences == ()
    assert whole.long_words == ()
    assert whole.hard_words == ()


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.stem)
def test_a_letter_to_a_participant_is_b1(letter: Path) -> None:
    level = reading_level(letter.read_text(encoding="utf-8"))
    assert level.is_b1, (level.score, level.long_sentences, level.hard_words)
    assert level.long_words == ()
