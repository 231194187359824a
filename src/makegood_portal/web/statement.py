"""The stored statement of the programme, read-only: what is owed, by whom, and the document to take along.

The figures come from the settlement that the engine wrote, the charts from its page, and the titles from the terms under
which it was made. Nothing is computed here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from makegood.report.language import Language
from makegood_portal.ledger.queries.statement import Titles, titles
from makegood_portal.ledger.words import Role
from makegood_portal.web.pages import Asked, page

READERS = (Role.INVESTOR, Role.OUTCOME_PAYER, Role.LEAD, Role.EVALUATOR, Role.HEAD_OFFICE)
DRAWN = re.compile(r'<svg class="chart (wide|narrow)"[^>]*aria-labelledby="chart-(\w+)-[^>]*>.*?</svg>', re.DOTALL)
TITLE, TOLD = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL), re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
SHAPES_ONLY = re.compile(r"<(?!/?(?:svg|g|path|rect|line|circle|text|tspan|title|desc|defs|clipPath|linearGradient|stop)\b)|\son\w+=|href=")
"""What has no place in a drawing: anything that is not a shape, a handler, a link."""


@dataclass(frozen=True)
class Line:
    """An outcome payment in words: money as people of this language write it."""

    title: str
    payer: str
    earned: str
    due: str
    before: str
    now: str
    unknown: bool
    """Whether nothing is earned because no result is known yet."""


@dataclass(frozen=True)
class Investor:
    """How one investment stands."""

    name: str
    drawn: str
    repaid: str
    loss: str
    rate: str


@dataclass(frozen=True)
class Chart:
    """A chart of the stored statement, for a desk and for a phone."""

    title: str
    """What it shows; which kind of drawing it is, one sees."""
    told: tuple[str, ...]
    """The same in words, one for each bar or flow."""
    drawings: SafeString


@dataclass(frozen=True)
class Stated:
    """The statement as the page shows it."""

    title: str
    as_of: str
    total: str
    lines: tuple[Line, ...]
    investors: tuple[Investor, ...]
    charts: tuple[Chart, ...]
    assumptions: int


def _folder() -> Path:
    return Path(settings.MAKEGOOD_HOME) / "statement"


@require_safe
@page(*READERS)
def statement(request: Asked) -> HttpResponse:
    """The figures of the statement; an empty page says where it comes from."""
    file = _folder() / "settlement.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    language = Language("nl" if str(request.LANGUAGE_CODE).startswith("nl") else "en")
    context = {"found": _stated(found, language) if found else None, "document": _document(language.code) is not None}
    return render(request, "statement/statement.html", context)


def _stated(found: Mapping[str, Any], language: Language) -> Stated:
    as_of, currency = date.fromisoformat(found["as_of"]), str(found["currency"])
    known = titles(sha256=found["programme_sha256"], as_of=as_of)

    def money(amount: str) -> str:
        return language.money(Decimal(amount), currency, cents=True)

    return Stated(
        title=known.programme or found["title"],
        as_of=language.day(as_of),
        total=money(found["total"]),
        lines=tuple(
            Line(
                title=known.lines.get(one["line"]) or _spaced(one["line"]),
                payer=known.parties.get(one["payer"]) or _spaced(one["payer"]),
                earned=money(one["earned"]), due=money(one["due"]), before=money(one["paid_before"]), now=money(one["amount"]),
                unknown=one.get("units") is None,
            )
            for one in found["outcome_payments"]
        ),
        investors=tuple(_investor(one, known, money, language) for one in found["investor_repayments"]),
        charts=_charts(language.code),
        assumptions=len(found["assumptions"]),
    )  # fmt: skip


def _investor(one: Mapping[str, Any], known: Titles, money: Any, language: Language) -> Investor:
    name = known.investments.get(one["investment"]) or known.parties.get(one["investor"]) or _spaced(one["investor"])
    rate = one.get("annual_return")
    return Investor(name, money(one["drawn"]), money(one["repaid"]), money(one["loss"]), language.rate(Decimal(rate)) if rate else "–")


def _spaced(code: str) -> str:
    """A code for which the terms have no title, as words."""
    return code.replace("_", " ").capitalize()


def _charts(language: str) -> tuple[Chart, ...]:
    """The charts of the written statement in a language, in their order; none where its page is not there."""
    file = _folder() / ("statement.nl.html" if language == "nl" else "statement.html")
    if not file.is_file():
        return ()
    drawn: dict[str, list[str]] = {}
    for found in DRAWN.finditer(file.read_text(encoding="utf-8")):
        if not SHAPES_ONLY.search(found.group()):
            drawn.setdefault(found.group(2), []).append(found.group())
    return tuple(
        Chart(_shows(drawings[0]), _told(drawings[0]), mark_safe("".join(drawings)))  # noqa: S308 - shapes only, see above
        for drawings in drawn.values()
    )


def _shows(svg: str) -> str:
    title = _inside(TITLE, svg)
    shown = title.partition(": ")[2] or title
    return shown[:1].upper() + shown[1:]


def _told(svg: str) -> tuple[str, ...]:
    return tuple(part for part in _inside(TOLD, svg).split("; ") if part)


def _inside(pattern: re.Pattern[str], svg: str) -> str:
    found = pattern.search(svg)
    return unescape(found.group(1)) if found else ""


@require_safe
@page(*READERS)
def statement_document(request: Asked) -> HttpResponse:
    """The statement as a document."""
    file = _document(str(request.LANGUAGE_CODE))
    if file is None:
        raise Http404
    kind = "application/pdf" if file.suffix == ".pdf" else "text/html"
    return HttpResponse(file.read_bytes(), content_type=kind, headers={"Content-Disposition": f'attachment; filename="{file.name}"'})


def _document(language: str) -> Path | None:
    """The PDF in the language of the page, else in English, else the page of the statement."""
    dutch = language.startswith("nl")
    names = [*(["statement.nl.pdf"] if dutch else []), "statement.pdf", *(["statement.nl.html"] if dutch else []), "statement.html"]
    return next((path for name in names if (path := _folder() / name).is_file()), None)


PATHS = [
    path("statement/", statement, name="statement"),
    path("statement/document/", statement_document, name="statement_document"),
]
