"""Script, SQL, templates and NUL in every field of the forms of these screens: no fault, and nothing is shown raw."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from makegood_portal.ledger.models import Candidacy
from makegood_portal.ledger.words import Role
from portal.access import agreements, break_glass, candidates, caseload, citizen_number
from portal.access.route import Route
from portal.builders import Side, World, client_of

SCRIPT = "<script>alert('zw')</script><img src=x onerror=alert(1)>"
HOSTILE = {
    "signs": f"{SCRIPT}'; DROP TABLE ledger_candidacy; -- \" OR 1=1 {{{{ 7|add:7 }}}}${{7*7}}%(x)s%s \u202e😀",
    "nul": "=HYPERLINK(1)\x00" + "é" * 3_000,
}
"""Script, SQL, a template, a format, a turned reading direction; a formula with a NUL in a very long text."""
ADDRESS = ("page", "search", "show", "section", "step", "programme", "closed", "state", "kind", "month", "prison", "from", "until", "as_of")
KEPT = {"csrfmiddlewaretoken", "once"}
SCREENS = (agreements, break_glass, candidates, caseload, citizen_number)
OPEN = {name: route for screen in SCREENS for name, route in screen.ROUTES.items()}


@dataclass
class Form:
    """A form of a page: where it goes, and its fields with what stands in them."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page that are sent with POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        if tag == "form":
            self.form = Form(words.get("action") or "") if (words.get("method") or "").lower() == "post" else None
            self.found += [self.form] if self.form else []
        elif self.form is not None and tag in ("input", "textarea", "select", "button") and words.get("name"):
            self.form.values.setdefault(str(words["name"]), words.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None


def role_for(route: Route) -> Role:
    """Who writes most of those who may."""
    return next((role for role in (Role.COUNSELLOR, Role.COORDINATOR, Role.LEAD) if role in route.may), sorted(route.may)[0])


def targets(client: Client, name: str, route: Route, side: Side) -> list[Form]:
    """The forms of a page, or the one that goes to a route of its own."""
    address = reverse(name, kwargs=route.kwargs(side))
    if route.post is not None:
        return [Form(address, {"text": "", **{key: str(value) for key, value in route.post(side).items()}})]
    page = Forms()
    page.feed(client.get(address).content.decode())
    found = [Form(form.action or address, form.values) for form in page.found]
    return [form for form in found if "/language" not in form.action and "/logout" not in form.action]


def fine(answer: Any, word: str) -> None:
    assert answer.status_code < 500, word
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"<script>alert('zw')" not in body
    assert b"onerror=alert(1)>" not in body
    assert b"14${7*7}" not in body


@pytest.mark.parametrize("name", OPEN)
def test_whatever_is_typed_is_taken_or_refused_and_shown_as_text(world: World, name: str) -> None:
    route = OPEN[name]
    client = client_of(world.ours.users[role_for(route)], raise_request_exception=False)
    for word, text in HOSTILE.items():
        for form in targets(client, name, route, world.ours):
            typed = {key: value if key in KEPT else text for key, value in form.values.items()}
            typed.pop("once", None)
            fine(client.post(form.action, typed), word)
        if route.post is None:
            address = reverse(name, kwargs=route.kwargs(world.ours))
            fine(client.get(address, dict.fromkeys(ADDRESS, text)), word)
            fine(client.get(address), word)
    assert Candidacy.objects.filter(pk=world.theirs.candidacy.pk).exists()
