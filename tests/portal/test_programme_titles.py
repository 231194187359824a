"""A programme is called what its file calls it in the language of the reader, wherever it is named."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.urls import reverse

from makegood_portal.ledger.models import Party
from makegood_portal.ledger.words import Role
from portal.access_table import ROUTES
from portal.builders import World, a_programme, client_of
from portal.forms_walked import undone

pytestmark = pytest.mark.django_db
PAGES = {name: route for name, route in ROUTES.items() if route.post is None and not route.public}
DOCUMENTS = ("Process evaluation of the social impact bond Werk na Detentie", "Effect evaluation of Werk na Detentie")
NAMES = {"en": "Work after prison", "nl": "Werk na Detentie"}


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("role", Role)
def test_no_page_calls_a_programme_otherwise_than_its_reader_does(world: World, role: Role, language: str) -> None:
    side, other = world.ours, a_programme(name="Register 2")
    type(side.programme).objects.filter(pk=side.programme.pk).update(name="Register 1")
    for organisation in side.organisations.values():  # beside another programme, so that pages ask which one
        Party.objects.create(programme=other, organisation=organisation)
    client = client_of(side.users[role])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    (foreign,) = set(NAMES.values()) - {NAMES[language]}
    wrong = {}
    for name, route in PAGES.items():
        if role in route.may:
            with undone():
                answer = client.get(reverse(name, kwargs=route.kwargs(side)))
            if "text/html" in answer.get("Content-Type", "") and name != "statement":
                page = answer.content.decode()
                for document in DOCUMENTS:  # a report is called as it was published
                    page = page.replace(document, "")
                wrong[name] = re.findall(f"Register [12]|{foreign}", page)
    assert {name: found for name, found in wrong.items() if found} == {}
