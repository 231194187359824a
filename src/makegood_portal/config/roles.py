"""The database and its two roles, made where they are missing. Safe to repeat."""

from __future__ import annotations

import psycopg
from psycopg import sql

from makegood_portal.config.databases import RUNTIME_ROLE, Connection
from makegood_portal.config.postgres import Unavailable


def prepare_embedded(superuser: Connection, *, owner: Connection) -> None:
    """In a fresh embedded cluster: the owner's role, its database, the extension that exclusion constraints need."""
    with connected(superuser) as connection:
        _role(connection, owner, "LOGIN NOSUPERUSER CREATEROLE NOBYPASSRLS")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner.name]).fetchone()
        if not found:
            make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
            connection.execute(make.format(sql.Identifier(owner.name), sql.Identifier(owner.user)))
            close = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
            connection.execute(close.format(sql.Identifier(owner.name)))


def prepare_runtime(owner: Connection, *, runtime: Connection) -> None:
    """The runtime role: it may log in and nothing else; rights come with the migrations. The owner can become it."""
    with connected(owner) as connection:
        if runtime.user == RUNTIME_ROLE:
            _role(connection, runtime, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT")
        connect = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        connection.execute(connect.format(sql.Identifier(owner.name), sql.Identifier(runtime.user)))
        become = sql.SQL("GRANT {} TO {}")
        member = connection.execute("SELECT pg_has_role(current_user, %s, 'SET')" if connection.info.server_version >= 160000
                                    else "SELECT pg_has_role(current_user, %s, 'MEMBER')", [runtime.user]).fetchone()  # fmt: skip
        if member and not member[0]:
            connection.execute(become.format(sql.Identifier(runtime.user), sql.Identifier(owner.user)))


def _role(connection: psycopg.Connection[tuple[object, ...]], wanted: Connection, rights: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [wanted.user]).fetchone()
    if found:
        verb = "ALTER ROLE {} PASSWORD {}"
        connection.execute(sql.SQL(verb).format(sql.Identifier(wanted.user), sql.Literal(wanted.password)))
        return
    connection.execute(
        sql.SQL(f"CREATE ROLE {{}} {rights} PASSWORD {{}}").format(sql.Identifier(wanted.user), sql.Literal(wanted.password))
    )


def connected(to: Connection, *, autocommit: bool = True) -> psycopg.Connection[tuple[object, ...]]:
    """A plain connection, without Django."""
    try:
        return psycopg.connect(dbname=to.name, user=to.user, password=to.password, host=to.host or None, port=to.port or None,
                               autocommit=autocommit, connect_timeout=5, **dict(to.options))  # type: ignore[arg-type]  # fmt: skip
    except psycopg.OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        remedy = "the key file belongs to another database" if "password" in why else "check that it runs and that its address is right"
        raise Unavailable(f"the database does not let {to.user} in: {why.rsplit('FATAL:', 1)[-1].strip()}; {remedy}") from error
