"""The planner: who is released when and what must happen before; and another release date for one candidate."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from makegood_portal.actions.open_file import open_head
from makegood_portal.actions.release_date import CORRECTORS, correct_release_date, open_release
from makegood_portal.ledger.queries import planner
from makegood_portal.ledger.queries.planner import LEFT, Planner, Release
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, key_of, page, seen_version
from makegood_portal.web.refused import tried

PLANNERS = (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.HEAD_OFFICE)
GROUPS = {
    "late": (gettext_lazy("Too late to prepare well"), "danger"),
    "short": (gettext_lazy("Little time left"), "warning"),
    "not_known": (gettext_lazy("Date not known"), "warning"),
    "in_time": (gettext_lazy("In time"), "success"),
    "past": (gettext_lazy("Released already"), "neutral"),
}
"""How somebody stands to the release -> its words and its colour."""

FIRST = {"late": 5, "short": 5, "not_known": 5, "in_time": 2, "past": 2}
"""How many of each group a phone shows before anybody asks for the others."""

SAID_BY_US = {"gross_list": gettext_lazy("Monthly list")}
"""Who gave a date where no person did: the portal's own codes, in words."""


class Filter(Form):
    """Whom to show."""

    left = forms.CharField(widget=forms.HiddenInput, required=False)
    prison = forms.ChoiceField(label=gettext_lazy("Prison"), required=False)
    step = forms.ChoiceField(label=gettext_lazy("Next step"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Heard of it by"), required=False)
    contact = forms.ChoiceField(label=gettext_lazy("Contact after release"), required=False)

    def __init__(self, *args: Any, found: Planner, **words: Any) -> None:
        super().__init__(*args, **words)
        choices = {
            "prison": [(str(key), name) for key, name in found.prisons] if len(found.prisons) > 1 else [],
            "step": found.steps,
            "channel": found.channels,
            "contact": [("none", _("No way to keep contact"))] if found.unreachable is not None else [],
        }
        for name, known in choices.items():
            if known:
                self.fields[name].choices = [("", _("All")), *known]  # type: ignore[attr-defined]
            else:
                del self.fields[name]


class ReleaseForm(Form):
    """Another release date, who says so and why."""

    release_on = PickedDateField(
        label=gettext_lazy("New release date"),
        help_text=gettext_lazy("Leave this empty if the date is not known any more."),
        required=False,
    )
    source = forms.ChoiceField(label=gettext_lazy("Who says so?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=gettext_lazy("Why does the date change?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: Release, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["source"].choices = found.sources  # type: ignore[attr-defined]
        self.fields["reason"].choices = found.corrections  # type: ignore[attr-defined]


@require_safe
@page(*PLANNERS)
def planner_page(request: Asked) -> HttpResponse:
    """Candidates on the way, soonest release first."""
    words, number = request.GET, request.GET.get("page", "1")
    found = planner.planner(
        request.scope,
        today=timezone.localdate(),
        left=words.get("left", ""),
        prison=key_of(words.get("prison", "")),
        step=words.get("step", "")[:64],
        channel=words.get("channel", "")[:64],
        unreachable=words.get("contact") == "none",
        number=int(number) if number.isdigit() and len(number) < 6 else 1,
    )
    kept = {name: words[name] for name in ("prison", "step", "channel", "contact") if words.get(name)}
    coming = sum(n for word, n in found.counts.items() if word != "past")
    tabs = [{"label": _("All"), "href": "?" + urlencode(kept), "current": not found.left, "count": coming}]
    tabs += [
        {
            "label": GROUPS[word][0],
            "href": "?" + urlencode({**kept, "left": word}),
            "current": found.left == word,
            "count": found.counts[word],
        }
        for word in LEFT
        if found.counts[word] or found.left == word
    ]
    here = {line.left for line in found.lines}
    groups = [_group(found, word, "?" + urlencode({**kept, "left": word})) for word in LEFT if word in here]
    form = Filter(words or None, found=found)
    return render(request, "planner/list.html", {"found": found, "page": found, "tabs": tabs, "groups": groups, "form": form})


def _group(found: Planner, word: str, all_of_them: str) -> dict[str, Any]:
    """Those of this page who stand alike to the release. On a phone the first few of several groups, and a way to see them all."""
    title, kind = GROUPS[word]
    first = len(found.lines) if found.left else FIRST[word]
    lines = [
        {"line": line, "kind": kind, "fold": "later" if place >= first else "", "source": SAID_BY_US.get(line.source, line.source)}
        for place, line in enumerate(line for line in found.lines if line.left == word)
    ]
    count = found.counts[word]
    return {"title": title, "count": count, "lines": lines, "all": all_of_them if not found.left and count > first else ""}


@require_http_methods(["GET", "HEAD", "POST"])
@page(*CORRECTORS)
def candidate_release(request: Asked, candidacy: UUID) -> HttpResponse:
    """The release date of one candidate with its history; with a POST, another date."""
    found, head = open_release(by=request.scope, on=candidacy), open_head(by=request.scope, on=candidacy)
    if found is None or head is None:
        raise Http404
    form = ReleaseForm(request.POST or None, found=found, initial={"release_on": found.release_on})
    if request.method == "POST" and form.is_valid():
        version = seen_version(request)
        words = {"seen": version, "today": timezone.localdate(), **form.cleaned_data}
        if tried(form, lambda: correct_release_date(by=request.scope, on=candidacy, **words)):
            notices.done(request, _("The release date is changed. Whoever works with the candidate is told."))
            return redirect("candidate_release", candidacy=candidacy)
    history = [{"said": one, "source": SAID_BY_US.get(one.source, one.source), "reason": one.reason} for one in found.history]
    context = {"found": found, "head": head, "form": form, "history": history}
    return render(request, "planner/release.html", context, status=422 if form.errors else 200)


PATHS = [
    path("planner/", planner_page, name="planner"),
    path("candidates/<uuid:candidacy>/release-date/", candidate_release, name="candidate_release"),
]
