"""No page asks the database more than twelve times, and none asks more when there are more people."""

from __future__ import annotations

import pytest
from django.urls import reverse

from makegood_portal.ledger.words import Kind, Role
from portal.access_table import ROUTES
from portal.builders import Side, World, a_candidacy, an_event, client_of
from portal.questions import MOST, questions

PAGES = [name for name, route in ROUTES.items() if route.post is None]


def asked(side: Side, name: str, role: Role) -> list[str]:
    route = ROUTES[name]
    headers = {"HX-Request": "true"} if route.htmx else {}
    answer, said = questions(client_of(side.users[role]), reverse(name, kwargs=route.kwargs(side)), headers)
    assert answer.status_code in {*route.answers}
    return said


def more_people(side: Side) -> None:
    for _ in range(12):
        candidacy = a_candidacy(
            programme=side.programme,
            prison=side.at(Kind.PRISON),
            provider=side.at(Kind.PROVIDER),
            municipality=side.at(Kind.MUNICIPALITY),
            counsellor=side.users[Role.COUNSELLOR],
            step=side.candidacy.step,
        )
        an_event(candidacy)


@pytest.mark.parametrize("name", PAGES)
def test_at_most_twelve_questions_a_page_however_many_people(world: World, name: str) -> None:
    roles = sorted(ROUTES[name].may)
    before = {role: asked(world.ours, name, role) for role in roles}
    more_people(world.ours)
    for role in roles:
        after = asked(world.ours, name, role)
        assert len(after) <= MOST, (role, len(after), "\n".join(after))
        assert len(after) <= len(before[role]) + 1, (role, "asks more when there are more people")
