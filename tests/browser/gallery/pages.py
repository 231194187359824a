"""Pages that show the components as the portal's pages use them, with invented content."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from makegood_portal.ledger.scope import Scope
from makegood_portal.ledger.words import Role
from makegood_portal.web.fields import AnswerField, KnownDateField, PickedDateField
from makegood_portal.web.notices import done


@dataclass(frozen=True)
class Thing:
    """Whatever a component shows."""

    label: str = ""
    state: str = ""
    detail: str = ""
    href: str = ""
    current: bool = False
    count: int | str = ""


PERSONS = [
    SimpleNamespace(pseudonym=f"WD-{4000 + 37 * n}", prison=prison, step=step, kind=kind, left=left)
    for n, (prison, step, kind, left) in enumerate(
        [
            ("Noorderhof", "Vragenlijst invullen", "info", 61),
            ("Noorderhof", "Wacht op toestemming", "warning", 44),
            ("De Dijk", "Toestemming gekregen", "success", 38),
            ("De Dijk", "Gestopt: wil niet meedoen", "neutral", 31),
            ("Noorderhof", "Geen contactweg na vrijlating", "danger", 12),
        ]
        * 5
    )
]


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    prison = uuid4()
    roles = dict.fromkeys((Role.COORDINATOR, Role.LEAD), frozenset({prison}))
    request.scope = Scope(organisations=roles, names={prison: "PI Noorderhof"})  # type: ignore[attr-defined]
    user = SimpleNamespace(is_authenticated=True, name="Vera Bos", email="vera.bos@noorderhof.example")
    held = [SimpleNamespace(organisation="PI Noorderhof", role="coördinator")]
    return render(request, f"gallery/{template}.html", {"user": user, "held": held, "demo": True, **context})


def today(request: HttpRequest) -> HttpResponse:
    """A first page."""
    tasks = [
        SimpleNamespace(
            count=3,
            title="Kandidaten zonder vragenlijst",
            why="Zonder antwoorden weten we niet of het traject past.",
            href="/candidates/",
            urgency="urgent",
            due="2 te laat",
        ),
        SimpleNamespace(
            count=5,
            title="Toestemming vragen aan de gemeente",
            why="Een traject mag pas beginnen als de gemeente ja zegt.",
            href="/permissions/",
            urgency="soon",
            due="voor vrijdag",
        ),
        SimpleNamespace(
            count=12,
            title="Nieuwe namen op de lijst van november",
            why="Kijk per persoon of die mee mag doen.",
            href="/imports/",
            urgency="",
            due="",
        ),
    ]
    return _page(request, "today", tasks=tasks)


class Search(forms.Form):
    """Filters."""

    q = forms.CharField(label="Naam of pseudoniem", required=False)
    step = forms.ChoiceField(
        label="Stap", required=False, choices=[("", "Alle stappen"), ("ask", "Vragenlijst"), ("permission", "Toestemming")]
    )


def listing(request: HttpRequest) -> HttpResponse:
    """A list."""
    if "done" in request.GET:
        done(request, "Kandidaat WD-4037 staat nu bij ‘toestemming vragen’.", undo="/file/")
    page = Paginator(PERSONS, 10).get_page(request.GET.get("page"))
    return _page(request, "list", page=page, search=Search(request.GET), empty="leeg" in request.GET)


class Everything(forms.Form):
    """Each kind of field."""

    name = forms.CharField(label="Naam", help_text="Zoals in het paspoort.")
    born_on = KnownDateField(label="Geboortedatum", help_text="Bijvoorbeeld 27 3 1988.")
    first = PickedDateField(label="Eerste afspraak", required=False)
    municipality = forms.ChoiceField(label="Gemeente", choices=[("", "Kies een gemeente"), ("0363", "Amsterdam"), ("0344", "Utrecht")])
    work = AnswerField(
        label="Had u werk voordat u vastzat?", answers=[("yes", "Ja"), ("no", "Nee")], help_text="Werk is elke baan waarvoor u geld kreeg."
    )
    note = forms.CharField(label="Toelichting", widget=forms.Textarea, required=False)
    lists = forms.MultipleChoiceField(
        label="Wat heeft u nodig?",
        choices=[("id", "Een identiteitsbewijs"), ("house", "Een plek om te wonen")],
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.BooleanField(label="Ik heb de uitleg gelezen", help_text="U kunt later altijd stoppen.")
    file = forms.FileField(label="Lijst van deze maand", help_text="Een bestand uit Excel (.xlsx) of .csv, hoogstens 5 MB.", required=False)


def form(request: HttpRequest) -> HttpResponse:
    """A form, with what is wrong in it after sending."""
    return _page(request, "form", form=Everything(request.POST if request.method == "POST" else None))


def file(request: HttpRequest) -> HttpResponse:
    """A file of one person."""
    steps = [
        Thing("Op de lijst", "done", "3 oktober, door Vera Bos"),
        Thing("Gesprek gehad", "done", "9 oktober"),
        Thing("Vragenlijst", "current", "12 van 40 vragen", "/form/"),
        Thing("Toestemming van de gemeente", "todo"),
        Thing("Contract", "todo"),
    ]
    tabs = [
        Thing("Overzicht", href="/file/", current=True),
        Thing("Afspraken", href="/form/", count=2),
        Thing("Geschiedenis", href="/candidates/"),
    ]
    return _page(request, "file", steps=steps, tabs=tabs)
