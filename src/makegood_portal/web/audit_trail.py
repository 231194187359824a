"""Who did what when: the audit of an organisation, and the history of one file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from makegood_portal.actions.open_history import export_audit, open_history
from makegood_portal.ledger.access import HISTORY_WITH, roles_that_read
from makegood_portal.ledger.queries import audit_trail
from makegood_portal.ledger.words import Role
from makegood_portal.web.fields import PickedDateField
from makegood_portal.web.history_words import FIELDS, PARTS, VERBS, value_said
from makegood_portal.web.offered import Form
from makegood_portal.web.pages import Asked, page

READERS = (Role.LEAD, Role.ADMINISTRATOR)
IN_ONE_GO = timedelta(minutes=30)
"""Between two things that somebody opens in one go at most so much time goes by."""


class FilterForm(Form):
    """Whose acts, which acts, of which day."""

    actor = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    day = PickedDateField(label=gettext_lazy("Day"), required=False)

    def __init__(self, *args: Any, actors: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        fields: Any = self.fields
        fields["actor"].choices = [("", _("Everybody")), *((str(key), name) for key, name in actors)]
        fields["verb"].choices = [("", _("Everything")), *VERBS.items()]

    def chosen(self) -> dict[str, Any]:
        """As the query wants it; what cannot be is left out."""
        words = self.cleaned_data if self.is_valid() else {}
        day: date | None = words.get("day")
        return {"actor": UUID(words["actor"]) if words.get("actor") else None, "verb": words.get("verb", ""), "day": day}


def _codes(codes: Mapping[str, Mapping[str, str]] | None, table: str, field: str) -> Mapping[str, str]:
    known = codes or {}
    return known.get(f"{table}.{field}", known.get(field, {}))


def _shown(found: audit_trail.Page, codes: Mapping[str, Mapping[str, str]] | None = None) -> list[dict[str, Any]]:
    return [
        {
            "entry": one,
            "verb": VERBS.get(one.verb, one.verb.replace("_", " ")),
            "part": PARTS.get(one.part, ""),
            "reason": one.reason if not codes else value_said(one.reason, codes.get("reason", {})),
            "changes": [
                {
                    "field": FIELDS.get(change.field, change.field.replace("_", " ")),
                    "old": value_said(change.old, _codes(codes, one.table, change.field), change.field),
                    "new": value_said(change.new, _codes(codes, one.table, change.field), change.field),
                }
                for change in one.changes
            ],
        }
        for one in found.entries
    ]


def _folded(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What one person opened in one go in one line, with its parts: a page or two of somebody at work is many entries of the log."""
    lines: list[dict[str, Any]] = []
    for item in entries:
        line = {**item, "parts": [item["part"]] if item["part"] else [], "since": item["entry"].at}
        last = lines[-1] if lines else None
        if last and _opened(item) and _opened(last) and _by(last) == _by(item) and last["since"] - line["since"] < IN_ONE_GO:
            last["parts"] = list(dict.fromkeys([*line["parts"], *last["parts"]]))
            last["since"] = line["since"]
        else:
            lines.append(line)
    return lines


def _by(item: Mapping[str, Any]) -> tuple[UUID | None, str]:
    return item["entry"].actor, item["entry"].acting_as


def _opened(item: Mapping[str, Any]) -> bool:
    return item["entry"].verb == "read" and not item["entry"].refused


def _number(request: Asked) -> int:
    number = request.GET.get("page", "1")
    return int(number) if number.isdigit() and len(number) < 6 else 1


@require_safe
@page(*READERS)
def audit_list(request: Asked) -> HttpResponse:
    """What was done, the newest on top."""
    form = FilterForm(request.GET, actors=audit_trail.actors(request.scope))
    found = audit_trail.page(request.scope, number=_number(request), **form.chosen())
    return render(request, "audit_trail/list.html", {"page": found, "entries": _shown(found), "search": form})


@require_POST
@page(*READERS)
def audit_export(request: Asked) -> HttpResponse:
    """The same as a file; that it was taken out is written down."""
    form = FilterForm(request.POST, actors=audit_trail.actors(request.scope))
    text = export_audit(by=request.scope, on=None, **form.chosen())
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="log.csv"'})


@require_safe
@page(*roles_that_read(HISTORY_WITH))
def candidate_history(request: Asked, candidacy: UUID) -> HttpResponse:
    """Who opened this file, what changed from what to what, and why."""
    found = open_history(by=request.scope, on=candidacy, number=_number(request))
    if found is None:
        raise Http404
    return render(
        request, "audit_trail/of_file.html", {"found": found, "page": found.page, "entries": _folded(_shown(found.page, found.codes))}
    )


PATHS = [
    path("log/", audit_list, name="audit"),
    path("log/export/", audit_export, name="audit_export"),
    path("candidates/<uuid:candidacy>/history/", candidate_history, name="candidate_history"),
]
