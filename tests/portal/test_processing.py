"""The register of processing: every field stands in it, its readers are those of `access`, and retention is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from makegood_portal.actions import retention
from makegood_portal.actions.erase_person import erase_person
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import audit, audit_chain, erasure, history
from makegood_portal.ledger.access import PART_OF, RULES, TOLD_OF_CONSENT, Part, roles_that_read
from makegood_portal.ledger.models import (
    AuditEntry,
    Candidacy,
    CitizenNumber,
    ContactRoute,
    Identity,
    Note,
    PermissionRequest,
    Person,
    PersonKey,
    SelectionEvent,
    State,
)
from makegood_portal.ledger.processing import After, Category, Then, register
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import KINDS_OF_ROLE, Kind, Role
from portal.builders import TODAY, World, a_candidacy, an_event, an_organisation


def test_every_field_stands_in_the_register() -> None:
    kept = {
        model._meta.db_table: {field.name for field in model._meta.concrete_fields} for model in apps.get_app_config("ledger").get_models()
    }
    named = {table: set(fields) for table, fields in register().tables.items()}
    assert named == kept, "say in ledger/processing.yaml what the new field is kept for, and how long"


def test_every_table_of_the_libraries_stands_in_the_register() -> None:
    theirs = {model._meta.db_table for model in apps.get_models() if model._meta.app_label != "ledger"}
    assert set(register().others) == theirs


def test_what_is_erased_can_be_erased() -> None:
    erasable = {
        table for category in register().categories.values() if category.then is Then.ERASE for table in register().fields_of(category.name)
    }
    assert erasable == set(erasure.ERASE)


def test_whole_records_leave_nothing_behind(db: None) -> None:
    """Every table that points to a candidacy is emptied before the candidacy goes."""
    del db
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'ledger_candidacy'::regclass"
        )
        pointing = {row[0] for row in cursor.fetchall()}
    gone_earlier = set(erasure.ERASE) | {"ledger_importrow"}
    assert pointing <= {table for table, _ in erasure.DELETE} | gone_earlier


@pytest.mark.parametrize("category", [c for c in register().categories.values() if c.part], ids=lambda c: c.name)
def test_the_readers_are_those_of_access(category: Category) -> None:
    readers = set(roles_that_read(Part(category.part)))
    if category.part == Part.PERMISSION:
        readers.add(Role.MUNICIPAL_CONTACT)  # reads the request, and nothing else of the file
    if category.part == Part.CONSENT:
        readers |= set(TOLD_OF_CONSENT)  # each what counts towards its own organisation
    assert set(category.readers) == readers
    for table in register().fields_of(category.name):
        part = PART_OF.get(table)
        assert part is None or roles_that_read(part) <= readers, "a reader of the table is not named"


def test_each_purpose_that_access_asks_for_stands_in_the_register() -> None:
    asked = {rule.consent for rule in RULES if rule.consent} | set(TOLD_OF_CONSENT.values())
    assert asked == set(register().sharing)
    for role, purpose in TOLD_OF_CONSENT.items():
        assert {str(kind) for kind in KINDS_OF_ROLE[role]} == {register().sharing[purpose].with_kind}


def test_personal_tables_are_not_in_the_category_none() -> None:
    for table in PART_OF:
        assert "none" not in register().tables[table].values()


@pytest.mark.parametrize("category", [c for c in register().categories.values() if c.after is not After.NEVER], ids=lambda c: c.name)
def test_no_retention_is_forgotten(category: Category, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each category with an end is asked about each night."""
    del db
    asked: list[str] = []

    def ask(of: Category, *more: object) -> int:
        del more
        asked.append(of.name)
        return 0

    monkeypatch.setattr(retention, "_for_people", ask)
    monkeypatch.setattr(retention, "_old_rows", ask)
    retention.keep_retention(TODAY)
    ends_with_the_record = category.then is Then.DELETE and category.after is After.CLOSED
    assert category.name in asked or ends_with_the_record


def a_left_person(left_on: date, **more: Any) -> Candidacy:
    candidacy = a_candidacy(state=State.LEFT, left_on=left_on, exit_reason="does_not_want", list_token="f" * 64, **more)
    an_event(candidacy)
    ContactRoute.objects.create(candidacy=candidacy, kind="phone", value="06 0000 0000")
    Note.objects.create(candidacy=candidacy, sealed=history.seal(candidacy.person_id, {"text": "has a sister in Utrecht"}))
    PermissionRequest.objects.create(
        candidacy=candidacy, municipality=an_organisation(Kind.MUNICIPALITY), says=history.seal(candidacy.person_id, {"name": "…"})
    )
    return candidacy


@pytest.mark.parametrize(("left_on", "there"), [(date(2025, 9, 2), False), (date(2025, 9, 3), True)])
def test_six_months_after_leaving_the_person_is_unknown(db: None, left_on: date, there: bool) -> None:
    """TODAY is 2 March 2026: six months after 2 September 2025, not yet after 3 September."""
    del db
    candidacy = a_left_person(left_on)
    retention.keep_retention(TODAY)
    assert Identity.objects.filter(candidacy=candidacy).exists() is there
    assert ContactRoute.objects.filter(candidacy=candidacy).exists() is there
    assert bool(Candidacy.objects.get(pk=candidacy.pk).list_token) is there, "by its mark the next list would know somebody who is nobody"
    assert (PermissionRequest.objects.get(candidacy=candidacy).says is not None) is there
    assert (history.unseal(candidacy.person_id, Note.objects.get(candidacy=candidacy).sealed) is not None) is there
    assert SelectionEvent.objects.filter(candidacy=candidacy).exists(), "the pseudonymous journey stays for the evaluation"


def test_a_bsn_goes_as_soon_as_somebody_left(db: None) -> None:
    del db
    candidacy = a_candidacy(state=State.LEFT, left_on=TODAY - timedelta(days=1), exit_reason="x")
    CitizenNumber.objects.create(candidacy=candidacy, sealed=b"sealed")
    retention.keep_retention(TODAY)
    assert not CitizenNumber.objects.exists()
    assert Identity.objects.filter(candidacy=candidacy).exists(), "the name has months to go"


def test_who_started_is_kept_for_the_track_and_its_follow_up(db: None) -> None:
    del db
    candidacy = a_candidacy(state=State.STARTED, started_on=date(2023, 9, 3), contract_on=date(2023, 9, 1))
    retention.keep_retention(TODAY)
    assert Identity.objects.filter(candidacy=candidacy).exists()
    retention.keep_retention(TODAY + timedelta(days=1))  # 24 months and 6 months after 3 September 2023
    assert not Identity.objects.filter(candidacy=candidacy).exists()


def test_after_ten_years_the_record_is_gone_and_the_audit_is_not(db: None) -> None:
    del db
    candidacy = a_left_person(date(2016, 3, 1))
    audit.record(scope_of(candidacy.pk), "read", candidacy=candidacy.pk, person=candidacy.person_id)
    retention.keep_retention(TODAY)
    assert not Candidacy.objects.filter(pk=candidacy.pk).exists()
    assert not Person.objects.filter(pk=candidacy.person_id).exists()
    assert AuditEntry.objects.filter(candidacy=candidacy.pk).exists()
    batches = AuditEntry.objects.filter(verb="retention")
    assert {entry.facts["category"] for entry in batches} >= {"identity", "journey"}
    assert len({entry.facts["batch"] for entry in batches}) == batches.count()


def test_erasing_on_request_makes_history_unreadable_and_keeps_the_chain(world: World) -> None:
    by, of = scope_of(world.ours.users[Role.LEAD]), world.ours.candidacy
    with scoped(by):
        audit.record(by, "note", candidacy=of.pk, person=of.person_id, personal={"reason": "lives with his sister"})
        erase_person(by=by, on=of.pk, ground="asked")
    entry = AuditEntry.objects.get(verb="note")
    assert entry.sealed is not None
    assert history.unseal(of.person_id, entry.sealed) is None
    assert not Identity.objects.filter(candidacy=of).exists()
    assert Person.objects.get(pk=of.person_id).erased_at is not None
    assert PersonKey.objects.get(person=of.person_id).wrapped is None
    assert AuditEntry.objects.get(verb="erase_person", table="").facts["ground"] == "asked"
    assert audit_chain.verify() == ()
    with scoped(by), pytest.raises(Refusal) as refused:
        erase_person(by=by, on=of.pk, ground="asked")
    assert refused.value.code == "already_erased"


def test_nobody_erases_other_peoples_candidates(world: World) -> None:
    by = scope_of(world.ours.users[Role.LEAD])
    with scoped(by), pytest.raises(Refusal) as refused:
        erase_person(by=by, on=world.theirs.candidacy.pk, ground="asked")
    assert refused.value.code == "not_found"
    assert Identity.objects.filter(candidacy=world.theirs.candidacy).exists()
