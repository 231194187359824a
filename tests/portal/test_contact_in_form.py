"""Ways to keep contact and the first appointment that a form asks stand ready where they are kept: typed once, never taken over silently.

Need 37, 40. Which questions these are stands in the programme file (`contact_routes`, `first_appointment` of an instrument).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.agree import end_route, keep_from_form
from makegood_portal.actions.questionnaire import Typed, begin, finish, keep_answers
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.models import Appointment, AuditEntry, ContactRoute
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import Side, World, a_questionnaire, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = TODAY - timedelta(days=3)
MEET = TODAY + timedelta(days=9)


@pytest.fixture
def ours(world: World) -> Side:
    for side in (world.ours, world.theirs):
        a_questionnaire(side.programme, "acquaintance")
    return world.ours


def fills_in(side: Side, routes: str = "own_phone family", first: date = MEET, *, finished: bool = True) -> None:
    said = {
        "to_arrange": "nothing", "who_calls": "participant", "routes": routes, "first_appointment_on": first.isoformat(),
        "second_visit": "no",
    }  # fmt: skip
    with scoped(scope := scope_of(side.users[Role.COUNSELLOR])):
        key = begin(by=scope, on=side.candidacy.pk, instrument="acquaintance", medium="screen", happened_on=DAY)
        keep_answers(by=scope, on=key, typed={name: Typed(text) for name, text in said.items()}, happened_on=DAY)
        if finished:
            finish(by=scope, on=key)


def keep(side: Side, **ways: tuple[str, str]) -> Any:
    with scoped(scope := scope_of(side.users[Role.COUNSELLOR])):
        return keep_from_form(by=scope, on=side.candidacy.pk, ways=ways)


def tab(side: Side, role: Role = Role.COUNSELLOR) -> str:
    return client_of(side.users[role]).get(reverse("candidate_contacts", args=[side.candidacy.pk])).content.decode()


def test_a_form_shares_its_ways_only_when_it_is_finished_and_keeps_none_by_itself(ours: Side) -> None:
    fills_in(ours, finished=False)
    assert "value_own_phone" not in tab(ours)
    ContactRoute.objects.all().delete()
    with scoped(scope := scope_of(ours.users[Role.COUNSELLOR])):
        response = begin(by=scope, on=ours.candidacy.pk, instrument="acquaintance", medium="screen", happened_on=DAY)
        finish(by=scope, on=response)
    page = tab(ours)
    assert "value_own_phone" in page
    assert "value_family" in page
    assert "value_shelter" not in page
    assert not ContactRoute.objects.exists()
    assert not Appointment.objects.exists()
    assert AuditEntry.objects.filter(verb="read", part="screening", table="ledger_answer").exists()


def test_one_press_keeps_all_that_are_filled_in_and_what_is_kept_is_not_offered_again(ours: Side) -> None:
    fills_in(ours)
    client, where = client_of(ours.users[Role.COUNSELLOR]), reverse("contacts_from_form", args=[ours.candidacy.pk])
    typed = {"value_own_phone": "06 12345678", "value_family": "", "holder_family": ""}
    assert client.post(where, typed).status_code == 302
    kept = ContactRoute.objects.get()
    assert (kept.kind, kept.value, kept.consent_on) == ("own_phone", "06 12345678", DAY)
    page = tab(ours)
    assert "value_own_phone" not in page
    assert "value_family" in page
    entry = AuditEntry.objects.filter(verb="keep_from_form", table="ledger_contactroute").get()
    assert entry.facts["form"] == "acquaintance"


def test_one_way_is_kept_and_what_is_typed_at_another_is_left(ours: Side) -> None:
    fills_in(ours)
    client, where = client_of(ours.users[Role.COUNSELLOR]), reverse("contacts_from_form", args=[ours.candidacy.pk])
    typed = {"value_own_phone": "06 12345678", "value_family": "06 87654321", "holder_family": "zus", "keep": "family"}
    client.post(where, typed)
    assert ContactRoute.objects.get().kind == "family"
    answer = client.post(where, {"value_own_phone": "", "keep": "own_phone"})
    assert (answer.status_code, ContactRoute.objects.count()) == (422, 1)


def test_the_rules_of_a_way_hold_and_all_or_none_are_kept(ours: Side) -> None:
    fills_in(ours)
    for ways, field in (
        ({"own_phone": ("weet ik niet", ""), "family": ("06 87654321", "zus")}, "value_own_phone"),
        ({"own_phone": ("06 12345678", ""), "family": ("06 87654321", "")}, "holder_family"),
    ):
        with pytest.raises(Refusal) as refused:
            keep(ours, **ways)
        assert refused.value.field == field
        assert not ContactRoute.objects.exists()


def test_what_the_form_does_not_name_is_not_kept_as_if_it_did(ours: Side) -> None:
    fills_in(ours)
    with pytest.raises(Refusal) as refused:
        keep(ours, shelter=("Kerkstraat 1", ""))
    assert refused.value.code == "not_in_the_form"


def test_a_way_that_turned_out_not_to_work_is_not_offered_again(ours: Side) -> None:
    fills_in(ours)
    keep(ours, own_phone=("06 12345678", ""))
    with scoped(scope := scope_of(ours.users[Role.COUNSELLOR])):
        end_route(by=scope, on=ContactRoute.objects.get().pk, today=TODAY)
    assert "value_own_phone" not in tab(ours)


def test_the_day_of_the_first_appointment_stands_ready(ours: Side) -> None:
    fills_in(ours)
    ours.candidacy.refresh_from_db()
    plan = reverse("candidate_first_appointment", args=[ours.candidacy.pk])
    client = client_of(ours.users[Role.COUNSELLOR])
    assert plan in tab(ours)
    assert f'value="{MEET.isoformat()}"' in client.get(plan).content.decode()
    client.post(plan, {"on": MEET.isoformat(), "time": "10:00", "place": "Loket", "with_whom": ""})
    assert Appointment.objects.get().state == "planned"
    keep(ours, own_phone=("06 12345678", ""), family=("06 87654321", "zus"))
    assert "Kennismaking en contactkaart”" not in tab(ours)


def test_who_finishes_the_form_is_led_to_what_stands_ready(ours: Side) -> None:
    fills_in(ours, finished=False)
    from makegood_portal.ledger.models import Response

    answer = client_of(ours.users[Role.COUNSELLOR]).post(reverse("response_finish", args=[Response.objects.get().pk]))
    assert answer["Location"] == reverse("candidate_contacts", args=[ours.candidacy.pk])
