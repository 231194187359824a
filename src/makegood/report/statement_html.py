"""The statement as pages, one for each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from makegood.report.document import Document
from makegood.report.document_html import as_page
from makegood.report.extra_months import ExtraCounts
from makegood.report.language import CODES, Code
from makegood.report.months_over_time import MonthCounts
from makegood.report.page import page
from makegood.report.statement_document import document_of
from makegood.settle import Settlement

FILES: dict[Code, str] = {"en": "statement.html", "nl": "statement.nl.html"}
PDFS: dict[Code, str] = {"en": "statement.pdf", "nl": "statement.nl.pdf"}
__all__ = ["FILES", "PDFS", "as_html", "html_of", "page", "statement_files"]


def as_html(settlement: Settlement, *, lang: Code = "en", home: str = "", months: Sequence[MonthCounts] = ()) -> str:
    """The statement for people: one HTML file that needs nothing else. `home`: a page to link back to."""
    return html_of(document_of(settlement, lang=lang, months=months), home=home)


def html_of(document: Document, *, home: str = "", pdf: str = "") -> str:
    """A statement's document as a page that links to its other language, and to its PDF where that lies beside it."""
    other: Code = "nl" if document.language == "en" else "en"
    return as_page(document, home=home, other=(other, FILES[other]), pdf=pdf)


def statement_files(
    settlement: Settlement,
    *,
    home: str = "",
    months: Sequence[MonthCounts] = (),
    extra: Sequence[ExtraCounts] = (),
    attached: Mapping[str, bytes | str] | None = None,
) -> dict[str, bytes | str]:
    """The statement in every language as page and PDF: file name -> content. `attached`: files that the PDF carries within."""
    from makegood.report.document_pdf import as_pdf  # noqa: PLC0415 - the typesetter is loaded only for paper

    files: dict[str, bytes | str] = {}
    for lang in CODES:
        document = document_of(settlement, lang=lang, months=months, extra=extra)
        files[FILES[lang]] = html_of(document, home=home, pdf=PDFS[lang])
        files[PDFS[lang]] = as_pdf(document, attached=attached or {})
    return files
