"""The runtime role as it logs in: it owns nothing, cannot become more, and sees no person without a scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from django.db import connection as owners
from psycopg import sql

from makegood_portal.config import databases
from makegood_portal.config import keys as key_file
from makegood_portal.config.home import home
from makegood_portal.config.roles import connected
from makegood_portal.ledger.row_security import policies
from portal.builders import a_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def runtime() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    a_world()
    owners.close()
    keys = key_file.ensure(home())
    with connected(replace(databases.runtime(keys), name=databases.DATABASE)) as connection:
        yield connection


def test_who_it_is(runtime: psycopg.Connection[tuple[object, ...]]) -> None:
    rights = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = current_user"
    assert runtime.execute(rights).fetchone() == (False, False, False, False, False)
    owned = "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    assert runtime.execute(owned).fetchone() == (0,)
    member = "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = current_user"
    assert runtime.execute(member).fetchone() == (0,)


def test_without_a_scope_it_sees_nobody(runtime: psycopg.Connection[tuple[object, ...]]) -> None:
    for table in policies():
        assert runtime.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone() == (0,), table


ESCAPES = [
    "SET ROLE makegood_owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "ALTER TABLE ledger_identity DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE ledger_auditentry DISABLE TRIGGER ALL",
    "DROP POLICY may_select ON ledger_identity",
    "CREATE POLICY all_of_it ON ledger_identity USING (true)",
    "DROP TRIGGER append_only_rows ON ledger_auditentry",
    "CREATE OR REPLACE FUNCTION ledger_user() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE TEMPORARY TABLE ledger_party (programme_id uuid)",
    "CREATE VIEW mine AS SELECT * FROM ledger_identity",
    "TRUNCATE ledger_identity CASCADE",
    "COPY ledger_identity TO PROGRAM 'cat'",
    "SELECT * FROM pg_authid",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "UPDATE django_migrations SET app = 'x'",
    "DELETE FROM ledger_candidacy",
    "INSERT INTO ledger_auditseal (at, entries, count, before, hash) VALUES (now(), '[]', 0, '', '')",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_it_cannot_become_more(runtime: psycopg.Connection[tuple[object, ...]], escape: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.execute(escape)


def test_no_table_of_its_own_can_stand_before_ours(runtime: psycopg.Connection[tuple[object, ...]]) -> None:
    """A function that runs as the owner looks in our tables first, whatever the asker made."""
    settings = "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    found = [(str(name), str(words)) for name, words in runtime.execute(settings)]
    assert "ledger_provider_of" in {name for name, _ in found}
    assert [name for name, words in found if "search_path=public, pg_temp" not in words] == []


def test_it_has_no_rights_to_give_away(runtime: psycopg.Connection[tuple[object, ...]]) -> None:
    rights = "SELECT relacl::text FROM pg_class WHERE relname = 'ledger_identity'"
    before = runtime.execute(rights).fetchone()
    runtime.execute("GRANT SELECT ON ledger_identity TO PUBLIC")  # PostgreSQL only warns
    assert runtime.execute(rights).fetchone() == before


def test_row_security_cannot_be_switched_off(runtime: psycopg.Connection[tuple[object, ...]]) -> None:
    runtime.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        runtime.execute("SELECT * FROM ledger_identity")


def test_a_scope_ends_with_its_transaction(runtime: psycopg.Connection[tuple[object, ...]]) -> None:
    with runtime.transaction():
        runtime.execute(
            "SELECT set_config('makegood.lead', (SELECT '{' || string_agg(id::text, ',') || '}' FROM ledger_organisation), true)"
        )
        assert runtime.execute("SELECT count(*) FROM ledger_identity").fetchone() == (2,)
    assert runtime.execute("SELECT count(*) FROM ledger_identity").fetchone() == (0,)
