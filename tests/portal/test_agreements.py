"""Contract after the acquaintance, ways to keep contact, the first appointment.

Needs 37, 38, 40: a warm first appointment; no contract at once; several ways to keep contact, and a warning where there is none.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from makegood_portal.actions.agree import (
    add_route,
    end_route,
    move_appointment,
    plan_first_appointment,
    record_appointment,
    reinstate_contract,
    sign_contract,
    withdraw_contract,
)
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.actions.selection import come_back, leave
from makegood_portal.ledger import history
from makegood_portal.ledger.models import (
    Appointment,
    AuditEntry,
    Candidacy,
    ContactRoute,
    Contract,
    EligibilityAssessment,
    EligibilityOverride,
    ProgrammeVersion,
    SelectionEvent,
)
from makegood_portal.ledger.queries import agreements
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import Side, World, an_event, client_of

pytestmark = pytest.mark.django_db
SIGNED = date(2026, 3, 5)
LATER = date(2026, 3, 9)
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


def test_no_track_stands_chosen_without_an_advice_and_an_untouched_form_records_none(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(track="basic")  # of a contract that was taken back
    client, contract = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_contract", args=[ours.candidacy.pk])
    page = client.get(contract).content.decode()
    assert "checked" not in page
    assert "volgt uit het advies" not in page
    assert client.post(contract, {"signed_on": timezone.localdate().isoformat(), "seen": "1"}).status_code == 422
    assert not Contract.objects.exists()


@pytest.mark.parametrize("decided", [False, True])
def test_the_track_of_the_advice_or_of_who_decided_otherwise_stands_chosen_and_says_so(ours: Side, decided: bool) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(track="plus")
    version = ProgrammeVersion.objects.get(programme=ours.programme)
    said = {"happened_on": SIGNED, "answer": "yes", "track": "basic" if decided else "plus"}
    kept = EligibilityAssessment.objects.create(candidacy=ours.candidacy, programme_version=version, **said)
    if decided:
        by = ours.users[Role.LEAD]
        EligibilityOverride.objects.create(candidacy=ours.candidacy, assessment=kept, track="plus", reason="other", by=by)
    page = client_of(ours.users[Role.COUNSELLOR]).get(reverse("candidate_contract", args=[ours.candidacy.pk])).content.decode()
    [chosen] = re.findall(r'<input type="radio" name="track" value="([a-z]+)"[^>]* checked', page)
    assert chosen == "plus"
    assert "volgt uit het advies" in page


def test_an_invented_track_is_refused(ours: Side) -> None:
    with pytest.raises(Refusal) as refused:
        sign(ours, track="gold")
    assert refused.value.code == "unknown_track"


def act(side: Side, what: Any, role: Role = Role.COUNSELLOR, **words: Any) -> Any:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return what(by=scope, on=words.pop("on", side.candidacy.pk), **words)


def refused(code: str, field: str = "") -> Any:
    return pytest.raises(Refusal, check=lambda one: one.code == code and (not field or one.field == field))


def row_of(side: Side) -> Candidacy:
    return Candidacy.objects.get(pk=side.candidacy.pk)


def take_back(side: Side, reason: str, role: Role = Role.COUNSELLOR, **words: Any) -> Candidacy:
    given = {"happened_on": LATER, "today": LATER, "seen": row_of(side).version} | words
    found: Candidacy = act(side, withdraw_contract, role, reason=reason, **given)
    return found


def test_a_contract_taken_back_with_an_exit_keeps_the_reason_of_each_list_and_is_undone_today(ours: Side) -> None:
    """Need 43: why somebody who was selected and signed does not start is known, in the codes of the programme file."""
    contract = sign(ours)
    act(ours, plan_first_appointment, at=datetime(2026, 6, 2, 10, 0, tzinfo=AMSTERDAM), place="Stadhuis")
    row = take_back(ours, "no_longer_wants_it")
    assert (row.state, row.left_on, row.contract_on, row.step) == ("left", LATER, None, "started")
    exits = SelectionEvent.objects.filter(outcome="exited").order_by("reason_source").values_list("reason_source", "reason")
    assert list(exits) == [("prison_service", "drops_out_in_prison"), ("provider", "drops_out_in_prison_around_intake")]
    contract.refresh_from_db()
    assert (contract.withdrawn_on, contract.withdrawn_reason) == (LATER, "no_longer_wants_it")
    assert Appointment.objects.get().state == "cancelled"
    act(ours, reinstate_contract, today=timezone.localdate())
    row = row_of(ours)
    assert (row.state, row.contract_on, row.track, row.step) == ("open", SIGNED, "basic", "started")
    assert Contract.objects.get().withdrawn_on is None
    assert SelectionEvent.objects.filter(outcome="exited").count() == 2, "why they left stays in the history"
    assert Appointment.objects.get().state == "planned", "what the exit cancelled is agreed again"


def test_a_contract_taken_back_without_an_exit_is_signed_again(ours: Side) -> None:
    sign(ours)
    row = take_back(ours, "wants_to_think")
    assert (row.state, row.step, row.contract_on) == ("open", "contract_signed", None)
    assert SelectionEvent.objects.filter(step="contract_signed", outcome="passed", corrected_by=None).count() == 0
    act(ours, sign_contract, track="plus", signed_on=LATER, seen=row.version)
    assert list(Contract.objects.order_by("recorded_at").values_list("track", "withdrawn_reason")) == [
        ("basic", "wants_to_think"),
        ("plus", ""),
    ]
    assert row_of(ours).step == "started"
    with refused("nothing_to_undo"):
        act(ours, reinstate_contract, today=timezone.localdate())


def test_undone_the_step_of_the_contract_counts_again(ours: Side) -> None:
    sign(ours)
    take_back(ours, "not_signed")
    act(ours, reinstate_contract, today=timezone.localdate())
    assert row_of(ours).step == "started"
    assert SelectionEvent.objects.filter(step="contract_signed", outcome="passed", corrected_by=None).count() == 1


def test_on_a_later_day_a_contract_counts_again_with_a_reason_only(ours: Side) -> None:
    sign(ours)
    take_back(ours, "not_signed")
    tomorrow = timezone.localdate() + timedelta(days=1)
    with refused("why", "reason"):
        act(ours, reinstate_contract, today=tomorrow, reason=" ")
    act(ours, reinstate_contract, today=tomorrow, reason="Verkeerde kandidaat gekozen")
    entry = AuditEntry.objects.filter(verb="reinstate_contract", table="ledger_contract").latest("number")
    assert (history.unseal(ours.candidacy.person_id, entry.sealed) or {})["reason"] == "Verkeerde kandidaat gekozen"


def test_a_contract_of_an_earlier_day_is_put_right_with_a_reason(ours: Side) -> None:
    sign(ours)
    Contract.objects.update(recorded_at=timezone.now() - timedelta(days=2))
    seen = row_of(ours).version
    with refused("why", "reason"):
        sign(ours, track="plus", seen=seen)
    act(ours, sign_contract, track="plus", signed_on=SIGNED, seen=seen, reason="Plus was afgesproken")
    assert Contract.objects.get().track == "plus"


def test_what_cannot_be_taken_back_is_refused(ours: Side) -> None:
    with refused("no_contract"):
        take_back(ours, "not_signed")
    sign(ours)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"reason": "rain"}, "no_reason"),
        ({"happened_on": SIGNED - timedelta(days=1)}, "too_early"),
        ({"happened_on": LATER + timedelta(days=1)}, "still_to_come"),
    ]
    for words, code in cases:
        with refused(code):
            take_back(ours, **{"reason": "not_signed", **words})
    with pytest.raises(Stale):
        take_back(ours, "not_signed", seen=0)
    for role in (Role.COORDINATOR, Role.PROBATION_OFFICER):
        with pytest.raises(NotYours):
            take_back(ours, "not_signed", role)
    Candidacy.objects.update(state="started", started_on=LATER)
    with refused("started"):
        take_back(ours, "not_signed")
    assert Contract.objects.get().withdrawn_on is None


def test_who_leaves_takes_the_contract_back_and_who_returns_the_same_day_has_it_again(ours: Side) -> None:
    sign(ours)
    act(ours, leave, step="started", happened_on=LATER, reasons={"provider": "other"})
    assert Contract.objects.get().withdrawn_reason == "left"
    act(ours, come_back, happened_on=LATER)
    assert (Contract.objects.get().withdrawn_on, row_of(ours).contract_on, row_of(ours).step) == (None, SIGNED, "started")


def test_who_returns_later_says_why_and_signs_again(ours: Side) -> None:
    sign(ours)
    ended = {"withdrawn_on": LATER, "withdrawn_reason": "left", "withdrawn_at": timezone.now() - timedelta(days=1)}
    Contract.objects.update(**ended, withdrawn_step="started")
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(state="left", left_on=LATER, exit_reason="other", contract_on=None)
    yesterday = timezone.now() - timedelta(days=1)
    an_event(row_of(ours), outcome="exited", reason="other", reason_source="provider", recorded_at=yesterday)
    with refused("why", "reason"):
        act(ours, come_back, happened_on=LATER)
    act(ours, come_back, happened_on=LATER, reason="Belde zelf terug")
    assert (row_of(ours).step, row_of(ours).contract_on) == ("contract_signed", None)
    client = client_of(ours.users[Role.COUNSELLOR])
    assert client.get(reverse("candidate", args=[ours.candidacy.pk])).status_code == 200


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


@pytest.mark.parametrize(
    ("kind", "value", "holder", "code"),
    [
        ("pigeon", "x", "", "unknown_route"),
        ("family", " ", "zus", "no_value"),
        ("own_phone", "geen idee", "", "no_number"),  # else the warning that nobody can reach them would go away
        ("own_phone", "06", "", "no_number"),
        ("family", "0612345678", " ", "no_holder"),
    ],
)
def test_what_leads_to_nobody_is_no_way_to_keep_contact(ours: Side, kind: str, value: str, holder: str, code: str) -> None:
    scope = scope_of(ours.users[Role.COUNSELLOR])
    with scoped(scope), pytest.raises(Refusal) as refused:
        add_route(by=scope, on=ours.candidacy.pk, kind=kind, value=value, holder=holder)
    assert refused.value.code == code
    assert contact(ours, date(2026, 5, 18)).too_few


@pytest.mark.parametrize("value", ["06-12345678", "+31 6 1234 5678", "sanne@example.org", "0512 34 56"])
def test_a_number_or_an_address_by_mail_is_a_way_to_keep_contact(ours: Side, value: str) -> None:
    scope = scope_of(ours.users[Role.COUNSELLOR])
    with scoped(scope):
        assert add_route(by=scope, on=ours.candidacy.pk, kind="own_phone", value=value).value == value


def test_the_first_appointment_is_in_the_first_week_and_a_new_one_moves_the_old(ours: Side) -> None:
    """Need 37. Seven days after the release of 1 June is 8 June 2026."""
    scope = scope_of(ours.users[Role.COUNSELLOR])
    for day in (9, 8):
        with scoped(scope):
            at = datetime(2026, 6, day, 10, 0, tzinfo=AMSTERDAM)
            seen = Appointment.objects.values_list("pk", flat=True).first()
            plan_first_appointment(by=scope, on=ours.candidacy.pk, at=at, place="Stadhuis", with_whom="Loket werk", seen=seen)
    found = contact(ours, SIGNED)
    assert (found.within_until, found.no_meeting) == (date(2026, 6, 8), False)
    assert [(meeting.state, meeting.in_time) for meeting in found.meetings] == [("planned", True), ("moved", False)]
    with scoped(scope), pytest.raises(Refusal) as refused:
        plan_first_appointment(by=scope, on=ours.candidacy.pk, at=datetime(2026, 5, 30, 10, 0, tzinfo=AMSTERDAM), place="Stadhuis")
    assert refused.value.code == "before_release"
    with scoped(scope), pytest.raises(Stale):  # a page that was opened before the first one was planned
        plan_first_appointment(by=scope, on=ours.candidacy.pk, at=datetime(2026, 6, 5, 9, 0, tzinfo=AMSTERDAM), place="Loket")
    assert Appointment.objects.count() == 2


def test_the_second_who_plans_the_first_appointment_sees_what_the_other_planned_and_loses_no_word(ours: Side) -> None:
    client, page = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_first_appointment", args=[ours.candidacy.pk])
    planned = first(ours)
    typed = {"on": "2999-06-03", "time": "09:00", "place": "Loket in de wijk", "with_whom": ""}
    answer = client.post(page, typed)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "Iemand anders heeft deze afspraak intussen gepland" in words
    assert "Nu gepland" in words
    assert "Loket in de wijk" in words
    assert f'name="seen" value="{planned.pk}"' in words
    assert client.post(page, typed | {"seen": str(planned.pk)}).status_code == 302
    assert list(Appointment.objects.order_by("at").values_list("state", flat=True)) == ["moved", "planned"]


@pytest.mark.parametrize(("days", "status"), [(-1, 422), (0, 302), (1, 302)])
def test_a_first_appointment_is_planned_for_today_or_later(ours: Side, days: int, status: int) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=date(2020, 1, 1))
    page, day = reverse("candidate_first_appointment", args=[ours.candidacy.pk]), timezone.localdate() + timedelta(days=days)
    typed = {"on": day.isoformat(), "time": "09:00", "place": "Loket", "with_whom": ""}
    answer = client_of(ours.users[Role.COUNSELLOR]).post(page, typed)
    assert answer.status_code == status
    assert ("Deze dag is voorbij. Kies vandaag of een latere dag." in answer.content.decode()) is (days < 0)
    assert Appointment.objects.exists() is (days >= 0)


@pytest.mark.parametrize(("after", "late"), [(7, False), (8, True)])
def test_a_first_appointment_that_is_later_than_agreed_is_kept_and_said(ours: Side, after: int, late: bool) -> None:
    """Need 37. The programme file wants it within seven days after the release."""
    release = timezone.localdate() + timedelta(days=30)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=release)
    client = client_of(ours.users[Role.COUNSELLOR])
    typed = {"on": (release + timedelta(days=after)).isoformat(), "time": "09:00", "place": "Loket"}
    page = client.post(reverse("candidate_first_appointment", args=[ours.candidacy.pk]), typed, follow=True).content.decode()
    until = date_format(release + timedelta(days=7), "j F Y")
    assert ("Dat is later dan afgesproken: de eerste afspraak moet uiterlijk op" in page) is late
    planned = Appointment.objects.get()
    moved = client.post(reverse("appointment_move", args=[planned.pk]), typed | {"time": "11:00", "seen": "1"}, follow=True)
    assert (f"uiterlijk op {until} zijn" in moved.content.decode()) is late
    assert Appointment.objects.filter(state="planned").count() == 1


def first(side: Side, day: int = 2) -> Appointment:
    found: Appointment = act(side, plan_first_appointment, at=datetime(2026, 6, day, 10, 0, tzinfo=AMSTERDAM), place="Stadhuis")
    return found


def test_an_appointment_is_kept_or_missed_from_its_day_on_and_that_is_undone(ours: Side) -> None:
    """Needs 37 and 43: whether the first appointment took place is known, and so is the first week's contact."""
    row = first(ours)
    with refused("still_to_come"):
        act(ours, record_appointment, on=row.pk, state="kept", seen=1, today=date(2026, 6, 1))
    act(ours, record_appointment, on=row.pk, state="kept", seen=1, today=date(2026, 6, 2))
    with refused("recorded_already"):
        act(ours, record_appointment, on=row.pk, state="missed", seen=2, today=date(2026, 6, 2))
    act(ours, record_appointment, on=row.pk, state="planned", seen=2, today=date(2026, 6, 2))
    with pytest.raises(Stale):
        act(ours, record_appointment, on=row.pk, state="missed", seen=2, today=date(2026, 6, 2))
    act(ours, record_appointment, on=row.pk, state="missed", seen=3, today=date(2026, 6, 2))
    assert contact(ours, date(2026, 6, 3)).no_meeting, "after one that did not take place another is wanted"
    first(ours, day=4)
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["missed", "planned"]
    with refused("planned_again"):
        act(ours, record_appointment, on=row.pk, state="planned", seen=4, today=date(2026, 6, 3))
    with refused("unknown_state"):
        act(ours, record_appointment, on=row.pk, state="dreamt", seen=4, today=date(2026, 6, 3))


def test_a_moved_appointment_names_the_new_day(ours: Side) -> None:
    row, day = first(ours), datetime(2026, 6, 5, 9, 30, tzinfo=AMSTERDAM)
    new = act(ours, move_appointment, on=row.pk, at=day, place="Loket", with_whom="", seen=1)
    found = contact(ours, SIGNED).meetings
    assert [(one.state, one.moved_to) for one in found] == [("planned", None), ("moved", new.at)]
    with refused("recorded_already"):
        act(ours, move_appointment, on=row.pk, at=day, place="Loket", with_whom="", seen=2)
    with refused("before_release", "on"):
        act(ours, move_appointment, on=new.pk, at=datetime(2026, 5, 5, 9, 30, tzinfo=AMSTERDAM), place="x", with_whom="", seen=1)


def test_nobody_records_the_appointments_of_others(world: World) -> None:
    row = Appointment.objects.create(candidacy=world.theirs.candidacy, kind="first_week", at=timezone.now())
    with pytest.raises(NotYours):
        act(world.ours, record_appointment, on=row.pk, state="kept", seen=1, today=timezone.localdate())
    assert client_of(world.ours.users[Role.LEAD]).get(reverse("appointment_move", args=[row.pk])).status_code == 404


def test_appointments_of_today_stand_on_the_first_page_and_are_recorded_from_the_list(ours: Side) -> None:
    """Need 43: first-week contact is a duty that the counsellor sees."""
    row = Appointment.objects.create(candidacy=ours.candidacy, kind="first_week", at=timezone.now(), place="Stadhuis")
    client = client_of(ours.users[Role.COUNSELLOR])
    assert "Afspraak van vandaag, of nog niet vastgelegd" in client.get(reverse("home")).content.decode()
    page = client.get(reverse("appointments")).content.decode()
    assert "Van Ours" in page
    assert "Stadhuis" not in page, "where somebody is stands in the file"
    words = {"state": "kept", "seen": "1", "from": "list"}
    page = client.post(reverse("appointment_record", args=[row.pk]), words, follow=True).content.decode()
    assert "Er wacht geen afspraak op u" in page
    assert "doorgegaan" in client.get(reverse("candidate", args=[ours.candidacy.pk])).content.decode()
    assert "Van Ours" not in client_of(ours.users[Role.LEAD]).get(reverse("appointments")).content.decode()
    client.post(reverse("appointment_again", args=[row.pk]))
    Candidacy.objects.update(counsellor=None)
    assert "Van Ours" in client_of(ours.users[Role.LEAD]).get(reverse("appointments")).content.decode(), (
        "who has no counsellor is the lead's"
    )


def test_a_contract_is_taken_back_by_hand(ours: Side) -> None:
    client, key = client_of(ours.users[Role.COUNSELLOR]), ours.candidacy.pk
    sign(ours)
    address = reverse("contract_withdraw", args=[key])
    assert "De kandidaat wil niet meer meedoen" in client.get(address).content.decode()
    words = {"happened_on": timezone.localdate().isoformat(), "seen": row_of(ours).version}
    assert client.post(address, words).status_code == 422
    page = client.post(address, {**words, "reason": "relapsed"}, follow=True).content.decode()
    assert "Teruggevallen in verslaving" in page
    assert reverse("contract_reinstate", args=[key]) in page
    assert client.post(reverse("contract_reinstate", args=[key]), follow=True).status_code == 200
    assert row_of(ours).state == "open"
    Contract.objects.update(withdrawn_on=SIGNED, withdrawn_reason="not_signed", withdrawn_at=timezone.now() - timedelta(days=3))
    assert client.post(reverse("contract_reinstate", args=[key]), {"reason": ""}).status_code == 422


def test_by_hand(ours: Side) -> None:
    client, key = client_of(ours.users[Role.COUNSELLOR]), ours.candidacy.pk
    contract, ways, first = (
        reverse(name, args=[key]) for name in ("candidate_contract", "candidate_contacts", "candidate_first_appointment")
    )
    assert client.post(ways, {"kind": "own_phone", "value": ""}).status_code == 422
    assert "0612345678" in client.post(ways, {"kind": "own_phone", "value": "0612345678"}, follow=True).content.decode()
    assert client.post(first, {"on": "2999-06-02", "time": "10:30", "place": "Stadhuis"}, follow=True).status_code == 200
    assert "Stadhuis" in client.get(ways).content.decode()
    assert client.post(contract, {"track": "basic", "signed_on": "2999-01-01", "seen": "1"}).status_code == 422
    today = timezone.localdate().isoformat()
    assert client.post(contract, {"track": "basic", "signed_on": today, "seen": "1"}, follow=True).status_code == 200
    assert Contract.objects.get().track == "basic"
