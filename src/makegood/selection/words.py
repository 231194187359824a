"""Reasons in words, English and Dutch: what stood in a record, what was asked for, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from makegood.programme.delivery_criteria import Item, Need
from makegood.programme.term import InTwoLanguages
from makegood.selection.answers import silence_of, value_of
from makegood.selection.needs import Looked
from makegood.values.fingerprint import decimal_text

Code = Literal["en", "nl"]
YES_NO = {"yes": ("yes", "ja"), "no": ("no", "nee")}
SILENCE = {
    "refused": ("the candidate did not want to answer", "de kandidaat wilde niet antwoorden"),
    "not_asked": ("not asked yet", "nog niet gevraagd"),
    "not_known": ("not known", "niet bekend"),
}
EDGES = {"from_": ("at least {}", "ten minste {}"), "above": ("more than {}", "meer dan {}"),
         "below": ("less than {}", "minder dan {}"), "up_to": ("at most {}", "ten hoogste {}")}  # fmt: skip


def both(say: Callable[[Code], str]) -> InTwoLanguages:
    """The same sentence in both languages."""
    return InTwoLanguages(en=say("en"), nl=say("nl"))


def of(words: InTwoLanguages, code: Code) -> str:
    """Words in one language, English where there is no other."""
    return (words.nl or words.en) if code == "nl" else words.en


def reasons(because: Sequence[Looked], items: Mapping[str, Item]) -> tuple[InTwoLanguages, ...]:
    """What each item said, once: `Work potential: very high (the criterion says: low or fair, or high)`."""
    by_item: dict[str, list[Looked]] = {}
    for looked in because:
        by_item.setdefault(looked.item, []).append(looked)
    return tuple(_reason(found, items[name]) for name, found in by_item.items())


def _reason(found: list[Looked], item: Item) -> InTwoLanguages:
    unmet = [looked.need for looked in found if looked.verdict == "no"]

    def say(code: Code) -> str:
        if found[0].verdict == "unknown":
            return f"{of(item.title, code)}: {_silent(found[0], item, code)}"
        asked = _pick((", or ", ", of "), code).join(dict.fromkeys(asked_for(need, item, code) for need in unmet))
        beside = f" ({_pick(('the criterion says', 'het criterium zegt'), code)}: {asked})" if unmet else ""
        return f"{of(item.title, code)}: {_answer(found[0], item, code)}{beside}"

    return both(say)


def asked_for(need: Need, item: Item, code: Code) -> str:
    """What a need asks of its item: `low or fair`, `more than 3 and less than 12 months`."""
    if need.is_ is not None:
        return listed((_choice(item, value, code) for value in need.is_), code, ("or", "of"))
    edges = [_pick(words, code).format(_number(edge, code)) for name, words in EDGES.items() if (edge := getattr(need, name)) is not None]
    unit = f" {of(item.unit, code)}" if item.unit else ""
    return listed(edges, code, ("and", "en")) + unit


def listed(words: Iterable[str], code: Code, joint: tuple[str, str] = ("and", "en")) -> str:
    """Words in a row: a, b and c."""
    row = list(words)
    return row[0] if len(row) == 1 else f"{', '.join(row[:-1])} {_pick(joint, code)} {row[-1]}" if row else ""


def _answer(looked: Looked, item: Item, code: Code) -> str:
    value = value_of(item, looked.answer)
    if isinstance(value, Decimal):
        return _number(value, code) + (f" {of(item.unit, code)}" if item.unit else "")
    return _choice(item, str(value), code)


def _silent(looked: Looked, item: Item, code: Code) -> str:
    value = looked.answer.value if looked.answer else None
    if value in item.choices:
        return _choice(item, str(value), code)
    return _pick(SILENCE[silence_of(looked.answer)], code)


def _choice(item: Item, value: str, code: Code) -> str:
    if value in item.choices:
        title = of(item.choices[value].title, code)
        return title[:1].lower() + title[1:]
    return _pick(YES_NO.get(value, (value, value)), code)


def _number(value: Decimal, code: Code) -> str:
    text = decimal_text(value)
    return text.replace(".", ",") if code == "nl" else text


def _pick(words: tuple[str, str], code: Code) -> str:
    return words[code == "nl"]


def clause(need: Need, items: Mapping[str, Item], titles: Mapping[str, InTwoLanguages]) -> InTwoLanguages:
    """What a need asks, in words: `Work potential: low or fair; or: Self-reliance: low`. `titles`: criterion -> its title."""
    return both(lambda code: _clause(need, items, titles, code))


def _clause(need: Need, items: Mapping[str, Item], titles: Mapping[str, InTwoLanguages], code: Code) -> str:
    if need.item is not None:
        item = items[need.item]
        return f"{of(item.title, code)}: {asked_for(need, item, code)}"
    if need.criterion is not None:
        return f"‘{of(titles[need.criterion], code)}’"
    parts = [(part, _clause(part, items, titles, code)) for part in need.all_of or need.any_of or need.none_of or []]
    nested = [f"({text})" if part.item is None and part.criterion is None else text for part, text in parts]
    if need.none_of is not None:
        return f"{_pick(('none of these', 'geen van deze'), code)}: {'; '.join(nested)}"
    return _pick(("; and ", "; en ") if need.all_of is not None else ("; or ", "; of "), code).join(nested)
