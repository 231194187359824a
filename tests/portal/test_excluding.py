"""Need 55: programmes of municipalities that exclude are seen before anybody is selected, wherever the candidate may come to live."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from makegood_portal.ledger.models import Candidacy, LocalProgramme, Organisation, PermissionRequest
from makegood_portal.ledger.queries import excluding
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_candidacy, an_organisation, client_of
from portal.forms_walked import Forms

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 1, 1)
MARK = "local programme may exclude"


def today() -> date:
    return timezone.localdate()


def a_local_programme(municipality: Organisation, name: str = "Work First", **more: Any) -> LocalProgramme:
    return LocalProgramme.objects.create(municipality=municipality, name=name, **{"excludes": True, "from_on": LONG_AGO} | more)


def asked_of(candidacy: Candidacy, municipality: Organisation, state: str = "asked") -> PermissionRequest:
    asked: dict[str, Any] = {"asked_on": today(), "deadline_on": today(), "answered_on": today() if state != "asked" else None}
    asked |= {"conditions": "First register at the desk"} if state == "granted_with_conditions" else {}
    return PermissionRequest.objects.create(candidacy=candidacy, municipality=municipality, state=state, parallel=True, **asked)


def known(world: World, role: Role = Role.LEAD) -> dict[str, bool]:
    """Programme -> whether it is certain that its municipality is the one."""
    with scoped(scope := scope_of(world.ours.users[role])):
        found = excluding.of_candidate(scope, world.ours.candidacy.pk, today=today())
        marked = excluding.among(scope, [world.ours.candidacy.pk, world.theirs.candidacy.pk], today=today())
    assert (marked == {world.ours.candidacy.pk}) == bool(found)  # the queue marks whom the file warns of, and nobody else
    return {one.name: one.certain for one in found}


def seen(world: World, page: str, role: Role = Role.COORDINATOR, **query: str) -> str:
    client = client_of(world.ours.users[role])
    client.cookies["django_language"] = "en"
    kwargs = None if page == "queue" else {"candidacy": world.ours.candidacy.pk}
    return client.get(reverse(page, kwargs=kwargs), query).content.decode()


def test_the_file_the_step_and_the_queue_say_it_before_anybody_is_selected(world: World) -> None:
    assert "may exclude" not in seen(world, "candidate") + seen(world, "candidate_step") + seen(world, "queue")
    a_local_programme(world.ours.at(Kind.MUNICIPALITY), for_whom="Repeat offenders")
    for page in ("candidate", "candidate_step"):
        html = seen(world, page)
        assert "A local programme may exclude this candidate" in html
        assert "Work First: Repeat offenders" in html
        assert world.ours.at(Kind.MUNICIPALITY).name in html
    assert MARK in seen(world, "queue")


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"excludes": False}, False),
        ({"from_on": today() + timedelta(days=1)}, False),
        ({"until_on": today()}, False),
        ({"until_on": today() + timedelta(days=1)}, True),
        ({"group": "repeat_offenders"}, True),
        ({"group": "veterans"}, False),
    ],
)
def test_only_what_excludes_this_candidate_today(world: World, more: dict[str, Any], counts: bool) -> None:
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(group="repeat_offenders")
    a_local_programme(world.ours.at(Kind.MUNICIPALITY), **more)
    assert bool(known(world)) is counts


def test_each_municipality_that_it_may_be_counts(world: World) -> None:
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(municipality=None)
    towns = [an_organisation(Kind.MUNICIPALITY) for _ in range(4)]
    for town in towns:
        a_local_programme(town, f"Of {town.name}")
    for town, state in zip(towns, ("asked", "asked", "not_ours"), strict=False):
        asked_of(world.ours.candidacy, town, state)
    assert known(world) == {f"Of {town.name}": False for town in towns[:2]}
    assert f"if {towns[0].name} is the municipality" in seen(world, "candidate")
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(municipality=towns[3])
    assert known(world)[f"Of {towns[3].name}"] is True


def test_who_was_permitted_needs_no_warning(world: World) -> None:
    a_local_programme(world.ours.at(Kind.MUNICIPALITY))
    asked_of(world.ours.candidacy, world.ours.at(Kind.MUNICIPALITY), "granted")
    assert known(world) == {}


@pytest.mark.parametrize(
    ("role", "sees"), [(role, role in (Role.COORDINATOR, Role.HEAD_OFFICE, Role.COUNSELLOR, Role.LEAD)) for role in Role]
)
def test_who_works_on_the_selection_sees_it_and_nobody_else(world: World, role: Role, sees: bool) -> None:
    a_local_programme(world.ours.at(Kind.MUNICIPALITY))
    assert bool(known(world, role)) is sees
    assert ("may exclude this candidate" in seen(world, "candidate", role)) is sees


def test_after_the_hand_over_the_prison_hears_no_more_of_it(world: World) -> None:
    a_local_programme(world.ours.at(Kind.MUNICIPALITY))
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(handed_over_on=today())
    assert known(world, Role.COORDINATOR) == {}


def test_a_municipality_that_was_asked_is_told_only_to_who_may_know(world: World) -> None:
    town = an_organisation(Kind.MUNICIPALITY)
    a_local_programme(town)
    asked_of(world.ours.candidacy, town)
    assert known(world) == {"Work First": False}
    assert known(world, Role.HEAD_OFFICE) == {}  # sees steps, and no requests


def test_the_queue_asks_once_for_all(world: World) -> None:
    a_local_programme(world.ours.at(Kind.MUNICIPALITY))
    ours: dict[str, Any] = {"programme": world.ours.programme, "prison": world.ours.at(Kind.PRISON)}
    for number in range(6):
        a_candidacy(municipality=world.ours.at(Kind.MUNICIPALITY) if number % 2 else None, **ours)
    assert seen(world, "queue").count(MARK) == 4  # three of the six, and the world's own


def test_it_is_said_when_a_municipality_is_chosen_and_before_anything_is_sent(world: World) -> None:
    """In the list itself, and once more on the page before the request goes out: neither needs a script."""
    town, where = an_organisation(Kind.MUNICIPALITY), reverse("candidate_permissions", args=[world.ours.candidacy.pk])
    a_local_programme(town, for_whom="Repeat offenders")
    client = client_of(world.ours.users[Role.COORDINATOR])
    client.cookies["django_language"] = "en"
    assert f"{town.name} (a local programme may exclude, no e-mail address known)" in client.get(where).content.decode()
    typed = {"municipality": str(town.pk), "agrees": "on"}
    told = client.post(where, typed)
    assert (told.status_code, PermissionRequest.objects.count()) == (422, 0)
    assert "Work First: Repeat offenders" in told.content.decode()
    again = next(form for form in Forms(told.content.decode()).found if "municipality" in form.values)
    assert client.post(where, again.values | typed).status_code == 302
    assert PermissionRequest.objects.get().municipality == town


def test_a_choice_that_changed_after_the_warning_is_warned_of_again(world: World) -> None:
    one, other = an_organisation(Kind.MUNICIPALITY), an_organisation(Kind.MUNICIPALITY)
    for town in (one, other):
        a_local_programme(town, f"Of {town.name}")
    client, where = client_of(world.ours.users[Role.COORDINATOR]), reverse("candidate_permissions", args=[world.ours.candidacy.pk])
    told = client.post(where, {"municipality": str(other.pk), "agrees": "on", "warned": [str(one.pk)]})
    assert (told.status_code, PermissionRequest.objects.count()) == (422, 0)
    assert f"Of {other.name}" in told.content.decode()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD])
def test_what_a_municipality_wants_stands_where_one_works(world: World, role: Role) -> None:
    asked_of(world.ours.candidacy, world.ours.at(Kind.MUNICIPALITY), "granted_with_conditions")
    for page in ("candidate", "candidate_permissions", "candidate_step"):
        assert "First register at the desk" in seen(world, page, role)
