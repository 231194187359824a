"""The role of pages and jobs is bound by row-level security, or nothing starts: PostgreSQL itself would say nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import psycopg
import pytest

from makegood_portal.config import databases, keys, roles
from makegood_portal.config.databases import Connection
from makegood_portal.config.home import home
from makegood_portal.config.postgres import Unavailable

MADE = {
    "past_the_rules": ("LOGIN BYPASSRLS", "has BYPASSRLS"),
    "above_the_rules": ("LOGIN SUPERUSER", "is a superuser"),
    "as_the_owner": ("LOGIN IN ROLE makegood_owner", "can become makegood_owner, which owns the tables"),
    "by_another": ("LOGIN NOINHERIT IN ROLE past_the_rules", "can become past_the_rules, which has BYPASSRLS"),
    "by_two": ("LOGIN IN ROLE as_the_owner", "can become makegood_owner, which owns the tables"),
}
"""Role -> how it is made, and what is wrong with it."""
GOOD, POOR = "good_role", "poor_owner"


@pytest.fixture
def owner(db: None) -> Iterator[Connection]:
    """The owner, with the roles of this file beside it and a database of an owner who may make no role."""
    del db
    here = keys.ensure(home())
    of = databases.owner(here)
    with psycopg.connect(dbname="postgres", user="postgres", password=here["cluster"], host=of.host, autocommit=True) as superuser:
        for name, (rights, _wrong) in MADE.items():
            superuser.execute(f"CREATE ROLE {name} {rights}")
        superuser.execute(f"CREATE ROLE {GOOD} LOGIN")
        superuser.execute(f"CREATE ROLE {POOR} LOGIN PASSWORD 'poor'")
        superuser.execute(f"CREATE DATABASE {POOR} OWNER {POOR} TEMPLATE template0")
        superuser.execute(f"GRANT {GOOD} TO {of.user}")
        try:
            yield of
        finally:
            superuser.execute(f"DROP DATABASE {POOR} WITH (FORCE)")
            with psycopg.connect(dbname=of.name, user="postgres", password=here["cluster"], host=of.host, autocommit=True) as inside:
                for name in (*reversed(MADE), GOOD, POOR):
                    inside.execute(f"DROP OWNED BY {name}")
            for name in (*reversed(MADE), GOOD, POOR):
                superuser.execute(f"DROP ROLE {name}")


def url_of(to: Connection) -> str:
    return f"postgresql://{to.user}:{quote(to.password)}@/{to.name}?host={quote(to.host)}"


@pytest.mark.parametrize("name", MADE)
def test_a_role_that_the_rules_do_not_bind_is_refused_with_what_is_wrong(owner: Connection, name: str) -> None:
    with pytest.raises(Unavailable) as refused:
        roles.prepare_runtime(owner, runtime=replace(owner, user=name))
    assert str(refused.value).startswith(f"the runtime role {name} {MADE[name][1]}: row-level security would not hold for it")
    assert "another role in MAKEGOOD_RUNTIME_URL" in str(refused.value)


def test_the_owner_itself_is_no_runtime_role(owner: Connection) -> None:
    with pytest.raises(Unavailable, match=f"the runtime role {owner.user} owns the tables.*; name another role in MAKEGOOD_RUNTIME_URL"):
        roles.prepare_runtime(owner, runtime=owner)


def test_a_role_that_is_not_there_is_named(owner: Connection) -> None:
    with pytest.raises(Unavailable, match=r'there is no role nobody.*CREATE ROLE "nobody" LOGIN'):
        roles.prepare_runtime(owner, runtime=replace(owner, user="nobody"))


def test_a_role_that_may_log_in_and_nothing_else_does(owner: Connection) -> None:
    roles.prepare_runtime(owner, runtime=replace(owner, user=GOOD))


def test_an_owner_who_may_make_no_role_is_told_what_would_do(owner: Connection) -> None:
    poor = replace(owner, user=POOR, password="poor", name=POOR)
    with pytest.raises(Unavailable, match=r'poor_owner may not make the role makegood_app.*ALTER ROLE "poor_owner" CREATEROLE'):
        roles.prepare_runtime(poor, runtime=replace(poor, user=databases.RUNTIME_ROLE))
    with pytest.raises(Unavailable, match='poor_owner cannot become the role good_role; run GRANT "good_role" TO "poor_owner"'):
        roles.prepare_runtime(poor, runtime=replace(poor, user=GOOD))


@pytest.mark.parametrize("command", [("db", "migrate"), ("serve", "--port", "8999")])
def test_neither_migrate_nor_serve_goes_on_with_it(owner: Connection, command: tuple[str, ...]) -> None:
    environment = {**os.environ, "DATABASE_URL": url_of(owner), "MAKEGOOD_RUNTIME_URL": url_of(replace(owner, user="past_the_rules"))}
    words = [sys.executable, "-m", "makegood_portal", *command]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("makegood: the runtime role past_the_rules has BYPASSRLS")
    assert "Traceback" not in done.stderr
