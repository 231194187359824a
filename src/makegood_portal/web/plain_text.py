"""Is a letter easy enough? Paste it, and see what is hard. Nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from makegood.instrument.reading_level import B1, LONGEST_SENTENCE, reading_level
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page

EXAMPLE = (Path(__file__).parent / "templates" / "plain_text" / "invitation.nl.txt").read_text(encoding="utf-8")
"""A plain letter to begin with. It stays Dutch, whatever the language of the page: so does its reader."""


class TextForm(Form):
    """The text."""

    text = forms.CharField(
        label=_("Your text in Dutch"),
        help_text=_("Leave names out. They change nothing, and nothing is kept."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14, "lang": "nl"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def plain_text(request: Asked) -> HttpResponse:
    """The text, and below it what makes it hard."""
    example = request.method != "POST" and "example" in request.GET
    form = TextForm(request.POST if request.method == "POST" else None, initial={"text": EXAMPLE} if example else None)
    level = None
    if form.is_valid():
        level = reading_level(form.cleaned_data["text"])
    elif example:
        level = reading_level(EXAMPLE)
    words = {"form": form, "level": level, "b1": B1, "longest": LONGEST_SENTENCE}
    return render(request, "plain_text/page.html", words, status=422 if form.errors else 200)


PATHS = [
    path("plain-text/", plain_text, name="plain_text"),
]
