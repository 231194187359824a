"""Every route as every role, as a stranger, and with the ids of another organisation, which tell nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from makegood_portal.ledger.words import Role
from portal.access.route import Route
from portal.access_table import ACCOUNT, ROUTES
from portal.builders import Side, World, client_of
from portal.forms_walked import undone

FRESH = re.compile(r'value="[0-9a-f-]{36}"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"')
"""What differs from one answer to the next: tokens of forms."""


def routes(resolver: URLResolver | None = None) -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name or str(entry.pattern)


def ask(client: Client, name: str, route: Route, side: Side, instead: Mapping[str, Any] | None = None) -> Any:
    """The answer of a route; whoever asks takes back what it did, so that it does not help the next. `instead`: other ids."""
    headers = {"HX-Request": "true"} if route.htmx else {}
    address = reverse(name, kwargs=route.kwargs(side) | dict(instead or {}))
    return client.get(address, headers=headers) if route.post is None else client.post(address, route.post(side), headers=headers)


def status_of(answer: Any) -> int:
    return 302 if answer.status_code == 302 and "/account/login" not in answer["Location"] else answer.status_code


def test_every_route_stands_in_the_table() -> None:
    unnamed = {name for name in routes() if not name.startswith(tuple(ACCOUNT)) and not name.startswith("social/")}
    assert unnamed == set(ROUTES), "add the new route to tests/portal/access/<screen>.py, and say who may"


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_what_it_may_and_no_cache_keeps_it(world: World, role: Role) -> None:
    client, faults = client_of(world.ours.users[role]), []
    for name, route in ROUTES.items():
        with undone():
            answer = ask(client, name, route, world.ours)
            if status_of(answer) not in (route.answers if role in route.may else {403, 404}):
                faults.append(f"{name}: {answer.status_code}")
            if "no-store" not in answer["Cache-Control"]:
                faults.append(f"{name}: a cache may keep it")
    assert faults == []


@pytest.mark.parametrize("role", Role)
def test_other_peoples_ids_are_refused_as_ids_that_do_not_exist(world: World, role: Role) -> None:
    """Who guesses or carries over an id learns nothing from the answer: it is the one to an id of nobody."""
    client, faults = client_of(world.ours.users[role]), []
    for name, route in ROUTES.items():
        if not route.has_object:
            continue
        with undone():
            answer = ask(client, name, route, world.theirs)
            keys = {word: uuid4() for word, value in route.kwargs(world.theirs).items() if isinstance(value, UUID)}
            nobody = ask(client, name, route, world.theirs, keys)
            if role in route.shared:
                if status_of(answer) not in route.answers:
                    faults.append(f"{name}: {answer.status_code}")
            elif answer.status_code not in {403, 404}:
                faults.append(f"{name}: {answer.status_code}")
            elif (answer.status_code, said(answer)) != (nobody.status_code, said(nobody)):
                faults.append(f"{name}: {answer.status_code} for somebody's id, {nobody.status_code} for nobody's")
    assert faults == []


@pytest.mark.parametrize("role", [*Role, None], ids=[*map(str, Role), "stranger"])
def test_the_other_way_of_asking_opens_nothing_either(world: World, role: Role | None) -> None:
    """A page whose form goes to its own address is asked for by POST as well, and a form's address by GET, empty-handed."""
    client, faults = client_of(world.ours.users[role] if role else None), []
    for name, route in ROUTES.items():
        for side in (world.ours, world.theirs) if route.has_object else (world.ours,):
            mine = side is world.ours or role in route.shared
            if (role in route.may and mine) or route.public:
                continue
            with undone():
                address, htmx = reverse(name, kwargs=route.kwargs(side)), {"HX-Request": "true"} if route.htmx else {}
                answer = client.post(address, headers=htmx) if route.post is None else client.get(address, headers=htmx)
                led = role is None and (answer.status_code == 401 or "/account/login" in answer.headers.get("Location", ""))
                if not led and answer.status_code not in {403, 404, 405}:
                    faults.append(f"{name}: {answer.status_code}")
    assert faults == []


def said(answer: Any) -> str:
    """The page without what differs each time: tokens, and the address that was asked."""
    text = FRESH.sub("", answer.content.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text)


def test_a_stranger_is_led_to_the_log_in(world: World) -> None:
    client, faults = client_of(None), []
    for name, route in ROUTES.items():
        with undone():
            answer = ask(client, name, route, world.ours)
            if route.public:
                right = answer.status_code in route.answers
            elif route.post is not None:  # what was typed is kept: the page with the log-in holds it
                right = answer.status_code == 401 and "/account/login/" in answer.content.decode()
            else:
                right = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
            faults += [] if right else [f"{name}: {answer.status_code}"]
    assert faults == []
