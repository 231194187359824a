"""Working together around one candidate: coordination with the municipality, help beside ours, contacts in one tap."""

from __future__ import annotations

from collections.abc import Callable
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

from makegood.selection.phases import BEFORE_START
from makegood_portal.actions.cooperation import (
    KEEPERS,
    add_parallel_help,
    end_parallel_help,
    log_contact,
    open_choices,
    open_cooperation,
    record_coordination,
    strike_contact,
)
from makegood_portal.ledger.queries.cooperation import Choices, Cooperation, oddities
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.offered import Form, not_offered
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tried

COLOURS = {"not_known": "warning", "known": "info", "agreed": "success"}
ODD = {
    "long": gettext_lazy("longer than 8 hours"),
    "before_hand_over": gettext_lazy("before the hand-over"),
}
SHOWN = 30
"""So many of the newest contacts stand on the page; the sums count all."""
NONE_CHOSEN = ("", "–")


class MomentForm(Form):
    """A contact that no template fits."""

    kind = forms.ChoiceField(label=gettext_lazy("What kind of contact?"))
    minutes = forms.IntegerField(label=gettext_lazy("How many minutes?"), min_value=1, max_value=1440)
    phase = forms.ChoiceField(label=gettext_lazy("Phase"))
    happened_on = PickedDateField(label=gettext_lazy("Day"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Only what the choices above do not say. No names of others."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )

    def __init__(self, *args: Any, found: Cooperation, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["kind"].choices = found.kinds  # type: ignore[attr-defined]
        choices = [(BEFORE_START, _("Before the start")), *found.phases]
        self.fields["phase"].choices = choices if found.phase_now else [NONE_CHOSEN, *choices]  # type: ignore[attr-defined]


class CoordinationForm(Form):
    """How far the municipality is involved."""

    status = forms.ChoiceField(label=gettext_lazy("How far is the municipality involved?"), widget=forms.RadioSelect)
    with_role = forms.ChoiceField(label=gettext_lazy("With whom of the municipality?"), required=False)
    contact = forms.ChoiceField(label=gettext_lazy("Or a contact person of the directory"), required=False)
    happened_on = PickedDateField(label=gettext_lazy("Since which day?"))

    def __init__(self, *args: Any, found: Choices, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["status"].choices = found.statuses  # type: ignore[attr-defined]
        for name, known in (("with_role", found.with_roles), ("contact", found.contacts)):
            self.fields[name].choices = [NONE_CHOSEN, *known]  # type: ignore[attr-defined]
            if not known:
                del self.fields[name]


class HelpForm(Form):
    """Other help that runs beside ours."""

    kind = forms.ChoiceField(label=gettext_lazy("Which help?"))
    programme = forms.ChoiceField(
        label=gettext_lazy("Which programme of the municipality?"),
        help_text=gettext_lazy("Only where it is a programme of the municipality."),
        required=False,
    )
    from_on = PickedDateField(label=gettext_lazy("Since which day?"))
    until_on = PickedDateField(
        label=gettext_lazy("Until which day?"),
        help_text=gettext_lazy("Leave empty if it goes on. The first day without it."),
        required=False,
    )

    def __init__(self, *args: Any, found: Choices, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["kind"].choices = found.help  # type: ignore[attr-defined]
        self.fields["programme"].choices = [NONE_CHOSEN, *found.programmes]  # type: ignore[attr-defined]
        if not found.programmes:
            del self.fields["programme"]


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_cooperation(request: Asked, candidacy: UUID) -> HttpResponse:
    """Everything that is done together; with a POST, one contact more: from a template, or filled in."""
    found = open_cooperation(by=request.scope, on=candidacy)
    if found is None:
        raise Http404
    today = timezone.localdate()
    start = {"happened_on": today, "phase": found.phase_now}
    sent: dict[str, Any] | Any = request.POST or None
    tap = next((one for one in found.taps if one.code == request.POST.get("tap")), None)
    if tap is None and "tap" in request.POST:
        not_offered("tap")
    if tap is not None:
        sent = {**start, "kind": tap.kind, "minutes": tap.minutes}
    form = MomentForm(sent, found=found, initial=start)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if tried(form, lambda: log_contact(by=request.scope, on=candidacy, today=today, **values)):
            odd = oddities(values["minutes"], values["happened_on"], found.handed_over_on)
            notices.done(request, _("The contact is recorded."))
            if odd:
                said = ", ".join(str(ODD[code]) for code in odd)
                notices.careful(request, _("Is this right? It is %(odd)s. Take it out if it is a mistake.") % {"odd": said})
            return redirect("candidate_cooperation", candidacy=candidacy)
    context = {
        "found": found,
        "form": form,
        "coordinated": [
            {"line": one, "state": one.title, "kind": COLOURS[one.stage], "role": one.with_role_title} for one in found.coordinated
        ],
        "help": [{"line": one, "what": one.title} for one in found.help],
        "moments": [
            {"line": one, "what": one.title, "odd": [ODD[code] for code in one.odd]} for one in found.moments[:SHOWN]
        ],
        "shown": SHOWN if len(found.moments) > SHOWN else 0,
        "templates": [
            {"code": one.code, "label": _("%(contact)s, %(minutes)s min") % {"contact": one.title, "minutes": one.minutes}}
            for one in found.taps
        ],
        "phase_now": dict(form.fields["phase"].choices).get(found.phase_now, ""),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "cooperation/one.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_coordination(request: Asked, candidacy: UUID) -> HttpResponse:
    """Record how far the municipality is involved."""

    def act(today: Any, contact: str = "", **values: Any) -> None:
        record_coordination(by=request.scope, on=candidacy, today=today, contact=UUID(contact) if contact else None, **values)

    about = (_("Coordination with the municipality"), _("Whoever is spoken with, name a task or a contact person. No other names."))
    return _added(request, candidacy, CoordinationForm, {"happened_on": timezone.localdate()}, act, about)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_parallel_help(request: Asked, candidacy: UUID) -> HttpResponse:
    """Add other help that runs beside ours."""

    def act(today: Any, programme: str = "", **values: Any) -> None:
        add_parallel_help(by=request.scope, on=candidacy, today=today, programme=UUID(programme) if programme else None, **values)

    about = (_("Other help"), _("Who helps too? Then nothing is done twice, and the evaluation can tell the one from the other."))
    return _added(request, candidacy, HelpForm, {"from_on": timezone.localdate()}, act, about)


@require_POST
@page(*KEEPERS)
def parallel_help_end(request: Asked, help_: UUID) -> HttpResponse:
    """Help that is over as of today."""
    row = end_parallel_help(by=request.scope, on=help_, today=timezone.localdate())
    notices.done(request, _("Recorded: this help is over."))
    return redirect("candidate_cooperation", candidacy=row.candidacy_id)


@require_POST
@page(*KEEPERS)
def contact_moment_strike(request: Asked, moment: UUID) -> HttpResponse:
    """A contact that was recorded by mistake."""
    row = strike_contact(by=request.scope, on=moment, today=timezone.localdate())
    notices.done(request, _("This contact is taken out."))
    return redirect("candidate_cooperation", candidacy=row.candidacy_id)


def _added(
    request: Asked,
    candidacy: UUID,
    kind: Callable[..., forms.Form],
    start: dict[str, Any],
    act: Callable[..., None],
    about: tuple[str, str],
) -> HttpResponse:
    found = open_choices(by=request.scope, on=candidacy)
    if found is None or (kind is CoordinationForm and not found.statuses):
        raise Http404
    form = kind(request.POST or None, found=found, initial=start)
    if request.method == "POST" and form.is_valid() and tried(form, lambda: act(timezone.localdate(), **form.cleaned_data)):
        notices.done(request, _("Recorded."))
        return redirect("candidate_cooperation", candidacy=candidacy)
    context = {"found": found, "form": form, "title": about[0], "lead": about[1]}
    return render(request, "cooperation/new.html", context, status=422 if form.errors else 200)


PATHS = [
    path("candidates/<uuid:candidacy>/cooperation/", candidate_cooperation, name="candidate_cooperation"),
    path("candidates/<uuid:candidacy>/cooperation/municipality/", candidate_coordination, name="candidate_coordination"),
    path("candidates/<uuid:candidacy>/cooperation/help/", candidate_parallel_help, name="candidate_parallel_help"),
    path("parallel-help/<uuid:help_>/end/", parallel_help_end, name="parallel_help_end"),
    path("contact-moments/<uuid:moment>/strike/", contact_moment_strike, name="contact_moment_strike"),
]
