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
    """The runtime role: it may log in and nothing else; rights come with the migrations. The owner can become it.

    Refused, before anything is made, where row-level security would not hold for it.
    """
    with connected(owner) as connection:
        try:
            if runtime.user == RUNTIME_ROLE:
                _role(connection, runtime, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT")
        except psycopg.errors.InsufficientPrivilege as error:
            raise Unavailable(
                f"the owner {owner.user} may not make the role {runtime.user} or set its password; either run"
                f" ALTER ROLE {_named(owner.user)} CREATEROLE as a superuser, or make a role that may log in and nothing else, run"
                f" GRANT that role TO {_named(owner.user)}, and name it in MAKEGOOD_RUNTIME_URL"
            ) from error
        refuse_unbound(connection, runtime=runtime.user)
        connect = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        connection.execute(connect.format(sql.Identifier(owner.name), sql.Identifier(runtime.user)))
        become = sql.SQL("GRANT {} TO {}")
        member = connection.execute("SELECT pg_has_role(current_user, %s, 'SET')" if connection.info.server_version >= 160000
                                    else "SELECT pg_has_role(current_user, %s, 'MEMBER')", [runtime.user]).fetchone()  # fmt: skip
        if member and not member[0]:
            try:
                connection.execute(become.format(sql.Identifier(runtime.user), sql.Identifier(owner.user)))
            except psycopg.errors.InsufficientPrivilege as error:
                words = f"GRANT {_named(runtime.user)} TO {_named(owner.user)}"
                raise Unavailable(f"the owner {owner.user} cannot become the role {runtime.user}; run {words} as a superuser") from error


def refuse_unbound(connection: psycopg.Connection[tuple[object, ...]], *, runtime: str) -> None:
    """Refuse a runtime role that row-level security does not bind, by itself or by a role that it can become.

    PostgreSQL says nothing of it: everybody would see everybody. Asked as the owner.
    """
    found = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [runtime]).fetchone()
    if found is None:
        make = f"CREATE ROLE {_named(runtime)} LOGIN NOSUPERUSER NOBYPASSRLS"
        raise Unavailable(f"there is no role {runtime}, which MAKEGOOD_RUNTIME_URL names; make it: {make}")
    # A superuser counts as a member of every role: asked of the others alone.
    others = [] if found[0] else connection.execute(CAN_BECOME, [runtime, runtime]).fetchall()
    for name, above, past, owns in [(runtime, *found, False), *others]:
        through = "" if name == runtime else f" can become {name}, which"
        wrong, remedy = "", f"REVOKE {_named(str(name))} FROM {_named(runtime)}"
        if above:
            wrong, own = "is a superuser", f"ALTER ROLE {_named(runtime)} NOSUPERUSER NOBYPASSRLS"
        elif past:
            wrong, own = "has BYPASSRLS", f"ALTER ROLE {_named(runtime)} NOBYPASSRLS"
        elif owns:
            wrong, own = "owns the tables", ""
        if wrong:
            do = f"run {own if name == runtime else remedy} as a superuser, or name" if own or name != runtime else "name"
            raise Unavailable(
                f"the runtime role {runtime}{through} {wrong}: row-level security would not hold for it and everybody would see everybody;"
                f" {do} another role in MAKEGOOD_RUNTIME_URL, one that may log in and nothing else"
            )


CAN_BECOME = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolname = current_user OR EXISTS (
  SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm'))
FROM pg_roles r WHERE pg_has_role(%s, r.oid, 'MEMBER') ORDER BY r.rolname <> %s, r.rolname
"""
"""Each role that a role is or can become, itself first: whether it is above the rules, past them, or owns what they are about.
Before the first migration the owner owns nothing yet: whoever asks is the one who will."""


def _named(role: str) -> str:
    """A role as it stands in a command that somebody copies."""
    return '"' + role.replace('"', '""') + '"'


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
