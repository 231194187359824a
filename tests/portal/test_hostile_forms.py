"""Script, SQL, templates and NUL in every field of every form: no fault, and nothing is shown raw, then or afterwards."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.urls import reverse

from makegood_portal.ledger.models import Candidacy
from portal.access_table import SCREENS, role_for
from portal.builders import World, client_of
from portal.forms_walked import forms_of, undone

SCRIPT = "<script>alert('zw')</script><img src=x onerror=alert(1)>"
HOSTILE = {
    "signs": f"{SCRIPT}'; DROP TABLE ledger_candidacy; -- \" OR 1=1 {{{{ 7|add:7 }}}}${{7*7}}%(x)s%s \u202e😀",
    "nul": "=HYPERLINK(1)\x00" + "é" * 3_000,
}
"""Script, SQL, a template, a format, a turned reading direction; a formula with a NUL in a very long text."""
ADDRESS = ("page", "search", "name", "show", "section", "step", "programme", "closed", "state", "kind", "month", "prison", "from", "until",
           "as_of", "left", "channel", "contact", "actor", "verb", "day", "next")  # fmt: skip
KEPT = {"csrfmiddlewaretoken", "once"}
ASKED_WITH_TEXT = ("text", "textarea", "search", "email")


def fine(answer: Any, where: str) -> list[str]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    faults = [f"{where}: {answer.status_code}"] if answer.status_code >= 500 else []
    return faults + [f"{where}: {raw!r}" for raw in (b"<script>alert('zw')", b"onerror=alert(1)>", b"14${7*7}") if raw in body]


@pytest.mark.parametrize("screen", SCREENS)
def test_whatever_is_typed_is_taken_or_refused_and_shown_as_text(world: World, screen: str) -> None:
    faults: list[str] = []
    clients = {role: client_of(user, raise_request_exception=False) for role, user in world.ours.users.items()}
    for name, route in SCREENS[screen].items():
        client = clients[role_for(route)]
        with undone():  # what one form did does not stand in the way of the next
            address = reverse(name, kwargs=route.kwargs(world.ours))
            forms = forms_of(client, name, route, world.ours)
            for form, (word, text) in product(forms, HOSTILE.items()):
                # First in every field; then only where words are typed, so that something of it is kept and shown.
                everywhere = {key: value if key in KEPT else text for key, value in form.values.items()}
                in_words = form.filled() | {key: text[:100] for key, one in form.fields.items() if one.kind in ASKED_WITH_TEXT}
                for typed in (everywhere, in_words):
                    typed.pop("once", None)
                    faults += fine(client.post(form.action, typed), f"{name} {word}")
            if route.post is None:
                faults += fine(client.get(address), f"{name} afterwards")
                for word, text in HOSTILE.items():
                    faults += fine(client.get(address, dict.fromkeys(ADDRESS, text)), f"{name} address {word}")
    assert faults == []
    assert Candidacy.objects.filter(pk=world.theirs.candidacy.pk).exists()
