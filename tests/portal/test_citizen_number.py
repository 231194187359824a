"""A citizen service number: 11-tested, encrypted, only where it may be kept, never in an address, a log or the audit.

The numbers are of the official test range (they begin with 99999).
"""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from makegood_portal.ledger.models import AuditEntry, CitizenNumber, Organisation
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, client_of

NUMBER = "999990019"  # 9×9+8×9+7×9+6×9+5×9+4×0+3×0+2×1−9 = 308 = 28×11


@pytest.fixture
def coordinator(world: World) -> Client:
    Organisation.objects.filter(kind=Kind.PRISON).update(may_hold_bsn=True)
    return client_of(world.ours.users[Role.COORDINATOR])


def address(world: World, route: str = "citizen_number") -> str:
    return reverse(route, kwargs={"candidacy": world.ours.candidacy.pk})


def record(client: Client, world: World, number: str) -> int:
    return client.post(address(world, "citizen_number_record"), {"number": number}).status_code


def test_it_is_recorded_encrypted_and_shown_on_request(world: World, coordinator: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert record(coordinator, world, "9999.90.019") == 302
    assert NUMBER.encode() not in bytes(CitizenNumber.objects.get().sealed)
    shown = coordinator.post(address(world))
    assert NUMBER in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert NUMBER not in caplog.text
    looked = AuditEntry.objects.get(verb="read", part="citizen_number")
    assert (looked.candidacy, looked.outcome) == (world.ours.candidacy.pk, "done")
    for entry in AuditEntry.objects.values():
        assert NUMBER not in json.dumps(entry, default=str)


def test_the_file_leads_to_it_where_it_may_be_kept(world: World, coordinator: Client) -> None:
    def leads() -> bool:
        return address(world) in coordinator.get(address(world, "candidate")).content.decode()

    assert leads()
    Organisation.objects.filter(kind=Kind.PRISON).update(may_hold_bsn=False)
    assert not leads()


def test_it_is_in_no_address(world: World, coordinator: Client) -> None:
    assert coordinator.get(address(world)).status_code == 405


@pytest.mark.parametrize("wrong", ["999990018", "000000000", "99999001", "9999900199", "99999001x", "٩٩٩٩٩٠٠١٩"])
def test_what_fails_the_eleven_test_is_refused_and_not_repeated(world: World, coordinator: Client, wrong: str) -> None:
    assert record(coordinator, world, wrong) == 422
    assert not CitizenNumber.objects.exists()
    assert not any(wrong in json.dumps(entry, default=str) for entry in AuditEntry.objects.values())


def test_a_later_number_replaces_the_earlier(world: World, coordinator: Client) -> None:
    record(coordinator, world, NUMBER)
    record(coordinator, world, "999990007")
    assert "999990007" in coordinator.post(address(world)).content.decode()
    assert CitizenNumber.objects.count() == 1


def test_not_where_no_law_gives_the_task(world: World, coordinator: Client) -> None:
    Organisation.objects.filter(kind=Kind.PRISON).update(may_hold_bsn=False)
    assert record(coordinator, world, NUMBER) == 409
    assert coordinator.post(address(world)).status_code == 409
    assert not CitizenNumber.objects.exists()


@pytest.mark.parametrize("role", [Role.LEAD, Role.COUNSELLOR, Role.PROBATION_OFFICER, Role.EVALUATOR])
def test_who_works_with_the_person_does_not_see_it(world: World, coordinator: Client, role: Role) -> None:
    record(coordinator, world, NUMBER)
    client = client_of(world.ours.users[role])
    assert client.post(address(world)).status_code == 403
    for route in ("candidates", "candidate"):
        where = reverse(route, kwargs={"candidacy": world.ours.candidacy.pk} if route == "candidate" else {})
        assert NUMBER not in client.get(where).content.decode()


def test_a_number_moved_to_another_person_does_not_open(world: World, coordinator: Client) -> None:
    record(coordinator, world, NUMBER)
    sealed = CitizenNumber.objects.get().sealed
    CitizenNumber.objects.create(candidacy=world.theirs.candidacy, sealed=sealed)
    theirs = client_of(world.theirs.users[Role.COORDINATOR], raise_request_exception=False)
    answer = theirs.post(reverse("citizen_number", kwargs={"candidacy": world.theirs.candidacy.pk}))
    assert answer.status_code == 500
    assert NUMBER not in answer.content.decode()
