"""Consent of candidates: what may be shared with whom, recorded as they say it; the form on paper; what soon ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood_portal.actions.consent import FROM_A_FORM, KEEPERS, answer_consent, open_consents, record_consent, withdraw_consent
from makegood_portal.actions.open_file import open_file
from makegood_portal.ledger.queries import consents
from makegood_portal.ledger.queries.consents import ConsentPage, InForm, Line
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tried


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """A purpose in the words of the page, and in those of the form that the candidate signs."""

    title: str | Promise
    asks: str | Promise
    shares: str | Promise


PURPOSES: Mapping[str, Purpose] = {
    "permission": Purpose(
        title=gettext_lazy("Ask the municipality for permission"),
        asks=gettext_lazy("May we ask your municipality if you can take part?"),
        shares=gettext_lazy("The municipality then sees your name, your birth date, your prison and the day you leave."),
    ),
    "supervision": Purpose(
        title=gettext_lazy("Work together with the probation service"),
        asks=gettext_lazy("May we work together with your probation officer?"),
        shares=gettext_lazy("The officer then sees your name, your birth date, your step and your contract."),
    ),
    "work": Purpose(
        title=gettext_lazy("Look for work with an employment agency"),
        asks=gettext_lazy("May we look for work with an employment agency?"),
        shares=gettext_lazy("The agency then sees your name, your birth date, your step and the day you leave."),
    ),
}
"""In the order in which they are asked. Purposes themselves stand in the register of processing."""

STATES: Mapping[str, tuple[str | Promise, str]] = {
    "asked": (gettext_lazy("Asked, no answer yet"), "info"),
    "given": (gettext_lazy("Agrees"), "success"),
    "refused": (gettext_lazy("Does not agree"), "danger"),
    "withdrawn": (gettext_lazy("Taken back"), "danger"),
    "renewed": (gettext_lazy("Asked again since"), "neutral"),
}
ENDED, SOON = (gettext_lazy("Ended"), "neutral"), (gettext_lazy("Ends soon"), "warning")
WAYS = {
    "on_paper": gettext_lazy("Signed the form"),
    "spoken": gettext_lazy("Said so"),
    "form": gettext_lazy("Said so in the questionnaire"),
    "imported": gettext_lazy("From an earlier record"),
}


class AnswerForm(Form):
    """What the candidate says, how and when."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What does the candidate say?"),
        widget=forms.RadioSelect,
        choices=[("given", gettext_lazy("Agrees")), ("refused", gettext_lazy("Does not agree"))],
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How?"),
        widget=forms.RadioSelect(attrs={"class": "choices--across"}),
        choices=[(code, WAYS[code]) for code in ("on_paper", "spoken")],
        error_messages={"required": gettext_lazy("Choose how the candidate said it.")},
    )
    happened_on = PickedDateField(label=gettext_lazy("On which day?"))
    until_on = PickedDateField(
        label=gettext_lazy("Until which day? (if the candidate names one)"),
        help_text=gettext_lazy("If you leave this empty, it lasts as long as the rules allow."),
        required=False,
    )


class ConsentForm(AnswerForm):
    """The same, with whom it is about."""

    party = forms.ChoiceField(label=gettext_lazy("With whom, and what for?"))
    officer = forms.ChoiceField(label=gettext_lazy("Which probation officer? (only for the probation service)"), required=False)
    field_order = ("party", "officer", "answer", "way", "happened_on", "until_on")

    def __init__(self, *args: Any, found: ConsentPage, **words: Any) -> None:
        super().__init__(*args, **words)
        fields: Any = self.fields
        fields["answer"].choices = [*fields["answer"].choices, ("asked", _("Wants to think about it"))]
        fields["way"].required, fields["way"].unmarked = False, True  # needed with an answer alone
        fields["way"].help_text = _("Leave this empty while the candidate thinks about it.")
        groups = [(PURPOSES[code].title, [(f"{code}/{key}", name) for key, name in found.parties.get(code, [])]) for code in PURPOSES]
        fields["party"].choices = [("", "–"), *(group for group in groups if group[1])]
        if found.in_forms:
            fields["way"].choices = [*fields["way"].choices, (FROM_A_FORM, WAYS[FROM_A_FORM])]
        fields["officer"].choices = [("", "–"), *((str(key), name) for key, name in found.officers)]
        if not found.officers:
            del fields["officer"]

    def clean(self) -> dict[str, Any]:
        """Purpose and party apart, as the action wants them."""
        words = super().clean() or {}
        if words.get("answer") in ("given", "refused") and not words.get("way"):
            self.add_error("way", _("Choose how the candidate said it."))
        purpose, _slash, party = words.get("party", "").partition("/")
        officer = words.get("officer") or ""
        if officer and purpose != "supervision":
            self.add_error("officer", _("Leave this empty: it is not about the probation service."))
        return words | {"purpose": purpose, "party": UUID(party) if party else None, "officer": UUID(officer) if officer else None}


def shown(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines with their words."""
    return [
        {
            "line": line,
            "purpose": PURPOSES[line.purpose].title if line.purpose in PURPOSES else line.purpose,
            "state": ENDED if line.ended else SOON if line.ends_soon else STATES[line.state],
            "way": WAYS.get(line.way, ""),
        }
        for line in lines
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_consents(request: Asked, candidacy: UUID) -> HttpResponse:
    """The consents of a candidate; with a POST, what they say now."""
    found = open_consents(by=request.scope, on=candidacy)
    if found is None:
        raise Http404
    form = ConsentForm(request.POST or None, found=found, initial=_initial(found, request.GET.get("from", "")))
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: record_consent(by=request.scope, on=candidacy, **form.cleaned_data)):
        notices.done(request, _("Recorded: what the candidate says."))
        return redirect("candidate_consents", candidacy=candidacy)
    in_forms = [
        {"said": one, "purpose": PURPOSES[one.purpose].title, "state": STATES[_answer(one)], "party": _clear(found, one.purpose),
         "words": _as_sent(_initial(found, one.purpose)), "href": f"?from={one.purpose}#consent"}
        for one in found.in_forms
    ]  # fmt: skip
    by_hand = bool(form.errors or "from" in request.GET or not (found.may_write and found.open))
    leads = None if by_hand else next(iter(sorted(filter(_to_record, in_forms), key=lambda one: not one["party"])), None)
    context = {
        "found": found,
        "form": form,
        "lines": shown(found.lines),
        "before": shown(found.before),
        "in_forms": in_forms,
        "leads": leads,
    }
    return render(request, "consents/of_candidate.html", context, status=422 if form.errors else 200)


def _to_record(item: Mapping[str, Any]) -> bool:
    """Whether the candidate says yes in a form, and with whom is still to be recorded: that is what the page is for then."""
    said: InForm = item["said"]
    return said.yes and (said.against or not said.recorded)


def _answer(said: InForm) -> str:
    return "given" if said.yes else "refused"


def _clear(found: ConsentPage, purpose: str) -> str:
    """The name of the organisation with which it is shared if it is, where the file knows it; empty where somebody has to choose."""
    party, _officer = found.known.get(purpose, (None, None))
    return next((name for key, name in found.parties.get(purpose, []) if key == party), "")


def _as_sent(words: Mapping[str, Any]) -> dict[str, str]:
    """What the form of the page would send with these words in it: one press instead of a form that is filled in already."""
    said = {name: value.isoformat() if isinstance(value, date) else str(value or "") for name, value in words.items()}
    return {name: value for name, value in said.items() if value}


def _initial(found: ConsentPage, purpose: str) -> dict[str, Any]:
    """What stands in the form at first: today, or what the questionnaire says of a purpose, with whom as far as that is known."""
    said = next((one for one in found.in_forms if one.purpose == purpose), None)
    if said is None:
        return {"happened_on": timezone.localdate()}
    party, officer = found.known.get(purpose, ("", None))
    words = {"answer": _answer(said), "way": FROM_A_FORM, "happened_on": said.on, "until_on": said.until_on}
    return words | {"party": f"{purpose}/{party}" if party else "", "officer": str(officer or "")}


@require_safe
@page(*KEEPERS)
def candidate_consent_paper(request: Asked, candidacy: UUID) -> HttpResponse:
    """The form to read aloud and to sign."""
    file = open_file(by=request.scope, on=candidacy)
    if file is None:
        raise Http404
    return render(request, "consents/paper.html", {"file": file, "purposes": PURPOSES.values(), "today": timezone.localdate()})


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def consent_answer(request: Asked, candidacy: UUID, consent: UUID) -> HttpResponse:
    """The answer to what was asked earlier."""
    found = open_consents(by=request.scope, on=candidacy)
    line = next((one for one in found.lines if one.id == consent), None) if found else None
    if found is None or line is None or line.state != "asked":
        raise Http404
    form = AnswerForm(request.POST or None, initial={"happened_on": timezone.localdate()})
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: answer_consent(by=request.scope, on=consent, **form.cleaned_data)):
        notices.done(request, _("Recorded: what the candidate says."))
        return redirect("candidate_consents", candidacy=candidacy)
    context = {"found": found, "item": shown([line])[0], "form": form}
    return render(request, "consents/answer.html", context, status=422 if form.errors else 200)


@require_POST
@page(*KEEPERS)
def consent_withdraw(request: Asked, consent: UUID) -> HttpResponse:
    """Taken back, from now on."""
    row = withdraw_consent(by=request.scope, on=consent, today=timezone.localdate())
    notices.done(request, _("The consent is taken back. The other organisation sees nothing any more."))
    return redirect("candidate_consents", candidacy=row.candidacy_id)


@require_safe
@page(*KEEPERS)
def consent_list(request: Asked) -> HttpResponse:
    """What must be asked, or asked again."""
    number = request.GET.get("page", "1")
    today: date = timezone.localdate()
    found = consents.ending(request.scope, today=today, number=int(number) if number.isdigit() and len(number) < 6 else 1)
    return render(request, "consents/list.html", {"page": found, "lines": shown(found.lines)})


PATHS = [
    path("candidates/<uuid:candidacy>/consent/", candidate_consents, name="candidate_consents"),
    path("candidates/<uuid:candidacy>/consent/paper/", candidate_consent_paper, name="candidate_consent_paper"),
    path("candidates/<uuid:candidacy>/consent/<uuid:consent>/", consent_answer, name="consent_answer"),
    path("consents/", consent_list, name="consents"),
    path("consents/<uuid:consent>/withdraw/", consent_withdraw, name="consent_withdraw"),
]
