"""The first page of each role."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from makegood_portal.web.pages import Asked, page


@page()
def home(request: Asked) -> HttpResponse:
    """What needs doing today."""
    return render(request, "home.html")
