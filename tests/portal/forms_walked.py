"""The forms of the pages in the access table, as a browser reads them: where each goes, its fields, and how one would fill it in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access.route import Route
from portal.builders import Side

OF_THE_FRAME = ("/language", "/logout")
"""Forms that stand on every page."""
TEXT = "Komt om 8 uur 'n keer <langs> & belt"
"""What somebody types: it survives whatever goes wrong."""


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is taken back, so that many things are tried in one world."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


@dataclass
class Field:
    """A field: what it is, what stands in it, and what may be chosen."""

    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form of a page: where it goes, and its fields by name."""

    action: str
    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """As it comes to the reader."""
        return {name: one.value for name, one in self.fields.items()}

    def filled(self, words: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """As somebody would fill it in, with a fresh token; `words` where that must be known better."""
        found = {name: value for name, one in self.fields.items() if (value := _likely(one)) is not None}
        known = {name: value for name, value in (words or {}).items() if name in self.fields}
        return found | {"once": str(uuid4())} | known

    @property
    def texts(self) -> list[str]:
        """The fields in which somebody types words."""
        return [name for name, one in self.fields.items() if one.kind in ("text", "textarea") and not one.value]


def _likely(one: Field) -> Any:
    filled = {
        "date": timezone.localdate().isoformat(), "time": "10:30", "email": "nieuw@example.org", "number": "15", "text": TEXT,
        "textarea": TEXT, "password": "een lang wachtwoord van Piet", "month": "2026-03",
    }  # fmt: skip
    if one.kind == "file":
        return None
    if one.kind in ("radio", "select", "checkbox"):
        return one.value or next((choice for choice in one.choices if choice), "")
    return one.value or filled.get(one.kind, "")


class Forms(HTMLParser):
    """The forms of a page that are sent with POST."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None
        self.named: dict[str, Form] = {}
        """Forms by their id: a field beside the button of a form names it, and stands outside of it."""
        self.inside: Field | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = {name: value or "" for name, value in attrs}
        name = words.get("name", "")
        if tag == "form":
            self.form = Form(words.get("action", "")) if words.get("method", "").lower() == "post" else None
            self.found += [self.form] if self.form else []
            if self.form and "id" in words:
                self.named[words["id"]] = self.form
            return
        of = self.named.get(words["form"]) if "form" in words and tag != "button" else self.form
        if tag == "option" and self.inside:
            self.inside.choices.append(words.get("value", ""))
            self.inside.value = words.get("value", "") if "selected" in words else self.inside.value
        elif of is not None and tag in ("input", "textarea", "select", "button") and name and "disabled" not in words:
            kind = words.get("type", "text" if tag == "input" else tag)
            one = of.fields.setdefault(name, Field(kind))
            if kind in ("radio", "checkbox"):
                one.choices.append(words.get("value", "on"))
                one.value = words.get("value", "on") if "checked" in words else one.value
            else:
                one.value = unescape(words.get("value", ""))
            self.inside = one if tag in ("select", "textarea") else None

    def handle_data(self, data: str) -> None:
        if self.inside is not None and self.inside.kind == "textarea":
            self.inside.value = (self.inside.value + data).strip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag in ("select", "textarea"):
            self.inside = None


def forms_of(client: Client, name: str, route: Route, side: Side) -> list[Form]:
    """The forms of a page, or the one that goes to a route of its own."""
    address = reverse(name, kwargs=route.kwargs(side))
    if route.post is not None:
        return [Form(address, {word: Field("hidden", str(value)) for word, value in route.post(side).items()})]
    found = [Form(urljoin(address, form.action), form.fields) for form in Forms(client.get(address).content.decode(errors="replace")).found]
    return [form for form in found if not any(part in form.action for part in OF_THE_FRAME)]
