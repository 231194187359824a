"""Which database, under which role: the owner migrates, the runtime role `makegood_app` owns nothing.

`DATABASE_URL` names the owner's connection to an external PostgreSQL; without it the embedded one is used. The
runtime role is made at migration with a password of its own, or named by `MAKEGOOD_RUNTIME_URL`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from makegood_portal.config.home import home, socket_folder
from makegood_portal.config.postgres import Cluster

RUNTIME_ROLE = "makegood_app"
OWNER_ROLE = "makegood_owner"
DATABASE = "makegood"


@dataclass(frozen=True, kw_only=True)
class Connection:
    """One way into a database."""

    name: str
    user: str
    password: str
    host: str
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def django(self) -> dict[str, object]:
        """As an entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": 3, **dict(self.options)},
        }

    def libpq(self) -> dict[str, str]:
        """As environment variables for pg_dump and its kin; a password never stands in a command line."""
        wide = {"PGDATABASE": self.name, "PGUSER": self.user, "PGPASSWORD": self.password, "PGHOST": self.host, "PGPORT": self.port}
        return {name: value for name, value in wide.items() if value}


def from_url(url: str) -> Connection:
    """A connection from `postgresql://user:password@host:port/name?sslmode=…`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return Connection(
        name=unquote(parts.path.strip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host,
        port=str(parts.port or ""),
        options=tuple(options.items()),
    )


def external() -> bool:
    """Whether an external database is named."""
    return bool(os.environ.get("DATABASE_URL"))


def owner(keys: dict[str, str], *, folder: Path | None = None) -> Connection:
    """The role that owns the tables and migrates."""
    if external():
        return from_url(os.environ["DATABASE_URL"])
    return Connection(name=DATABASE, user=OWNER_ROLE, password=keys["owner"], host=str(socket_folder(folder or home())))


def runtime(keys: dict[str, str], *, folder: Path | None = None) -> Connection:
    """The role that pages and jobs use."""
    if os.environ.get("MAKEGOOD_RUNTIME_URL"):
        return from_url(os.environ["MAKEGOOD_RUNTIME_URL"])
    return replace(owner(keys, folder=folder), user=RUNTIME_ROLE, password=keys["runtime"])


def cluster(keys: dict[str, str], *, folder: Path | None = None, durable: bool = True) -> Cluster:
    """The embedded cluster of a data folder."""
    where = folder or home()
    return Cluster(where / "postgres", sockets=socket_folder(where), password=keys["cluster"], durable=durable)
