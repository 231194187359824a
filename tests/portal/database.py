"""One embedded PostgreSQL a session. A test runs in a transaction; `transaction=True` tests get a database of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase

from makegood_portal.config import databases, roles
from makegood_portal.config import keys as key_file
from makegood_portal.config.home import home
from portal.builders import World, a_world

TEMPLATE = "makegood_template"


@pytest.fixture(autouse=True)
def in_dutch() -> Iterator[None]:
    """A page that was asked for in English leaves its thread in English: the next test does not begin there."""
    from django.utils import translation

    with translation.override("nl"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The cluster, both roles, all migrations, rights and policies, once; then a copy for the tests."""
    del django_test_environment
    keys = key_file.ensure(home())
    cluster = databases.cluster(keys, durable=False)
    cluster.start()
    try:
        owner = databases.owner(keys)
        superuser = replace(owner, name="postgres", user="postgres", password=keys["cluster"])
        roles.prepare_embedded(superuser, owner=owner)
        roles.prepare_runtime(owner, runtime=databases.runtime(keys))
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            from django.core.management import call_command

            from makegood_portal.ledger import row_security

            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            row_security.apply()
            connections.close_all()
        _renewed(superuser, owner, first=True)
        # A transactional test cannot empty append-only tables: it gets a fresh copy of the database instead.
        TransactionTestCase._fixture_teardown = lambda self: _renewed(superuser, owner)  # type: ignore[attr-defined]  # noqa: ARG005
        yield
        connections.close_all()
    finally:
        cluster.stop()


def _renewed(superuser: databases.Connection, owner: databases.Connection, *, first: bool = False) -> None:
    connections.close_all()
    with psycopg.connect(
        dbname="postgres", user=superuser.user, password=superuser.password, host=superuser.host, autocommit=True
    ) as connection:
        if first:
            connection.execute(f"ALTER DATABASE {owner.name} RENAME TO {TEMPLATE}")
        else:
            connection.execute(f"DROP DATABASE {owner.name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {owner.name} OWNER {owner.user} TEMPLATE {TEMPLATE}")
        connection.execute(f"REVOKE ALL ON DATABASE {owner.name} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT ON DATABASE {owner.name} TO {databases.RUNTIME_ROLE}")


@pytest.fixture
def world(db: None) -> World:
    """Two of everything: a programme with its organisations and a user in each role, and a second one beside it."""
    del db
    return a_world()
