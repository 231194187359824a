"""No page asks the database more than twelve times, and none asks more when there are more people."""

from __future__ import annotations

import pytest
from django.urls import reverse

from makegood_portal.ledger.words import Kind, Role
from portal.access_table import ROUTES
from portal.builders import Side, World, a_candidacy, an_event, client_of
from portal.forms_walked import undone
from portal.questions import MOST, questions

PAGES = {name: route for name, route in ROUTES.items() if route.post is None}


def asked(side: Side, role: Role) -> dict[str, list[str]]:
    """What each page asks that a role may open; what a page needs to be there is taken back before the next."""
    client, found = client_of(side.users[role]), {}
    for name, route in PAGES.items():
        if role in route.may:
            with undone():
                headers = {"HX-Request": "true"} if route.htmx else {}
                answer, found[name] = questions(client, reverse(name, kwargs=route.kwargs(side)), headers)
                assert answer.status_code in {*route.answers}, name
    return found


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


@pytest.mark.parametrize("role", Role)
def test_at_most_twelve_questions_a_page_however_many_people(world: World, role: Role) -> None:
    before = asked(world.ours, role)
    more_people(world.ours)
    for name, said in asked(world.ours, role).items():
        assert len(said) <= MOST, (name, len(said), "\n".join(said))
        assert len(said) <= len(before[name]) + 1, (name, "asks more when there are more people")
