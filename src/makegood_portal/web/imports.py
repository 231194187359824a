"""Lists of a prison: bring one, name its columns, look at what would happen, take it in, watch it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood.cases.gross_list.fields import FIELDS, IN_PARTS
from makegood_portal.actions.csv_cells import harmless
from makegood_portal.actions.import_list import (
    TOO_LARGE,
    ListRefused,
    look_at_columns,
    look_at_first_line,
    look_at_list,
    mark_of,
    name_columns,
    put_list_aside,
    receive_list,
    say_first_line,
    suggested_columns,
    take_list_in,
    take_refused_rows_out,
)
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger.queries import imports
from makegood_portal.ledger.queries.imports import ListFile, Place, RowLine
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.files import UploadField
from makegood_portal.web.import_words import KINDS, OUTCOMES, WORDS, file_words, note_words, remarks_of, value_words
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import in_words, tried


@dataclass(frozen=True)
class Page:
    """Where one is in a list."""

    number: int
    more: bool


class UploadForm(Form):
    """Which prison, which month, which file."""

    place = forms.ChoiceField(label=gettext_lazy("Prison and programme"))
    month = forms.DateField(
        label=gettext_lazy("Month of the list"), input_formats=["%Y-%m"], widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("Write the month as year-month, such as 2016-06.")},
    )  # fmt: skip
    file = UploadField(
        label=gettext_lazy("The list"),
        most=TOO_LARGE,
        too_large=gettext_lazy("The file is too large. Send at most 20 MB."),
        help_text=gettext_lazy("A file from Excel (.xlsx) or a text file (.csv), at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any, places: tuple[Place, ...], **words: Any) -> None:
        super().__init__(*args, **words)
        choices = [(f"{place.prison}/{place.programme}", f"{place.prison_name}, {place.programme_name}") for place in places]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["place"].widget = forms.HiddenInput()
            self.fields["place"].initial = choices[0][0]


NAMED_SO = {
    "family_name": gettext_lazy("If the list has a column of its own for it."),
    "given_name": gettext_lazy("If the list has a column of its own for it."),
    "whole_name": gettext_lazy("If one column holds both: “Boom, Kees” or “Kees van den Boom”."),
}


class ColumnsForm(Form):
    """For each thing that a list may say: in which column it stands."""

    def __init__(self, *args: Any, samples: Mapping[str, Sequence[str]], may_hold_bsn: bool, **words: Any) -> None:
        super().__init__(*args, **words)
        named = [(heading, f"{heading}: {', '.join(values)}" if values else heading) for heading, values in samples.items()]
        choices = [("", _("Not on this list")), *named]
        for name, field in FIELDS.items():
            if name == "bsn" and not may_hold_bsn:
                continue
            # A name stands in one column or in several: which of them is missing is said when it is known which.
            needed = field.required and name not in (*IN_PARTS, "whole_name")
            self.fields[name] = forms.ChoiceField(label=WORDS[name], choices=choices, required=needed)
            if name in NAMED_SO:
                self.fields[name].help_text = NAMED_SO[name]
                self.fields[name].unmarked = True  # type: ignore[attr-defined]


class FirstLineForm(Form):
    """Whether the first line of a list is a person."""

    first_line = forms.ChoiceField(
        label=gettext_lazy("What is the first line?"), widget=forms.RadioSelect,
        choices=[
            ("person", gettext_lazy("A person. Read it too, and call the columns A, B, C.")),
            ("names", gettext_lazy("The names of the columns.")),
        ],
    )  # fmt: skip


@require_safe
@page(Role.COORDINATOR, Role.HEAD_OFFICE)
def import_list(request: Asked) -> HttpResponse:
    """The lists that came."""
    number = _number(request)
    lines, more = imports.lists(request.scope, number=number)
    return render(request, "imports/list.html", {"lines": lines, "page": Page(number, more), "practice": _practice_list()})


def _practice_list() -> Path | None:
    """The invented list of a demonstration, if this is one."""
    file = Path(settings.MAKEGOOD_HOME) / "practice" / "practice-list.csv"
    return file if settings.MAKEGOOD_DEMO and file.is_file() else None


@require_safe
@page(Role.COORDINATOR)
def import_practice_list(request: Asked) -> HttpResponse:  # noqa: ARG001
    """In a demonstration: an invented list to try."""
    file = _practice_list()
    if file is None:
        raise Http404
    words = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.read_bytes(), content_type="text/csv; charset=utf-8", headers=words)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.COORDINATOR)
def import_new(request: Asked) -> HttpResponse:
    """Bring a list."""
    places = imports.places(request.scope)
    form = UploadForm(request.POST or None, request.FILES or None, places=places, initial={"month": timezone.localdate().strftime("%Y-%m")})
    refused: ListRefused | None = None
    if request.method == "POST" and form.is_valid():
        prison, programme = form.cleaned_data["place"].split("/")
        file = form.cleaned_data["file"]
        words = {"programme": UUID(programme), "month": form.cleaned_data["month"], "file_name": file.name, "content": file.read()}
        made: list[UUID] = []
        began = timezone.now()
        try:
            if tried(form, lambda: made.append(receive_list(by=request.scope, on=UUID(prison), **words)), but=ListRefused):
                _say_if_it_came_before(request, imports.came_at(made[0]), began)
                return redirect("import", listed=made[0])
        except ListRefused as found:
            refused = found
            form.add_error("file", file_words(found.problems[0]))
    problems = [file_words(problem) for problem in refused.problems] if refused else []
    context = {"form": form, "places": places, "refused": refused, "problems": problems, "practice": _practice_list()}
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


def _say_if_it_came_before(request: Asked, came_at: datetime, began: datetime) -> None:
    """The same file leads to what came of it: nothing is read again, and that is said."""
    if came_at < began:
        day = date_format(timezone.localtime(came_at), "j F Y")
        notices.careful(request, _("This file was brought before, on %(day)s. This is that list.") % {"day": day})


@require_safe
@page(Role.COORDINATOR, Role.HEAD_OFFICE)
def import_one(request: Asked, listed: UUID) -> HttpResponse:
    """One list: what would happen, how far it is, what became of it."""
    found = look_at_list(by=request.scope, on=listed, show=request.GET.get("show", ""), number=_number(request))
    if found is None:
        raise Http404
    if found.line.state == "mapping" and request.scope.has(Role.COORDINATOR):
        return redirect("import_columns", listed=listed)
    template = "imports/progress.html" if request.htmx else "imports/one.html"
    return render(request, template, _one(found))


def _one(found: ListFile) -> dict[str, Any]:
    counts = found.line.counts
    tabs = [{"label": _("All rows"), "href": "?", "current": not found.shown, "count": counts.get("rows", 0)}]
    tabs += [
        {"label": label, "href": f"?show={name}", "current": found.shown == name, "count": counts.get(name, 0)}
        for name, label in (*OUTCOMES.items(), ("corrected", _("with a remark")))
        if counts.get(name, 0)
    ]
    dates = any(problem.code == "date" for row in found.rows for problem in row.problems)  # said once: it is so in each row
    notes = [note_words(one) for one in found.notes]
    return {
        "notes": notes,
        "dates": dates,
        "takes": sum(counts.get(name, 0) for name in ("new", "changed", "filled")),
        "list": found,
        "refused_csv": reverse("import_refused_csv", args=[found.line.id]),
        "counts": counts,
        "tabs": tabs,
        "rows": [_row(row, apart="whole_name" in found.columns) for row in found.rows],
        "without": _without(counts) if found.line.state == "preview" else [],
        "page": Page(found.number, found.more),
    }


def _row(row: RowLine, *, apart: bool) -> dict[str, Any]:
    """A row as read: who it is about, and what else is known as far as it is still kept. `apart`: the name was told apart."""
    said = {name: value_words(name, value) for name, value in row.values.items()}
    number = _("number %(number)s") % said if "number" in said else ""
    born = _("born %(birth_date)s") % said if "birth_date" in said else ""
    return {
        "row": row,
        "who": [word for word in (_told_apart(said) if apart else "", number, born, said.get("sex", "")) if word],
        "release": said.get("release_on", ""),
        "municipality": said.get("municipality", ""),
        "outcome": OUTCOMES[row.outcome],
        "kind": KINDS.get(row.outcome, "neutral"),
        "remarks": remarks_of(row),
    }


def _told_apart(said: Mapping[str, str]) -> str:
    """What was read as family name and what as given name, where a list has them in one column."""
    if not {"family_name", "given_name"} <= set(said):
        return ""
    if "prefix" in said:
        return _("family name %(family_name)s, prefix %(prefix)s, given name %(given_name)s") % said
    return _("family name %(family_name)s, given name %(given_name)s") % said


def _without(counts: Mapping[str, int]) -> list[str]:
    """How many of those who come in have no release date and no municipality: unknown is counted, never passed over."""
    released, living = counts.get("without_release_on", 0), counts.get("without_municipality", 0)
    found = []
    if released:
        found.append(ngettext("%(n)s line has no release date.", "%(n)s lines have no release date.", released) % {"n": released})
    if living:
        words = ngettext("%(n)s line has no municipality that is known.", "%(n)s lines have no municipality that is known.", living)
        found.append(words % {"n": living})
    return found


@require_safe
@page(Role.COORDINATOR)
def import_refused_csv(request: Asked, listed: UUID) -> HttpResponse:
    """The refused rows of a list with their reasons, to put right and bring again; that they were taken out is written down."""
    if imports.one(request.scope, listed) is None:
        raise Http404
    try:
        found = take_refused_rows_out(by=request.scope, on=listed)
    except NotYours:
        raise
    except Refusal as refusal:  # an address that was kept: the values are deleted
        notices.careful(request, in_words(refusal))
        return redirect("import", listed=listed)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")  # as Excel in Dutch opens it, and as most prisons send theirs
    writer.writerow([harmless(heading) for heading in (*found.headings, _("Line"), _("Why refused"))])
    for row, cells in found.rows:
        writer.writerow([harmless(cell) for cell in (*cells, str(row.number), " ".join(remarks_of(row)))])
    words = {"Content-Disposition": 'attachment; filename="refused.csv"'}
    return HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=words)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.COORDINATOR)
def import_columns(request: Asked, listed: UUID) -> HttpResponse:
    """Say which column is what. Once a prison; next month it is known."""
    found = imports.one(request.scope, listed)
    if found is None:
        raise Http404
    if found.line.state not in ("mapping", "preview"):
        return redirect("import", listed=listed)  # it says what became of it
    if found.first_line == "unsaid":
        return redirect("import_first_line", listed=listed)
    try:
        samples = look_at_columns(by=request.scope, on=listed)
    except ListRefused as refused:
        return _unreadable(request, found, refused)
    suggested = suggested_columns(listed)
    samples = samples or {heading: () for heading in found.header if heading}
    form = ColumnsForm(request.POST or None, samples=_short(samples), may_hold_bsn=found.may_hold_bsn, initial=suggested)
    if request.method == "POST" and form.is_valid():
        words: dict[str, Any] = {"columns": form.cleaned_data, "seen": request.POST.get("seen", "")}
        try:
            if tried(form, lambda: name_columns(by=request.scope, on=listed, **words), but=ListRefused):
                return redirect("import", listed=listed)
        except ListRefused as refused:
            for problem in refused.problems:
                field = problem.where.path if problem.where.path in form.fields else None
                form.add_error(field, file_words(problem))
    context = {
        "form": form,
        "list": found,
        "samples": _short(samples),
        "notes": [note_words(one) for one in found.notes],
        "seen": mark_of(suggested),
    }
    return render(request, "imports/columns.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.COORDINATOR)
def import_first_line(request: Asked, listed: UUID) -> HttpResponse:
    """Say whether the first line is a person, before anything is read by it."""
    found = imports.one(request.scope, listed)
    if found is None:
        raise Http404
    if found.line.state not in ("mapping", "preview"):
        return redirect("import", listed=listed)  # it says what became of it
    sent = request.POST if request.method == "POST" else None
    form = FirstLineForm(sent, initial={"first_line": "" if found.first_line == "unsaid" else found.first_line})
    if request.method == "POST" and form.is_valid():
        is_a_person = form.cleaned_data["first_line"] == "person"
        if tried(form, lambda: say_first_line(by=request.scope, on=listed, is_a_person=is_a_person)):
            return redirect("import", listed=listed)
    try:
        lines = look_at_first_line(by=request.scope, on=listed)
    except ListRefused as refused:
        return _unreadable(request, found, refused, first_line=True)
    if lines is None:
        return redirect("import", listed=listed)
    return render(request, "imports/first_line.html", {"form": form, "list": found, "lines": lines}, status=422 if form.errors else 200)


def _unreadable(request: Asked, found: ListFile, refused: ListRefused, *, first_line: bool = False) -> HttpResponse:
    """A list that was kept and cannot be read any more: why, and what can be done with it."""
    return render(request, "imports/unreadable.html", {"list": found, "said": in_words(refused), "again": not first_line}, status=409)


def _short(samples: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Samples as they fit beside a column."""
    return {heading: [Truncator(value).chars(30) for value in values] for heading, values in samples.items()}


@require_POST
@page(Role.COORDINATOR)
def import_take_in(request: Asked, listed: UUID) -> HttpResponse:
    """Take the list in."""
    if imports.one(request.scope, listed) is None:
        raise Http404
    take_list_in(by=request.scope, on=listed)
    return redirect("import", listed=listed)


@require_POST
@page(Role.COORDINATOR)
def import_put_aside(request: Asked, listed: UUID) -> HttpResponse:
    """Forget a list that was not taken in."""
    if imports.one(request.scope, listed) is None:
        raise Http404
    put_list_aside(by=request.scope, on=listed)
    notices.done(request, _("The list is put aside. Its rows are deleted."))
    return redirect(reverse("imports"))


def _number(request: Asked) -> int:
    number = request.GET.get("page", "1")
    return max(int(number), 1) if number.isdigit() and len(number) < 6 else 1


PATHS = [
    path("imports/", import_list, name="imports"),
    path("imports/practice-list/", import_practice_list, name="import_practice_list"),
    path("imports/new/", import_new, name="import_new"),
    path("imports/<uuid:listed>/", import_one, name="import"),
    path("imports/<uuid:listed>/first-line/", import_first_line, name="import_first_line"),
    path("imports/<uuid:listed>/columns/", import_columns, name="import_columns"),
    path("imports/<uuid:listed>/refused.csv", import_refused_csv, name="import_refused_csv"),
    path("imports/<uuid:listed>/take-in/", import_take_in, name="import_take_in"),
    path("imports/<uuid:listed>/put-aside/", import_put_aside, name="import_put_aside"),
]
