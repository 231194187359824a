"""Questionnaires by counsellor and file: how complete they are, and where two sources say something else."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.queries.completeness import completeness
from makegood_portal.web.pages import Asked, page


@dataclass(frozen=True)
class Page:
    """Where one is in the list of files."""

    number: int
    more: bool


@require_safe
@page(*roles_that_read(Part.SCREENING))
def questionnaires_complete(request: Asked) -> HttpResponse:
    """How complete the files are, by counsellor and file, most blanks first."""
    number = request.GET.get("page", "1")
    found = completeness(request.scope, number=int(number) if number.isdigit() and len(number) < 6 else 1)
    context = {
        "found": found,
        "counsellors": [{"row": one, "percent": round(100 * one.answered / one.asked) if one.asked else None} for one in found.counsellors],
        "page": Page(found.number, found.more),
    }
    return render(request, "completeness/page.html", context)


PATHS = [path("questionnaires/completeness/", questionnaires_complete, name="questionnaires_complete")]
