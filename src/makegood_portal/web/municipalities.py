"""The directory of municipalities: whom to ask, whether that is still right, and which programmes of their own exclude."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood_portal.actions.directory import (
    FIRST_YEAR,
    add_contact,
    add_local_programme,
    contact_back,
    contact_left,
    record_usual_care,
    still_right,
)
from makegood_portal.actions.municipality_codes import (
    CODE_KEEPERS,
    MOST_BYTES,
    CodeChange,
    CodesPlan,
    CodesRefused,
    look_at_codes,
    take_codes_in,
)
from makegood_portal.actions.refusal import Stale
from makegood_portal.ledger.queries import municipalities
from makegood_portal.ledger.queries.municipalities import KEEPERS, Municipality, UsualCareBeside
from makegood_portal.web import notices
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.files import UploadField
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tried

CODE_WORDS = {
    "too_large": gettext_lazy("The list is too large. Send the municipalities of one year."),
    "wrong_encoding": gettext_lazy("The list has signs that cannot be read. Save it as CSV UTF-8."),
    "columns_missing": gettext_lazy("The first line must name the columns: code, name, year, and merged_into where they merged."),
    "empty_file": gettext_lazy("The list has no municipalities."),
    "missing_value": gettext_lazy("The code or the name is missing, or too long."),
    "not_a_code": gettext_lazy("A code has four digits, such as 0363."),
    "not_a_year": gettext_lazy("The year cannot be. Write the year of the list, such as 2026."),
    "merged_into_itself": gettext_lazy("A municipality cannot merge into itself."),
    "twice": gettext_lazy("This municipality stands in the list twice."),
    "unknown_municipality": gettext_lazy("The municipality that took its place is not in the list, or merged itself."),
}
"""Code of a problem of a list -> what people read."""
MOST_SHOWN = 100
"""Lines of a list that are shown one by one before it is taken in; the counts are of all of them."""

MOST_YEARS = 200
"""Years of usual care that a page may say it showed."""


class SearchForm(Form):
    """A part of the name."""

    name = forms.CharField(label=gettext_lazy("Name of the municipality"), required=False, max_length=100)


class ContactForm(Form):
    """A contact person."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    duty = forms.CharField(label=gettext_lazy("Task or department"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone number"), max_length=40, required=False)


class LocalForm(Form):
    """A programme of the municipality itself."""

    name = forms.CharField(label=gettext_lazy("Name of the programme"), max_length=200)
    for_whom = forms.CharField(label=gettext_lazy("For whom is it?"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    from_on = PickedDateField(label=gettext_lazy("Since which day?"))
    excludes = forms.BooleanField(label=gettext_lazy("Whoever takes part there cannot take part here"), required=False)


class UsualCareForm(Form):
    """What the municipality does without the programme, in a year."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=2100)
    kinds = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    source = forms.ChoiceField(label=gettext_lazy("Who says so?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: UsualCareBeside, **words: Any) -> None:
        super().__init__(*args, **words)
        self.fields["kinds"].label = found.asks
        self.fields["kinds"].choices = found.kinds  # type: ignore[attr-defined]
        self.fields["source"].choices = found.sources  # type: ignore[attr-defined]


@require_safe
@page(*KEEPERS)
def municipality_list(request: Asked) -> HttpResponse:
    """Municipalities by name; those whose contact person nobody checked for long stand out."""
    form, number = SearchForm(request.GET), request.GET.get("page", "1")
    search = form.cleaned_data["name"] if form.is_valid() else ""
    found = municipalities.page(
        request.scope, today=timezone.localdate(), search=search, number=int(number) if number.isdigit() and len(number) < 6 else 1
    )
    keeps = request.scope.has(*CODE_KEEPERS)
    return render(request, "municipalities/list.html", {"page": found, "search": form, "keeps_codes": keeps})


class CodesForm(Form):
    """A list of the statistics office."""

    file = UploadField(
        most=MOST_BYTES,
        too_large=gettext_lazy("The file is too large. Send the list of one year alone, at most 500 kB."),
        label=gettext_lazy("The list of municipalities"),
        help_text=gettext_lazy("A CSV file of Statistics Netherlands with the columns code, name, year and merged_into."),
        widget=forms.FileInput(attrs={"accept": ".csv"}),
    )


class CodesSeenForm(Form):
    """The list that was looked at, and what it would have done then."""

    list = forms.CharField(max_length=MOST_BYTES, strip=False, widget=forms.HiddenInput)
    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*CODE_KEEPERS)
def municipality_codes(request: Asked) -> HttpResponse:
    """The codes of a year, and which municipalities merged: what the list would do, before anything is kept."""
    form = CodesForm(request.POST or None, request.FILES or None)
    problems: list[tuple[int, str]] = []
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(MOST_BYTES + 1)
        try:
            plan = look_at_codes(by=request.scope, on=None, content=content)
        except CodesRefused as refused:
            form.add_error("file", refused.what)
            problems = _codes_problems(refused)
        else:
            return _codes_looked_at(request, plan, content.decode("utf-8-sig"))
    context = {"form": form, "problems": problems}
    return render(request, "municipalities/codes.html", context, status=422 if form.errors else 200)


@require_POST
@page(*CODE_KEEPERS)
def municipality_codes_take(request: Asked) -> HttpResponse:
    """Take in the list that was looked at: all of it, or nothing."""
    form = CodesSeenForm(request.POST)
    if not form.is_valid():
        return redirect("municipality_codes")
    content = form.cleaned_data["list"].encode()
    try:
        taken = take_codes_in(by=request.scope, on=None, content=content, seen=form.cleaned_data["seen"])
    except Stale as stale:
        plan = look_at_codes(by=request.scope, on=None, content=content)
        return _codes_looked_at(request, plan, form.cleaned_data["list"], changed=stale.what)
    except CodesRefused as refused:
        context = {"form": CodesForm(), "problems": _codes_problems(refused)}
        return render(request, "municipalities/codes.html", context, status=422)
    words = {"new": taken.new, "changed": taken.changed, "merged": taken.merged, "same": taken.same}
    said = _("Taken in: %(new)s new, %(changed)s changed, %(merged)s merged, %(same)s as they were.")
    notices.done(request, said % words)
    return redirect("municipalities")


def _codes_problems(refused: CodesRefused) -> list[tuple[int, str]]:
    """Line and words of each problem of a list."""
    return [(one.where.line, str(CODE_WORDS.get(one.code, one.what))) for one in refused.problems]


def _codes_looked_at(request: Asked, plan: CodesPlan, text: str, *, changed: str = "") -> HttpResponse:
    """The page that says what a list would do."""
    telling = [one for one in plan.changes if one.into or one.kind in ("new", "changed")]
    context = {
        "seen": CodesSeenForm(initial={"list": text, "seen": plan.mark}),
        "counts": plan.counts,
        "older": sum(one.kind == "older" for one in plan.changes),
        "rows": [_codes_row(one) for one in telling[:MOST_SHOWN]],
        "more": max(0, len(telling) - MOST_SHOWN),
        "changed": changed,
    }
    return render(request, "municipalities/codes_seen.html", context, status=409 if changed else 200)


def _codes_row(one: CodeChange) -> dict[str, Any]:
    """A line of the list in words: what it says, what is known now, and what happens."""
    if one.into:
        word, kind = _("merges into %(name)s") % {"name": one.into}, "warning"
    elif one.kind == "new":
        word, kind = _("new"), "success"
    else:
        word, kind = (_("new name"), "info") if one.renames else (_("new code or year"), "info")
    code, year, name = one.was or ("", 0, "")
    known = f"{code} ({year}), {name}" if code else name
    return {"line": one.line, "known": known, "word": word, "kind": kind}


@require_safe
@page(*KEEPERS)
def municipality(request: Asked, municipality_: UUID) -> HttpResponse:
    """One municipality."""
    found = _found(request, municipality_)
    return render(request, "municipalities/one.html", {"found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def municipality_contact_new(request: Asked, municipality_: UUID) -> HttpResponse:
    """Add a contact person."""
    return _added(request, _found(request, municipality_), ContactForm(request.POST or None), add_contact, _("Add a contact person"))


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def municipality_programme_new(request: Asked, municipality_: UUID) -> HttpResponse:
    """Add a local programme."""
    form = LocalForm(request.POST or None, initial={"from_on": timezone.localdate()})
    return _added(request, _found(request, municipality_), form, add_local_programme, _("Add a local programme"))


@require_http_methods(["GET", "HEAD", "POST"])
@page(*KEEPERS)
def municipality_usual_care(request: Asked, municipality_: UUID, programme: UUID) -> HttpResponse:
    """Record the usual care of a year, without one programme."""
    found = _found(request, municipality_)
    care = next((one for one in found.usual_care if one.programme == programme), None)
    if care is None:
        raise Http404
    form = UsualCareForm(request.POST or None, found=care, initial={"year": timezone.localdate().year})
    pairs = (word.partition(":") for word in request.POST.get("seen", "").split(",")[:MOST_YEARS])
    seen = {int(year): int(version) for year, _colon, version in pairs if f"{year}{version}".isdecimal() and len(year + version) < 12}
    act = partial(record_usual_care, programme=programme, seen=seen)
    return _added(request, found, form, act, _("Record usual care"), care=care)


@require_POST
@page(*KEEPERS)
def contact_still_right(request: Asked, contact: UUID) -> HttpResponse:
    """Checked today."""
    row = still_right(by=request.scope, on=contact, today=timezone.localdate())
    notices.done(request, _("Thank you. Checked today."))
    return redirect("municipality", municipality_=row.municipality_id)


@require_POST
@page(*KEEPERS)
def contact_gone(request: Asked, contact: UUID) -> HttpResponse:
    """Not the contact any more."""
    row = contact_left(by=request.scope, on=contact, today=timezone.localdate())
    said = _("This contact person is taken out. Add the new one if you know who it is.")
    notices.done(request, said, undo=reverse("contact_put_back", args=[contact]))
    return redirect("municipality", municipality_=row.municipality_id)


@require_POST
@page(*KEEPERS)
def contact_put_back(request: Asked, contact: UUID) -> HttpResponse:
    """The contact after all."""
    row = contact_back(by=request.scope, on=contact, today=timezone.localdate())
    notices.done(request, _("This contact person stands here again."))
    return redirect("municipality", municipality_=row.municipality_id)


def _added(
    request: Asked, found: Municipality, form: forms.Form, act: Any, title: str, *, care: UsualCareBeside | None = None
) -> HttpResponse:
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: act(by=request.scope, on=found.id, today=timezone.localdate(), **form.cleaned_data)):
        notices.done(request, _("Added."))
        return redirect("municipality", municipality_=found.id)
    # Two people may say something of the same year: each sees what stands there now.
    seen = ",".join(f"{one.year}:{one.version}" for one in care.lines) if care else ""
    context = {"found": found, "form": form, "title": title, "seen": seen, "care": care}
    return render(request, "municipalities/new.html", context, status=422 if form.errors else 200)


def _found(request: Asked, key: UUID) -> Municipality:
    found = municipalities.one(request.scope, key, today=timezone.localdate())
    if found is None:
        raise Http404
    return found


PATHS = [
    path("municipalities/", municipality_list, name="municipalities"),
    path("municipalities/codes/", municipality_codes, name="municipality_codes"),
    path("municipalities/codes/take-in/", municipality_codes_take, name="municipality_codes_take"),
    path("municipalities/<uuid:municipality_>/", municipality, name="municipality"),
    path("municipalities/<uuid:municipality_>/contacts/new/", municipality_contact_new, name="municipality_contact_new"),
    path("municipalities/<uuid:municipality_>/programmes/new/", municipality_programme_new, name="municipality_programme_new"),
    path("municipalities/<uuid:municipality_>/usual-care/<uuid:programme>/", municipality_usual_care, name="municipality_usual_care"),
    path("municipality-contacts/<uuid:contact>/still-right/", contact_still_right, name="contact_still_right"),
    path("municipality-contacts/<uuid:contact>/gone/", contact_gone, name="contact_gone"),
    path("municipality-contacts/<uuid:contact>/put-back/", contact_put_back, name="contact_put_back"),
]
