"""A partner's list beside the register: bring it, see who is on both, on one only, and in what they differ."""

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
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood.cases.gross_list.file import MAX_BYTES
from makegood_portal.actions.reconcile import PartnerListRefused, compare_list, forget_comparison, open_outcome
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger import terms
from makegood_portal.ledger.queries import reconciliation
from makegood_portal.ledger.queries.reconciliation import READERS
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.files import UploadField
from makegood_portal.web.import_words import FILES
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tell_beside

PARTS = {
    "family_name": gettext_lazy("family name"),
    "given_name": gettext_lazy("given name"),
    "birth_date": gettext_lazy("date of birth"),
    "sex": gettext_lazy("sex"),
}
OWN_FILES = {
    "no_key": gettext_lazy("A row, or the whole list, has no key. Give each person a number of your own, in a column “key”."),
    "bad_key": gettext_lazy("A key is a short number of your own. It is no citizen service number and no formula."),
    "key_twice": gettext_lazy("A key stands twice on the list. Give each person another key."),
    "nothing_to_compare": gettext_lazy("The list has no names with a date of birth. Send family name, given name and date of birth."),
    "no_token": gettext_lazy("A token on the list is damaged. Make the tokens again."),
}


class ListForm(Form):
    """Whose list, compared with whom, and the list."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    partner = forms.CharField(label=gettext_lazy("Whose list is it?"), max_length=120)
    covers = forms.ChoiceField(
        label=gettext_lazy("Who should stand on it?"), widget=forms.RadioSelect, initial="started",
        choices=[("started", gettext_lazy("Everybody who started")), ("everybody", gettext_lazy("Everybody in your files"))],
    )  # fmt: skip
    file = UploadField(
        label=gettext_lazy("The list"),
        most=MAX_BYTES,
        too_large=gettext_lazy("The file is too large. Send at most 20 MB."),
        help_text=gettext_lazy(
            "Excel (.xlsx) or .csv with a key of its own, family name, given name, date of birth and sex; or with tokens."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Your shared secret, if the list holds tokens"), required=False, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}), help_text=gettext_lazy("It is used once and not kept."),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Sequence[tuple[UUID, UUID, str]], **words: Any) -> None:
        super().__init__(*args, **words)
        choices = [(str(programme), name) for programme, _organisation, name in places]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
            self.fields["programme"].initial = choices[0][0]


@require_safe
@page(*READERS)
def reconciliation_list(request: Asked) -> HttpResponse:
    """The lists that were compared."""
    return render(request, "reconciliation/list.html", {"lines": reconciliation.lists(request.scope)})


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.LEAD)
def reconciliation_new(request: Asked) -> HttpResponse:
    """Bring a list to compare."""
    places = reconciliation.places(request.scope)
    form = ListForm(request.POST or None, request.FILES or None, places=places)
    lines: Sequence[int] = ()
    if request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("partner", "covers", "secret")}
        try:
            made = compare_list(
                by=request.scope, on=UUID(form.cleaned_data["programme"]), content=form.cleaned_data["file"].read(), **words
            )
            return redirect("reconciliation_one", compared=made.pk)
        except NotYours:
            raise
        except PartnerListRefused as refused:
            lines = [problem.where.line for problem in refused.problems if problem.where.line]
            form.add_error("file", OWN_FILES.get(refused.code, FILES.get(refused.code, refused.what)))
        except Refusal as refusal:
            tell_beside(form, refusal)
    context = {"form": form, "places": places, "lines": lines}
    return render(request, "reconciliation/new.html", context, status=422 if form.errors else 200)


@require_safe
@page(*READERS)
def reconciliation_one(request: Asked, compared: UUID) -> HttpResponse:
    """What came of it; opening it is written down."""
    found = open_outcome(by=request.scope, on=compared)
    if found is None:
        raise Http404
    in_words = [
        [{"person": one, "differs": [PARTS.get(part, part) for part in one.differs]} for one in people]
        for people in (found.differing, found.doubtful)
    ]
    programme = terms.title_on(found.row.programme_id, timezone.localdate(), else_=found.row.programme.name)
    context = {"found": found, "programme": programme, "counts": found.row.counts, "differing": in_words[0], "doubtful": in_words[1]}
    template = "reconciliation/state.html" if request.htmx and found.row.state == "waiting" else "reconciliation/one.html"
    answer = render(request, template, context)
    if request.htmx and found.row.state != "waiting":
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@page(Role.LEAD)
def reconciliation_forget(request: Asked, compared: UUID) -> HttpResponse:
    """Delete a comparison."""
    forget_comparison(by=request.scope, on=compared)
    notices.done(request, _("The comparison is deleted."))
    return redirect("reconciliation")


PATHS = [
    path("reconciliation/", reconciliation_list, name="reconciliation"),
    path("reconciliation/new/", reconciliation_new, name="reconciliation_new"),
    path("reconciliation/<uuid:compared>/", reconciliation_one, name="reconciliation_one"),
    path("reconciliation/<uuid:compared>/forget/", reconciliation_forget, name="reconciliation_forget"),
]
