"""A statement as its reader meets it: text, tables and links of the page, tags and text of the PDF."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from makegood.doors import facts_from_files, settle_files
from makegood.report.language import Code
from makegood.report.settlement_json import files_of
from makegood.report.statement_html import statement_files
from makegood.settle import Settlement

VOID = {"meta", "link", "img", "br", "hr", "input"}
AMOUNT = re.compile(r"(−?)(?:€|£|US\$|A\$|CA\$|FCFA)\u00a0?(\d[\d.,]*\d|\d)")


@dataclass
class Element:
    """An element of a page: its tag, attributes, language, text pieces and elements inside."""

    tag: str
    attributes: dict[str, str]
    lang: str
    parts: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all inside."""
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.walk()

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag with these attributes (`class_`)."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [each for each in self.walk() if each.tag == tag and wanted.items() <= each.attributes.items()]

    @property
    def text(self) -> str:
        """All text inside, pieces parted by a blank."""
        told = (part if isinstance(part, str) else part.text for part in self.parts)
        return " ".join(" ".join(told).split(" ")).strip()

    def texts(self, lang: str) -> Iterator[str]:
        """Each piece of text in a language."""
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.texts(lang)
            elif self.lang == lang and part.strip():
                yield part.strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = Element("", {}, "")
        self.open = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        made = Element(tag, attributes, attributes.get("lang", self.open[-1].lang))
        self.open[-1].parts.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read_page(html: str) -> Element:
    """A page as elements. Fails where an element is left open or closed twice."""
    reader = _Reader()
    reader.feed(html)
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> stays open"
    return reader.top


def amounts_in(text: str, lang: Code) -> list[Decimal]:
    """Every amount of money in a text, as that language writes it."""
    found = []
    for sign, digits in AMOUNT.findall(text):
        plain = digits.replace(",", "") if lang == "en" else digits.replace(".", "").replace(",", ".")
        found.append(Decimal(plain.rstrip(".")) * (-1 if sign else 1))
    return found


@dataclass(frozen=True)
class Written:
    """A settlement and the files of its folder."""

    settlement: Settlement
    files: dict[str, bytes | str]

    @property
    def json(self) -> dict[str, Any]:
        """settlement.json."""
        found: dict[str, Any] = json.loads(self.text("settlement.json"))
        return found

    def text(self, name: str) -> str:
        """A file as text."""
        content = self.files[name]
        return content if isinstance(content, str) else content.decode()

    def page(self, lang: Code) -> Element:
        """The page in a language."""
        return read_page(self.text({"en": "statement.html", "nl": "statement.nl.html"}[lang]))

    def pdf(self, lang: Code) -> bytes:
        """The PDF in a language."""
        content = self.files[{"en": "statement.pdf", "nl": "statement.nl.pdf"}[lang]]
        assert isinstance(content, bytes)
        return content

    def into(self, folder: Path) -> Path:
        """The folder on disk, for a browser."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder


def written(settlement: Settlement, **more: Any) -> Written:
    """The statement of a settlement as `settle --out` writes it."""
    data = files_of(settlement)
    return Written(settlement, data | statement_files(settlement, attached={"settlement.json": data["settlement.json"]}, **more))


@cache
def shipped_statement(name: str) -> Written:
    """The statement of a programme that ships, on its own facts."""
    return written(settle_files(facts_from_files(name), as_of=None))
