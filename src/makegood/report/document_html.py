"""A document as one self-contained page: no scripts, no network, nothing beside the file."""

from __future__ import annotations

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
from makegood.report.language import NAMES, Code, Language
from makegood.report.markup import Markup, element, joined, table
from makegood.report.page import page
from makegood.report.steps_in_words import Step

PDF_LINK = "statement.pdf"


def as_page(document: Document, *, home: str, other: tuple[Code, str], pdf: str) -> str:
    """The whole page. `home`: a page to link back to; `other`: the other language and its file; `pdf`: the same as a PDF."""
    say = Language(document.language).say
    body = joined(
        element("a", say("skip"), href="#statement", class_="skip"),
        _head(document, home, other, pdf),
        element(
            "main",
            _answer(document.answer),
            _contents(document),
            *(_section(section, document.language) for section in document.sections),
            id="statement",
        ),
        element("footer", element("p", document.foot)),
    )
    return page(lang=document.language, title=document.title, body=body)


def _head(document: Document, home: str, other: tuple[Code, str], pdf: str) -> Markup:
    say = Language(document.language).say
    code, file = other
    brand = element("a", "Makegood", href=home) if home else element("span", "Makegood")
    links = [element("a", say("other_language"), href=file, lang=code, hreflang=code, title=NAMES[code])]
    links += [element("a", "PDF", href=pdf, type="application/pdf")] if pdf else []
    return element(
        "header",
        element("div", brand, element("span", *links, class_="links"), class_="top"),
        element("p", document.kind, class_="kind"),
        element("h1", document.heading),
        element("p", document.summary, class_="summary") if document.summary else "",
    )


def _answer(answer: Answer) -> Markup:
    reasons = [
        element(
            "li",
            element("strong", reason.title),
            element("span", reason.amount, class_="much"),
            element("small", _line(reason.why)) if reason.why else "",
        )
        for reason in answer.reasons
    ]
    return element(
        "div",
        element("p", answer.label, class_="label"),
        element("p", answer.amount, class_="amount"),
        *(element("p", _line(words), class_="headline") for words in answer.by),
        element("h2", answer.why_title) if reasons else "",
        element("ul", *reasons, class_="reasons") if reasons else "",
        *(element("p", _line(words)) for words in answer.more),
        element("h2", answer.rests_title),
        element("ul", *(element("li", _line(words)) for words in answer.rests), class_="basis"),
        class_="answer",
    )


def _contents(document: Document) -> Markup:
    items = (element("li", element("a", section.title, href=f"#{section.name}")) for section in document.sections)
    return element(
        "nav", element("h2", document.contents, id="contents"), element("ol", *items), aria_labelledby="contents", class_="contents"
    )


def _section(section: Section, lang: Code) -> Markup:
    return element("section", element("h2", section.title), *(_block(block, lang) for block in section.blocks), id=section.name)


def _block(block: Block, lang: Code) -> Markup:
    match block:
        case Paragraph():
            return element("p", _line(block.line), class_=block.kind or None)
        case Table():
            rows: list[list[str]] = [[_line(cell) for cell in row] for row in block.rows]
            total: list[str] | None = [_line(cell) for cell in block.total] or None
            return table(block.caption, list(block.heads), rows, numbers=block.numbers, total=total, hide_caption=block.hide_caption)
        case Picture():
            keys = [element("li", element("span", "", class_=f"key {colour}"), words) for colour, words in block.legend]
            return element("figure", element("ul", *keys, class_="legend") if keys else "", Markup(block.drawing.on_page()))
        case Items():
            return element("ul", *(element("li", _line(words)) for words in block.lines), class_="rests" if block.ruled else "plain")
        case Article():
            return element("article", element("h3", block.title), *(_block(inner, lang) for inner in block.blocks))
        case StepTree():
            return _steps(block.steps, lang)
        case Fold():
            return element("details", element("summary", block.summary), *(_block(inner, lang) for inner in block.blocks))
        case Pairs():
            return element(
                "dl",
                *(
                    joined(element("dt", name), element("dd", _block(value, lang) if isinstance(value, Items) else _line(value)))
                    for name, value in block.pairs
                ),
            )


def _line(words: Line) -> Markup:
    return joined(*(_span(span) for span in words))


def _span(span: Span) -> Markup:
    tag = span.kind or ("span" if span.lang else "")
    inside = element("a", span.words, href=f"#{span.to}") if span.to else joined(span.words)
    return element(tag, inside, lang=span.lang) if tag else inside


def _steps(steps: tuple[Step, ...], lang: Code) -> Markup:
    items = [
        element(
            "li",
            element("span", step.words, lang="en" if step.foreign and lang != "en" else None),
            joined(" ", element("small", step.place)) if step.place else "",
            _steps(step.below, lang) if step.below else "",
        )
        for step in steps
    ]
    return element("ul", *items, class_="steps")
