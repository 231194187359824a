"""Reminders: what is late or about to end is told to whoever works with the person, once each (needs 40, 49, 51)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from makegood_portal.actions.permission import answer_permission
from makegood_portal.actions.release_date import correct_release_date
from makegood_portal.actions.reminders import remind_everybody
from makegood_portal.ledger.models import (
    Appointment,
    AuditEntry,
    Candidacy,
    Consent,
    ContactRoute,
    Membership,
    MunicipalityContact,
    Notice,
    PermissionReminder,
    PermissionRequest,
    User,
)
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_consent, client_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 20)


@pytest.fixture
def ours(world: World) -> Side:
    Candidacy.objects.all().update(release_on=None, step_due_on=None)
    Consent.objects.all().delete()
    return world.ours


def asked(side: Side, **more: Any) -> PermissionRequest:
    words = {"asked_on": date(2026, 3, 2), "deadline_on": date(2026, 3, 16), "state": "asked", "asked_by": side.users[Role.COORDINATOR]}
    return PermissionRequest.objects.create(candidacy=side.candidacy, municipality=side.at(Kind.MUNICIPALITY), **words | more)


def told(kind: str) -> list[Any]:
    return list(Notice.objects.filter(kind=kind).values_list("to", "candidacy", "due_on"))


def test_an_overdue_permission_is_told_to_who_asked_once(ours: Side, django_capture_on_commit_callbacks: Any) -> None:
    asked(ours)
    remind_everybody(date(2026, 3, 16))
    assert told("permission_late") == [], "on its last day an answer is not late"
    with django_capture_on_commit_callbacks(execute=True):
        remind_everybody(TODAY)
    asker = ours.users[Role.COORDINATOR]
    assert told("permission_late") == [(asker.pk, ours.candidacy.pk, date(2026, 3, 16))]
    letters = [letter for letter in mail.outbox if letter.to == [asker.email]]
    assert len(letters) == 1
    assert "Ours" not in f"{letters[0].subject} {letters[0].body}"
    remind_everybody(TODAY + timedelta(days=1))
    assert len(told("permission_late")) == 1
    assert "nog geen antwoord" in client_of(asker).get("/").content.decode()
    assert AuditEntry.objects.get(verb="remind").facts == {"told": {"permission_late": 1}}


def test_a_consent_is_told_thirty_days_before_it_ends(ours: Side) -> None:
    a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work", until_on=TODAY + timedelta(days=31))
    remind_everybody(TODAY)
    assert told("consent_ends") == []
    remind_everybody(TODAY + timedelta(days=1))
    assert told("consent_ends") == [(ours.users[Role.COUNSELLOR].pk, ours.candidacy.pk, TODAY + timedelta(days=31))]


def test_without_a_counsellor_it_is_told_to_the_prison_and_after_the_hand_over_to_the_lead(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(counsellor=None)
    a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work", until_on=TODAY + timedelta(days=5))
    remind_everybody(TODAY)
    assert [to for to, *_ in told("consent_ends")] == [ours.users[Role.COORDINATOR].pk]
    Notice.objects.all().delete()
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=TODAY)
    remind_everybody(TODAY)
    assert [to for to, *_ in told("consent_ends")] == [ours.users[Role.LEAD].pk]


@pytest.mark.parametrize("locked", [True, False])
def test_a_counsellor_who_cannot_guide_them_any_more_is_told_nothing(ours: Side, locked: bool) -> None:
    gone, lead, prison = (ours.users[role] for role in (Role.COUNSELLOR, Role.LEAD, Role.COORDINATOR))
    if locked:
        User.objects.filter(pk=gone.pk).update(is_active=False)
    else:
        Membership.objects.filter(user=gone).update(until_on=date(2026, 3, 1))
    a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work", until_on=TODAY + timedelta(days=5))
    remind_everybody(TODAY)
    assert [to for to, *_ in told("consent_ends")] == [prison.pk]
    with scoped(by := scope_of(prison)):
        words: dict[str, Any] = {"release_on": TODAY, "source": "prison_register", "reason": "date_was_wrong", "today": TODAY}
        correct_release_date(by=by, on=ours.candidacy.pk, seen=Candidacy.objects.get(pk=ours.candidacy.pk).version, **words)
    assert [to for to, *_ in told("release_moved")] == [lead.pk]


@pytest.mark.parametrize(("days", "many"), [(14, 1), (15, 0)])
def test_who_cannot_be_reached_is_told_two_weeks_before_release(ours: Side, days: int, many: int) -> None:
    """The programme file warns from two weeks before the release."""
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=TODAY + timedelta(days=days))
    remind_everybody(TODAY)
    assert len(told("no_route")) == many


def test_who_can_be_reached_is_not_told_about(ours: Side) -> None:
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=TODAY)
    ContactRoute.objects.create(candidacy=ours.candidacy, kind="own_phone", value="0600000000")
    remind_everybody(TODAY)
    assert told("no_route") == []


def test_an_appointment_is_told_on_its_day_and_once_more_when_nobody_recorded_it(ours: Side) -> None:
    """Need 43: contact in the first week after release is a duty."""
    at = datetime(2026, 3, 20, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
    row = Appointment.objects.create(candidacy=ours.candidacy, kind="first_week", at=at)
    who = (ours.users[Role.COUNSELLOR].pk, ours.candidacy.pk, TODAY)
    remind_everybody(TODAY - timedelta(days=1))
    assert told("appointment_today") == []
    for days in (0, 0, 1, 2):
        remind_everybody(TODAY + timedelta(days=days))
    assert (told("appointment_today"), told("appointment_open")) == ([who], [who])
    page = client_of(ours.users[Role.COUNSELLOR]).get("/").content.decode()
    assert "is de eerste afspraak met" in page
    assert "nog niet vastgelegd of de afspraak" in page
    Notice.objects.all().delete()
    Appointment.objects.filter(pk=row.pk).update(state="kept")
    remind_everybody(TODAY)
    assert told("appointment_today") == []


def test_steps_past_their_day_are_told_as_a_number(ours: Side) -> None:
    """The first step of the reference case after the list is the prison's."""
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="list_checked", step_due_on=TODAY - timedelta(days=1))
    for _ in range(2):
        remind_everybody(TODAY)
    [notice] = Notice.objects.filter(kind="steps_late")
    assert (notice.to, notice.candidacy, notice.details) == (ours.users[Role.COORDINATOR], None, {"number": 1})
    assert "1 kandidaat is over de laatste dag" in client_of(notice.to).get("/").content.decode()


@pytest.mark.parametrize(("closed", "role"), [(False, Role.COUNSELLOR), (True, Role.COORDINATOR)])
def test_what_is_late_of_a_closed_file_is_told_to_the_prison_alone(ours: Side, closed: bool, role: Role) -> None:
    """Not even a number, or the answer that they wait for, goes to who may no longer know somebody."""
    request = asked(ours)
    PermissionRequest.objects.filter(pk=request.pk).update(asked_by=ours.users[Role.COUNSELLOR], deadline_on=TODAY - timedelta(days=1))
    late = {"step": "talk", "step_due_on": TODAY - timedelta(days=1), "closed_to_provider": closed}
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(**late)
    remind_everybody(TODAY)
    assert {to for kind in ("steps_late", "permission_late") for to, *_ in told(kind)} == {ours.users[role].pk}


def test_a_municipality_is_reminded_on_the_days_of_the_programme_file(ours: Side) -> None:
    request = asked(ours, asked_on=TODAY - timedelta(days=40), deadline_on=TODAY - timedelta(days=26))
    remind_everybody(TODAY)
    assert not PermissionReminder.objects.exists(), "no address is known"
    MunicipalityContact.objects.create(municipality=request.municipality, name="M. Loket", email="loket@example.org", checked_on=TODAY)
    for day in range(3):
        remind_everybody(TODAY + timedelta(days=day))
    assert list(PermissionReminder.objects.values_list("request", "sent_on")) == [(request.pk, TODAY)]


def test_who_asked_and_who_guides_the_candidate_are_told_of_the_answer(ours: Side) -> None:
    request = asked(ours)
    a_consent(ours.candidacy, ours.at(Kind.MUNICIPALITY))
    scope = scope_of(ours.users[Role.MUNICIPAL_CONTACT])
    with scoped(scope):
        answer_permission(by=scope, on=request.pk, seen=1, answer="granted", words="", today=TODAY)
    asked_by, guides = ours.users[Role.COORDINATOR], ours.users[Role.COUNSELLOR]
    assert {to for to, _of, _day in told("permission_answered")} == {asked_by.pk, guides.pk}
    assert "zegt ja tegen Sanne Van Ours" in client_of(ours.users[Role.COORDINATOR]).get("/").content.decode()


def test_the_database_lets_nothing_be_told_twice(ours: Side) -> None:
    words: dict[str, Any] = {"to": ours.users[Role.LEAD], "kind": "steps_late", "due_on": TODAY}
    Notice.objects.create(**words)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(**words)
