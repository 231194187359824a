"""Who guides whom: the lead gives candidates a counsellor, one or several at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from makegood_portal.actions.open_file import open_file
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.selection import assign_counsellor, assign_counsellor_together
from makegood_portal.ledger.queries import caseload
from makegood_portal.ledger.queries.caseload import Guide
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.offered import Form, beside_the_button
from makegood_portal.web.pages import Asked, keys_of, page, seen_version
from makegood_portal.web.refused import tell_beside, tried


class GuideForm(Form):
    """A counsellor of the provider, with how many they guide now."""

    counsellor = forms.ChoiceField(label=gettext_lazy("Which counsellor?"))

    def __init__(self, *args: Any, guides: Sequence[Guide], **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["counsellor"].choices = [("", "–"), *((str(one.id), _said(one)) for one in guides)]  # type: ignore[attr-defined]


def _said(guide: Guide) -> str:
    words = ngettext("%(name)s (guides %(n)s person)", "%(name)s (guides %(n)s people)", guide.guides)
    return words % {"name": guide.name, "n": guide.guides}


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.LEAD)
def caseload_page(request: Asked) -> HttpResponse:
    """Who waits for a counsellor; with a POST, those who were ticked get one."""
    number = (request.POST if request.method == "POST" else request.GET).get("page", "1")
    found = caseload.caseload(request.scope, today=timezone.localdate(), number=int(number) if number.isdigit() and len(number) < 6 else 1)
    form = beside_the_button(GuideForm(request.POST or None, guides=found.guides), of="caseload")
    if request.method == "POST" and form.is_valid():
        chosen = keys_of(request, "candidate")
        if not chosen:
            form.add_error(None, _("Tick at least one candidate."))
        else:
            try:
                count = assign_counsellor_together(by=request.scope, on=chosen, counsellor=UUID(form.cleaned_data["counsellor"]))
            except NotYours:
                raise
            except Refusal as refusal:
                tell_beside(form, refusal)
            else:
                said = ngettext("%(n)s candidate has a counsellor now.", "%(n)s candidates have a counsellor now.", count)
                notices.done(request, said % {"n": count})
                return redirect("caseload")
    context = {"found": found, "page": found, "form": form, "ticked": set(request.POST.getlist("candidate"))}
    return render(request, "caseload/list.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.LEAD)
def candidate_counsellor(request: Asked, candidacy: UUID) -> HttpResponse:
    """Who guides one candidate; also when it becomes somebody else."""
    found = caseload.guided(request.scope, candidacy)
    file = open_file(by=request.scope, on=candidacy)
    if found is None or file is None:
        raise Http404
    form = GuideForm(request.POST or None, guides=found.guides, initial={"counsellor": str(found.guide or "")})
    if request.method == "POST" and form.is_valid():
        version = seen_version(request)
        counsellor = UUID(form.cleaned_data["counsellor"])
        if tried(form, lambda: assign_counsellor(by=request.scope, on=candidacy, counsellor=counsellor, seen=version)):
            notices.done(request, _("The counsellor is recorded."))
            return redirect("candidate", candidacy=candidacy)
    context = {"found": found, "file": file, "form": form}
    return render(request, "caseload/one.html", context, status=422 if form.errors else 200)


PATHS = [
    path("caseload/", caseload_page, name="caseload"),
    path("candidates/<uuid:candidacy>/counsellor/", candidate_counsellor, name="candidate_counsellor"),
]
