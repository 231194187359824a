"""Contract after the acquaintance, ways to keep contact, the first appointment.

Needs 37, 38, 40: a warm first appointment; no contract at once; several ways to keep contact, and a warning where there is none.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.agree import add_route, end_route, plan_first_appointment, sign_contract
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.ledger.models import Appointment, Candidacy, ContactRoute, Contract
from makegood_portal.ledger.queries import agreements
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import Side, World, client_of

pytestmark = pytest.mark.django_db
SIGNED = date(2026, 3, 5)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
RELEASE = date(2026, 6, 1)


@pytest.fixture
def ours(world: World) -> Side:
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(step="contract_signed", release_on=RELEASE)
    return world.ours


def sign(side: Side, role: Role = Role.COUNSELLOR, track: str = "basic", seen: int = 1) -> Contract:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return sign_contract(by=scope, on=side.candidacy.pk, track=track, signed_on=SIGNED, seen=seen)


def test_a_contract_sets_track_and_day_and_does_the_step(ours: Side) -> None:
    contract = sign(ours)
    assert (contract.track, contract.signed_on, contract.signed_with) == ("basic", SIGNED, ours.users[Role.COUNSELLOR])
    row = Candidacy.objects.get(pk=ours.candidacy.pk)
    assert (row.contract_on, row.track, row.step) == (SIGNED, "basic", "started")


def test_no_contract_before_the_steps_that_the_programme_puts_first(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="questionnaire")
    with pytest.raises(Refusal) as refused:
        sign(ours)
    assert refused.value.code == "too_early"
    assert not Contract.objects.exists()
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_contract", args=[ours.candidacy.pk])).content.decode()
    assert "Kennismaking" in page


def test_a_contract_put_right_stays_one_contract(ours: Side) -> None:
    sign(ours)
    seen = Candidacy.objects.get(pk=ours.candidacy.pk).version
    sign(ours, track="plus", seen=seen)
    assert [contract.track for contract in Contract.objects.all()] == ["plus"]
    with pytest.raises(Stale):
        sign(ours, track="basic", seen=1)


@pytest.mark.parametrize(("role", "kind"), [(Role.COORDINATOR, NotYours), (Role.PROBATION_OFFICER, NotYours)])
def test_only_the_provider_signs(ours: Side, role: Role, kind: type[Refusal]) -> None:
    with pytest.raises(kind):
        sign(ours, role)


def test_an_invented_track_is_refused(ours: Side) -> None:
    with pytest.raises(Refusal) as refused:
        sign(ours, track="gold")
    assert refused.value.code == "unknown_track"


def contact(side: Side, today: date) -> agreements.ContactPage:
    scope = scope_of(side.users[Role.COUNSELLOR])
    with scoped(scope):
        found = agreements.contact_page(scope, side.candidacy.pk, today=today)
    assert found is not None
    return found


def test_without_a_way_to_keep_contact_there_is_a_warning_and_near_release_an_urgent_one(ours: Side) -> None:
    """Need 40. The programme file wants one way, and warns from two weeks before the release, 18 May 2026."""
    assert (contact(ours, date(2026, 5, 17)).too_few, contact(ours, date(2026, 5, 17)).urgent) == (True, False)
    assert contact(ours, date(2026, 5, 18)).urgent
    scope = scope_of(ours.users[Role.COUNSELLOR])
    with scoped(scope):
        route = add_route(by=scope, on=ours.candidacy.pk, kind="family", value="0612345678", holder="zus")
    assert not contact(ours, date(2026, 5, 18)).too_few
    with scoped(scope):
        end_route(by=scope, on=route.pk, today=SIGNED)
    assert contact(ours, date(2026, 5, 18)).too_few
    assert ContactRoute.objects.get().ended_on == SIGNED


def test_a_way_that_the_programme_does_not_know_is_refused(ours: Side) -> None:
    scope = scope_of(ours.users[Role.COUNSELLOR])
    for kind, value in (("pigeon", "x"), ("family", " ")):
        with scoped(scope), pytest.raises(Refusal):
            add_route(by=scope, on=ours.candidacy.pk, kind=kind, value=value)


def test_the_first_appointment_is_in_the_first_week_and_a_new_one_moves_the_old(ours: Side) -> None:
    """Need 37. Seven days after the release of 1 June is 8 June 2026."""
    scope = scope_of(ours.users[Role.COUNSELLOR])
    for day in (9, 8):
        with scoped(scope):
            at = datetime(2026, 6, day, 10, 0, tzinfo=AMSTERDAM)
            plan_first_appointment(by=scope, on=ours.candidacy.pk, at=at, place="Stadhuis", with_whom="Loket werk")
    found = contact(ours, SIGNED)
    assert (found.within_until, found.no_meeting) == (date(2026, 6, 8), False)
    assert [(meeting.state, meeting.in_time) for meeting in found.meetings] == [("planned", True), ("moved", False)]
    with scoped(scope), pytest.raises(Refusal) as refused:
        plan_first_appointment(by=scope, on=ours.candidacy.pk, at=datetime(2026, 5, 30, 10, 0, tzinfo=AMSTERDAM), place="Stadhuis")
    assert refused.value.code == "before_release"
    assert Appointment.objects.count() == 2


def test_by_hand(ours: Side) -> None:
    client, key = client_of(ours.users[Role.COUNSELLOR]), ours.candidacy.pk
    contract, ways, first = (
        reverse(name, args=[key]) for name in ("candidate_contract", "candidate_contacts", "candidate_first_appointment")
    )
    assert client.post(ways, {"kind": "own_phone", "value": ""}).status_code == 422
    assert "0612345678" in client.post(ways, {"kind": "own_phone", "value": "0612345678"}, follow=True).content.decode()
    assert client.post(first, {"on": "2026-06-02", "time": "10:30", "place": "Stadhuis"}, follow=True).status_code == 200
    assert "Stadhuis" in client.get(ways).content.decode()
    assert client.post(contract, {"track": "basic", "signed_on": "2999-01-01", "seen": "1"}).status_code == 422
    today = timezone.localdate().isoformat()
    assert client.post(contract, {"track": "basic", "signed_on": today, "seen": "1"}, follow=True).status_code == 200
    assert Contract.objects.get().track == "basic"
