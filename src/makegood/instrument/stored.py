"""A questionnaire as plain values, to be kept and read again: conditions as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from makegood.instrument.condition import parse_condition
from makegood.instrument.questionnaire import Choice, Item, Questionnaire


def as_plain(questionnaire: Questionnaire) -> dict[str, Any]:
    """Dicts, lists and texts; `from_plain` gives the same questionnaire back."""
    return {
        "name": questionnaire.name,
        "title": questionnaire.title,
        "version": questionnaire.version,
        "languages": list(questionnaire.languages),
        "sections": {name: dict(words) for name, words in questionnaire.sections.items()},
        "items": [_item_as_plain(item) for item in questionnaire.items],
    }


def from_plain(plain: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that `as_plain` wrote."""
    return Questionnaire(
        name=plain["name"],
        title=plain["title"],
        version=plain["version"],
        languages=tuple(plain["languages"]),
        sections=plain["sections"],
        items=tuple(_item(item) for item in plain["items"]),
    )


_AS_THEY_ARE = ("name", "kind", "section", "required", "reference_time", "source", "several_lines")
_WORDS = ("label", "hint", "constraint_message")


def _item_as_plain(item: Item) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in _AS_THEY_ARE},
        **{name: dict(getattr(item, name)) for name in _WORDS},
        "others": list(item.others),
        "choices": [{"code": choice.code, "label": dict(choice.label)} for choice in item.choices],
        "relevant": [condition.text for condition in item.relevant],
        "constraint": None if item.constraint is None else item.constraint.text,
    }


def _item(plain: Mapping[str, Any]) -> Item:
    return Item(
        **{name: plain[name] for name in (*_AS_THEY_ARE, *_WORDS)},
        choices=tuple(Choice(choice["code"], choice["label"]) for choice in plain["choices"]),
        others=tuple(plain.get("others", ())),  # forms that were kept before had one source a question
        relevant=tuple(parse_condition(text) for text in plain["relevant"]),
        constraint=None if plain["constraint"] is None else parse_condition(plain["constraint"], dated=True),
    )
