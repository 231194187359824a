"""The register of processing, read from `processing.yaml`: what is kept of people, why, how long, who reads it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("processing.yaml")


class After(StrEnum):
    """From when a retention counts."""

    LEFT = "left"
    CLOSED = "closed"
    RECORDED = "recorded"
    NEVER = "never"


class Then(StrEnum):
    """What is done at its end."""

    ERASE = "erase"
    DELETE = "delete"
    NOTHING = ""


@dataclass(frozen=True, kw_only=True)
class Category:
    """A kind of data: for each the questions that a register of processing must answer."""

    name: str
    what: str
    of: str
    purpose: str
    ground: str
    after: After
    months: int
    then: Then
    part: str
    readers: tuple[str, ...]
    why_kept: str


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """A purpose for which a person may allow sharing with one kind of organisation, for so many months at most."""

    with_kind: str
    what: str
    purpose: str
    ground: str
    months: int


@dataclass(frozen=True, kw_only=True)
class Register:
    """Categories, and for each table of ours which field is in which; tables of the libraries as a whole; sharing by consent."""

    categories: Mapping[str, Category]
    tables: Mapping[str, Mapping[str, str]]
    others: Mapping[str, str]
    closed_after_start_months: int
    sharing: Mapping[str, Sharing]

    def fields_of(self, category: str) -> dict[str, list[str]]:
        """Table -> the fields in which this category lies."""
        found = {table: [field for field, of in fields.items() if of == category] for table, fields in self.tables.items()}
        return {table: fields for table, fields in found.items() if fields}


@functools.cache
def register() -> Register:
    """The register as it ships. An unknown category or a field named twice is an error of ours."""
    text: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    categories = {name: _category(name, words) for name, words in text["categories"].items()}
    tables = {table: _fields(table, by_category, categories) for table, by_category in text["tables"].items()}
    unknown = set(text["others"].values()) - set(categories)
    if unknown:
        raise ValueError(f"processing.yaml: no category {', '.join(sorted(unknown))}")
    sharing = {
        purpose: Sharing(
            with_kind=words["with"], what=words["what"], purpose=words["purpose"], ground=words["ground"], months=int(words["months"])
        )
        for purpose, words in text["sharing"].items()
    }
    return Register(
        categories=categories,
        tables=tables,
        others=text["others"],
        closed_after_start_months=int(text["closed_after_start_months"]),
        sharing=sharing,
    )


def _category(name: str, words: dict[str, Any]) -> Category:
    kept = words["retention"]
    found = Category(
        name=name,
        what=words["what"],
        of=words["of"],
        purpose=words["purpose"],
        ground=words["ground"],
        after=After(kept["after"]),
        months=int(kept.get("months", 0)),
        then=Then(kept.get("then", "")),
        part=words.get("part", ""),
        readers=tuple(words["readers"]),
        why_kept=words.get("why_kept", ""),
    )
    if (found.after is After.NEVER) != (found.then is Then.NOTHING) or (found.after is After.NEVER and not found.why_kept):
        raise ValueError(f"processing.yaml: {name}: what is kept for ever says why, what is not says what is done then")
    return found


def _fields(table: str, by_category: dict[str, list[str]], categories: Mapping[str, Category]) -> dict[str, str]:
    found: dict[str, str] = {}
    for category, fields in by_category.items():
        if category not in categories:
            raise ValueError(f"processing.yaml: {table}: no category {category}")
        for field in fields:
            if field in found:
                raise ValueError(f"processing.yaml: {table}.{field} is named twice")
            found[field] = category
    return found
