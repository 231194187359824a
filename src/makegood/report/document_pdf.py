"""A document as PDF/UA: tagged, titled, in its language, every picture in words; set by typst from `statement.typ`.

The PDF is also PDF/A-3 (made to be kept) and carries the data of the statement as an attachment. Its date is the day of
settlement and its fonts are those of the typesetter, so that the same settlement gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from makegood.report.document import (
    Answer,
    Article,
    Block,
    Document,
    Fold,
    Items,
    Line,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Span,
    StepTree,
    Table,
)
from makegood.report.language import Language
from makegood.report.steps_in_words import Step

STANDARDS = ["ua-1", "a-3a"]
TYPES = {".json": "application/json", ".csv": "text/csv", ".beancount": "text/plain"}


def as_pdf(document: Document, *, attached: Mapping[str, bytes | str]) -> bytes:
    """The PDF. `attached`: file name -> content, kept within it."""
    import typst  # noqa: PLC0415 - loaded only for paper

    pictures: dict[str, str] = {}
    sections = [*document.sections, *_annex(document)]
    told = {
        "lang": document.language,
        "title": document.title,
        "kind": document.kind,
        "heading": document.heading,
        "summary": document.summary,
        "subject": document.subject,
        "author": document.author,
        "day": [int(part) for part in document.day.split("-")],
        "foot": document.foot,
        "page_of": document.page_of.split("{n}")[0:1] + document.page_of.split("{n}")[1].split("{total}"),
        "answer": _answer(document.answer),
        "sections": [_section(section, pictures, document) for section in sections],
        "attached": [
            {"name": name, "type": TYPES.get(Path(name).suffix, "application/octet-stream"), "words": _attachment(name, document)}
            for name in attached
        ],
    }
    template = (Path(__file__).parent / "statement.typ").read_bytes()
    files = {"main.typ": template, "document.json": json.dumps(told, ensure_ascii=False).encode()}
    files |= {name: svg.encode() for name, svg in pictures.items()}
    files |= {name: content.encode() if isinstance(content, str) else content for name, content in attached.items()}
    day = date.fromisoformat(document.day)
    made = typst.compile(  # type: ignore[call-overload]  # its types know one file only
        files,
        format="pdf",
        pdf_standards=STANDARDS,
        ignore_system_fonts=True,
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    return bytes(made)


def _annex(document: Document) -> list[Section]:
    """What a page folds away and paper keeps for the end: the steps behind each line."""
    folds = [
        block
        for section in document.sections
        for outer in section.blocks
        for block in (outer.blocks if isinstance(outer, Article) else (outer,))
        if isinstance(block, Fold) and block.annex
    ]
    whole = (
        fold.blocks if all(isinstance(inner, Article) for inner in fold.blocks) else (Article(fold.annex, fold.blocks),) for fold in folds
    )
    articles = tuple(chain.from_iterable(whole))
    return [Section("annex", Language(document.language).say("annex"), articles)] if articles else []


def _attachment(name: str, document: Document) -> str:
    return Language(document.language).say("attached", name=name)


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "label": answer.label,
        "amount": answer.amount,
        "by": [_line(words) for words in answer.by],
        "why_title": answer.why_title,
        "reasons": [{"title": reason.title, "why": _line(reason.why), "amount": reason.amount} for reason in answer.reasons],
        "more": [_line(words) for words in answer.more],
        "rests_title": answer.rests_title,
        "rests": [_line(words) for words in answer.rests],
    }


def _section(section: Section, pictures: dict[str, str], document: Document) -> dict[str, Any]:
    blocks = [made for block in section.blocks if (made := _block(block, pictures, document))]
    return {"name": section.name, "title": section.title, "blocks": blocks}


def _block(block: Block, pictures: dict[str, str], document: Document) -> dict[str, Any] | None:
    match block:
        case Paragraph():
            return {"is": "paragraph", "kind": block.kind, "line": _line(block.line)}
        case Table():
            return {
                "is": "table",
                "caption": "" if block.hide_caption else block.caption,
                "heads": list(block.heads),
                "rows": [[_line(cell) for cell in row] for row in block.rows],
                "total": [_line(cell) for cell in block.total],
                "numbers": block.numbers,
            }
        case Picture():
            name = f"{block.drawing.name}.svg"
            pictures[name] = block.drawing.on_paper()
            alt = f"{block.drawing.title}. {block.drawing.description}"
            return {"is": "picture", "file": name, "alt": alt, "legend": [list(key) for key in block.legend]}
        case Items():
            return {"is": "items", "ruled": block.ruled, "lines": [_line(words) for words in block.lines]}
        case Article():
            inner = [made for each in block.blocks if (made := _block(each, pictures, document))]
            return {"is": "article", "title": block.title, "blocks": inner}
        case StepTree():
            return {"is": "steps", "steps": [_step(step, document) for step in block.steps]}
        case Fold():
            inner = [made for each in block.blocks if (made := _block(each, pictures, document))]
            return None if block.annex else {"is": "fold", "summary": block.summary, "blocks": inner}
        case Pairs():
            pairs = [
                {
                    "name": name,
                    "value": _block(value, pictures, document) if isinstance(value, Items) else {"is": "line", "line": _line(value)},
                }
                for name, value in block.pairs
            ]
            return {"is": "pairs", "pairs": pairs}


def _line(words: Line) -> list[dict[str, str]]:
    return [_span(span) for span in words]


def _span(span: Span) -> dict[str, str]:
    return {"words": span.words, "kind": span.kind, "lang": span.lang or "", "to": span.to}


def _step(step: Step, document: Document) -> dict[str, Any]:
    foreign = "en" if step.foreign and document.language != "en" else ""
    return {"words": step.words, "lang": foreign, "place": step.place, "below": [_step(inner, document) for inner in step.below]}
