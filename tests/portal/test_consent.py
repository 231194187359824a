"""Consent of the candidate: per purpose and party, with an end, taken back at any time (need 51).

What follows from it for each role is tried in test_row_security.py, past the application.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from makegood.instrument.reading_level import reading_level
from makegood_portal.actions.consent import answer_consent, record_consent, withdraw_consent
from makegood_portal.actions.permission import ask_permission
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger.models import AuditEntry, Candidacy, Consent, PermissionRequest
from makegood_portal.ledger.queries import consents, start
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_consent, a_user, an_organisation, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def ours(world: World) -> Side:
    Consent.objects.all().delete()
    return world.ours


def record(side: Side, *, role: Role = Role.COORDINATOR, to: Kind = Kind.MUNICIPALITY, **more: Any) -> Consent:
    scope = scope_of(side.users[role])
    words: dict[str, Any] = {"purpose": "permission", "party": side.at(to).pk, "answer": "given", "way": "on_paper", "happened_on": TODAY}
    with scoped(scope):
        return record_consent(by=scope, on=side.candidacy.pk, **{"until_on": None, "officer": None} | words | more)


def withdraw(side: Side, key: UUID, role: Role = Role.COORDINATOR) -> Consent:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return withdraw_consent(by=scope, on=key, today=TODAY)


@pytest.mark.parametrize(("to", "purpose", "months"), [(Kind.MUNICIPALITY, "permission", 12), (Kind.AGENCY, "work", 6)])
def test_it_lasts_as_long_as_the_register_says_or_as_short_as_the_candidate_says(ours: Side, to: Kind, purpose: str, months: int) -> None:
    day = date(TODAY.year, 1, 31)
    ends = {12: date(TODAY.year + 1, 1, 31), 6: date(TODAY.year, 7, 31)}[months]
    assert record(ours, to=to, purpose=purpose, happened_on=day).until_on == ends
    assert record(ours, to=to, purpose=purpose, happened_on=day, until_on=day + timedelta(days=9)).until_on == day + timedelta(days=9)
    for wrong in (day, ends + timedelta(days=1)):
        with pytest.raises(Refusal) as refused:
            record(ours, to=to, purpose=purpose, happened_on=day, until_on=wrong)
        assert refused.value.code == "too_long"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"purpose": "advertising"}, "unknown_party"),
        ({"purpose": "work"}, "unknown_party"),
        ({"party": UUID(int=7)}, "unknown_party"),
        ({"answer": "perhaps"}, "no_answer"),
        ({"way": ""}, "no_way"),
        ({"way": "imported"}, "no_way"),
        ({"happened_on": TODAY + timedelta(days=1)}, "to_come"),
        ({"answer": "asked", "happened_on": TODAY + timedelta(days=1)}, "to_come"),
        ({"officer": UUID(int=7)}, "unknown_officer"),
    ],
)
def test_what_cannot_be_is_refused(ours: Side, words: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        record(ours, **words)
    assert refused.value.code == code
    assert not Consent.objects.exists()


def test_one_is_renewed_by_the_next_and_history_stays(ours: Side) -> None:
    first, second = record(ours, happened_on=TODAY - timedelta(days=100)), record(ours)
    assert [Consent.objects.get(pk=one.pk).state for one in (first, second)] == ["renewed", "given"]


def test_a_no_takes_back_what_was_given(ours: Side) -> None:
    given, no = record(ours), record(ours, answer="refused")
    first = Consent.objects.get(pk=given.pk)
    assert (first.state, first.withdrawn_on, no.state, no.until_on) == ("withdrawn", TODAY, "refused", None)


def test_asked_first_and_answered_later(ours: Side) -> None:
    asked = record(ours, answer="asked", way="", happened_on=TODAY - timedelta(days=3))
    with pytest.raises(Refusal) as refused:
        record(ours, answer="asked", way="")
    assert refused.value.code == "asked_already"
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope), pytest.raises(Refusal) as refused:
        answer_consent(by=scope, on=asked.pk, answer="given", way="spoken", happened_on=TODAY - timedelta(days=4), until_on=None)
    assert refused.value.code == "before_the_question"
    with scoped(scope):
        answer_consent(by=scope, on=asked.pk, answer="given", way="spoken", happened_on=TODAY, until_on=None)
    row = Consent.objects.get()
    assert (row.state, row.asked_on, row.answered_on) == ("given", TODAY - timedelta(days=3), TODAY)
    with scoped(scope), pytest.raises(Refusal) as refused:
        answer_consent(by=scope, on=asked.pk, answer="refused", way="spoken", happened_on=TODAY, until_on=None)
    assert refused.value.code == "answered_already"


def test_the_database_keeps_one_given_consent_a_purpose_and_party(ours: Side) -> None:
    a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work")


def test_every_answer_is_in_the_history(ours: Side) -> None:
    row = record(ours)
    withdraw(ours, row.pk)
    entries = list(AuditEntry.objects.filter(table="ledger_consent").order_by("number").values_list("verb", "person", "outcome"))
    assert entries == [("record_consent", ours.candidacy.person_id, "done"), ("withdraw_consent", ours.candidacy.person_id, "done")]


class TestAskingAMunicipality:
    """The coordinator records the candidate's consent when asking; without it nothing is asked and nothing is shown."""

    def ask(self, side: Side, *, agrees: bool) -> list[PermissionRequest]:
        scope = scope_of(side.users[Role.COORDINATOR])
        with scoped(scope):
            return ask_permission(by=scope, on=side.candidacy.pk, of=[side.at(Kind.MUNICIPALITY).pk], asked_on=TODAY, agrees=agrees)

    def seen(self, side: Side) -> str:
        return client_of(side.users[Role.MUNICIPAL_CONTACT]).get(reverse("permissions")).content.decode()

    def test_without_consent_it_is_not_asked(self, ours: Side) -> None:
        with pytest.raises(Refusal) as refused:
            self.ask(ours, agrees=False)
        assert refused.value.code == "no_consent"
        assert not PermissionRequest.objects.exists()

    def test_consent_of_this_moment_is_recorded_with_the_question(self, ours: Side) -> None:
        [request] = self.ask(ours, agrees=True)
        row = Consent.objects.get()
        assert (row.purpose, row.party, row.state, row.way) == ("permission", request.municipality, "given", "spoken")
        assert str(request.pk) in self.seen(ours)

    def test_one_that_counts_is_enough(self, ours: Side) -> None:
        a_consent(ours.candidacy, ours.at(Kind.MUNICIPALITY))
        self.ask(ours, agrees=False)
        assert Consent.objects.count() == 1

    def test_taken_back_the_municipality_sees_nothing_from_that_moment(self, ours: Side) -> None:
        [request] = self.ask(ours, agrees=True)
        withdraw(ours, Consent.objects.get().pk)
        assert str(request.pk) not in self.seen(ours)
        page = client_of(ours.users[Role.MUNICIPAL_CONTACT]).get(reverse("permission", args=[request.pk]))
        assert page.status_code == 404
        assert PermissionRequest.objects.get().state == "withdrawn", "what was not answered is asked no longer"

    def test_an_answer_that_was_given_stays(self, ours: Side) -> None:
        [request] = self.ask(ours, agrees=True)
        PermissionRequest.objects.filter(pk=request.pk).update(state="granted", answered_on=TODAY)
        withdraw(ours, Consent.objects.get().pk)
        assert PermissionRequest.objects.get().state == "granted"


@pytest.mark.parametrize(
    ("role", "kind", "purpose"),
    [(Role.PROBATION_OFFICER, Kind.PROBATION, "supervision"), (Role.AGENCY_CONTACT, Kind.AGENCY, "work")],
)
def test_who_works_outside_sees_the_file_while_it_is_allowed(ours: Side, role: Role, kind: Kind, purpose: str) -> None:
    file, client = reverse("candidate", args=[ours.candidacy.pk]), client_of(ours.users[role])
    assert client.get(file).status_code == 404
    row = record(ours, to=kind, purpose=purpose)
    assert "Van Ours" in client.get(file).content.decode()
    withdraw(ours, row.pk)
    assert client.get(file).status_code == 404


def test_an_agency_sees_nobody_who_left(ours: Side) -> None:
    record(ours, to=Kind.AGENCY, purpose="work")
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(state="left", left_on=TODAY, exit_reason="other")
    assert client_of(ours.users[Role.AGENCY_CONTACT]).get(reverse("candidate", args=[ours.candidacy.pk])).status_code == 404


def test_the_officer_whom_the_candidate_means_gets_the_file(ours: Side) -> None:
    office = an_organisation(Kind.PROBATION)
    officer = a_user(Role.PROBATION_OFFICER, at=office)
    scope = scope_of(ours.users[Role.COORDINATOR])
    words: dict[str, Any] = {"answer": "given", "way": "spoken", "happened_on": TODAY, "until_on": None}
    with scoped(scope):
        record_consent(by=scope, on=ours.candidacy.pk, purpose="supervision", party=office.pk, officer=officer.pk, **words)
    assert client_of(officer).get(reverse("candidate", args=[ours.candidacy.pk])).status_code == 200
    assert client_of(ours.users[Role.PROBATION_OFFICER]).get(reverse("candidate", args=[ours.candidacy.pk])).status_code == 404


def test_nobody_records_for_other_peoples_candidates(world: World) -> None:
    theirs = Consent.objects.filter(candidacy=world.theirs.candidacy).values_list("pk", flat=True)[0]
    with pytest.raises(NotYours):
        withdraw(world.ours, theirs, Role.LEAD)
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(handed_over_on=TODAY)
    with pytest.raises(NotYours):
        record(world.ours)  # the prison, after the hand-over


def test_what_soon_ends_or_was_not_answered_stands_in_today(ours: Side) -> None:
    a_consent(ours.candidacy, ours.at(Kind.MUNICIPALITY), until_on=TODAY + timedelta(days=30))
    a_consent(ours.candidacy, ours.at(Kind.AGENCY), "work", until_on=TODAY + timedelta(days=31))
    a_consent(ours.candidacy, ours.at(Kind.PROBATION), "supervision", state="asked", answered_on=None, until_on=None)
    scope = scope_of(ours.users[Role.COORDINATOR])
    with scoped(scope):
        [waits] = [one for one in start.waiting(scope, today=TODAY) if one.kind == "consent"]
        found = consents.ending(scope, today=TODAY)
    assert (waits.number, waits.due_on) == (2, TODAY + timedelta(days=30))
    assert [line.purpose for line in found.lines] == ["permission", "supervision"]
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("consents")).content.decode()
    assert "Van Ours" in page


def test_by_hand(ours: Side) -> None:
    client, tab = client_of(ours.users[Role.COORDINATOR]), reverse("candidate_consents", args=[ours.candidacy.pk])
    party = f"permission/{ours.at(Kind.MUNICIPALITY).pk}"
    for wrong in (
        {"party": "", "answer": "given", "way": "spoken", "happened_on": TODAY},
        {"party": party, "answer": "given", "happened_on": TODAY},
        {"party": party, "answer": "given", "way": "spoken", "happened_on": TODAY + timedelta(days=1)},
        {"party": f"work/{ours.at(Kind.MUNICIPALITY).pk}", "answer": "given", "way": "spoken", "happened_on": TODAY},
        {"party": party, "answer": "given", "way": "spoken", "happened_on": TODAY, "officer": str(ours.users[Role.PROBATION_OFFICER].pk)},
    ):
        assert client.post(tab, wrong).status_code == 422
    assert not Consent.objects.exists()
    client.post(tab, {"party": party, "answer": "asked", "happened_on": TODAY})
    asked = Consent.objects.get(state="asked")
    answer = reverse("consent_answer", args=[ours.candidacy.pk, asked.pk])
    assert answer in client.get(tab).content.decode()
    assert client.post(answer, {"answer": "given", "happened_on": TODAY}).status_code == 422
    client.post(answer, {"answer": "given", "way": "on_paper", "happened_on": TODAY})
    assert Consent.objects.get().state == "given"
    assert client.get(answer).status_code == 404
    client.post(reverse("consent_withdraw", args=[asked.pk]))
    assert Consent.objects.get().state == "withdrawn"
    assert "Ingetrokken" in client.get(tab).content.decode()


def test_taking_consent_back_is_asked_first_and_says_what_follows(ours: Side) -> None:
    given = record(ours)
    page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_consents", args=[ours.candidacy.pk])).content.decode()
    asks = page[page.index(f'id="back-{given.pk}" popover') :]
    assert "Een vraag aan de gemeente die nog geen antwoord heeft, vervalt" in asks[: asks.index("</form>")]
    assert f'action="{reverse("consent_withdraw", args=[given.pk])}"' in asks


@pytest.mark.parametrize("page", ["candidate_consents", "consent_answer"])
def test_how_it_was_said_is_not_called_optional(ours: Side, page: str) -> None:
    asked = record(ours, answer="asked", way="")
    of = [ours.candidacy.pk, asked.pk] if page == "consent_answer" else [ours.candidacy.pk]
    shown = client_of(ours.users[Role.COORDINATOR]).get(reverse(page, args=of)).content.decode()
    how = shown[shown.index("Hoe?") :]
    assert "hoeft niet" not in how[: how.index("</legend>")]


def test_the_form_on_paper_is_easy_to_read(ours: Side) -> None:
    with translation.override("nl"):
        page = client_of(ours.users[Role.COORDINATOR]).get(reverse("candidate_consent_paper", args=[ours.candidacy.pk])).content.decode()
    main = re.search(r'<div class="prose">.*?</section>\s*<section class="paper-question"><h2[^>]*>Zet hier', page, re.DOTALL)
    assert main is not None
    text = re.sub(r"<[^>]+>", "\n", main[0]).replace("…", "").replace("☐", "")
    level = reading_level(text)
    assert level.is_b1, (level.score, level.hard_words, level.long_sentences, level.long_words)
