"""Answers as criteria read them: from the texts of a record, each kind of no answer kept as what it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from makegood.instrument.questionnaire import NON_ANSWERS, Answer, NonAnswer
from makegood.programme.delivery_criteria import AnswerSource, Item
from makegood.values.fingerprint import decimal_text
from makegood.values.parsing import number
from makegood.values.problem import nearest

Answers = Mapping[str, Answer]
"""Item -> answer. An item that is absent was not asked."""
_HISTORY: dict[str, NonAnswer] = {"": "not_asked", "missing": "not_known", "unknown": "not_known"}
"""How records from before say that there is no answer."""


def answer_from(item: Item, word: str, *, source: AnswerSource = "file") -> Answer:
    """The answer that a text means for this item. Raises ValueError with the remedy where it is none of its answers.

    `refused`, `not_asked` and `not_known` are kept as what they are; an empty text is `not_asked`; `missing` and
    `unknown`, as records from before have them, are `not_known`.
    """
    word = word.strip()
    silent = next((kind for kind in NON_ANSWERS if kind == word), None) or _HISTORY.get(word)
    if silent is not None:
        return Answer(non_answer=silent, source=source)
    if item.answer == "number":
        return Answer(decimal_text(number(word)), source=source)
    known = [*item.choices] or ["yes", "no"]
    for code in word.split() if item.answer == "several" else [word]:
        if code not in known:
            raise ValueError(f"'{code}' is not an answer to '{item.title}'; {nearest(code, known)}")
    return Answer(word, source=source)


def answers_from(items: Mapping[str, Item], words: Mapping[str, str], *, source: AnswerSource = "file") -> dict[str, Answer]:
    """The answers that a row of texts means; columns that are no item are left out. Raises as `answer_from` does."""
    return {name: answer_from(items[name], word, source=source) for name, word in words.items() if name in items}


def value_of(item: Item, answer: Answer | None) -> str | Decimal | None:
    """What was answered: a code, `yes` or `no`, or a number; None where that does not decide anything.

    A choice that says that there is no answer decides nothing, and neither does a word that is none of the item's, nor
    several answers together (`chosen_of`).
    """
    if answer is None or answer.non_answer is not None or not answer.value or item.answer == "several":
        return None
    if item.answer == "number":
        try:
            return number(answer.value)
        except ValueError:
            return None
    if item.choices:
        choice = item.choices.get(answer.value)
        return None if choice is None or choice.no_answer else answer.value
    return answer.value if answer.value in ("yes", "no") else None


def chosen_of(item: Item, answer: Answer | None) -> frozenset[str]:
    """The codes that were answered, one or several; empty where nothing was said."""
    if item.answer == "several" and answer is not None and answer.non_answer is None:
        return frozenset(code for code in answer.value.split() if code in item.choices and not item.choices[code].no_answer)
    value = value_of(item, answer)
    return frozenset([value]) if isinstance(value, str) else frozenset()


def silence_of(answer: Answer | None) -> NonAnswer:
    """Which kind of no answer it is. What is absent or blank was not asked."""
    if answer is None or (answer.non_answer is None and not answer.value):
        return "not_asked"
    return answer.non_answer or "not_known"
