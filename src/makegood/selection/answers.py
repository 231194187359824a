"""What a candidate's record says of an item: an answer, or which kind of no answer, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from makegood.programme.delivery_criteria import AnswerSource, Item
from makegood.values.parsing import number
from makegood.values.problem import nearest

NoAnswer = Literal["refused", "not_asked", "not_known"]
NO_ANSWERS: tuple[NoAnswer, ...] = ("refused", "not_asked", "not_known")
_HISTORY: dict[str, NoAnswer] = {"": "not_asked", "missing": "not_known", "unknown": "not_known"}
"""How records from before say that there is no answer."""


@dataclass(frozen=True)
class Answer:
    """An answer to an item, or that there is none.

    `value` is a code for a choice, `yes` or `no`, or a number; None where there is no answer, and `none` says which
    kind. `source` is whose answer it is.
    """

    value: str | Decimal | None
    none: NoAnswer | None = None
    source: AnswerSource | None = None


Answers = Mapping[str, Answer]
"""Item -> answer. An item that is absent was not asked."""


def answer_from(item: Item, word: str, *, source: AnswerSource | None = None) -> Answer:
    """The answer that a text means for this item. Raises ValueError with the remedy where it is none of its answers.

    `refused`, `not_asked` and `not_known` are kept as what they are; an empty text is `not_asked`; `missing` and
    `unknown`, as records from before have them, are `not_known`.
    """
    word = word.strip()
    if word in NO_ANSWERS or word in _HISTORY:
        return Answer(None, _HISTORY.get(word) or word, source)  # type: ignore[arg-type]
    if item.answer == "number":
        return Answer(number(word), None, source)
    known = [*item.choices] or ["yes", "no"]
    if word not in known:
        raise ValueError(f"'{word}' is not an answer to '{item.title}'; {nearest(word, known)}")
    if item.choices and item.choices[word].no_answer:
        return Answer(word, "not_known", source)
    return Answer(word, None, source)


def answers_from(items: Mapping[str, Item], words: Mapping[str, str]) -> dict[str, Answer]:
    """The answers that a row of texts means; columns that are no item are left out. Raises as `answer_from` does."""
    return {name: answer_from(items[name], word) for name, word in words.items() if name in items}
