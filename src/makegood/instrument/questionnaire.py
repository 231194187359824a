"""A questionnaire: items in their order, which of them are asked, what an answer may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from makegood.instrument.condition import TODAY, Answers, Condition

Kind = Literal["text", "integer", "decimal", "date", "select_one", "select_multiple", "note"]
NonAnswer = Literal["refused", "not_asked", "not_known"]
NON_ANSWERS: tuple[NonAnswer, ...] = ("refused", "not_asked", "not_known")
"""Why there is no answer. Each of them answers a required item: a reason is known, a blank is not."""
SOURCES = ("self", "counsellor", "case_manager", "file")
"""Who said it: the person, the counsellor's estimate, the case manager, or a file."""
Words = Mapping[str, str]
"""Language code -> text."""
MAX_TEXT = 5_000


@dataclass(frozen=True)
class Choice:
    """One of the answers that can be chosen."""

    code: str
    label: Words


@dataclass(frozen=True)
class Item:
    """A question, or a note that is only read. `reference_time` says of which time it asks; `section` under which heading it stands."""

    name: str
    kind: Kind
    label: Words
    section: str = ""
    hint: Words = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    required: bool = False
    relevant: tuple[Condition, ...] = ()
    constraint: Condition | None = None
    constraint_message: Words = field(default_factory=dict)
    reference_time: str = ""
    source: str = "self"
    """Whose answer it usually is; each answer says whose it was."""
    others: tuple[str, ...] = ()
    """Who else may say it."""
    several_lines: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """Everybody whose answer it may be, the usual one first."""
        return (self.source, *self.others)

    @property
    def told(self) -> bool:
        """Whether the candidate can answer it, alone or through whoever writes it down."""
        return "self" in self.sources


@dataclass(frozen=True)
class Questionnaire:
    """Items in the order in which they are asked; `sections` are headings by name."""

    name: str
    title: str
    version: str
    languages: tuple[str, ...]
    sections: Mapping[str, Words]
    items: tuple[Item, ...]

    def item(self, name: str) -> Item | None:
        """The item of that name, None where there is none."""
        return next((item for item in self.items if item.name == name), None)


@dataclass(frozen=True)
class Answer:
    """What was answered to an item: a value, or why there is none; who said it."""

    value: str = ""
    non_answer: NonAnswer | None = None
    source: str = "self"


@dataclass(frozen=True)
class Progress:
    """How far somebody is. `unanswered` are items that are asked and have neither answer nor reason."""

    asked: tuple[str, ...]
    answered: tuple[str, ...]
    unanswered: tuple[str, ...]
    required_unanswered: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing that is required is left open."""
        return not self.required_unanswered


def asked(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> tuple[Item, ...]:
    """The items that are asked, given the answers so far. An answer to an item that is not asked opens no branch."""
    known: dict[str, str] = {}
    shown: list[Item] = []
    for item in questionnaire.items:
        if all(condition.holds(known) for condition in item.relevant):
            shown.append(item)
            answer = answers.get(item.name)
            if answer is not None and answer.non_answer is None and answer.value:
                known[item.name] = answer.value
    return tuple(shown)


def opened_by(questionnaire: Questionnaire, item: Item) -> tuple[tuple[Item, tuple[Choice, ...]], ...]:
    """On which other items it depends whether this one is asked, each with the choices of it that open this one.

    No choices: it is not one choice that opens it (a number, or several items together). For a form on paper, where nothing
    appears by itself.
    """
    named = {name for condition in item.relevant for name in condition.items}
    on = [other for other in questionnaire.items if other.name in named]
    if len(on) != 1:
        return tuple((other, ()) for other in on)
    opens = (choice for choice in on[0].choices if all(one.holds({on[0].name: choice.code}) for one in item.relevant))
    return ((on[0], tuple(opens)),)


def progress(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> Progress:
    """What is answered and what is not, of the items that are asked."""
    questions = [item for item in asked(questionnaire, answers) if item.kind != "note"]
    done = {item.name for item in questions if _says_something(answers.get(item.name))}
    return Progress(
        asked=tuple(item.name for item in questions),
        answered=tuple(item.name for item in questions if item.name in done),
        unanswered=tuple(item.name for item in questions if item.name not in done),
        required_unanswered=tuple(item.name for item in questions if item.required and item.name not in done),
    )


def _says_something(answer: Answer | None) -> bool:
    return answer is not None and (bool(answer.value) or answer.non_answer is not None)


def read_answer(item: Item, text: str, answers: Answers, *, language: str, on: date) -> str:
    """An answer as it is kept, given on a day. Raises ValueError in words for whoever filled it in. An empty text is no answer."""
    value = " ".join(text.split()) if not item.several_lines else text.replace("\r\n", "\n").strip()
    if not value:
        return ""
    say = _SAY[language if language in _SAY else "en"]
    if len(value) > MAX_TEXT:
        raise ValueError(say["long"].format(MAX_TEXT))
    kept = _READ[item.kind](item, value, say)
    if item.constraint is not None and not item.constraint.holds({**answers, TODAY: on.isoformat()}, kept):
        raise ValueError(item.constraint_message.get(language) or say["constraint"])
    return kept


def _read_text(_item: Item, value: str, say: Mapping[str, str]) -> str:
    if any(not mark.isprintable() and mark not in "\n\t" for mark in value):
        raise ValueError(say["signs"])
    return value


def _read_whole(_item: Item, value: str, say: Mapping[str, str]) -> str:
    if not value.lstrip("-").isascii() or not value.lstrip("-").isdigit() or len(value) > 12:
        raise ValueError(say["whole"])
    return str(int(value))


def _read_decimal(_item: Item, value: str, say: Mapping[str, str]) -> str:
    try:
        number = Decimal(value.replace(",", ".") if value.count(",") == 1 and "." not in value else value)
    except InvalidOperation:
        raise ValueError(say["number"]) from None
    if not number.is_finite() or len(value) > 20:
        raise ValueError(say["number"])
    return f"{number:f}"


def _read_date(_item: Item, value: str, say: Mapping[str, str]) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(say["date"]) from None


def _read_one(item: Item, value: str, say: Mapping[str, str]) -> str:
    if value not in {choice.code for choice in item.choices}:
        raise ValueError(say["choice"])
    return value


def _read_several(item: Item, value: str, say: Mapping[str, str]) -> str:
    chosen = set(value.split())
    known = [choice.code for choice in item.choices]
    if not chosen <= set(known):
        raise ValueError(say["choice"])
    return " ".join(code for code in known if code in chosen)


def _read_note(_item: Item, _value: str, say: Mapping[str, str]) -> str:
    raise ValueError(say["choice"])


_READ = {
    "text": _read_text,
    "integer": _read_whole,
    "decimal": _read_decimal,
    "date": _read_date,
    "select_one": _read_one,
    "select_multiple": _read_several,
    "note": _read_note,
}
_SAY = {
    "en": {
        "long": "Write at most {} characters.",
        "signs": "There are signs in it that cannot be kept. Type it again.",
        "whole": "Write a whole number, such as 12.",
        "number": "Write a number, such as 12.5.",
        "date": "Write a date that exists, such as 2016-06-03.",
        "choice": "Choose one of the answers.",
        "constraint": "This answer does not fit the question.",
    },
    "nl": {
        "long": "Schrijf hooguit {} tekens.",
        "signs": "Er staan tekens in die niet bewaard kunnen worden. Typ het opnieuw.",
        "whole": "Schrijf een heel getal, zoals 12.",
        "number": "Schrijf een getal, zoals 12,5.",
        "date": "Schrijf een datum die bestaat, zoals 2016-06-03.",
        "choice": "Kies een van de antwoorden.",
        "constraint": "Dit antwoord past niet bij de vraag.",
    },
}


@dataclass(frozen=True)
class ItemMissing:
    """How an item fared among the persons who were asked it."""

    item: str
    asked: int
    answered: int
    refused: int
    not_asked: int
    not_known: int
    blank: int

    @property
    def fill_rate(self) -> float | None:
        """Answered of asked; None where nobody was asked."""
        return self.answered / self.asked if self.asked else None

    @property
    def rate_of_said(self) -> float | None:
        """Answered of those who did not leave it blank; None where all did."""
        said = self.asked - self.blank
        return self.answered / said if said else None


def missingness(questionnaire: Questionnaire, responses: Mapping[str, Mapping[str, Answer]]) -> Iterator[ItemMissing]:
    """Per item, over all responses: how many were asked, answered, gave a reason, or left it blank."""
    counts = {
        item.name: dict.fromkeys(("asked", "answered", "blank", *NON_ANSWERS), 0) for item in questionnaire.items if item.kind != "note"
    }
    for answers in responses.values():
        for name in progress(questionnaire, answers).asked:
            answer, count = answers.get(name), counts[name]
            count["asked"] += 1
            if answer is not None and answer.non_answer is not None:
                count[answer.non_answer] += 1
            else:
                count["answered" if answer is not None and answer.value else "blank"] += 1
    for name, count in counts.items():
        yield ItemMissing(name, **count)
