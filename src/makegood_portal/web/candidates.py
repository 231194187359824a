"""Candidates: the list, and one candidate's file. The pattern that other screens copy."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from makegood_portal.actions.open_file import open_file
from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.queries import candidates
from makegood_portal.web.pages import Asked, page

READERS = tuple(roles_that_read(Part.CANDIDACY))


@require_safe
@page(*READERS)
def candidate_list(request: Asked) -> HttpResponse:
    """Candidates that the asker may see, soonest release first."""
    number = request.GET.get("page", "1")
    found = candidates.page(request.scope, number=int(number) if number.isdigit() and len(number) < 6 else 1)
    template = "candidates/rows.html" if request.htmx else "candidates/list.html"
    return render(request, template, {"page": found})


@require_safe
@page(*READERS)
def candidate(request: Asked, candidacy: UUID) -> HttpResponse:
    """One candidate's file; opening it is written down."""
    found = open_file(by=request.scope, on=candidacy)
    if found is None:
        raise Http404
    return render(request, "candidates/file.html", {"file": found})


PATHS = [
    path("candidates/", candidate_list, name="candidates"),
    path("candidates/<uuid:candidacy>/", candidate, name="candidate"),
]
