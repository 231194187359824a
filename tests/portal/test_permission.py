"""Permission of municipalities: asked with a deadline, reminded, answered by their own log-in, asked of several where unknown.

Needs 49, 50: the request has a deadline, reminders and a turnaround; where the municipality is not known, several are asked.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.permission import answer_permission, ask_permission, change_answer, remind, withdraw
from makegood_portal.actions.questionnaire import Typed, begin, keep_answers
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.actions.reminders import remind_everybody
from makegood_portal.actions.selection import pass_step
from makegood_portal.ledger.models import (
    AuditEntry,
    Candidacy,
    Consent,
    LocalProgramme,
    Membership,
    MunicipalityContact,
    MunicipalityDetails,
    Notice,
    Organisation,
    PermissionReminder,
    PermissionRequest,
    Response,
    User,
)
from makegood_portal.ledger.queries import permissions
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_consent, a_questionnaire, a_user, an_event, an_organisation, client_of

pytestmark = pytest.mark.django_db
ASKED = date(2026, 3, 2)
DUE = date(2026, 3, 16)
"""The programme file gives a municipality 14 days."""
ANSWERED = date(2026, 3, 9)
TODAY = timezone.localdate()


@pytest.fixture
def ours(world: World) -> Side:
    return world.ours


def unknown(side: Side) -> tuple[Organisation, Organisation]:
    """The candidate's municipality is not known; it may be either of two."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(municipality=None)
    return side.at(Kind.MUNICIPALITY), an_organisation(Kind.MUNICIPALITY)


def ask(side: Side, *of: Organisation, role: Role = Role.COORDINATOR) -> list[PermissionRequest]:
    """The candidate agreed to it before; see test_consent.py for who did not."""
    scope, asked = scope_of(side.users[role]), of or [side.at(Kind.MUNICIPALITY)]
    for one in asked:
        if not Consent.objects.filter(candidacy=side.candidacy, party=one).exists():
            a_consent(side.candidacy, one)
    with scoped(scope):
        return ask_permission(by=scope, on=side.candidacy.pk, of=[one.pk for one in asked], asked_on=ASKED)


def answer(side: Side, request: UUID, word: str, words: str = "", seen: int = 1) -> PermissionRequest:
    scope = scope_of(side.users[Role.MUNICIPAL_CONTACT])
    with scoped(scope):
        return answer_permission(by=scope, on=request, seen=seen, answer=word, words=words, today=ANSWERED)


def state(request: PermissionRequest) -> str:
    return PermissionRequest.objects.get(pk=request.pk).state


def test_a_request_is_due_when_the_programme_file_says(ours: Side) -> None:
    [request] = ask(ours)
    assert (request.state, request.asked_on, request.deadline_on, request.parallel) == ("asked", ASKED, DUE, False)


def test_the_municipality_reads_what_the_request_says_and_nothing_of_the_file_else(ours: Side) -> None:
    [request] = ask(ours)
    scope = scope_of(ours.users[Role.MUNICIPAL_CONTACT])
    with scoped(scope):
        found = permissions.one(scope, request.pk, today=ASKED)
        assert not Candidacy.objects.exists()
    assert found is not None
    assert found.says == permissions.Says(
        name="Sanne Van Ours", born_on=date(1990, 5, 17), prison=ours.at(Kind.PRISON).name, release_on=date(2026, 6, 1),
        programme="Werk na Detentie",
    )  # fmt: skip
    page = client_of(ours.users[Role.MUNICIPAL_CONTACT]).get(reverse("permission", args=[request.pk])).content.decode()
    assert "Sanne Van Ours" in page
    english = client_of(ours.users[Role.MUNICIPAL_CONTACT])
    english.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Work after prison" in english.get(reverse("permission", args=[request.pk])).content.decode(), "in whichever it was asked"
    assert ours.candidacy.person.pseudonym not in page


def test_what_was_asked_stays_what_was_asked(ours: Side) -> None:
    [request] = ask(ours)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(release_on=date(2026, 9, 1))
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        found = permissions.one(scope, request.pk, today=ASKED)
    assert found is not None
    assert found.says is not None
    assert found.says.release_on == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("word", "words", "column"),
    [
        ("granted", "", None),
        ("granted_with_conditions", "Eerst inschrijven", "conditions"),
        ("refused", "Doet al mee bij ons", "reason"),
        ("not_ours", "", None),
    ],
)
def test_a_municipality_answers_and_its_words_are_kept(ours: Side, word: str, words: str, column: str | None) -> None:
    [request] = ask(ours)
    answer(ours, request.pk, word, words)
    row = PermissionRequest.objects.get(pk=request.pk)
    assert (row.state, row.answered_on, row.answered_by) == (word, ANSWERED, ours.users[Role.MUNICIPAL_CONTACT])
    if column:
        assert getattr(row, column) == words
    entry = AuditEntry.objects.filter(verb="answer_permission").latest("at")
    assert (entry.person, entry.actor) == (ours.candidacy.person_id, ours.users[Role.MUNICIPAL_CONTACT].pk)
    assert entry.sealed is not None
    assert words not in str(entry.facts) or not words


@pytest.mark.parametrize(
    ("word", "words", "code"),
    [
        ("granted_with_conditions", " ", "no_conditions"),
        ("refused", "", "no_reason"),
        ("withdrawn", "x", "no_answer"),
        ("", "", "no_answer"),
        ("granted", "Alleen als hij zich inschrijft", "conditions_with_yes"),
    ],
)
def test_an_answer_that_says_too_little_or_more_than_it_can_hold_is_refused(ours: Side, word: str, words: str, code: str) -> None:
    [request] = ask(ours)
    with pytest.raises(Refusal) as refused:
        answer(ours, request.pk, word, words)
    assert refused.value.code == code
    assert state(request) == "asked"


def test_where_the_municipality_is_unknown_several_are_asked_and_the_first_yes_ends_it(ours: Side) -> None:
    one, other = unknown(ours)
    requests = {request.municipality_id: request for request in ask(ours, one, other)}
    assert all(request.parallel for request in requests.values())
    answer(ours, requests[one.pk].pk, "granted")
    assert (state(requests[one.pk]), state(requests[other.pk])) == ("granted", "withdrawn")
    assert Candidacy.objects.get(pk=ours.candidacy.pk).municipality == one


def told_of(side: Side, kind: str) -> set[User]:
    return {notice.to for notice in Notice.objects.filter(kind=kind, candidacy=side.candidacy)}


@pytest.mark.parametrize("gone", ["nobody", "locked", "role ended"])
def test_without_a_counsellor_the_lead_is_told_of_the_answer(ours: Side, gone: str) -> None:
    counsellor, lead, locked = ours.users[Role.COUNSELLOR], ours.users[Role.LEAD], a_user(Role.LEAD, at=ours.at(Kind.PROVIDER))
    User.objects.filter(pk=locked.pk).update(is_active=False)
    [request] = ask(ours)
    if gone == "nobody":
        Candidacy.objects.filter(pk=ours.candidacy.pk).update(counsellor=None)
    elif gone == "locked":
        User.objects.filter(pk=counsellor.pk).update(is_active=False)
    else:
        Membership.objects.filter(user=counsellor).update(until_on=ANSWERED)
    answer(ours, request.pk, "refused", "Te druk")
    assert told_of(ours, "permission_answered") == {ours.users[Role.COORDINATOR], lead}
    changes(ours, request.pk, "granted")
    assert told_of(ours, "permission_changed") == {ours.users[Role.COORDINATOR], lead}
    assert "zegt nee tegen" in client_of(lead).get("/").content.decode()


def test_where_no_provider_may_see_the_candidate_the_prison_is_told_of_the_answer(ours: Side) -> None:
    [request] = ask(ours)
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(counsellor=None, provider=None)
    colleague = a_user(Role.COORDINATOR, at=ours.at(Kind.PRISON))
    answer(ours, request.pk, "granted")
    assert told_of(ours, "permission_answered") == {ours.users[Role.COORDINATOR], colleague}


def test_not_ours_leaves_the_other_municipalities_asked(ours: Side) -> None:
    one, other = unknown(ours)
    requests = {request.municipality_id: request for request in ask(ours, one, other)}
    answer(ours, requests[one.pk].pk, "not_ours")
    assert state(requests[other.pk]) == "asked"
    assert Candidacy.objects.get(pk=ours.candidacy.pk).municipality is None


def test_one_municipality_never_sees_what_another_was_asked(ours: Side) -> None:
    one, other = unknown(ours)
    requests = {request.municipality_id: request for request in ask(ours, one, other)}
    with pytest.raises(NotYours):
        answer(ours, requests[other.pk].pk, "granted")
    page = client_of(a_user(Role.MUNICIPAL_CONTACT, at=other)).get(reverse("permissions")).content.decode()
    assert str(requests[other.pk].pk) in page
    assert str(requests[one.pk].pk) not in page


def test_after_the_hand_over_the_first_yes_still_withdraws_the_others(ours: Side) -> None:
    one, other = unknown(ours)
    requests = {request.municipality_id: request for request in ask(ours, one, other)}
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=ASKED)
    answer(ours, requests[one.pk].pk, "granted")
    assert state(requests[other.pk]) == "withdrawn"


def test_asking_twice_and_asking_after_a_yes_are_refused(ours: Side) -> None:
    [request] = ask(ours)
    with pytest.raises(Refusal) as refused:
        ask(ours)
    assert refused.value.code == "asked_already"
    answer(ours, request.pk, "granted")
    with pytest.raises(Refusal) as refused:
        ask(ours, an_organisation(Kind.MUNICIPALITY))
    assert refused.value.code == "granted_already"


def test_who_the_programme_file_does_not_name_does_not_ask_before_the_hand_over(ours: Side) -> None:
    with pytest.raises(NotYours):
        ask(ours, role=Role.COUNSELLOR)
    with pytest.raises(Refusal):
        ask(ours, ours.at(Kind.PRISON))


def test_two_who_answer_at_once_the_second_is_told(ours: Side) -> None:
    [request] = ask(ours)
    PermissionRequest.objects.filter(pk=request.pk).update(version=2)
    with pytest.raises(Stale):
        answer(ours, request.pk, "granted", seen=1)


def test_a_reminder_is_sent_once_a_day_without_a_name(ours: Side, django_capture_on_commit_callbacks: object) -> None:
    [request] = ask(ours)
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope), pytest.raises(Refusal) as refused:
        remind(by=scope, on=request.pk, today=ANSWERED)
    assert refused.value.code == "no_address"
    MunicipalityContact.objects.create(municipality=request.municipality, name="M. Loket", email="loket@example.org", checked_on=ASKED)
    with django_capture_on_commit_callbacks(execute=True), scoped(scope):  # type: ignore[operator]
        remind(by=scope, on=request.pk, today=ANSWERED)
    reminder = PermissionReminder.objects.get(request=request)
    assert (reminder.sent_on, reminder.to) == (ANSWERED, "loket@example.org")
    [letter] = mail.outbox
    assert letter.to == ["loket@example.org"]
    said = f"{letter.subject} {letter.body}"
    assert "Ours" not in said
    assert "Sanne" not in said
    with scoped(scope), pytest.raises(Refusal) as refused:
        remind(by=scope, on=request.pk, today=ANSWERED)
    assert refused.value.code == "reminded_today"


def test_a_second_press_or_a_stale_page_sends_no_second_reminder(ours: Side, django_capture_on_commit_callbacks: Any) -> None:
    [request] = ask(ours)
    MunicipalityContact.objects.create(municipality=request.municipality, name="M. Loket", email="loket@example.org", checked_on=ASKED)
    client, one = client_of(ours.users[Role.COORDINATOR]), reverse("permission", args=[request.pk])
    sends, token = reverse("permission_remind", args=[request.pk]), {"once": str(uuid4())}
    assert f'action="{sends}"' in client.get(one).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(sends, token)
        client.post(sends, token)
        stale = client_of(ours.users[Role.COORDINATOR]).post(sends, {"once": str(uuid4())}, follow=True).content.decode()
        remind_everybody(timezone.localdate())
    assert "Vandaag is al een herinnering verstuurd" in stale
    assert f'action="{sends}"' not in stale
    assert len([letter for letter in mail.outbox if letter.to == ["loket@example.org"]]) == 1
    assert PermissionReminder.objects.get().sent_on == timezone.localdate()


def test_withdrawing_a_request_is_asked_first_and_says_what_follows(ours: Side) -> None:
    [request] = ask(ours)
    client = client_of(ours.users[Role.COORDINATOR])
    page = client.get(reverse("permission", args=[request.pk])).content.decode()
    asks = page[page.index('id="withdraw" popover') :]
    assert "De gemeente kan dan geen antwoord meer geven" in asks[: asks.index("</form>")]
    assert f'action="{reverse("permission_withdraw", args=[request.pk])}"' in asks


def test_what_is_withdrawn_cannot_be_answered(ours: Side) -> None:
    [request] = ask(ours)
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        withdraw(by=scope, on=request.pk)
    with pytest.raises(Refusal) as refused:
        answer(ours, request.pk, "granted", seen=2)
    assert refused.value.code == "answered_already"


def test_even_with_sql_a_municipality_changes_nothing_but_the_answer(ours: Side) -> None:
    [request] = ask(ours)
    scope = scope_of(ours.users[Role.MUNICIPAL_CONTACT])
    change = "UPDATE ledger_permissionrequest SET deadline_on = '2030-01-01', state = 'granted' WHERE id = %s"
    with pytest.raises(DatabaseError, match="only_an_answer"), scoped(scope), connection.cursor() as cursor:
        cursor.execute(change, [request.pk])


def changes(side: Side, request: UUID, word: str, words: str = "", seen: int = 2, why: str = "Verkeerd aangeklikt") -> PermissionRequest:
    scope = scope_of(side.users[Role.MUNICIPAL_CONTACT])
    with scoped(scope):
        return change_answer(by=scope, on=request, seen=seen, answer=word, words=words, why=why, today=date(2026, 3, 12))


def at_permission(side: Side) -> None:
    """The candidate waits for the municipality; the counsellor of the provider guides them."""
    Candidacy.objects.filter(pk=side.candidacy.pk).update(step="permission_asked", step_since=ASKED)


class TestAnAnswerIsPutRight:
    """The municipality changes its own answer until the candidate started or left."""

    def test_a_no_that_was_a_mistake_becomes_a_yes_and_does_what_a_yes_does(self, ours: Side) -> None:
        at_permission(ours)
        [request] = ask(ours)
        answer(ours, request.pk, "refused", "Doet al mee bij ons")
        changes(ours, request.pk, "granted")
        row = PermissionRequest.objects.get(pk=request.pk)
        assert (row.state, row.reason, row.answered_on) == ("granted", "", date(2026, 3, 12))
        assert Candidacy.objects.get(pk=ours.candidacy.pk).step == "acquaintance"

    def test_a_yes_that_was_a_mistake_takes_its_step_back_and_another_municipality_can_be_asked(self, ours: Side) -> None:
        at_permission(ours)
        one, other = unknown(ours)
        requests = {request.municipality_id: request for request in ask(ours, one, other)}
        answer(ours, requests[one.pk].pk, "granted")
        assert Candidacy.objects.get(pk=ours.candidacy.pk).step == "acquaintance"
        changes(ours, requests[one.pk].pk, "not_ours")
        row = Candidacy.objects.get(pk=ours.candidacy.pk)
        assert (row.step, row.step_since, row.municipality) == ("permission_asked", ASKED, None)
        [again] = ask(ours, other)
        assert again.state == "asked"

    def test_whoever_is_further_keeps_the_place_and_does_not_start_without_permission(self, ours: Side) -> None:
        at_permission(ours)
        [request] = ask(ours)
        answer(ours, request.pk, "granted")
        an_event(ours.candidacy, step="acquaintance", outcome="passed")
        guide = scope_of(ours.users[Role.COUNSELLOR])
        Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="started", contract_on=ASKED)
        changes(ours, request.pk, "refused", "Er is geen plek")
        assert Candidacy.objects.get(pk=ours.candidacy.pk).step == "started"
        with scoped(guide), pytest.raises(Refusal) as refused:
            pass_step(by=guide, on=ours.candidacy.pk, step="started", happened_on=timezone.localdate())
        assert refused.value.code == "not_permitted"

    def test_other_words_leave_the_day_of_the_answer(self, ours: Side) -> None:
        [request] = ask(ours)
        answer(ours, request.pk, "granted_with_conditions", "Eerst inschrijven")
        changes(ours, request.pk, "granted_with_conditions", "Eerst inschrijven bij de gemeente")
        row = PermissionRequest.objects.get(pk=request.pk)
        assert (row.conditions, row.answered_on) == ("Eerst inschrijven bij de gemeente", ANSWERED)

    def test_what_it_was_and_why_it_changed_stand_in_the_history_that_counsellor_and_lead_read(self, ours: Side) -> None:
        [request] = ask(ours)
        answer(ours, request.pk, "refused", "Doet al mee bij ons")
        changes(ours, request.pk, "granted", why="Ik zat in het verkeerde dossier")
        for role in (Role.COUNSELLOR, Role.LEAD):
            page = client_of(ours.users[role]).get(reverse("candidate_history", args=[ours.candidacy.pk])).content.decode()
            assert "Antwoord van de gemeente veranderd" in page
            assert "Doet al mee bij ons" in page
            assert "Ik zat in het verkeerde dossier" in page
        entry = AuditEntry.objects.get(verb="change_answer", outcome="done")
        assert "Ik zat" not in str(entry.facts)

    def test_who_asked_and_who_guides_the_candidate_are_told(self, ours: Side) -> None:
        [request] = ask(ours)
        answer(ours, request.pk, "granted")
        changes(ours, request.pk, "refused", "Er is geen plek")
        told = Notice.objects.filter(kind="permission_changed", candidacy=ours.candidacy)
        assert {notice.to for notice in told} == {ours.users[Role.COORDINATOR], ours.users[Role.COUNSELLOR]}
        first = client_of(ours.users[Role.COUNSELLOR]).get("/").content.decode()
        assert "heeft het antwoord over" in first
        assert reverse("candidate_permissions", args=[ours.candidacy.pk]) in first

    def test_whom_that_yes_kept_from_answering_can_be_asked_again_with_one_button(self, ours: Side) -> None:
        town, other = unknown(ours)
        withdrawn_by_hand = an_organisation(Kind.MUNICIPALITY, name="Zelf ingetrokken")
        asked = {one.municipality: one for one in ask(ours, town, other, withdrawn_by_hand)}
        first, second, third = (asked[of] for of in (town, other, withdrawn_by_hand))
        with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
            withdraw(by=scope, on=third.pk)
        answer(ours, first.pk, "granted")
        client, page = client_of(ours.users[Role.COORDINATOR]), reverse("candidate_permissions", args=[ours.candidacy.pk])
        again = reverse("candidate_permissions_again", args=[ours.candidacy.pk])
        assert again not in client.get(page).content.decode()
        changes(ours, first.pk, "refused", "Verkeerd dossier")
        assert state(second) == "withdrawn", "nobody is asked again by itself"
        assert (
            "1 andere gemeente hoefde door dat ja niet meer te antwoorden"
            in client_of(ours.users[Role.COUNSELLOR]).get("/").content.decode()
        )
        shown = client.get(page).content.decode()
        offer = shown[shown.index('id="again"') :]
        assert other.name in shown[: shown.index('id="again"')]
        assert again in offer
        assert client.post(again).status_code == 302
        fresh = PermissionRequest.objects.get(municipality=other, state="asked")
        assert fresh.pk != second.pk
        assert (fresh.asked_on, fresh.deadline_on) == (TODAY, TODAY + (DUE - ASKED))
        assert set(PermissionRequest.objects.filter(municipality=withdrawn_by_hand).values_list("state", flat=True)) == {"withdrawn"}
        assert again not in client.get(page).content.decode()
        client.post(again)
        assert PermissionRequest.objects.filter(municipality=other).count() == 2, "a second press asks nobody"

    def test_nobody_is_asked_again_whose_consent_ended(self, ours: Side) -> None:
        town, _other = unknown(ours)
        first = next(one for one in ask(ours, town, _other) if one.municipality == town)
        answer(ours, first.pk, "granted")
        changes(ours, first.pk, "refused", "Verkeerd dossier")
        Consent.objects.exclude(party=ours.at(Kind.MUNICIPALITY)).update(state="withdrawn", withdrawn_on=ANSWERED)
        answered = client_of(ours.users[Role.COORDINATOR]).post(
            reverse("candidate_permissions_again", args=[ours.candidacy.pk]), follow=True
        )
        assert "Er staat nog niet vast dat de kandidaat dit goed vindt" in answered.content.decode()
        assert not PermissionRequest.objects.filter(state="asked").exists()

    @pytest.mark.parametrize(("state", "day"), [("started", "started_on"), ("left", "left_on")])
    def test_after_the_start_or_an_exit_the_answer_stands_and_the_page_says_whom_to_call(self, ours: Side, state: str, day: str) -> None:
        [request] = ask(ours)
        answer(ours, request.pk, "granted")
        reason = {"exit_reason": "transferred"} if state == "left" else {}
        Candidacy.objects.filter(pk=ours.candidacy.pk).update(state=state, **{day: ANSWERED}, **reason)
        with pytest.raises(Refusal) as refused:
            changes(ours, request.pk, "refused", "Er is geen plek")
        assert refused.value.code == "went_on"
        page = client_of(ours.users[Role.MUNICIPAL_CONTACT]).get(reverse("permission_change", args=[request.pk]), follow=True)
        assert page.redirect_chain == [(reverse("permission", args=[request.pk]), 302)]
        assert ours.users[Role.COORDINATOR].email in page.content.decode()
        assert "Antwoord veranderen" not in page.content.decode()
        scope = scope_of(ours.users[Role.MUNICIPAL_CONTACT])
        sql = "UPDATE ledger_permissionrequest SET state = 'refused', reason = 'x' WHERE id = %s"
        with pytest.raises(DatabaseError, match="only_an_answer"), scoped(scope), connection.cursor() as cursor:
            cursor.execute(sql, [request.pk])

    @pytest.mark.parametrize(
        ("word", "words", "why", "code"),
        [
            ("refused", "Doet al mee bij ons", "Toch", "same_answer"),
            ("refused", "", "Toch", "no_reason"),
            ("withdrawn", "x", "Toch", "no_answer"),
            ("granted", "", " ", "why"),
            ("granted", "Alleen als hij zich inschrijft", "Toch", "conditions_with_yes"),
        ],
    )
    def test_a_change_that_says_too_little_is_refused(self, ours: Side, word: str, words: str, why: str, code: str) -> None:
        [request] = ask(ours)
        answer(ours, request.pk, "refused", "Doet al mee bij ons")
        with pytest.raises(Refusal) as refused:
            changes(ours, request.pk, word, words, why=why)
        assert refused.value.code == code
        assert state(request) == "refused"

    def test_what_is_asked_or_withdrawn_is_not_changed_and_neither_is_what_a_colleague_changed_meanwhile(self, ours: Side) -> None:
        [request] = ask(ours)
        with pytest.raises(Refusal) as refused:
            changes(ours, request.pk, "granted", seen=1)
        assert refused.value.code == "not_answered"
        answer(ours, request.pk, "refused", "Doet al mee bij ons")
        with pytest.raises(Stale):
            changes(ours, request.pk, "granted", seen=1)
        assert state(request) == "refused"

    def test_a_yes_of_another_municipality_stands(self, ours: Side) -> None:
        one, other = unknown(ours)
        [request] = ask(ours, one)
        answer(ours, request.pk, "not_ours")
        [there] = ask(ours, other)
        PermissionRequest.objects.filter(pk=there.pk).update(state="granted", answered_on=ANSWERED)
        with pytest.raises(Refusal) as refused:
            changes(ours, request.pk, "granted")
        assert refused.value.code == "granted_already"
        assert state(request) == "not_ours"

    def test_by_hand(self, ours: Side) -> None:
        [request] = ask(ours)
        answer(ours, request.pk, "refused", "Doet al mee bij ons")
        client = client_of(ours.users[Role.MUNICIPAL_CONTACT])
        one, change = (reverse(name, args=[request.pk]) for name in ("permission", "permission_change"))
        answered = client.get(one).content.decode()
        assert change in answered
        assert reverse("candidate_permissions", args=[ours.candidacy.pk]) not in answered, "the file is not the municipality's"
        assert "Doet al mee bij ons" in client.get(change).content.decode()
        new = {"answer": "granted_with_conditions", "words": "Eerst inschrijven", "seen": "2"}
        assert client.post(change, new | {"why": ""}).status_code == 422
        page = client.post(change, new | {"why": "Verkeerd aangeklikt"}, follow=True).content.decode()
        assert "Toestemming onder voorwaarden" in page
        assert "Eerst inschrijven" in page
        assert client_of(ours.users[Role.COORDINATOR]).get(change).status_code == 403


def test_a_condition_typed_with_a_plain_yes_is_asked_about_and_stays_in_the_form(ours: Side) -> None:
    [request] = ask(ours)
    form = {"answer": "granted", "words": "Alleen als hij zich inschrijft", "seen": "1"}
    page = client_of(ours.users[Role.MUNICIPAL_CONTACT]).post(reverse("permission", args=[request.pk]), form)
    assert page.status_code == 422
    assert "Kies “Ja, onder voorwaarden”, of maak de tekst leeg." in page.content.decode()
    assert "Alleen als hij zich inschrijft" in page.content.decode()
    assert state(request) == "asked"


@pytest.mark.parametrize(
    ("word", "late", "said", "does"),
    [
        ("", False, "", "Vraag het de gemeente"),
        ("asked", False, "gevraagd, antwoord uiterlijk", "Bekijk het verzoek"),
        ("asked", True, "De gemeente is te laat met het antwoord", "Bekijk het verzoek"),
        ("refused", False, "Geen gemeente zei ja", "Vraag een andere gemeente"),
    ],
)
def test_queue_and_step_say_who_was_asked_already(ours: Side, word: str, late: bool, said: str, does: str) -> None:
    """Else the same municipality is asked twice, and who got a no waits for nothing."""
    at_permission(ours)
    if word:
        due = timezone.localdate() + timedelta(days=-1 if late else 5)
        PermissionRequest.objects.create(
            candidacy=ours.candidacy,
            municipality=ours.at(Kind.MUNICIPALITY),
            state=word,
            asked_on=ASKED,
            deadline_on=due,
            answered_on=ANSWERED if word == "refused" else None,
        )
    client = client_of(ours.users[Role.COORDINATOR])
    queue = client.get(reverse("queue") + "?step=permission_asked").content.decode()
    step = client.get(reverse("candidate_step", args=[ours.candidacy.pk])).content.decode()
    sentences = ("gevraagd, antwoord uiterlijk", "De gemeente is te laat met het antwoord", "Geen gemeente zei ja")
    for page in (queue, step):
        assert [one for one in sentences if one in page] == ([said] if said else [])
    assert does in step


def test_the_turnaround_counts_open_requests_too(ours: Side) -> None:
    """Need 49. Three asked on 2 March: answered after 4 and 20 days (due after 14), one open on 1 April: half within 20 days."""
    for number, answered in enumerate((date(2026, 3, 6), date(2026, 3, 22), None)):
        PermissionRequest.objects.create(
            candidacy=ours.candidacy, municipality=an_organisation(Kind.MUNICIPALITY), asked_on=ASKED, deadline_on=DUE,
            answered_on=answered, state="refused" if answered else "asked", reason=str(number),
        )  # fmt: skip
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        found = permissions.page(scope, today=date(2026, 4, 1))
    assert found.waiting is not None
    assert (found.open, found.overdue, found.waiting.median_days) == (1, 1, 20)
    assert (found.waiting.late.n, found.waiting.late.of) == (2, 3)


def test_local_programmes_that_exclude_are_seen_before_asking(ours: Side) -> None:
    """Need 55."""
    municipality = ours.at(Kind.MUNICIPALITY)
    LocalProgramme.objects.create(municipality=municipality, name="Werk Eerst", excludes=True, from_on=ASKED)
    LocalProgramme.objects.create(municipality=municipality, name="Voorbij", excludes=True, from_on=date(2020, 1, 1), until_on=ASKED)
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_permissions", args=[ours.candidacy.pk])).content.decode()
    assert "Werk Eerst" in page
    assert "Voorbij" not in page


def test_the_conditions_of_a_municipality_stand_on_the_overview_of_who_may_see_its_answer(ours: Side) -> None:
    (request,) = ask(ours)
    answer(ours, request.pk, "granted_with_conditions", "Alleen met een <b>huis</b>")
    shown = {}
    for role in (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.PROBATION_OFFICER, Role.HEAD_OFFICE, Role.EVALUATOR):
        page = client_of(ours.users[role]).get(reverse("candidate", args=[ours.candidacy.pk])).content.decode()
        shown[role] = f"{ours.at(Kind.MUNICIPALITY).name}: Alleen met een &lt;b&gt;huis" in page
    assert {role for role, seen in shown.items() if seen} == {Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD}


def told(municipality: Organisation) -> Organisation:
    """Somebody there gets an e-mail."""
    MunicipalityContact.objects.create(municipality=municipality, name="M. Loket", email="loket@example.org", checked_on=ASKED)
    return municipality


def writes(side: Side, text: str) -> None:
    """The candidate says in the screening questionnaire in which municipality they will live."""
    a_questionnaire(side.programme)
    scope = scope_of(side.users[Role.COORDINATOR])
    with scoped(scope):
        on = begin(by=scope, on=side.candidacy.pk, instrument="screening", medium="screen", happened_on=ASKED)
        keep_answers(by=scope, on=on, typed={"place_after_release": Typed("yes")}, happened_on=ASKED)
        keep_answers(by=scope, on=on, typed={"municipality_after_release": Typed(text)}, happened_on=ASKED)


@pytest.mark.parametrize(
    ("text", "chosen", "said"),
    [
        ("gem. leiden", ["Leiden"], "Gevonden in de lijst van gemeenten: Leiden."),
        ("Leiden of Delft", ["Leiden", "Delft"], "Gevonden in de lijst van gemeenten: Leiden, Delft."),
        ("Rijnsburg", ["Leiden"], "Gevonden in de lijst van gemeenten: Leiden."),  # it merged
        ("Leiden of bij mijn zus", ["Leiden"], "Gevonden: Leiden. Niet gevonden: bij mijn zus."),
        ("ergens <b>anders</b>", [], "Geen gemeente met deze naam"),
    ],
)
def test_a_municipality_in_the_candidates_own_words_is_offered(ours: Side, text: str, chosen: list[str], said: str) -> None:
    unknown(ours)
    towns = {name: told(an_organisation(Kind.MUNICIPALITY, name=name)) for name in ("Leiden", "Delft", "Rijnsburg")}
    MunicipalityDetails.objects.create(
        municipality=towns["Rijnsburg"], cbs_code="0999", cbs_year=2015, merged_into=towns["Leiden"], merged_year=2016
    )
    writes(ours, text)
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_permissions", args=[ours.candidacy.pk])).content.decode()
    assert said in page
    assert re.findall(r'<option value="[^"]+" selected>([^<]*)<', page) == chosen
    assert "<b>anders" not in page
    assert AuditEntry.objects.filter(verb="read", part="screening", candidacy=ours.candidacy.pk).exists()


def test_a_municipality_that_is_asked_no_more_is_not_offered(ours: Side) -> None:
    unknown(ours)
    an_organisation(Kind.MUNICIPALITY, name="Leiden")
    writes(ours, "Leiden")
    with scoped(scope := scope_of(ours.users[Role.COORDINATOR])):
        keep_answers(by=scope, on=Response.objects.get().pk, typed={"place_after_release": Typed("no")}, happened_on=ASKED)
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_permissions", args=[ours.candidacy.pk])).content.decode()
    assert "De kandidaat schreef" not in page


@pytest.mark.parametrize("wrote", ["Leiden", "ergens anders", "{of_the_list} of Leiden"])
def test_nobody_is_chosen_where_the_candidate_wrote_another_than_the_list_has(ours: Side, wrote: str) -> None:
    """One press would send a name and a birth date there."""
    an_organisation(Kind.MUNICIPALITY, name="Leiden")
    town, client = told(ours.at(Kind.MUNICIPALITY)), client_of(ours.users[Role.COORDINATOR])
    writes(ours, wrote.format(of_the_list=town.name))
    here = reverse("candidate_permissions", args=[ours.candidacy.pk])
    page = client.get(here).content.decode()
    assert re.findall(r'<option value="[^"]+" selected>([^<]*)<', page) == []
    assert "De kandidaat schreef: " in page
    refused = client.post(here, {"municipality": ""})
    assert refused.status_code == 422
    assert "Kies welke gemeente u het vraagt." in refused.content.decode()
    assert not PermissionRequest.objects.exists()


def test_the_municipality_of_the_list_is_chosen_where_the_candidate_wrote_the_same_until_it_is_asked(ours: Side) -> None:
    town, client = told(ours.at(Kind.MUNICIPALITY)), client_of(ours.users[Role.COORDINATOR])
    writes(ours, town.name)
    here = reverse("candidate_permissions", args=[ours.candidacy.pk])
    assert re.findall(r'<option value="[^"]+" selected>([^<]*)<', client.get(here).content.decode()) == [town.name]
    ask(ours)
    for word in ("asked", "not_ours"):
        PermissionRequest.objects.update(state=word, answered_on=None if word == "asked" else ANSWERED)
        assert re.findall(r'<option value="[^"]+" selected>', client.get(here).content.decode()) == []


def test_a_municipality_without_an_address_is_marked_before_it_is_asked_after_it_and_in_the_lists(ours: Side) -> None:
    asking, municipality = reverse("candidate_permissions", args=[ours.candidacy.pk]), ours.at(Kind.MUNICIPALITY)
    client, add = client_of(ours.users[Role.COORDINATOR]), reverse("municipality_contact_new", args=[municipality.pk])
    before = client.get(asking).content.decode()
    assert f"{municipality.name} (geen e-mailadres bekend)" in before
    assert add in before
    after = client.post(asking, {"municipality": str(municipality.pk)}, follow=True).content.decode()
    assert f"van {municipality.name} is geen e-mailadres bekend" in after
    one = reverse("permission", args=[PermissionRequest.objects.get().pk])
    for page in (asking, reverse("permissions"), one):
        assert add in client.get(page).content.decode(), page
    assert reverse("permission_remind", args=[PermissionRequest.objects.get().pk]) not in client.get(one).content.decode()
    told(municipality)
    for page in (asking, reverse("permissions"), one):
        assert add not in client.get(page).content.decode(), page
    assert reverse("permission_remind", args=[PermissionRequest.objects.get().pk]) in client.get(one).content.decode()


@pytest.mark.parametrize(("wrote", "opened"), [("", False), ("Leiden", False), ("Leiden of Delft", True)])
def test_other_municipalities_stand_behind_a_line_until_several_are_meant(ours: Side, wrote: str, opened: bool) -> None:
    unknown(ours)
    for name in ("Leiden", "Delft"):
        an_organisation(Kind.MUNICIPALITY, name=name)
    if wrote:
        writes(ours, wrote)
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_permissions", args=[ours.candidacy.pk])).content.decode()
    folded = page[page.index("<details", page.index('name="municipality"')) :]
    assert folded.startswith('<details class="details" open>') is opened
    assert 'name="municipality_1"' in folded[: folded.index("</details>")]


def test_a_municipality_that_is_chosen_twice_is_said_and_nobody_is_asked(ours: Side) -> None:
    twice = dict.fromkeys(("municipality", "municipality_2"), str(ours.at(Kind.MUNICIPALITY).pk))
    page = client_of(ours.users[Role.COORDINATOR]).post(reverse("candidate_permissions", args=[ours.candidacy.pk]), twice)
    assert page.status_code == 422
    assert "Deze gemeente is al gekozen." in page.content.decode()
    assert '<details class="details" open>' in page.content.decode()
    assert not PermissionRequest.objects.exists()


def test_answered_questions_of_people_who_are_known_no_more_are_counted_and_not_listed(ours: Side) -> None:
    [known] = ask(ours)
    for _ in range(2):
        ask(ours, an_organisation(Kind.MUNICIPALITY))
    rows = PermissionRequest.objects.exclude(pk=known.pk)
    rows.update(state="not_ours", answered_on=ANSWERED, says=None)
    answer(ours, known.pk, "refused", "Er is geen plek", seen=2)
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("permissions"), {"show": "answered"}).content.decode()
    assert reverse("permission", args=[known.pk]) in page
    assert "Persoon onbekend" not in page
    assert "2 vragen staan hier niet" in page


def test_by_hand_it_is_asked_and_answered(ours: Side) -> None:
    asking = reverse("candidate_permissions", args=[ours.candidacy.pk])
    coordinator, municipality = client_of(ours.users[Role.COORDINATOR]), client_of(ours.users[Role.MUNICIPAL_CONTACT])
    assert coordinator.post(asking, {"municipality": ""}).status_code == 422
    assert coordinator.post(asking, {"municipality": str(ours.at(Kind.MUNICIPALITY).pk)}, follow=True).status_code == 200
    request = PermissionRequest.objects.get()
    one = reverse("permission", args=[request.pk])
    assert one in municipality.get(reverse("permissions")).content.decode()
    assert "hoeft niet" not in municipality.get(one).content.decode()
    assert municipality.post(one, {"answer": "refused", "words": "", "seen": "1"}).status_code == 422
    municipality.post(one, {"answer": "granted", "words": "", "seen": "1"})
    assert state(request) == "granted"
    late = municipality.post(one, {"answer": "refused", "words": "toch niet", "seen": "2"})
    assert late.status_code == 422
    assert "toch niet" in late.content.decode()  # what was typed after a colleague answered is not lost
    assert state(request) == "granted"
    assert coordinator.get(one).status_code == 200


def test_pages_take_few_queries_however_many_are_asked(ours: Side, django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    for _ in range(60):
        ask(ours, an_organisation(Kind.MUNICIPALITY))
    for role in (Role.COORDINATOR, Role.MUNICIPAL_CONTACT):
        client = client_of(ours.users[role])
        client.get(reverse("permissions"))
        with django_assert_max_num_queries(16):  # type: ignore[operator]
            assert client.get(reverse("permissions")).status_code == 200
