"""Candidates: the list, and one candidate's file. The pattern that other screens copy."""

from __future__ import annotations

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

from makegood_portal.actions.erase_person import ERASERS, erase_person
from makegood_portal.actions.hand_over import hand_over
from makegood_portal.actions.open_file import open_file, open_first_page
from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.queries import candidates, excluding
from makegood_portal.ledger.queries.candidates import Choices, Wanted
from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page, seen_version
from makegood_portal.web.refused import tried
from makegood_portal.web.support import shown

READERS = tuple(roles_that_read(Part.CANDIDACY))


class FilterForm(Form):
    """What the list is narrowed to; stands in the address, and says nothing of a person."""

    state = forms.ChoiceField(
        label=gettext_lazy("Who"),
        choices=[("", gettext_lazy("On the way")), ("started", gettext_lazy("Started")), ("left", gettext_lazy("Left"))],
        required=False,
    )
    step = forms.ChoiceField(label=gettext_lazy("Step"), required=False)
    prison = forms.ChoiceField(label=gettext_lazy("Prison"), required=False)

    def __init__(self, *args: Any, known: Choices, **words: Any) -> None:
        super().__init__(*args, **words)
        for name, listed in (("step", known.steps), ("prison", known.prisons)):
            self.fields[name].choices = [("", _("All")), *listed]  # type: ignore[attr-defined]
        if len(known.prisons) < 2:
            del self.fields["prison"]

    def wanted(self, words: str) -> Wanted:
        """What to look for; a choice that is not there counts as none.

        Who looks for somebody by name means them wherever they are: a state counts then only where one was chosen.
        """
        chosen = self.cleaned_data if self.is_valid() else {}
        prison, state = chosen.get("prison"), chosen.get("state") or ("" if words else "open")
        return Wanted(state=state, step=chosen.get("step", ""), prison=UUID(prison) if prison else None, words=words)


class SearchForm(Form):
    """A name or a number, as far as the asker may know it. It is sent with POST: a name belongs in no address and in no log."""

    words = forms.CharField(max_length=100, required=False, strip=True)

    def __init__(self, *args: Any, scope: Scope, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["words"].label = _("Number")
        if scope.has(*roles_that_read(Part.IDENTITY)):
            self.fields["words"].label = _("Name or number")
        if scope.has(*roles_that_read(Part.CONTACT)):
            self.fields["words"].label = _("Name or number (also the number in the prison)")


class EraseForm(Form):
    """Why, and that it is meant."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Why are the data erased?"),
        choices=[
            ("asked", gettext_lazy("The candidate asks for it")),
            ("objection", gettext_lazy("The candidate objects to the use of their data")),
            ("mistake", gettext_lazy("The data are here by mistake")),
        ],
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(label=gettext_lazy("I know that this cannot be undone"))


@require_http_methods(["GET", "HEAD", "POST"])
@page(*READERS)
def candidate_list(request: Asked) -> HttpResponse:
    """Candidates that the asker may see, soonest release first; with a POST, those with a name or a number."""
    filters = FilterForm(request.GET, known=candidates.choices(request.scope))
    search = SearchForm(request.POST or None, scope=request.scope)
    words = search.cleaned_data["words"] if request.method == "POST" and search.is_valid() else ""
    wanted, number = filters.wanted(words), request.GET.get("page", "1")
    found = candidates.page(request.scope, number=int(number) if number.isdigit() and len(number) < 6 and not words else 1, wanted=wanted)
    template = "candidates/found.html" if request.htmx else "candidates/list.html"
    context = {
        "on_the_way": wanted.state == "open",
        "all_alike": wanted.state != "",
        "page": found,
        "filters": filters,
        "search": search,
        "words": words,
        "short": candidates.at_the_beginning(words),
        "narrowed": words or any(request.GET.values()),
        "by_consent": request.scope.has(Role.PROBATION_OFFICER, Role.AGENCY_CONTACT),
    }
    return render(request, template, context, status=422 if search.errors else 200)


@require_safe
@page(*READERS)
def candidate(request: Asked, candidacy: UUID) -> HttpResponse:
    """One candidate's file; opening it is written down."""
    today = timezone.localdate()
    found = open_first_page(by=request.scope, on=candidacy, today=today)
    if found is None:
        raise Http404
    local = excluding.of_candidate(request.scope, candidacy, today=today)
    context = {"file": found.file, "first": found.first, "support": shown(found.support), "excluding": local}
    return render(request, "candidates/file.html", context)


@require_POST
@page(Role.COORDINATOR)
def candidate_hand_over(request: Asked, candidacy: UUID) -> HttpResponse:
    """The file goes to the provider: from now on the prison sees what became of it, and no more."""
    hand_over(by=request.scope, on=candidacy, happened_on=timezone.localdate(), seen=seen_version(request))
    notices.done(request, _("Handed over to the provider."))
    return redirect("candidate", candidacy=candidacy)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ERASERS)
def candidate_erase(request: Asked, candidacy: UUID) -> HttpResponse:
    """Who this is, for ever gone: what goes and what stays, why, and one button."""
    found = open_file(by=request.scope, on=candidacy)
    if found is None or not found.may_erase:
        raise Http404
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ground = form.cleaned_data["ground"]
        if form.cleaned_data["sure"] and tried(form, lambda: erase_person(by=request.scope, on=candidacy, ground=ground)):
            notices.done(
                request,
                _("The data are erased. What is left under the number %(number)s says nothing of who it was.")
                % {"number": found.line.pseudonym},
            )
            return redirect("candidates")
    return render(request, "candidates/erase.html", {"file": found, "form": form}, status=422 if form.errors else 200)


PATHS = [
    path("candidates/", candidate_list, name="candidates"),
    path("candidates/<uuid:candidacy>/", candidate, name="candidate"),
    path("candidates/<uuid:candidacy>/erase/", candidate_erase, name="candidate_erase"),
    path("candidates/<uuid:candidacy>/hand-over/", candidate_hand_over, name="candidate_hand_over"),
]
