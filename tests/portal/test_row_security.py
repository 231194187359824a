"""PostgreSQL itself refuses: raw SQL as the runtime role, in the scope of each role, with other people's ids."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from makegood_portal.ledger.row_security import APPEND_ONLY, policies, unplaced
from makegood_portal.ledger.scope import STRANGER, scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import World

SEES_NAMES = {Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.PROBATION_OFFICER}
SEES_ROWS = SEES_NAMES | {Role.HEAD_OFFICE, Role.EVALUATOR}


def raw(sql: str, *values: UUID) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("role", Role)
def test_names_are_seen_by_who_works_with_the_person(world: World, role: Role) -> None:
    with scoped(scope_of(world.ours.users[role])):
        names = raw("SELECT family_name FROM ledger_identity")
    assert names == ([("Van Ours",)] if role in SEES_NAMES else [])


@pytest.mark.parametrize("role", Role)
def test_candidacies_of_the_own_side_only(world: World, role: Role) -> None:
    with scoped(scope_of(world.ours.users[role])):
        found = raw("SELECT id FROM ledger_candidacy")
        theirs = raw("SELECT 1 FROM ledger_candidacy WHERE id = %s", world.theirs.candidacy.pk)
    assert found == ([(world.ours.candidacy.pk,)] if role in SEES_ROWS else [])
    assert theirs == []


@pytest.mark.parametrize("table", sorted(policies()))
def test_without_a_scope_there_is_nothing(world: World, table: str) -> None:
    del world
    with scoped(STRANGER):
        assert raw(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_everything_else(world: World, table: str, verb: str) -> None:
    column = "number" if "audit" in table else "id"
    with scoped(scope_of(world.ours.users[Role.LEAD])), pytest.raises(ProgrammingError, match="denied"), transaction.atomic():
        raw(verb.format(table, column, column))


def test_every_table_is_decided_about() -> None:
    assert unplaced() == []
