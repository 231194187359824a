"""Permissions of municipalities: asked from a candidate's file, answered by the municipality, followed until there is an answer."""

from __future__ import annotations

from collections.abc import Sequence
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

from makegood_portal.actions.permission import (
    MOST_AT_ONCE,
    READERS,
    STAFF,
    answer_permission,
    ask_again,
    ask_permission,
    change_answer,
    open_asking,
    open_request,
    remind,
    withdraw,
)
from makegood_portal.ledger.queries import permissions
from makegood_portal.ledger.queries.excluding import Excluding
from makegood_portal.ledger.queries.permissions import Asking, Request
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page, seen_version
from makegood_portal.web.refused import pressed, tried

STATES = {
    "asked": (gettext_lazy("Waits for an answer"), "info"),
    "granted": (gettext_lazy("Granted"), "success"),
    "granted_with_conditions": (gettext_lazy("Granted with conditions"), "success"),
    "refused": (gettext_lazy("Refused"), "danger"),
    "not_ours": (gettext_lazy("Not from this municipality"), "warning"),
    "withdrawn": (gettext_lazy("Withdrawn"), "neutral"),
}
"""State -> its words and its colour."""


class AskForm(Form):
    """Which municipality; several where it is not known."""

    def __init__(self, *args: Any, asking: Asking, **words: Any) -> None:
        super().__init__(*args, **words)
        self.names, self.silent, self.excluding = dict(asking.municipalities), asking.silent, asking.excluding
        self.asked = [line.place for line in asking.lines if line.state == "asked"]
        choices = [("", "–"), *((str(key), self._said(key)) for key in self.names)]
        for number in range(MOST_AT_ONCE if asking.several else 1):
            self.fields[f"municipality_{number}" if number else "municipality"] = forms.ChoiceField(
                label=_("Or else municipality %(number)s") % {"number": number + 1} if number else _("Municipality"),
                choices=choices,
                required=not number,
                help_text=_("Only where you do not know which municipality it is. All are asked at the same time.") if number == 1 else "",
            )
        self.fields["municipality"].error_messages["required"] = _("Choose which municipality you ask.")
        for name, key in zip(list(self.fields), _meant(asking), strict=False):  # as many as may be asked
            self.fields[name].initial = str(key)
        self.others_open = bool(self.others) and (self.is_bound or any(self[name].initial for name in self.others))
        self.fields["warned"] = forms.MultipleChoiceField(choices=choices[1:], required=False, widget=forms.MultipleHiddenInput)
        if asking.yes_on is None:
            self.fields["agrees"] = forms.BooleanField(
                label=_("The candidate agrees that the municipality reads this"),
                help_text=_("Not needed where it is on record already. You find that under Consent."),
                required=False,
            )

    @property
    def others(self) -> list[str]:
        """The fields of the other municipalities that may be asked too."""
        return [name for name in self.fields if name.startswith("municipality_")]

    @property
    def meant_silent(self) -> list[tuple[UUID, str]]:
        """Those that stand chosen and get no e-mail."""
        return [(key, self.names[key]) for key in self.in_mind() if key in self.silent]

    def _said(self, key: UUID) -> str:
        """The name, and what somebody should know who chooses it: it stands in the list itself, so that it needs no script."""
        known = [_("a local programme may exclude")] if key in self.excluding else []
        known += [_("no e-mail address known")] if key in self.silent else []
        return f"{self.names[key]} ({', '.join(known)})" if known else self.names[key]

    def in_mind(self) -> list[UUID]:
        """The municipalities that stand chosen in the form, as it was sent or beforehand."""
        keys = [str(self[name].value() or "") for name in ("municipality", *self.others)]
        return [key for key in self.names if str(key) in keys]

    def warned_of(self) -> list[Excluding]:
        """What the page warns of: programmes of those that are chosen, that were asked, and of the candidate's own municipality."""
        shown = {*self.in_mind(), *self.asked}
        return [one for key, found in self.excluding.items() for one in found if key in shown or one.certain]

    def unseen(self) -> list[str]:
        """The names of chosen municipalities with such a programme of which the page did not warn before it was sent (`warned`)."""
        own = {key for key, found in self.excluding.items() if any(one.certain for one in found)}
        known = {*self.cleaned_data["warned"], *(str(key) for key in (*own, *self.asked))}
        return [self.names[key] for key in self.chosen() if key in self.excluding and str(key) not in known]

    def clean(self) -> dict[str, Any]:
        """Each municipality is chosen once: who chose one twice meant another."""
        words = super().clean() or {}
        before = {words.get("municipality")}
        for name in self.others:
            key = words.get(name)
            if key and key in before:
                self.add_error(name, _("This municipality is chosen already. Choose another one, or leave this empty."))
            before.add(key)
        return words

    def chosen(self) -> list[UUID]:
        """The municipalities, in the order in which they were chosen."""
        return [UUID(key) for name in ("municipality", *self.others) if (key := self.cleaned_data[name])]


def _meant(asking: Asking) -> list[UUID]:
    """The municipalities that stand chosen: those of which nothing says that another is meant, and none that was asked already.

    One press sends a name and a birth date there: where the candidate wrote another than the list has, somebody chooses.
    """
    written, asked = asking.written, {line.place for line in asking.lines if line.state != "withdrawn"}
    found = [key for key, _name in written.found] if written else []
    own = [asking.municipality] if asking.municipality else []
    if any(line.state == "asked" for line in asking.lines):  # another one may be asked as well
        return []
    if own and written and (written.left or found != own):
        return []
    return [key for key in own or found if key not in asked]


class AnswerForm(Form):
    """The answer of a municipality: one choice and, where needed, a few words."""

    answer = forms.ChoiceField(
        label=gettext_lazy("May this person take part?"),
        widget=forms.RadioSelect,
        choices=[
            ("granted", gettext_lazy("Yes")),
            ("granted_with_conditions", gettext_lazy("Yes, under conditions")),
            ("refused", gettext_lazy("No")),
            ("not_ours", gettext_lazy("This person does not belong to our municipality")),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("The conditions, or why not"),
        help_text=gettext_lazy("Needed with conditions and with a no. With a plain yes you leave this empty."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
    )

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["words"].unmarked = True  # type: ignore[attr-defined]  # its help says when it is needed


class ChangeForm(AnswerForm):
    """Another answer, and why."""

    why = forms.CharField(
        label=gettext_lazy("Why do you change the answer?"),
        help_text=gettext_lazy("It stands in the history, beside the answer that you gave before."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )


@require_safe
@page(*READERS)
def permission_list(request: Asked) -> HttpResponse:
    """What is asked, due and overdue; for a municipality, what it has to answer, oldest first."""
    number, closed = request.GET.get("page", "1"), request.GET.get("show") == "answered"
    found = permissions.page(
        request.scope, today=timezone.localdate(), closed=closed, number=int(number) if number.isdigit() and len(number) < 6 else 1
    )
    tabs = [
        {"label": _("To answer") if found.answers else _("Waiting"), "href": "?", "current": not closed, "count": found.open},
        {"label": _("Done"), "href": "?show=answered", "current": closed},
    ]
    shown = [line for line in found.lines if line.name or not closed]
    lines = [{"line": line, "state": STATES[line.state][0], "kind": STATES[line.state][1]} for line in shown]
    context = {"found": found, "page": found, "tabs": tabs, "lines": lines, "unnamed": len(found.lines) - len(shown)}
    return render(request, "permissions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*READERS)
def permission(request: Asked, request_: UUID) -> HttpResponse:
    """One request; with a POST, the answer of the municipality."""
    found = open_request(by=request.scope, on=request_)
    if found is None:
        raise Http404
    late = request.method == "POST" and request.scope.has(Role.MUNICIPAL_CONTACT)  # a colleague may have answered meanwhile
    form = AnswerForm(request.POST or None) if found.answers or late else None
    if request.method == "POST" and form is not None and form.is_valid():
        typed = {"seen": seen_version(request), "today": timezone.localdate(), **form.cleaned_data}
        if tried(form, lambda: answer_permission(by=request.scope, on=request_, **typed)):
            notices.done(request, _("Thank you. Your answer is sent."))
            return redirect("permissions")
    return _shown(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.MUNICIPAL_CONTACT)
def permission_change(request: Asked, request_: UUID) -> HttpResponse:
    """Another answer of the municipality, while it may be changed."""
    found = open_request(by=request.scope, on=request_)
    if found is None:
        raise Http404
    if request.method != "POST" and not found.changes:
        return redirect("permission", request_=request_)
    start = {"answer": found.line.state, "words": found.conditions or found.reason}
    form = ChangeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        typed = {"seen": seen_version(request), "today": timezone.localdate(), **form.cleaned_data}
        if tried(form, lambda: change_answer(by=request.scope, on=request_, **typed)):
            notices.done(request, _("Your answer is changed. Who asked you is told."))
            return redirect("permission", request_=request_)
    return _shown(request, found, form)


def _shown(request: Asked, found: Request, form: AnswerForm | None) -> HttpResponse:
    state, kind = STATES[found.line.state]
    context = {"found": found, "line": found.line, "form": form, "state": state, "kind": kind}
    return render(request, "permissions/one.html", context, status=422 if form is not None and form.errors else 200)


@require_POST
@page(*STAFF)
def permission_remind(request: Asked, request_: UUID) -> HttpResponse:
    """Remind the municipality by e-mail."""
    return _done(request, request_, lambda: remind(by=request.scope, on=request_, today=timezone.localdate()), _("The reminder is sent."))


@require_POST
@page(*STAFF)
def permission_withdraw(request: Asked, request_: UUID) -> HttpResponse:
    """Ask no longer."""
    return _done(request, request_, lambda: withdraw(by=request.scope, on=request_), _("The request is withdrawn."))


@require_http_methods(["GET", "HEAD", "POST"])
@page(*STAFF)
def candidate_permissions(request: Asked, candidacy: UUID) -> HttpResponse:
    """Permission for one candidate: what was asked, and asking it, with what the municipality will read."""
    found = open_asking(by=request.scope, on=candidacy)
    if found is None:
        raise Http404
    form = AskForm(request.POST or None, asking=found)
    if request.method == "POST" and form.is_valid() and (names := ", ".join(form.unseen())):
        said = _("A local programme of %(names)s may exclude this candidate. Read above which. Can it be? Then do not send the request.")
        form.add_error("municipality", said % {"names": names})
    if request.method == "POST" and form.is_valid():
        words = {"of": form.chosen(), "asked_on": timezone.localdate(), "agrees": form.cleaned_data.get("agrees", False)}
        if tried(form, lambda: ask_permission(by=request.scope, on=candidacy, **words)):
            count = len(form.chosen())
            notices.done(request, ngettext("%(n)s municipality is asked.", "%(n)s municipalities are asked.", count) % {"n": count})
            if silent := ", ".join(form.names[key] for key in form.chosen() if key in form.silent):
                said = _("Nobody there is told: no e-mail address is known of %(names)s. Call them, and add a contact person.")
                notices.careful(request, said % {"names": silent})
            return redirect("candidate_permissions", candidacy=candidacy)
    lines = [{"line": line, "state": STATES[line.state][0], "kind": STATES[line.state][1]} for line in found.lines]
    context = {
        "asking": found,
        "form": form,
        "lines": lines,
        "waits": any(line.state == "asked" for line in found.lines),
        "may": found.open and found.title and not found.granted,
    }
    return render(request, "permissions/ask.html", context, status=422 if form.errors else 200)


@require_POST
@page(*STAFF)
def candidate_permissions_again(request: Asked, candidacy: UUID) -> HttpResponse:
    """Ask again whom a yes that was taken back kept from answering."""
    if open_asking(by=request.scope, on=candidacy) is None:
        raise Http404
    pressed(request, lambda: ask_again(by=request.scope, on=candidacy, asked_on=timezone.localdate()), said=_asked_again)
    return redirect("candidate_permissions", candidacy=candidacy)


def _asked_again(asked: Sequence[object]) -> str:
    return ngettext("%(n)s municipality is asked.", "%(n)s municipalities are asked.", len(asked)) % {"n": len(asked)}


def _done(request: Asked, key: UUID, act: Any, said: str) -> HttpResponse:
    """A button on a request: a refusal is told on the page of the request itself."""
    pressed(request, act, said=said)
    return redirect(reverse("permission", args=[key]))


PATHS = [
    path("candidates/<uuid:candidacy>/permission/", candidate_permissions, name="candidate_permissions"),
    path("candidates/<uuid:candidacy>/permission/again/", candidate_permissions_again, name="candidate_permissions_again"),
    path("permissions/", permission_list, name="permissions"),
    path("permissions/<uuid:request_>/", permission, name="permission"),
    path("permissions/<uuid:request_>/change/", permission_change, name="permission_change"),
    path("permissions/<uuid:request_>/remind/", permission_remind, name="permission_remind"),
    path("permissions/<uuid:request_>/withdraw/", permission_withdraw, name="permission_withdraw"),
]
