"""Lists of a prison: bring one, name its columns, look at what would happen, take it in, watch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from makegood.cases.gross_list.fields import FIELDS
from makegood_portal.actions.import_list import (
    TOO_LARGE,
    ListRefused,
    look_at_list,
    mark_of,
    name_columns,
    put_list_aside,
    receive_list,
    suggested_columns,
    take_list_in,
)
from makegood_portal.ledger.queries import imports
from makegood_portal.ledger.queries.imports import ListFile, Place
from makegood_portal.ledger.words import Role
from makegood_portal.web import notices
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page
from makegood_portal.web.refused import tried

WORDS = {
    "number": gettext_lazy("Number in the prison"),
    "family_name": gettext_lazy("Family name"),
    "prefix": gettext_lazy("Prefix of the family name"),
    "given_name": gettext_lazy("Given name"),
    "birth_date": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "detained_since": gettext_lazy("Detained since"),
    "release_on": gettext_lazy("Release date"),
    "municipality": gettext_lazy("Municipality"),
    "offence_type": gettext_lazy("Type of offence"),
    "wing": gettext_lazy("Wing"),
    "bsn": gettext_lazy("Citizen service number"),
}
OUTCOMES = {
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("on record, new release date"),
    "unchanged": gettext_lazy("on record already"),
    "refused": gettext_lazy("refused"),
}
KINDS = {"new": "success", "changed": "info", "refused": "danger"}
REMARKS = {
    "missing": gettext_lazy("Nothing is filled in. Ask for it, and correct the list."),
    "unreadable": gettext_lazy("This cannot be read. Write it as in the example, or leave it empty."),
    "twice": gettext_lazy("This person stands on the list twice."),
    "reversed": gettext_lazy("The dates contradict each other. Look them up."),
    "capitals": gettext_lazy("Written in capitals; now as a name."),
    "spaces": gettext_lazy("Spaces were too many."),
    "number": gettext_lazy("Written as nine digits."),
    "serial": gettext_lazy("A number of Excel was read as a date."),
}
"""Code of a remark -> what people read."""


FILES = {
    "empty_file": gettext_lazy("The file is empty. Export the list again."),
    "too_large": gettext_lazy("The list is too large. Send at most 20 MB and 50,000 rows."),
    "too_wide": gettext_lazy("The list has too many columns. Send at most 200."),
    "old_excel": gettext_lazy("This is an Excel file of before 2007. Save it as .xlsx or .csv."),
    "with_a_password": gettext_lazy("This Excel file has a password. Save it without a password."),
    "a_pdf": gettext_lazy("This is a PDF. Ask for the list itself, from Excel (.xlsx) or as a text file (.csv)."),
    "a_word_file": gettext_lazy("This is a document of Word. Paste its table into Excel, and save it as .xlsx."),
    "a_picture": gettext_lazy("This is a picture. Ask for the list itself, from Excel (.xlsx) or as a text file (.csv)."),
    "a_web_page": gettext_lazy("This is a web page. Open it in Excel, and save it as .xlsx."),
    "open_document": gettext_lazy("This is a file of LibreOffice. Open it, and save it as .xlsx or .csv."),
    "a_zip": gettext_lazy("This is a zip file. Unpack it, and bring the list that is in it."),
    "slides": gettext_lazy("This is a presentation. Ask for the list itself, from Excel (.xlsx) or as a text file (.csv)."),
    "not_xlsx": gettext_lazy("This Excel file is damaged. Save it again, or as .csv."),
    "unpacks_too_large": gettext_lazy("The file holds more than a list. Send the list alone, without pictures and other sheets."),
    "merged_cells": gettext_lazy("Cells are merged. Unmerge them and fill in each cell."),
    "not_csv": gettext_lazy("A line of the file cannot be read. Check its quotes, or send the list as .xlsx."),
    "binary_file": gettext_lazy("This is no list. Send a file from Excel (.xlsx) or a text file (.csv)."),
    "wrong_encoding": gettext_lazy("The letters of this file cannot be read. Save it as .xlsx."),
    "repeated_column": gettext_lazy("Two columns have the same name. Give one of them another name."),
    "no_rows": gettext_lazy("There is nobody on the list. Send a list with at least one row."),
    "ragged_row": gettext_lazy("A row has more cells than the header. Send the list as .xlsx."),
    "long_cell": gettext_lazy("A cell holds a very long text. Shorten it."),
    "missing_column": gettext_lazy("The list has no such column."),
    "not_mapped": gettext_lazy("Choose a column. Without it nobody can be told apart."),
    "mapped_twice": gettext_lazy("One column is chosen twice. Choose it once."),
    "no_bsn_here": gettext_lazy("Your organisation may not keep citizen service numbers. Leave the column out."),
}
"""Code of a problem of a file or of its columns -> what people read."""


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
    file = forms.FileField(
        label=gettext_lazy("The list"),
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

    def clean_file(self) -> Any:
        """A file that is too large is refused before it is read."""
        file = self.cleaned_data["file"]
        if file.size > TOO_LARGE:
            raise forms.ValidationError(_("The file is too large. Send at most 20 MB."))
        return file


class ColumnsForm(Form):
    """For each thing that a list may say: in which column it stands."""

    def __init__(self, *args: Any, header: list[str], may_hold_bsn: bool, **words: Any) -> None:
        super().__init__(*args, **words)
        choices = [("", _("Not on this list")), *((heading, heading) for heading in header if heading)]
        for name, field in FIELDS.items():
            if name == "bsn" and not may_hold_bsn:
                continue
            label = WORDS[name]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=field.required)


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
        try:
            if tried(form, lambda: made.append(receive_list(by=request.scope, on=UUID(prison), **words)), but=ListRefused):
                return redirect("import", listed=made[0])
        except ListRefused as found:
            refused = found
            form.add_error("file", FILES.get(found.code, found.what))
    context = {"form": form, "places": places, "refused": refused, "practice": _practice_list()}
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


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
        for name, label in (*OUTCOMES.items(), ("corrected", _("corrected")))
        if counts.get(name, 0)
    ]
    rows = [
        {
            "row": row,
            "outcome": OUTCOMES[row.outcome],
            "kind": KINDS.get(row.outcome, "neutral"),
            "remarks": [_remark(remark, row.days) for remark in row.problems if remark["code"] != "date"],
        }
        for row in found.rows
    ]
    dates = any(remark["code"] == "date" for row in found.rows for remark in row.problems)  # said once: it is so in each row
    notes = [_note(one) for one in found.notes]
    return {
        "notes": notes,
        "dates": dates,
        "takes": counts.get("new", 0) + counts.get("changed", 0),
        "list": found,
        "counts": counts,
        "tabs": tabs,
        "rows": rows,
        "page": Page(found.number, found.more),
    }


def _note(note: Mapping[str, Any] | str) -> str:
    """How the file was read, in words; a list of before has its sentence already."""
    if isinstance(note, str):
        return note
    number, said = note["number"], {"n": note["number"], "name": note["name"]}
    if note["code"] == "read_as":
        return _("The file was read as %(name)s. Look whether names with accents are right.") % said
    if note["code"] == "other_sheets":
        one = _("The list was read from the sheet %(name)s.") % said
        rest = ngettext("%(n)s other sheet was not read.", "%(n)s other sheets were not read.", number) % said
        return f"{one} {rest}"
    if note["code"] == "from_1904":
        return _("This Excel file counts days from 1904. A number in a column of dates is not read.")
    if note["code"] == "hidden_rows":
        return ngettext("%(n)s hidden row was read too.", "%(n)s hidden rows were read too.", number) % said
    return ngettext("%(n)s line above the header was passed over.", "%(n)s lines above the header were passed over.", number) % said


def _remark(remark: Mapping[str, str], days: Mapping[str, str]) -> str:
    field = WORDS.get(remark["field"], "")
    words = REMARKS.get(remark["code"], remark["words"])
    day = days.get(remark["field"])
    if remark["code"] == "serial" and day:
        words = _("The number of Excel was read as %(day)s.") % {"day": date_format(date.fromisoformat(day), "j F Y")}
    return f"{field}: {words}" if field else str(words)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Role.COORDINATOR)
def import_columns(request: Asked, listed: UUID) -> HttpResponse:
    """Say which column is what. Once a prison; next month it is known."""
    found = imports.one(request.scope, listed)
    if found is None or found.line.state not in ("mapping", "preview"):
        raise Http404
    suggested = suggested_columns(listed)
    form = ColumnsForm(request.POST or None, header=list(found.header), may_hold_bsn=found.may_hold_bsn, initial=suggested)
    if request.method == "POST" and form.is_valid():
        words: dict[str, Any] = {"columns": form.cleaned_data, "seen": request.POST.get("seen", "")}
        try:
            if tried(form, lambda: name_columns(by=request.scope, on=listed, **words), but=ListRefused):
                return redirect("import", listed=listed)
        except ListRefused as refused:
            for problem in refused.problems:
                field = problem.where.path if problem.where.path in form.fields else None
                form.add_error(field, FILES.get(problem.code, problem.what))
    context = {"form": form, "list": found, "notes": [_note(one) for one in found.notes], "seen": mark_of(suggested)}
    return render(request, "imports/columns.html", context, status=422 if form.errors else 200)


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
    path("imports/<uuid:listed>/columns/", import_columns, name="import_columns"),
    path("imports/<uuid:listed>/take-in/", import_take_in, name="import_take_in"),
    path("imports/<uuid:listed>/put-aside/", import_put_aside, name="import_put_aside"),
]
