"""What is agreed with a candidate: the contract, the ways to keep contact after release, the first appointment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from makegood_portal.actions.agree import KEEPERS, add_route, end_route, open_contact, open_contract, plan_first_appointment, sign_contract
from makegood_portal.actions.open_file import open_file
from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tried


class ContractForm(forms.Form):
    """The track and the day."""

    track = forms.ChoiceField(label=gettext_lazy("Which track?"), widget=forms.RadioSelect)
    signed_on = PickedDateField(label=gettext_lazy("Signed on which day?"))

    def __init__(self, *args: Any, tracks: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["track"].choices = tracks  # type: ignore[attr-defined]

    def clean_signed_on(self) -> Any:
        """What is signed was signed today or before."""
        day = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Choose today or an earlier day."))
        return day


class WayForm(forms.Form):
    """A way to reach the candidate."""

    kind = forms.ChoiceField(label=gettext_lazy("Through whom or what?"), widget=forms.RadioSelect)
    value = forms.CharField(label=gettext_lazy("Number or address"), max_length=200)
    holder = forms.CharField(label=gettext_lazy("Of whom is it? (if not the candidate's own)"), max_length=200, required=False)

    def __init__(self, *args: Any, kinds: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class FirstForm(forms.Form):
    """The first appointment after release."""

    on = PickedDateField(label=gettext_lazy("Day"))
    time = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=gettext_lazy("Where"), max_length=200)
    with_whom = forms.CharField(label=gettext_lazy("With whom else, for example of the municipality"), max_length=200, required=False)

    def at(self) -> Any:
        """The moment, in the time of the portal."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["on"], self.cleaned_data["time"]))


@require_http_methods(["GET", "HEAD", "POST"])
@page(*roles_that_read(Part.CONTRACT))
def candidate_contract(request: Asked, candidacy: UUID) -> HttpResponse:
    """The contract of a candidate: read it, record it, put it right."""
    found = open_contract(by=request.scope, on=candidacy)
    file = open_file(by=request.scope, on=candidacy)
    if found is None or file is None:
        raise Http404
    start = {"track": found.track or found.advised, "signed_on": found.signed_on or timezone.localdate()}
    form = ContractForm(request.POST or None, tracks=found.tracks, initial=start)
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        version = int(seen) if seen.isdigit() and len(seen) < 8 else 0
        if tried(form, lambda: sign_contract(by=request.scope, on=candidacy, seen=version, **form.cleaned_data)):
            notices.done(request, _("The contract is recorded."))
            return redirect("candidate_contract", candidacy=candidacy)
    context = {"found": found, "file": file, "form": form}
    return render(request, "agreements/contract.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_contacts(request: Asked, candidacy: UUID) -> HttpResponse:
    """The ways to reach somebody after release; with a POST, one more."""
    found = open_contact(by=request.scope, on=candidacy)
    file = open_file(by=request.scope, on=candidacy)
    if found is None or file is None:
        raise Http404
    form = WayForm(request.POST or None, kinds=found.kinds)
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: add_route(by=request.scope, on=candidacy, **form.cleaned_data)):
        notices.done(request, _("Kept: one more way to keep contact."))
        return redirect("candidate_contacts", candidacy=candidacy)
    context = {"found": found, "file": file, "form": form}
    return render(request, "agreements/contact.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_first_appointment(request: Asked, candidacy: UUID) -> HttpResponse:
    """The first appointment after release."""
    found = open_contact(by=request.scope, on=candidacy)
    file = open_file(by=request.scope, on=candidacy)
    if found is None or file is None:
        raise Http404
    form = FirstForm(request.POST or None, initial={"on": found.release_on})
    if request.method == "POST" and form.is_valid():
        words = {"place": form.cleaned_data["place"], "with_whom": form.cleaned_data["with_whom"]}
        if tried(form, lambda: plan_first_appointment(by=request.scope, on=candidacy, at=form.at(), **words)):
            notices.done(request, _("The first appointment is planned."))
            return redirect("candidate_contacts", candidacy=candidacy)
    context = {"found": found, "file": file, "form": form}
    return render(request, "agreements/first_appointment.html", context, status=422 if form.errors else 200)


@require_POST
@page(*KEEPERS)
def route_end(request: Asked, route: UUID) -> HttpResponse:
    """A way that does not work any more."""
    ended = end_route(by=request.scope, on=route, today=timezone.localdate())
    notices.done(request, _("This way is taken out."))
    return redirect("candidate_contacts", candidacy=ended.candidacy_id)


PATHS = [
    path("candidates/<uuid:candidacy>/contract/", candidate_contract, name="candidate_contract"),
    path("candidates/<uuid:candidacy>/contact/", candidate_contacts, name="candidate_contacts"),
    path("candidates/<uuid:candidacy>/first-appointment/", candidate_first_appointment, name="candidate_first_appointment"),
    path("contact-routes/<uuid:route>/end/", route_end, name="route_end"),
]
