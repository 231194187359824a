"""Every route as every role, as a stranger, and with the ids of another organisation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from makegood_portal.ledger.words import Role
from portal.access.route import Route
from portal.access_table import ACCOUNT, ROUTES
from portal.builders import Side, World, client_of

CASES = [(name, role) for name in ROUTES for role in Role]


def routes(resolver: URLResolver | None = None) -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name or str(entry.pattern)


def ask(client: Client, name: str, route: Route, side: Side) -> int:
    headers = {"HX-Request": "true"} if route.htmx else {}
    address = reverse(name, kwargs=route.kwargs(side))
    answer = client.get(address, headers=headers) if route.post is None else client.post(address, route.post(side), headers=headers)
    return 302 if answer.status_code == 302 and "/account/login" not in answer["Location"] else answer.status_code


def test_every_route_stands_in_the_table() -> None:
    unnamed = {name for name in routes() if not name.startswith(tuple(ACCOUNT)) and not name.startswith("social/")}
    assert unnamed == set(ROUTES), "add the new route to tests/portal/access/<screen>.py, and say who may"


@pytest.mark.parametrize(("name", "role"), CASES, ids=[f"{name}-{role}" for name, role in CASES])
def test_a_role_gets_what_it_may(world: World, name: str, role: Role) -> None:
    route = ROUTES[name]
    status = ask(client_of(world.ours.users[role]), name, route, world.ours)
    assert status in (route.answers if role in route.may else {403, 404})


@pytest.mark.parametrize(("name", "role"), [case for case in CASES if ROUTES[case[0]].has_object])
def test_other_peoples_ids_are_refused(world: World, name: str, role: Role) -> None:
    route = ROUTES[name]
    status = ask(client_of(world.ours.users[role]), name, route, world.theirs)
    assert status in (route.answers if role in route.shared else {403, 404})


@pytest.mark.parametrize("name", ROUTES)
def test_a_stranger_is_led_to_the_log_in(world: World, name: str) -> None:
    client, route = client_of(None), ROUTES[name]
    address = reverse(name, kwargs=route.kwargs(world.ours))
    answer = client.get(address) if route.post is None else client.post(address, route.post(world.ours))
    if route.public:
        assert answer.status_code in route.answers
    elif route.post is not None:  # what was typed is kept: the page with the log-in holds it
        assert answer.status_code == 401
        assert "/account/login/" in answer.content.decode()
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")
