"""The advice on a candidate: what the criteria say, what is missing, which track, and deciding otherwise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood_portal.actions.advice import begin_register_form, decide_otherwise, keep_advice, open_advice
from makegood_portal.actions.questionnaire import FILLERS
from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.queries.eligibility import DECIDERS, Advice, CriteriaOfList, MissingAnswer
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page, seen_version
from makegood_portal.web.refused import tried

READERS = tuple(roles_that_read(Part.ELIGIBILITY))
VERDICTS = {
    "yes": (gettext_lazy("May take part"), "ok", "success"),
    "no": (gettext_lazy("May not take part"), "error", "danger"),
    "unknown": (gettext_lazy("Cannot be said yet"), "warning", "warning"),
}
"""Verdict -> words, kind of notice, kind of status."""
SOURCES = {
    "self": gettext_lazy("the candidate"),
    "counsellor": gettext_lazy("the counsellor"),
    "case_manager": gettext_lazy("the case manager"),
    "file": gettext_lazy("the file"),
}


class DecisionForm(Form):
    """What is decided otherwise, and why."""

    answer = forms.ChoiceField(
        label=gettext_lazy("May the candidate take part?"), widget=forms.RadioSelect, required=False, initial="",
        choices=[("", gettext_lazy("As the criteria say")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )  # fmt: skip
    track = forms.ChoiceField(label=gettext_lazy("Which track?"), widget=forms.RadioSelect, required=False, initial="")
    reason = forms.ChoiceField(label=gettext_lazy("Why do you decide otherwise?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, tracks: Any, reasons: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        self.fields["track"].choices = [("", _("As advised")), *tracks]  # type: ignore[attr-defined]
        for name in ("answer", "track"):
            self.fields[name].unmarked = True  # type: ignore[attr-defined]  # something is chosen from the start


@require_safe
@page(*READERS)
def candidate_eligibility(request: Asked, candidacy: UUID) -> HttpResponse:
    """What the criteria say of one candidate; opening it is written down."""
    found = open_advice(by=request.scope, on=candidacy, today=timezone.localdate())
    if found is None:
        raise Http404
    return render(request, "eligibility/advice.html", _context(found))


@require_POST
@page(*DECIDERS)
def candidate_eligibility_keep(request: Asked, candidacy: UUID) -> HttpResponse:
    """Keep the advice of today in the file."""
    kept = keep_advice(by=request.scope, on=candidacy, seen=seen_version(request), today=timezone.localdate())
    notices.done(request, _("The advice of today is kept in the file."))
    return redirect("candidate_eligibility", candidacy=kept.candidacy_id)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*DECIDERS)
def candidate_eligibility_decide(request: Asked, candidacy: UUID) -> HttpResponse:
    """Decide otherwise than the criteria or the advice."""
    found = open_advice(by=request.scope, on=candidacy, today=timezone.localdate())
    if found is None or not found.may_decide or not found.reasons:
        raise Http404
    form = DecisionForm(request.POST or None, tracks=found.tracks, reasons=found.reasons)
    if request.method == "POST" and form.is_valid():
        words = {"seen": seen_version(request), "today": timezone.localdate(), **form.cleaned_data}
        if tried(form, lambda: decide_otherwise(by=request.scope, on=candidacy, **words)):
            notices.done(request, _("Your decision is recorded, with its reason."))
            return redirect("candidate_eligibility", candidacy=candidacy)
    return render(request, "eligibility/decide.html", {**_context(found), "form": form}, status=422 if form.errors else 200)


@require_POST
@page(*FILLERS)
def candidate_eligibility_register(request: Asked, candidacy: UUID) -> HttpResponse:
    """Fill in what stands in the list or the file."""
    key = begin_register_form(by=request.scope, on=candidacy, today=timezone.localdate())
    return redirect("response", response=key)


def _context(found: Advice) -> dict[str, Any]:
    words, notice, _status = VERDICTS[found.verdict]
    lists = [_list(one) for one in found.lists]
    missing = [{"title": one.title, "href": _href(found.id, one), "register": one.asks == "register"} for one in found.missing]
    track_missing = [{"title": one.title, "href": _href(found.id, one)} for one in found.track_missing]
    tracks = [title for _code, title in found.tracks if title in found.could_become]
    return {
        "found": found,
        "verdict": words,
        "notice": notice,
        # What waits to be looked at stands first.
        "lists": sorted(lists, key=lambda one: bool(one["looked_at"])),
        "to_ask": [one for one in missing if not one["register"]],
        "in_the_file": [one for one in missing if one["register"]],
        "track_missing": track_missing if found.may_fill else [],
        "could_become": _(" or ").join(tracks),
        "to_register": found.may_fill and any(one.asks == "register" for one in (*found.missing, *found.track_missing)),
        "decisions": [{"row": one, "reason": one.reason} for one in found.decisions],
        "differ": [{"title": one.title, "said": [(SOURCES.get(who, who), value) for who, value in one.said]} for one in found.differ],
    }


def _list(one: CriteriaOfList) -> dict[str, Any]:
    """A list of criteria: first what stands in the way, then what is not known; how many of each, in words."""
    lines = [_line(line, looked_at=bool(one.looked_at)) for line in one.lines]
    order = ["danger", "warning", "success", "neutral"]
    kinds = [line["kind"] for line in lines]
    hidden = sum(line["row"].hidden for line in lines)
    against, unknown, fine = kinds.count("danger"), kinds.count("warning"), kinds.count("success")
    told = [
        ngettext("%(n)s stands in the way", "%(n)s stand in the way", against) % {"n": against} if against else "",
        ngettext("%(n)s is not known", "%(n)s are not known", unknown) % {"n": unknown} if unknown else "",
        ngettext("%(n)s is not shown to your role", "%(n)s are not shown to your role", hidden) % {"n": hidden} if hidden else "",
        ngettext("%(n)s is in order", "%(n)s are in order", fine) % {"n": fine} if fine else "",
    ]
    return {
        "title": one.title,
        "looked_at": one.looked_at,
        "told": ", ".join(filter(None, told)),
        "against": [line for line in lines if line["kind"] == "danger"],
        "lines": sorted(lines, key=lambda line: order.index(line["kind"])),
    }


def _line(line: Any, *, looked_at: bool) -> dict[str, Any]:
    if line.hidden:
        return {"row": line, "words": _("not shown to your role"), "kind": "neutral"}
    if line.effect in ("advises", "describes"):
        words = {"yes": _("applies"), "no": _("does not apply"), "unknown": _("not known")}[line.met]
        return {"row": line, "words": words, "kind": "neutral"}
    if line.passes == "unknown" and looked_at:
        return {"row": line, "words": _("looked at before"), "kind": "neutral"}
    words, kind = {"yes": (_("in order"), "success"), "no": (_("stands in the way"), "danger"), "unknown": (_("not known"), "warning")}[
        line.passes
    ]
    return {"row": line, "words": words, "kind": kind}


def _href(candidacy: UUID, missing: MissingAnswer) -> str:
    """Where the missing answer can be given; empty where a form of its own begins it."""
    if missing.asks == "question":
        return f"{reverse('response', args=[missing.response])}?section={missing.section}#q-{missing.item}"
    if missing.asks == "register":
        return ""
    route = {"permission": "candidate_permissions", "identity": "candidate"}.get(missing.asks, "candidate_questionnaires")
    return reverse(route, args=[candidacy])


PATHS = [
    path("candidates/<uuid:candidacy>/advice/", candidate_eligibility, name="candidate_eligibility"),
    path("candidates/<uuid:candidacy>/advice/keep/", candidate_eligibility_keep, name="candidate_eligibility_keep"),
    path("candidates/<uuid:candidacy>/advice/decide/", candidate_eligibility_decide, name="candidate_eligibility_decide"),
    path("candidates/<uuid:candidacy>/advice/from-the-file/", candidate_eligibility_register, name="candidate_eligibility_register"),
]
