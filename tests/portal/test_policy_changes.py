"""A change of who may see what is written down, also one that somebody made by hand in the database."""

from __future__ import annotations

import pytest
from django.db import connection

from makegood_portal.config.databases import RUNTIME_ROLE
from makegood_portal.ledger import access, policy_changes, row_security
from makegood_portal.ledger.models import AuditEntry
from portal.builders import a_world

pytestmark = pytest.mark.django_db(transaction=True)

BY_HAND = {
    "a policy that opens a table": (
        f"CREATE POLICY all_of_it ON ledger_localprogramme FOR SELECT TO {RUNTIME_ROLE} USING (true)",
        "policy ledger_localprogramme all_of_it",
    ),
    "a policy made wider": ("ALTER POLICY may_select ON ledger_identity USING (true)", "policy ledger_identity may_select"),
    "a table without row security": ("ALTER TABLE ledger_note DISABLE ROW LEVEL SECURITY", "row security ledger_note"),
    "a right too many": (f"GRANT DELETE ON ledger_contract TO {RUNTIME_ROLE}", "rights ledger_contract"),
    "a trigger that is gone": ("DROP TRIGGER append_only_rows ON ledger_auditentry", "trigger ledger_auditentry append_only_rows"),
    "a trigger that sleeps": ("ALTER TABLE ledger_note DISABLE TRIGGER append_only_rows", "trigger ledger_note append_only_rows"),
}


def told() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb="policy").order_by("at"))


def brought_into_force() -> tuple[str, ...]:
    """As `db migrate` does it."""
    before = policy_changes.in_force()
    row_security.lift()
    return policy_changes.bring_into_force(before=before)


def test_what_stays_the_same_is_no_change() -> None:
    assert brought_into_force() == ()
    assert told() == []


def test_while_tables_change_nobody_sees_anything() -> None:
    a_world()
    row_security.lift()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_candidacy ALTER COLUMN handed_over_on TYPE timestamp")  # a policy would forbid it
        cursor.execute("ALTER TABLE ledger_candidacy ALTER COLUMN handed_over_on TYPE date")
        cursor.execute(f"SET ROLE {RUNTIME_ROLE}")
        cursor.execute("SELECT count(*) FROM ledger_candidacy")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT count(*) FROM ledger_candidacy")
        assert cursor.fetchone() == (2,)


@pytest.mark.parametrize("how", BY_HAND)
def test_what_was_changed_by_hand_is_put_right_and_written_down(how: str) -> None:
    right = policy_changes.fingerprint(policy_changes.in_force())
    statement, name = BY_HAND[how]
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert name in brought_into_force()
    (entry,) = told()
    assert (entry.actor, entry.acting_as) == (None, "migrate")
    assert name in entry.facts["changed"]
    assert entry.facts["before"] != entry.facts["after"] == right


def test_a_changed_rule_of_the_code_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    narrower = tuple(rule for rule in access.RULES if rule.role != "evaluator")
    monkeypatch.setattr("makegood_portal.ledger.row_security.RULES", narrower)
    changed = brought_into_force()
    assert "policy ledger_candidacy may_select" in changed
    assert not any("auditentry" in name for name in changed)
    assert told()[0].facts["changed"] == list(changed)
