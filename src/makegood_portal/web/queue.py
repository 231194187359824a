"""The queue: what waits for the asker, step by step; and the step of one candidate: done, left, taken back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from makegood_portal.actions.acting import TakenBack, Together
from makegood_portal.actions.open_file import open_file
from makegood_portal.actions.refusal import Refusal
from makegood_portal.actions.selection import (
    ACTORS,
    come_back,
    come_back_together,
    leave,
    leave_together,
    pass_step,
    pass_step_together,
    take_step_back,
    take_steps_back,
)
from makegood_portal.ledger.queries import excluding, queue, starting
from makegood_portal.ledger.queries.queue import StepForm
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.offered import Form, beside_the_button, not_offered
from makegood_portal.web.pages import Asked, key_of, keys_of, page
from makegood_portal.web.refused import pressed, tried

FIRST = 8
"""How many of those who wait a phone shows before anybody asks for the others."""
TIME_LEFT = {
    "short": gettext_lazy("little time left"),
    "late": gettext_lazy("too late to prepare well"),
    "past": gettext_lazy("released already"),
    "not_known": gettext_lazy("release date not known"),
}
"""How a candidate stands to the release, where that asks for attention."""


class DoneForm(Form):
    """When the step was done, and where candidates are informed, how they heard of the programme."""

    happened_on = PickedDateField(label=gettext_lazy("On which day?"))

    def __init__(self, *args: Any, channels: Any = (), **words: Any) -> None:
        super().__init__(*args, **words)
        if channels:
            self.fields["channel"] = forms.ChoiceField(label=_("How did the candidate hear of it?"), choices=[("", "–"), *channels])

    def clean_happened_on(self) -> Any:
        """What is done was done today or before."""
        day = self.cleaned_data["happened_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Choose today or an earlier day."))
        return day


class LeaveForm(DoneForm):
    """When somebody left, and why, in the words of each list that knows a reason here."""

    def __init__(self, *args: Any, reasons: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.lists = list(reasons)
        for name, (title, codes) in reasons.items():
            label = _("Why? (%(list)s)") % {"list": title} if len(reasons) > 1 else _("Why?")
            # What was chosen in one of several lists can be taken away again.
            none = [("", _("No reason from this list"))] if len(reasons) > 1 else []
            self.fields[f"reason_{name}"] = forms.ChoiceField(
                label=label, choices=[*codes, *none], widget=forms.RadioSelect, required=len(reasons) == 1
            )
            self.fields[f"reason_{name}"].unmarked = True  # type: ignore[attr-defined]  # one of the lists must have a reason
        if len(reasons) > 1:
            self.fields[f"reason_{self.lists[0]}"].help_text = _("One reason is enough, from whichever list fits best.")

    def reasons(self) -> dict[str, str]:
        """List -> code, of the lists for which a reason was chosen."""
        return {name: self.cleaned_data.get(f"reason_{name}", "") for name in self.lists}


class ComeBackForm(Form):
    """Why somebody who left is taken up again."""

    reason = forms.CharField(
        label=gettext_lazy("Why does the candidate come back?"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands in the history of the file. Needed when the exit was recorded on an earlier day."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ACTORS)
def queue_page(request: Asked) -> HttpResponse:
    """What waits; with a POST, a step done for all that were ticked."""
    today = timezone.localdate()
    words = request.POST if request.method == "POST" else request.GET
    programme = key_of(words.get("programme", ""))
    number = words.get("page", "1")
    found = queue.queue(
        request.scope, today=today, programme=programme, step=words.get("step", ""),
        number=int(number) if number.isdigit() and len(number) < 6 else 1,
    )  # fmt: skip
    form = beside_the_button(DoneForm(request.POST or None, channels=found.channels, initial={"happened_on": today}), of="queue")
    shown = (str(found.chosen.programme), found.chosen.step) if found.chosen else None
    there = shown is not None and (words.get("programme", shown[0]), words.get("step")) == shown
    if request.method == "POST" and not there:  # what was ticked is of another step than the one that the list falls back to
        not_offered("step")
        form.add_error(None, _("Nobody waits at this step any more. Look at the list again."))
    if request.method == "POST" and form.is_valid() and found.chosen is not None:
        chosen = keys_of(request, "candidate")
        if not chosen:
            form.add_error(None, _("Tick at least one candidate."))
        else:
            try:
                done = pass_step_together(
                    by=request.scope, on=chosen, step=found.chosen.step, happened_on=form.cleaned_data["happened_on"],
                    channel=form.cleaned_data.get("channel", ""),
                )  # fmt: skip
            except Refusal as refusal:
                form.add_error(None, refusal.what)
            else:
                said = ngettext("%(n)s candidate: step done.", "%(n)s candidates: step done.", done.number) % {"n": done.number}
                notices.done(request, said, undo=reverse("queue_step_back", args=[found.chosen.step, done.mark]))
                return redirect(f"{reverse('queue')}?programme={found.chosen.programme}&step={found.chosen.step}")
    tabs = [
        {
            "label": one.task,
            "href": f"?programme={one.programme}&step={one.step}",
            "current": one is found.chosen,
            "count": one.waiting,
        }
        for one in found.steps
    ]
    # Who is to be ticked is seen at once; of others a phone shows the first few, until somebody asks for all.
    first = len(found.lines) if found.number > 1 or words.get("all") or (found.chosen and found.chosen.bulk) else FIRST
    lines = [
        {"line": line, "left": TIME_LEFT.get(line.time_left, ""), "fold": "later" if place >= first else ""}
        for place, line in enumerate(found.lines)
    ]
    ticked = set(request.POST.getlist("candidate"))  # what is wrong elsewhere in the form takes no tick away
    context = {"queue": found, "tabs": tabs, "lines": lines, "form": form, "page": found, "ticked": ticked, "folds": len(lines) > first}
    context["several_prisons"] = len({line.prison for line in found.lines}) > 1
    return render(request, "queue/list.html", context, status=422 if form.errors else 200)


@require_POST
@page(*ACTORS)
def queue_leave(request: Asked) -> HttpResponse:
    """Those who were ticked do not go on: first why, asked once for all of them; then done."""
    words, chosen = request.POST, keys_of(request, "candidate")
    step, number = words.get("step", ""), words.get("page", "1")
    back = f"{reverse('queue')}?{urlencode({'programme': words.get('programme', ''), 'step': step, 'page': number})}"
    found = queue.step_form(request.scope, chosen[0], today=timezone.localdate()) if chosen else None
    if chosen and (found is None or not found.may_end):
        raise Http404
    if found is not None and step != found.step:
        not_offered("step")
        raise Refusal("another_step", _("Nobody waits at this step any more. Look at the list again."))
    if found is None or not found.reasons:
        notices.careful(request, _("Tick at least one candidate."))
        return redirect(back)
    asked = "reasons_asked" in words
    day, _channel = words.get("happened_on", ""), words.get("channel", "")  # the bar of the queue sends both along
    at_first = {"happened_on": parse_date(day) or timezone.localdate()}
    form = LeaveForm(request.POST if asked else None, reasons=found.reasons, initial=at_first)
    if asked and form.is_valid():
        given: dict[str, Any] = {"step": step, "happened_on": form.cleaned_data["happened_on"], "reasons": form.reasons()}
        done: list[Together] = []
        if tried(form, lambda: done.append(leave_together(by=request.scope, on=chosen, **given))):
            n = done[0].number
            said = ngettext("%(n)s candidate does not go on.", "%(n)s candidates do not go on.", n) % {"n": n}
            notices.done(request, said, undo=reverse("queue_leave_back", args=[step, done[0].mark]))
            return redirect(back)
    context = {"form": form, "step": found, "chosen": chosen, "back": back, "words": words}
    return render(request, "queue/leave_together.html", context, status=422 if form.errors else 200)


@require_POST
@page(*ACTORS)
def queue_leave_back(request: Asked, step: str, mark: UUID) -> HttpResponse:
    """Take back that several left at once."""
    return _back_in_the_queue(request, step, mark, come_back_together, _on_the_way_again)


@require_POST
@page(*ACTORS)
def queue_step_back(request: Asked, step: str, mark: UUID) -> HttpResponse:
    """Take back a step that was done for several; the list of that step says for how many."""
    return _back_in_the_queue(request, step, mark, take_steps_back, _taken_back)


def _back_in_the_queue(
    request: Asked, step: str, mark: UUID, act: Callable[..., TakenBack], said: Callable[[TakenBack], str]
) -> HttpResponse:
    pressed(request, functools.partial(act, by=request.scope, on=mark, happened_on=timezone.localdate()), said=said)
    return redirect(f"{reverse('queue')}?{urlencode({'step': step})}")


def _on_the_way_again(found: TakenBack) -> str:
    again = ngettext("%(n)s candidate is on the way again.", "%(n)s candidates are on the way again.", found.number) % {"n": found.number}
    return _and_who_stayed(again, found)


def _taken_back(found: TakenBack) -> str:
    back = ngettext("%(n)s candidate: step taken back.", "%(n)s candidates: step taken back.", found.number) % {"n": found.number}
    return _and_who_stayed(back, found)


def _and_who_stayed(said: str, found: TakenBack) -> str:
    if not found.stayed:
        return said
    stayed = ngettext(
        "Not of %(n)s candidate, with whom something happened since.",
        "Not of %(n)s candidates, with whom something happened since.",
        found.stayed,
    )
    return f"{said} {stayed % {'n': found.stayed}}"


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ACTORS)
def candidate_step(request: Asked, candidacy: UUID) -> HttpResponse:
    """One candidate's step: what is to be done, and done."""
    found = _step(request, candidacy)
    form = DoneForm(request.POST or None, channels=found.channels, initial={"happened_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        words = {"step": request.POST.get("step", ""), "channel": "", **form.cleaned_data}
        if tried(form, lambda: pass_step(by=request.scope, on=candidacy, **words)):
            notices.done(
                request, _("Done: %(step)s.") % {"step": found.title}, undo=reverse("candidate_step_back", args=[candidacy, found.step])
            )
            return redirect("candidate", candidacy=candidacy)
    file = open_file(by=request.scope, on=candidacy, with_permission=found.answering is not None, with_conditions=True)
    local = excluding.of_candidate(request.scope, candidacy, today=timezone.localdate())
    day = form.cleaned_data.get("happened_on") if form.is_bound else None
    needs = starting.of_candidate(request.scope, candidacy, on=day or timezone.localdate()) if found.kind == "start" else []
    context = {"step": found, "form": form, "file": file, "excluding": local, "needs": needs}
    return render(request, "queue/step.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ACTORS)
def candidate_leave(request: Asked, candidacy: UUID) -> HttpResponse:
    """One candidate leaves the procedure; the reason is chosen from the lists of the programme."""
    found = _step(request, candidacy)
    form = LeaveForm(request.POST or None, reasons=found.reasons, initial={"happened_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        step, day, reasons = request.POST.get("step", ""), form.cleaned_data["happened_on"], form.reasons()
        if tried(form, lambda: leave(by=request.scope, on=candidacy, step=step, happened_on=day, reasons=reasons)):
            notices.done(request, _("The reason is recorded."), undo=reverse("candidate_come_back", args=[candidacy]))
            return redirect("candidate", candidacy=candidacy)
    file = open_file(by=request.scope, on=candidacy)
    return render(request, "queue/leave.html", {"step": found, "form": form, "file": file}, status=422 if form.errors else 200)


@require_POST
@page(*ACTORS)
def candidate_step_back(request: Asked, candidacy: UUID, step: str) -> HttpResponse:
    """Take this step back, where it still is the last that was done; else the next page says that it is not."""
    _step(request, candidacy)
    today = timezone.localdate()
    back = functools.partial(take_step_back, by=request.scope, on=candidacy, step=step, happened_on=today)
    pressed(request, back, said=_("The step is taken back."))
    return redirect("candidate", candidacy=candidacy)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*ACTORS)
def candidate_come_back(request: Asked, candidacy: UUID) -> HttpResponse:
    """Take up again who left: undone today, or later with the reason."""
    found = _step(request, candidacy)
    form = ComeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        today, reason = timezone.localdate(), form.cleaned_data["reason"]
        if tried(form, lambda: come_back(by=request.scope, on=candidacy, happened_on=today, reason=reason)):
            notices.done(request, _("The candidate is on the way again."))
            return redirect("candidate", candidacy=candidacy)
    file = open_file(by=request.scope, on=candidacy)
    return render(request, "queue/come_back.html", {"step": found, "form": form, "file": file}, status=422 if form.errors else 200)


def _step(request: Asked, candidacy: UUID) -> StepForm:
    found = queue.step_form(request.scope, candidacy, today=timezone.localdate())
    if found is None:
        raise Http404
    return found


PATHS = [
    path("candidates/<uuid:candidacy>/step/", candidate_step, name="candidate_step"),
    path("candidates/<uuid:candidacy>/leave/", candidate_leave, name="candidate_leave"),
    path("candidates/<uuid:candidacy>/step-back/<str:step>/", candidate_step_back, name="candidate_step_back"),
    path("candidates/<uuid:candidacy>/come-back/", candidate_come_back, name="candidate_come_back"),
    path("queue/", queue_page, name="queue"),
    path("queue/leave/", queue_leave, name="queue_leave"),
    path("queue/<str:step>/<uuid:mark>/leave-back/", queue_leave_back, name="queue_leave_back"),
    path("queue/<str:step>/<uuid:mark>/step-back/", queue_step_back, name="queue_step_back"),
]
