"""A candidate's citizen service number: shown on request, recorded, both by POST so that it stands in no address or log."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from makegood_portal.actions.citizen_number import record_citizen_number, show_citizen_number
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page


class NumberForm(Form):
    """Nine digits, however they are spaced."""

    number = forms.CharField(
        label=gettext_lazy("Citizen service number (BSN)"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


@require_POST
@never_cache
@page(Role.COORDINATOR)
def citizen_number(request: Asked, candidacy: UUID) -> HttpResponse:
    """The number that is on record, and the form to give another."""
    found = show_citizen_number(by=request.scope, on=candidacy)
    if found is None:
        raise Http404
    return render(request, "candidates/citizen_number.html", {"number": found, "form": NumberForm(), "candidacy": candidacy})


@require_POST
@never_cache
@sensitive_post_parameters("number")
@page(Role.COORDINATOR)
def citizen_number_record(request: Asked, candidacy: UUID) -> HttpResponse:
    """Recorded; or the form again with what is wrong."""
    form = NumberForm(request.POST)
    if form.is_valid():
        try:
            record_citizen_number(by=request.scope, on=candidacy, number=form.cleaned_data["number"])
        except Refusal as refusal:
            if not refusal.field:
                raise
            form.add_error(refusal.field, f"{refusal.what} {refusal.remedy}".strip())
        else:
            notices.done(request, _("The citizen service number is recorded."))
            return redirect("candidate", candidacy=candidacy)
    return render(request, "candidates/citizen_number.html", {"number": None, "form": form, "candidacy": candidacy}, status=422)


PATHS = [
    path("candidates/<uuid:candidacy>/citizen-number/", citizen_number, name="citizen_number"),
    path("candidates/<uuid:candidacy>/citizen-number/record/", citizen_number_record, name="citizen_number_record"),
]
