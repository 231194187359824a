"""The statement on paper: PDF/UA and PDF/A-3, with the data within, saying what the page says."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject

from a_statement import shipped_statement, written
from makegood.programme.reading import shipped
from makegood.report.language import CODES, Code

BOTH = pytest.mark.parametrize("lang", CODES)
ALL = pytest.mark.parametrize("name", shipped())


def read(name: str, lang: Code) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(shipped_statement(name).pdf(lang)))


def root_of(pdf: pypdf.PdfReader) -> Any:
    """The document's catalogue."""
    return pdf.trailer["/Root"]


def tags(pdf: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    """Every element of the structure tree."""

    def walk(node: Any) -> Iterator[DictionaryObject]:
        node = node.get_object()
        if isinstance(node, ArrayObject):
            for each in node:
                yield from walk(each)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                yield node
            if "/K" in node:
                yield from walk(node["/K"])

    yield from walk(root_of(pdf)["/StructTreeRoot"])


def words(text: str) -> str:
    """Text as it is compared: every kind of blank, and none at all, alike."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text)


@ALL
@BOTH
def test_it_is_tagged_titled_and_in_its_language(name: str, lang: Code) -> None:
    pdf = read(name, lang)
    root = root_of(pdf)
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a boolean of the file, not ours
    assert str(root["/Lang"]).split("-")[0] == lang
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    title = shipped_statement(name).settlement.terms.programme.title
    assert pdf.metadata is not None
    assert str((title.nl or title.en) if lang == "nl" else title.en) in str(pdf.metadata.title)
    assert all("/StructParents" in page for page in pdf.pages)
    assert all(page.get("/Tabs") == "/S" for page in pdf.pages if "/Annots" in page)


@ALL
@BOTH
def test_it_claims_pdf_ua_1_and_pdf_a_3(name: str, lang: Code) -> None:
    metadata = root_of(read(name, lang))["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfuaid:part>1<|pdfuaid:part=\"1\"", metadata)
    assert re.search(r"<pdfaid:part>3<", metadata)
    assert re.search(r"<pdfaid:conformance>A<", metadata)


@ALL
@BOTH
def test_every_picture_has_words_and_every_table_its_heads(name: str, lang: Code) -> None:
    found = list(tags(read(name, lang)))
    count = Counter(str(each["/S"]) for each in found)
    figures = [each for each in found if str(each["/S"]) == "/Figure"]
    told = [each.text for each in shipped_statement(name).page(lang).all("desc")]
    assert len(figures) == len(told) / 2, "a page has each picture twice, for a desk and for a phone"
    assert all(any(str(each["/Alt"]).endswith(text) for text in told) for each in figures)
    assert count["/H1"] == 1
    assert count["/H2"] >= 5
    assert count["/Table"] >= 1
    assert count["/TH"] >= 2 * (count["/Table"] - 1), "only the reasons on the first page have no heads"


@ALL
@BOTH
def test_the_first_page_answers_how_much_who_why_and_on_what(name: str, lang: Code) -> None:
    answer = shipped_statement(name).page(lang).all("div", class_="answer")[0]
    first = words(read(name, lang).pages[0].extract_text())
    for part in answer.walk():
        if part.tag in ("p", "strong", "h2", "li"):
            for text in [piece for piece in part.parts if isinstance(piece, str)]:
                assert words(text) in first, text


@ALL
def test_it_says_what_the_page_says(name: str) -> None:
    """All text of the page outside charts, but for what helps around a page: links, contents, the fold's summary."""
    statement = shipped_statement(name)
    text = words("".join(page.extract_text() for page in read(name, "en").pages))
    main = statement.page("en").all("main")[0]
    for tag in ("h2", "h3", "td", "th", "dd", "dt"):
        for part in main.all(tag):
            for piece in [piece for piece in part.parts if isinstance(piece, str) and part.attributes.get("id") != "contents"]:
                assert words(piece) in text, piece


@BOTH
def test_the_data_lies_within(lang: Code) -> None:
    statement = shipped_statement("werk-na-detentie")
    [content] = read("werk-na-detentie", lang).attachments["settlement.json"]
    assert json.loads(content) == statement.json


def test_the_same_settlement_gives_the_same_bytes() -> None:
    statement = shipped_statement("newpin")
    again = written(statement.settlement)
    assert again.pdf("en") == statement.pdf("en")
    assert again.files["statement.nl.html"] == statement.files["statement.nl.html"]


def test_its_date_is_the_day_of_settlement() -> None:
    pdf = read("newpin", "en")
    assert pdf.metadata is not None
    assert str(pdf.metadata.creation_date_raw).startswith("D:20140701")
