"""Opening a colleague's file for a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from makegood_portal.actions.break_glass import break_glass, one_try_at_a_time
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.words import Role
from makegood_portal.web.fields import KnownDateField
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page


class GlassForm(Form):
    """Whose file, and why."""

    name = forms.CharField(label=_("Whole name"), max_length=200, required=False, help_text=_("For example Anna de Vries"))
    born_on = KnownDateField(label=_("Birth date"), required=False)
    pseudonym = forms.CharField(label=_("Pseudonym"), max_length=16, required=False, help_text=_("For example K7PX-2MQD-VH"))
    reason = forms.CharField(
        label=_("Why do you need this file?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your lead reads this."),
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        for name in ("name", "born_on", "pseudonym"):
            self.fields[name].unmarked = True  # type: ignore[attr-defined]  # the name and birth date, or the pseudonym

    def clean(self) -> dict[str, Any]:
        """Name and birth date together, or the pseudonym."""
        words = super().clean() or {}
        if not words.get("pseudonym") and not self.errors:
            for name, missing in (("name", _("Fill in the whole name.")), ("born_on", _("Fill in the birth date."))):
                if not words.get(name):
                    self.add_error(name, missing)
        return words


@page(Role.COUNSELLOR)
def open_colleagues_file(request: Asked) -> HttpResponse:
    """The form; sent, it leads to the file for an hour."""
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            words = {"on": said["pseudonym"], "name": said["name"], "born_on": said["born_on"]}
            one_try_at_a_time(request.scope)
            found = break_glass(by=request.scope, reason=said["reason"], **words)
        except Refusal as refusal:
            form.add_error(refusal.field or None, f"{refusal.what} {refusal.remedy}".strip())
        else:
            return redirect("candidate", candidacy=found)
    return render(request, "candidates/open_colleagues_file.html", {"form": form}, status=422 if form.errors else 200)


PATHS = [
    path("candidates/open/", open_colleagues_file, name="open_colleagues_file"),
]
