"""Erasing on request (GDPR art. 17): nobody can say any more who it was, in no table and on no page; the counts stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.acting import action, write_note
from makegood_portal.actions.erase_person import erase_person
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import history
from makegood_portal.ledger.models import (
    Answer,
    Appointment,
    AuditEntry,
    BreakGlass,
    Candidacy,
    CitizenNumber,
    Consent,
    ContactRoute,
    GrossListImport,
    Identity,
    ImportRow,
    Note,
    Notice,
    PermissionRequest,
    Person,
    PrisonNumber,
    Response,
    SelectionEvent,
)
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_consent, a_questionnaire, an_event, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
WORDS = ("Van Ours", "0612345678", "A-4711", "zus in Utrecht", "Kerkstraat", "wil graag werken", "onder toezicht")
"""What only this person's file holds, in plain text."""


@pytest.fixture
def known(world: World) -> Side:
    """Our candidate with something in every place where something personal may stand."""
    side = world.ours
    one, town = side.candidacy, side.at(Kind.MUNICIPALITY)
    Candidacy.objects.filter(pk=one.pk).update(list_token="f" * 64)
    ContactRoute.objects.create(candidacy=one, kind="own_phone", value="0612345678", holder="zus in Utrecht")
    Appointment.objects.create(candidacy=one, kind="first_week", at=timezone.now(), place="Kerkstraat 1", state="planned")
    PrisonNumber.objects.update_or_create(candidacy=one, defaults={"number": "A-4711"})
    CitizenNumber.objects.update_or_create(candidacy=one, defaults={"sealed": b"sealed"})
    Note.objects.create(candidacy=one, sealed=history.seal(one.person_id, {"text": "zus in Utrecht"}))
    says = history.seal(one.person_id, {"name": "Van Ours"})
    asked = {"candidacy": one, "municipality": town, "asked_on": TODAY, "deadline_on": TODAY}
    PermissionRequest.objects.filter(candidacy=one).delete()
    PermissionRequest.objects.create(**asked, state="asked", says=says)
    PermissionRequest.objects.create(**asked, state="granted_with_conditions", says=says, answered_on=TODAY, conditions="onder toezicht")
    Consent.objects.filter(candidacy=one).delete()
    a_consent(one, town)
    form = a_questionnaire(side.programme, "screening")
    response = Response.objects.create(candidacy=one, questionnaire=form, state="open", started_on=TODAY)
    said: dict[str, Any] = {"candidacy": one, "response": response, "status": "given", "source": "self", "reference_time": "in"}
    Answer.objects.create(**said, item="expects", value="wil graag werken", free_text=True, happened_on=TODAY)
    Answer.objects.create(**said, item="work_potential", value="high", happened_on=TODAY)
    listed = {"programme": side.programme, "prison": side.at(Kind.PRISON), "by": side.users[Role.COORDINATOR]}
    of = GrossListImport.objects.create(**listed, month=TODAY.replace(day=1), file_name="lijst.xlsx", sha256="a" * 64, state="done")
    ImportRow.objects.create(of=of, prison=side.at(Kind.PRISON), number=2, outcome="new", became=one)
    Notice.objects.create(to=side.users[Role.LEAD], kind="glass_broken", candidacy=one)
    opened = {"user": side.users[Role.COUNSELLOR], "candidacy": one, "provider": side.at(Kind.PROVIDER)}
    reason = history.seal(one.person_id, {"text": "zus in Utrecht"})
    BreakGlass.objects.create(**opened, sealed=reason, until_at=timezone.now() + timedelta(hours=1))
    an_event(one)
    return side


def everything_of(candidacy: Candidacy) -> str:
    """Every row of every table that points to somebody, as text; what is encrypted, as far as it can still be opened."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE 'ledger\\_%'"
            " AND column_name IN ('candidacy_id', 'became_id', 'candidacy')"
            " AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t WHERE {column} = %s", [candidacy.pk])
            found += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    found += [str(history.unseal(candidacy.person_id, note.sealed)) for note in Note.objects.filter(candidacy=candidacy)]
    found += [str(history.unseal(candidacy.person_id, row.sealed)) for row in BreakGlass.objects.filter(candidacy=candidacy)]
    found += [str(history.unseal(candidacy.person_id, row.says)) for row in PermissionRequest.objects.filter(candidacy=candidacy)]
    sealed = AuditEntry.objects.filter(person=candidacy.person_id).exclude(sealed=None)
    found += [str(history.unseal(candidacy.person_id, entry.sealed)) for entry in sealed]
    return "\n".join(found)


def sent(side: Side, role: Role, **more: Any) -> Any:
    where = reverse("candidate_erase", args=[side.candidacy.pk])
    return client_of(side.users[role]).post(where, {"ground": "asked", "sure": "on"} | more, follow=True)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD])
def test_whoever_is_erased_is_named_in_no_table_any_more(known: Side, role: Role) -> None:
    one = known.candidacy
    before = everything_of(one)
    assert all(word in before for word in WORDS), [word for word in WORDS if word not in before]
    answer = sent(known, role)
    assert answer.redirect_chain[-1][0] == reverse("candidates")
    left = everything_of(one)
    assert not [word for word in WORDS if word in left]
    for model in (Identity, ContactRoute, Appointment, PrisonNumber, CitizenNumber, Notice):
        assert not model._default_manager.filter(candidacy=one).exists(), model
    assert not ImportRow.objects.filter(became=one).exists()
    assert Candidacy.objects.get(pk=one.pk).list_token == "", "by it the next list would know them again"


def test_the_counts_and_what_is_paid_for_stay(known: Side) -> None:
    one = known.candidacy
    before = Candidacy.objects.filter(pk=one.pk).values("step", "state", "release_on", "track", "contract_on", "started_on").get()
    sent(known, Role.LEAD)
    assert Candidacy.objects.filter(pk=one.pk).values(*before).get() == before
    assert SelectionEvent.objects.filter(candidacy=one).exists()
    assert list(Answer.objects.filter(candidacy=one).values_list("item", flat=True)) == ["work_potential"]


def test_nothing_is_shared_or_asked_any_longer(known: Side) -> None:
    sent(known, Role.LEAD)
    assert set(PermissionRequest.objects.values_list("state", flat=True)) >= {"withdrawn", "granted_with_conditions"}
    assert not PermissionRequest.objects.filter(candidacy=known.candidacy, state="asked").exists()
    assert set(Consent.objects.filter(candidacy=known.candidacy).values_list("state", flat=True)) == {"withdrawn"}


def test_no_page_of_the_file_names_them_and_each_still_opens(known: Side) -> None:
    sent(known, Role.LEAD)
    routes = ("candidate", "candidate_questionnaires", "candidate_eligibility", "candidate_consents", "candidate_permissions",
              "candidate_contract", "candidate_contacts", "candidate_cooperation", "candidate_history")  # fmt: skip
    addresses = [reverse(route, args=[known.candidacy.pk]) for route in routes]
    addresses += [reverse(route) for route in ("home", "candidates", "queue", "permissions", "planner", "questionnaires")]
    for role in (Role.LEAD, Role.COORDINATOR):
        client = client_of(known.users[role])
        for address in addresses:
            answer = client.get(address, follow=True)
            assert answer.status_code in (200, 403), address
            assert not [word for word in WORDS if word in answer.content.decode()], address


def test_it_is_meant_and_has_a_ground(known: Side) -> None:
    for words in ({"sure": ""}, {"ground": ""}):
        assert sent(known, Role.LEAD, **words).status_code == 422
    assert sent(known, Role.LEAD, ground="fun").status_code in (400, 403, 409, 422)
    assert Identity.objects.filter(candidacy=known.candidacy).exists()


def test_it_is_offered_to_whoever_may_and_once(known: Side) -> None:
    link = reverse("candidate_erase", args=[known.candidacy.pk])

    def offered(role: Role) -> bool:
        return link in client_of(known.users[role]).get(reverse("candidate", args=[known.candidacy.pk])).content.decode()

    assert [role for role in (Role.COORDINATOR, Role.LEAD, Role.COUNSELLOR, Role.HEAD_OFFICE, Role.EVALUATOR) if offered(role)] == [
        Role.COORDINATOR, Role.LEAD,
    ]  # fmt: skip
    assert client_of(known.users[Role.COUNSELLOR]).get(link).status_code == 403
    sent(known, Role.LEAD)
    assert not offered(Role.LEAD)
    assert client_of(known.users[Role.LEAD]).get(link).status_code == 404
    entry = AuditEntry.objects.get(verb="erase_person", table="")
    assert (entry.facts["ground"], entry.candidacy) == ("asked", known.candidacy.pk)


def test_after_the_hand_over_the_prison_erases_nobody(known: Side) -> None:
    Candidacy.objects.filter(pk=known.candidacy.pk).update(handed_over_on=TODAY)
    assert sent(known, Role.COORDINATOR).status_code == 404
    assert sent(known, Role.LEAD).status_code == 200
    assert not CitizenNumber.objects.filter(candidacy=known.candidacy).exists(), "which the lead never saw"


def test_nothing_personal_is_written_down_again(known: Side) -> None:
    sent(known, Role.LEAD)
    by = scope_of(known.users[Role.LEAD])

    @action(Role.LEAD)
    def note(*, by: Scope, on: Candidacy) -> None:  # noqa: ARG001
        write_note(on, "zus in Utrecht")

    with scoped(by), pytest.raises(Refusal) as refused:
        note(by=by, on=Candidacy.objects.get(pk=known.candidacy.pk))
    assert refused.value.code == "erased"
    client = client_of(known.users[Role.LEAD])
    client.post(reverse("candidate_contacts", args=[known.candidacy.pk]), {"kind": "own_phone", "value": "06 1234 5678"})
    assert not ContactRoute.objects.filter(candidacy=known.candidacy).exists()


def test_the_database_lets_nobody_erase_the_rest_of_who_is_not_erased(known: Side, world: World) -> None:
    by = scope_of(known.users[Role.LEAD])
    for on in (known.candidacy, world.theirs.candidacy):
        with pytest.raises(Exception, match="not_yours"), scoped(by), connection.cursor() as cursor:
            cursor.execute("SELECT ledger_erase_the_rest(%s)", [on.pk])
    with scoped(by), pytest.raises(Refusal):
        erase_person(by=by, on=world.theirs.candidacy.pk, ground="asked")
    assert not Person.objects.exclude(erased_at=None).exists()
