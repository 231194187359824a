"""The stored statement of the programme, read-only: what is owed, by whom, and the document to take along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from makegood_portal.ledger.words import Role
from makegood_portal.web.pages import Asked, page

READERS = (Role.INVESTOR, Role.OUTCOME_PAYER, Role.LEAD, Role.EVALUATOR, Role.HEAD_OFFICE)


def _folder() -> Path:
    return Path(settings.MAKEGOOD_HOME) / "statement"


@require_safe
@page(*READERS)
def statement(request: Asked) -> HttpResponse:
    """The figures of the statement; an empty page says where it comes from."""
    path = _folder() / "settlement.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return render(request, "statement/statement.html", {"found": found, "document": _document("") is not None})


@require_safe
@page(*READERS)
def statement_document(request: Asked) -> HttpResponse:
    """The statement as a document."""
    path = _document(str(request.LANGUAGE_CODE))
    if path is None:
        raise Http404
    kind = "application/pdf" if path.suffix == ".pdf" else "text/html"
    return HttpResponse(path.read_bytes(), content_type=kind, headers={"Content-Disposition": f'attachment; filename="{path.name}"'})


def _document(language: str) -> Path | None:
    """The PDF in the language of the page, else in English, else the page of the statement."""
    dutch = language.startswith("nl")
    names = [*(["statement.nl.pdf"] if dutch else []), "statement.pdf", *(["statement.nl.html"] if dutch else []), "statement.html"]
    return next((path for name in names if (path := _folder() / name).is_file()), None)


PATHS = [
    path("statement/", statement, name="statement"),
    path("statement/document/", statement_document, name="statement_document"),
]
