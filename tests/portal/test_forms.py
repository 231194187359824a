"""A form counts once; what was typed survives the end of a session."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from makegood_portal.ledger.models import BreakGlass, User
from makegood_portal.ledger.words import Kind, Role
from portal.access_table import ROUTES
from portal.builders import World, a_user, client_of
from portal.forms_walked import OF_THE_FRAME, Forms

WHY = "Sanne is ill & he stands at the <door>"


@pytest.fixture
def colleague(world: World) -> User:
    return a_user(Role.COUNSELLOR, at=world.ours.at(Kind.PROVIDER))


def form(world: World, **more: str) -> dict[str, str]:
    return {"pseudonym": world.ours.candidacy.person.pseudonym, "reason": WHY, **more}


def test_every_form_carries_a_fresh_token(colleague: User) -> None:
    client = client_of(colleague)
    tokens = {
        re.findall(r'name="once" value="([0-9a-f-]{36})"', client.get(reverse("open_colleagues_file")).content.decode())[0] for _ in "ab"
    }
    assert len(tokens) == 2


def test_a_form_sent_twice_is_done_once(world: World, colleague: User) -> None:
    client, token = client_of(colleague), str(uuid4())
    first, second = (client.post(reverse("open_colleagues_file"), form(world, once=token)) for _ in "ab")
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert BreakGlass.objects.count() == 1


def test_a_form_that_was_wrong_may_be_sent_again(world: World, colleague: User) -> None:
    client, token = client_of(colleague), str(uuid4())
    assert client.post(reverse("open_colleagues_file"), form(world, once=token, reason="")).status_code == 422
    assert client.post(reverse("open_colleagues_file"), form(world, once=token)).status_code == 302


def test_anothers_token_does_not_tell_where_it_led(world: World, colleague: User) -> None:
    token = str(uuid4())
    client_of(colleague).post(reverse("open_colleagues_file"), form(world, once=token))
    other = a_user(Role.COUNSELLOR, at=world.ours.at(Kind.PROVIDER))
    answer = client_of(other).post(reverse("open_colleagues_file"), form(world, once=token))
    assert answer["Location"] == reverse("open_colleagues_file")


def hidden(page: str) -> dict[str, str]:
    """What a page keeps of a form; the frame's own form leads to the other language."""
    return next((form.values for form in Forms(page).found if not any(part in form.action for part in OF_THE_FRAME)), {})


def test_text_survives_the_end_of_a_session(world: World, colleague: User) -> None:
    client = client_of(colleague)
    client.session.flush()
    ended = client.post(reverse("open_colleagues_file"), form(world), headers={"Origin": "http://testserver"})
    assert ended.status_code == 401
    assert "no-store" in ended["Cache-Control"]
    kept = hidden(ended.content.decode())
    assert kept["reason"] == WHY
    client = client_of(colleague)
    assert client.post(reverse("open_colleagues_file"), kept).status_code == 302
    assert BreakGlass.objects.count() == 1


def test_text_survives_a_form_that_is_older_than_the_log_in(world: World, colleague: User) -> None:
    client = client_of(colleague, enforce_csrf_checks=True)
    refused = client.post(reverse("open_colleagues_file"), form(world, csrfmiddlewaretoken="old"), headers={"Origin": "http://testserver"})
    assert refused.status_code == 403
    assert hidden(refused.content.decode())["reason"] == WHY


def test_another_site_cannot_have_its_text_sent_for_it(world: World, colleague: User) -> None:
    client = client_of(colleague, enforce_csrf_checks=True)
    refused = client.post(reverse("open_colleagues_file"), form(world), headers={"Origin": "https://elsewhere.example"})
    assert refused.status_code == 403
    assert "reason" not in hidden(refused.content.decode())


@pytest.mark.parametrize(
    ("name", "filled", "field", "most"),
    [
        ("permission", {"answer": "refused", "seen": "1"}, "words", 2000),
        ("candidate_contacts", {"kind": "own_phone"}, "value", 200),
        ("municipality_contact_new", {"name": "M. Loket"}, "phone", 40),
    ],
)
def test_a_text_that_is_too_long_is_refused_with_how_long_it_may_be_and_kept_whole(
    world: World, name: str, filled: dict[str, str], field: str, most: int
) -> None:
    role = Role.MUNICIPAL_CONTACT if name == "permission" else Role.COORDINATOR
    client, address = client_of(world.ours.users[role]), reverse(name, kwargs=ROUTES[name].kwargs(world.ours))
    assert "maxlength" not in client.get(address).content.decode(), "a browser would cut it off without a word"
    long = "0" * (most + 1)
    page = client.post(address, filled | {field: long})
    assert page.status_code == 422
    assert f"Dit is te lang: er passen {most} tekens in, en het zijn er {most + 1}." in page.content.decode()
    assert long in page.content.decode()


def test_passwords_are_never_given_back(world: World, colleague: User) -> None:
    client = client_of(colleague)
    client.session.flush()
    ended = client.post(reverse("open_colleagues_file"), form(world, password="secret"), headers={"Origin": "http://testserver"})
    assert "secret" not in ended.content.decode()
