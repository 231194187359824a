"""The audit is a chain: whatever is changed, removed, added or cut off in it shows, also when done by a superuser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from makegood_portal.actions.seal_audit import seal_audit
from makegood_portal.ledger import audit, audit_chain
from makegood_portal.ledger.models import AuditEntry, AuditSeal
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import World


@pytest.fixture
def chain(world: World, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any) -> World:
    """Three batches of three entries; personal values in each."""
    settings.MAKEGOOD_HOME = tmp_path
    by, of = scope_of(world.ours.users[Role.LEAD]), world.ours.candidacy
    for batch in range(3):
        with scoped(by):
            for number in range(3):
                audit.record(by, "read", candidacy=of.pk, person=of.person_id, facts={"n": number}, personal={"reason": f"{batch}"})
        with django_capture_on_commit_callbacks(execute=True):
            assert seal_audit() == 3
    return world


def as_superuser(*statements: str) -> None:
    """What somebody does who has the database but not the key file: without the triggers."""
    with connection.cursor() as cursor:
        for table in ("ledger_auditentry", "ledger_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("ledger_auditentry", "ledger_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def numbers() -> list[int]:
    return list(AuditEntry.objects.order_by("number").values_list("number", flat=True))


def last_seal() -> int:
    return AuditSeal.objects.latest("number").number


def test_an_untouched_chain_holds(chain: World) -> None:
    del chain
    assert audit_chain.verify() == ()
    assert seal_audit() == 0, "nothing is sealed twice"


TAMPERING: dict[str, tuple[Callable[[], str], str]] = {
    "another actor": (lambda: f"UPDATE ledger_auditentry SET actor = gen_random_uuid() WHERE number = {numbers()[4]}", "changed"),
    "another moment": (lambda: f"UPDATE ledger_auditentry SET at = at - interval '1 day' WHERE number = {numbers()[0]}", "changed"),
    "another fact": (lambda: f"""UPDATE ledger_auditentry SET facts = '{{"n": 9}}' WHERE number = {numbers()[1]}""", "changed"),
    "other ciphertext": (lambda: f"UPDATE ledger_auditentry SET sealed = '\\x00' WHERE number = {numbers()[8]}", "changed"),
    "an entry less": (lambda: f"DELETE FROM ledger_auditentry WHERE number = {numbers()[5]}", "gone"),
    "another number": (
        lambda: f"UPDATE ledger_auditentry SET number = CASE number WHEN {numbers()[0]} THEN -1 ELSE number END", "gone",
    ),
    "a seal less": (lambda: f"DELETE FROM ledger_auditseal WHERE number = {last_seal() - 1}", "missing"),
    "the end cut off": (
        lambda: f"DELETE FROM ledger_auditseal WHERE number = {last_seal()}; DELETE FROM ledger_auditentry WHERE number > {numbers()[5]}",
        "cut off",
    ),
    "a seal's list changed": (lambda: f"UPDATE ledger_auditseal SET entries = '[]' WHERE number = {last_seal()}", "list"),
    "a seal's hash changed": (lambda: f"UPDATE ledger_auditseal SET hash = repeat('a', 64) WHERE number = {last_seal()}", "changed"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_shows(chain: World, how: str) -> None:
    del chain
    statement, said = TAMPERING[how]
    as_superuser(statement())
    faults = audit_chain.verify()
    assert any(said in fault.what for fault in faults), faults


def test_a_chain_made_again_with_another_key_shows(chain: World, settings: Any) -> None:
    del chain
    key = settings.MAKEGOOD_KEYS
    as_superuser("DELETE FROM ledger_auditseal", f"DELETE FROM ledger_auditentry WHERE number = {numbers()[2]}")
    settings.MAKEGOOD_KEYS = key | {"audit": "00" * 32}
    seal_audit()
    settings.MAKEGOOD_KEYS = key
    assert {fault.what for fault in audit_chain.verify()} >= {"a noted seal is gone: the chain was cut off"}


def test_an_entry_slipped_in_behind_the_chain_shows(chain: World) -> None:
    del chain
    first = numbers()[0]
    as_superuser(
        f"UPDATE ledger_auditseal SET at = '{timezone.now() - timedelta(hours=1)}'",
        f"""INSERT INTO ledger_auditentry (number, at, acting_as, verb, part, "table", outcome, facts, request)
            VALUES ({first - 1}, now(), '', 'read', '', '', 'done', '{{}}', gen_random_uuid())""",
    )
    assert audit_chain.Fault(what="an entry was slipped in behind the chain", entry=first - 1) in audit_chain.verify()


def test_erasing_a_person_leaves_the_chain_whole(chain: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_personkey SET wrapped = NULL, destroyed_at = now() WHERE person_id = %s", [chain.ours.candidacy.person_id]
        )
    assert audit_chain.verify() == ()


def test_an_entry_that_commits_late_gets_a_later_seal(chain: World) -> None:
    """Numbers are given before the commit: a slow transaction's entry lies before numbers that are sealed already."""
    by = scope_of(chain.ours.users[Role.LEAD])
    with scoped(by):
        audit.record(by, "slow")
        audit.record(by, "fast")
    slow, fast = AuditEntry.objects.get(verb="slow"), AuditEntry.objects.get(verb="fast")
    row = AuditEntry.objects.filter(pk=slow.pk).values().get()
    as_superuser(f"DELETE FROM ledger_auditentry WHERE number = {slow.number}")
    assert seal_audit() == 1
    AuditEntry.objects.create(**row)
    assert seal_audit() == 1
    assert audit_chain.verify() == ()
    assert fast.number > slow.number
