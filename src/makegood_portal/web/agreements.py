"""What is agreed with a candidate: the contract, the ways to keep contact after release, the first appointment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood_portal.actions.agree import (
    KEEPERS,
    SIGNERS,
    add_route,
    end_route,
    keep_from_form,
    move_appointment,
    open_contact,
    open_contract,
    open_my_appointments,
    plan_first_appointment,
    record_appointment,
    reinstate_contract,
    sign_contract,
    withdraw_contract,
)
from makegood_portal.actions.open_file import open_head
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.access import Part, roles_that_read
from makegood_portal.ledger.queries import agreements
from makegood_portal.ledger.queries.agreements import ContactPage
from makegood_portal.ledger.queries.candidates import Head
from makegood_portal.ledger.queries.contact_in_form import Named
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.offered import Form, not_offered
from makegood_portal.web.pages import Asked, key_of, page, seen_version
from makegood_portal.web.refused import tried

WHY = 300
"""Characters of a reason for a correction."""


class ContractForm(Form):
    """The track and the day."""

    track = forms.ChoiceField(label=gettext_lazy("Which track?"), widget=forms.RadioSelect)
    signed_on = PickedDateField(label=gettext_lazy("Signed on which day?"))
    reason = forms.CharField(label=gettext_lazy("Why is it put right?"), max_length=WHY, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, tracks: Any, correction: bool, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["track"].choices = tracks  # type: ignore[attr-defined]
        if not correction:
            del self.fields["reason"]

    def clean_signed_on(self) -> Any:
        """What is signed was signed today or before."""
        day = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Choose today or an earlier day."))
        return day


class WithdrawForm(Form):
    """Why a contract is taken back, and since when."""

    reason = forms.ChoiceField(label=gettext_lazy("Why?"), widget=forms.RadioSelect(attrs={"class": "choices--alike"}))
    happened_on = PickedDateField(label=gettext_lazy("On which day?"))

    def __init__(self, *args: Any, withdrawals: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        groups = {leaves: [(one.code, one.title) for one in withdrawals if one.leaves is leaves] for leaves in (True, False)}
        titles = {True: _("The candidate does not go on"), False: _("The candidate stays on the way, and may sign again")}
        self.fields["reason"].choices = [(titles[leaves], some) for leaves, some in groups.items() if some]  # type: ignore[attr-defined]


class WhyForm(Form):
    """Why something that was recorded on an earlier day is put right."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it put right?"), max_length=WHY, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands in the history of the file. Needed when it was recorded on an earlier day."),
    )  # fmt: skip


class WayForm(Form):
    """A way to reach the candidate."""

    kind = forms.ChoiceField(label=gettext_lazy("Through whom or what?"), widget=forms.RadioSelect)
    value = forms.CharField(label=gettext_lazy("Number or address"), max_length=200)
    holder = forms.CharField(label=gettext_lazy("Of whom is it? (if not the candidate's own)"), max_length=200, required=False)

    def __init__(self, *args: Any, kinds: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class NamedForm(Form):
    """The ways that the candidate named in a form, each with its number or address; `keep` says of which this is, or of all."""

    def __init__(self, *args: Any, ways: Sequence[Named], **words: Any) -> None:
        super().__init__(*args, **words)
        self.ways = ways
        for way in ways:
            value = forms.CharField(label=_("%(way)s: number or address") % {"way": way.title}, max_length=200, required=False)
            self.fields[f"value_{way.kind}"] = value
            value.unmarked = True  # type: ignore[attr-defined]  # those that are filled in are kept
            if way.of_another:
                self.fields[f"holder_{way.kind}"] = forms.CharField(label=_("Of whom is it?"), max_length=200, required=False)
                self.fields[f"holder_{way.kind}"].unmarked = True  # type: ignore[attr-defined]

    def filled_in(self) -> dict[str, tuple[str, str]]:
        """Kind -> the number or address, and whose it is, of each of which something is filled in."""
        said = {
            way.kind: tuple(self.cleaned_data.get(f"{name}_{way.kind}", "").strip() for name in ("value", "holder")) for way in self.ways
        }
        return {kind: (value, holder) for kind, (value, holder) in said.items() if value or holder}

    def rows(self) -> list[tuple[Named, list[forms.BoundField]]]:
        """Each way with its fields."""
        return [(way, [self[name] for name in (f"value_{way.kind}", f"holder_{way.kind}") if name in self.fields]) for way in self.ways]


class FirstForm(Form):
    """The first appointment after release."""

    on = PickedDateField(label=gettext_lazy("Day"))
    time = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=gettext_lazy("Where"), max_length=200)
    with_whom = forms.CharField(label=gettext_lazy("With whom else, for example of the municipality"), max_length=200, required=False)

    took_place = forms.BooleanField(label=gettext_lazy("It has taken place already"), required=False)

    def __init__(self, *args: Any, may_have_been: bool = False, **words: Any) -> None:
        super().__init__(*args, **words)
        if not may_have_been:
            del self.fields["took_place"]

    def clean(self) -> dict[str, Any]:
        """What is planned is still to come, or is today; what took place was today or before."""
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        day, today = kept.get("on"), timezone.localdate()
        if day and kept.get("took_place") and day > today:
            self.add_error("on", _("This day is still to come. Choose today or an earlier day."))
        elif day and day < today and not kept.get("took_place"):
            past, said = _("This day is past. Choose today or a later day."), _("Did it take place that day? Then tick that below.")
            self.add_error("on", f"{past} {said}" if "took_place" in self.fields else past)
        return kept

    def at(self) -> Any:
        """The moment, in the time of the portal."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["on"], self.cleaned_data["time"]))

    def where(self) -> dict[str, str]:
        """The place, and with whom."""
        return {"place": self.cleaned_data["place"], "with_whom": self.cleaned_data["with_whom"]}


@require_http_methods(["GET", "HEAD", "POST"])
@page(*roles_that_read(Part.CONTRACT))
def candidate_contract(request: Asked, candidacy: UUID) -> HttpResponse:
    """The contract of a candidate: read it, record it, put it right."""
    found = open_contract(by=request.scope, on=candidacy)
    head = open_head(by=request.scope, on=candidacy)
    if found is None or head is None:
        raise Http404
    start = {"track": found.track or found.advised, "signed_on": found.signed_on or timezone.localdate()}
    form = ContractForm(request.POST or None, tracks=found.tracks, correction=found.earlier_day, initial=start)
    if request.method == "POST" and form.is_valid():
        version = seen_version(request)
        if tried(form, lambda: sign_contract(by=request.scope, on=candidacy, seen=version, **form.cleaned_data)):
            notices.done(request, _("The contract is recorded."))
            return redirect("candidate_contract", candidacy=candidacy)
    context = {"found": found, "head": head, "form": form, "why": WhyForm()}
    return render(request, "agreements/contract.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*SIGNERS)
def contract_withdraw(request: Asked, candidacy: UUID) -> HttpResponse:
    """Take a signed contract back, before the start."""
    found = open_contract(by=request.scope, on=candidacy)
    head = open_head(by=request.scope, on=candidacy)
    if found is None or head is None:
        raise Http404
    today = timezone.localdate()
    form = WithdrawForm(request.POST or None, withdrawals=found.withdrawals, initial={"happened_on": today})
    if request.method == "POST" and form.is_valid():
        version = seen_version(request)
        if tried(form, lambda: withdraw_contract(by=request.scope, on=candidacy, seen=version, today=today, **form.cleaned_data)):
            notices.done(request, _("The contract is taken back."), undo=reverse("contract_reinstate", args=[candidacy]))
            return redirect("candidate_contract", candidacy=candidacy)
    context = {"found": found, "head": head, "form": form}
    return render(request, "agreements/withdraw.html", context, status=422 if form.errors else 200)


@require_POST
@page(*SIGNERS)
def contract_reinstate(request: Asked, candidacy: UUID) -> HttpResponse:
    """The contract that was taken back counts again: undone today, or put right later with the reason."""
    form = WhyForm(request.POST)
    again = form.is_valid() and tried(
        form,
        lambda: reinstate_contract(by=request.scope, on=candidacy, today=timezone.localdate(), reason=form.cleaned_data["reason"]),
    )
    if again:
        notices.done(request, _("The contract counts again."))
        return redirect("candidate_contract", candidacy=candidacy)
    found = open_contract(by=request.scope, on=candidacy)
    head = open_head(by=request.scope, on=candidacy)
    if found is None or head is None:
        raise Http404
    return render(request, "agreements/contract.html", {"found": found, "head": head, "why": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_contacts(request: Asked, candidacy: UUID) -> HttpResponse:
    """The ways to reach somebody after release; with a POST, one more."""
    found = open_contact(by=request.scope, on=candidacy)
    head = open_head(by=request.scope, on=candidacy)
    if found is None or head is None:
        raise Http404
    form = WayForm(request.POST or None, kinds=found.kinds)
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: add_route(by=request.scope, on=candidacy, **form.cleaned_data)):
        notices.done(request, _("Kept: one more way to keep contact."))
        return redirect("candidate_contacts", candidacy=candidacy)
    named = NamedForm(ways=found.in_form.ways) if found.in_form else None
    context = {"found": found, "head": head, "form": form, "named": named}
    return render(request, "agreements/contact.html", context, status=422 if form.errors else 200)


@require_POST
@page(*KEEPERS)
def contacts_from_form(request: Asked, candidacy: UUID) -> HttpResponse:
    """Keep what the candidate named in a form: one way, or all that are filled in."""
    found, head = _contact(request, candidacy)
    named = NamedForm(request.POST, ways=found.in_form.ways if found.in_form else [])
    one, kinds = request.POST.get("keep", ""), {way.kind for way in named.ways}
    if not kinds or (one and one not in kinds):
        not_offered("keep")
        raise Refusal("not_in_the_form", _("The form does not name this, or it is kept already."), remedy=_("Open the page again."))
    if not found.may_write:
        keep_from_form(by=request.scope, on=candidacy, ways={})  # says why not: there is no form on this page any more
    if named.is_valid():
        ways = {kind: words for kind, words in named.filled_in().items() if one in ("", kind)}
        if not ways:
            named.add_error(f"value_{one}" if one else None, _("Fill in the number or the address."))
        elif tried(named, lambda: keep_from_form(by=request.scope, on=candidacy, ways=ways)):
            said = ngettext("Kept: %(n)s way to keep contact.", "Kept: %(n)s ways to keep contact.", len(ways)) % {"n": len(ways)}
            notices.done(request, said)
            return redirect("candidate_contacts", candidacy=candidacy)
    context = {"found": found, "head": head, "form": WayForm(kinds=found.kinds), "named": named}
    return render(request, "agreements/contact.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def candidate_first_appointment(request: Asked, candidacy: UUID) -> HttpResponse:
    """The first appointment after release."""
    found, head = _contact(request, candidacy)
    soonest = max(found.release_on, timezone.localdate()) if found.release_on else None
    in_form = found.in_form.first_on if found.in_form else None
    released = found.release_on is None or found.release_on <= timezone.localdate()
    form = FirstForm(request.POST or None, initial={"on": in_form or soonest}, may_have_been=released)
    planned = next((one for one in found.meetings if one.kind == agreements.FIRST and one.state == "planned"), None)
    if request.method == "POST" and form.is_valid():
        seen = key_of(request.POST.get("seen", ""))
        words = {"at": form.at(), "seen": seen, "took_place": form.cleaned_data.get("took_place", False), **form.where()}
        if tried(form, lambda: plan_first_appointment(by=request.scope, on=candidacy, **words)):
            said = _("Recorded: the appointment took place.") if words["took_place"] else _("The first appointment is planned.")
            _planned(request, found, form, said)
            return redirect("candidate_contacts", candidacy=candidacy)
    context = {"found": found, "head": head, "form": form, "planned": planned}
    return render(request, "agreements/first_appointment.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def appointment_move(request: Asked, appointment: UUID) -> HttpResponse:
    """Another day for an appointment."""
    known = agreements.appointment(request.scope, appointment)
    if known is None:
        raise Http404
    candidacy, old = known
    found, head = _contact(request, candidacy, with_form=False)
    at = timezone.localtime(old.at)
    start = {"on": at.date(), "time": at.time(), "place": old.place, "with_whom": old.with_whom}
    form = FirstForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        version = seen_version(request)
        if tried(form, lambda: move_appointment(by=request.scope, on=appointment, at=form.at(), seen=version, **form.where())):
            _planned(request, found if old.kind == agreements.FIRST else None, form, _("The appointment has another day."))
            return redirect("candidate_contacts", candidacy=candidacy)
    context = {"found": found, "head": head, "form": form, "old": old}
    return render(request, "agreements/first_appointment.html", context, status=422 if form.errors else 200)


@require_POST
@page(*KEEPERS)
def appointment_record(request: Asked, appointment: UUID) -> HttpResponse:
    """Whether an appointment took place; `planned` takes that back."""
    state = request.POST.get("state", "planned")
    row = record_appointment(by=request.scope, on=appointment, state=state, seen=seen_version(request), today=timezone.localdate())
    if state == "planned":
        notices.done(request, _("Taken back: the appointment is planned."))
    else:
        said = _("Recorded: the appointment took place.") if state == "kept" else _("Recorded: the appointment did not take place.")
        notices.done(request, said, undo=reverse("appointment_again", args=[appointment]))
    if request.POST.get("from") == "list":
        return redirect("appointments")
    return redirect("candidate_contacts", candidacy=row.candidacy_id)


@require_POST
@page(*KEEPERS)
def appointment_again(request: Asked, appointment: UUID) -> HttpResponse:
    """What was recorded of an appointment is taken back."""
    known = agreements.appointment(request.scope, appointment)
    if known is None:
        raise Http404
    row = record_appointment(by=request.scope, on=appointment, state="planned", seen=known[1].version, today=timezone.localdate())
    notices.done(request, _("Taken back: the appointment is planned."))
    return redirect("candidate_contacts", candidacy=row.candidacy_id)


@require_safe
@page(Role.COUNSELLOR, Role.LEAD)
def appointments(request: Asked) -> HttpResponse:
    """Appointments of today, and those of which nobody recorded whether they took place."""
    found = open_my_appointments(by=request.scope, today=timezone.localdate())
    return render(request, "agreements/appointments.html", {"found": found})


def _planned(request: Asked, found: ContactPage | None, form: FirstForm, said: str) -> None:
    """Say that an appointment is planned, and of a first one that is later than was agreed, by which day it should be."""
    until = found.within_until if found else None
    if until is None or form.cleaned_data["on"] <= until:
        notices.done(request, said)
        return
    late = _("This is later than agreed: the first appointment should be on %(day)s at the latest.") % {"day": date_format(until, "j F Y")}
    notices.careful(request, f"{said} {late}")


def _contact(request: Asked, candidacy: UUID, *, with_form: bool = True) -> tuple[ContactPage, Head]:
    found = open_contact(by=request.scope, on=candidacy, with_form=with_form)
    head = open_head(by=request.scope, on=candidacy)
    if found is None or head is None:
        raise Http404
    return found, head


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
    path("candidates/<uuid:candidacy>/contact/from-form/", contacts_from_form, name="contacts_from_form"),
    path("candidates/<uuid:candidacy>/first-appointment/", candidate_first_appointment, name="candidate_first_appointment"),
    path("candidates/<uuid:candidacy>/contract/take-back/", contract_withdraw, name="contract_withdraw"),
    path("candidates/<uuid:candidacy>/contract/put-back/", contract_reinstate, name="contract_reinstate"),
    path("appointments/", appointments, name="appointments"),
    path("appointments/<uuid:appointment>/record/", appointment_record, name="appointment_record"),
    path("appointments/<uuid:appointment>/again/", appointment_again, name="appointment_again"),
    path("appointments/<uuid:appointment>/move/", appointment_move, name="appointment_move"),
    path("contact-routes/<uuid:route>/end/", route_end, name="route_end"),
]
