"""Opening a colleague's file for a reason."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from makegood_portal.actions.break_glass import break_glass
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.words import Role
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page


class GlassForm(Form):
    """Whose file, and why."""

    pseudonym = forms.CharField(label=_("Pseudonym"), max_length=16, help_text=_("For example K7PX-2MQD-VH"))
    reason = forms.CharField(
        label=_("Why do you need this file?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your lead reads this."),
    )


@page(Role.COUNSELLOR)
def open_colleagues_file(request: Asked) -> HttpResponse:
    """The form; sent, it leads to the file for an hour."""
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = break_glass(by=request.scope, on=form.cleaned_data["pseudonym"], reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field or None, f"{refusal.what} {refusal.remedy}".strip())
        else:
            return redirect("candidate", candidacy=found)
    return render(request, "candidates/open_colleagues_file.html", {"form": form}, status=422 if form.errors else 200)


PATHS = [
    path("candidates/open/", open_colleagues_file, name="open_colleagues_file"),
]
