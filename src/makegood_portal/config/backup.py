"""Backup and restore: one encrypted file, taken at one moment, compared row by row after it was put back.

The file is: a line of JSON (what it is, for which keys), then pieces, each AES-256-GCM under a key made from the key
`person` of the key file. The key file itself is never in it: keep a copy elsewhere, under lock; without it a backup is
of no use to anybody, which is the point.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import sql

from makegood_portal.config.databases import Connection
from makegood_portal.config.postgres import Unavailable, binaries
from makegood_portal.config.roles import connected

FORMAT = "makegood backup 1"
PIECE = 1024 * 1024
SKIPPED = "django_session"
"""Sessions are not in a backup: nobody stays logged in through a restore."""


def backup(owner: Connection, keys: dict[str, str], *, to: Path) -> dict[str, tuple[int, str]]:
    """Write the file, whole or not at all; give each table's rows and digest at that moment."""
    with connected(owner, autocommit=False) as connection, tempfile.TemporaryDirectory(dir=to.parent) as folder:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(connection.execute("SELECT pg_export_snapshot()").fetchone()[0])  # type: ignore[index]
        dump = Path(folder) / "dump"
        _run("pg_dump", owner, "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges",
             f"--exclude-table-data={SKIPPED}", f"--file={dump}")  # fmt: skip
        tables = digests(connection)
        head = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "keys": _fingerprint(keys), "tables": tables}
        waiting = Path(folder) / "backup"
        with waiting.open("wb") as out, dump.open("rb") as plain:
            line = json.dumps(head).encode()
            out.write(line + b"\n")
            for piece in _sealed(plain, _key(keys), line):
                out.write(struct.pack(">I", len(piece)) + piece)
            out.flush()
            os.fsync(out.fileno())
        waiting.chmod(0o600)
        waiting.replace(to)
        return tables


def restore(owner: Connection, keys: dict[str, str], *, source: Path) -> dict[str, tuple[int, str]]:
    """Put a backup into an empty database and compare every table; refuse anything else."""
    head, line = checked(source, keys)
    with source.open("rb") as file:
        file.seek(len(line) + 1)
        with connected(owner) as connection:
            if connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone():
                raise Unavailable("the database is not empty; restore into an empty one (another MAKEGOOD_HOME or DATABASE_URL)")
        with tempfile.NamedTemporaryFile() as dump:
            for piece in _opened(file, _key(keys), line, str(source)):
                dump.write(piece)
            dump.flush()
            _run("pg_restore", owner, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                 f"--dbname={owner.name}", dump.name)  # fmt: skip
    with connected(owner, autocommit=False) as connection:
        found = digests(connection)
    wrong = sorted(name for name, was in head["tables"].items() if tuple(was) != found.get(name))
    if wrong or set(found) != set(head["tables"]):
        raise Unavailable(f"the restored tables are not what was saved: {', '.join(wrong) or 'other tables'}")
    return found


def checked(source: Path, keys: dict[str, str]) -> tuple[dict[str, Any], bytes]:
    """What a backup says of itself; refused when it is none, or for other keys."""
    with source.open("rb") as file:
        line = file.readline(4 * 1024 * 1024).rstrip(b"\n")
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Unavailable(f"{source}: this is not a backup of makegood; give a file that `makegood db backup` wrote")
    if head["keys"] != _fingerprint(keys):
        raise Unavailable(f"{source}: it was made with other keys; put the key file that belongs to it into the data folder first")
    return head, line


def digests(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, tuple[int, str]]:
    """Table -> number of rows, and a sum over all rows that does not depend on their order."""
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    found = {}
    for (name,) in names:
        if name == SKIPPED:
            continue
        query = sql.SQL("SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text FROM {} t")
        row = connection.execute(query.format(sql.Identifier(str(name)))).fetchone()
        if row is not None:
            found[str(name)] = (int(str(row[0])), str(row[1]))
    return found


def _key(keys: dict[str, str]) -> bytes:
    return hashlib.sha256(b"backup " + bytes.fromhex(keys["person"])).digest()


def _fingerprint(keys: dict[str, str]) -> str:
    """Tells keys apart without telling them: of those that encrypt what is stored."""
    return hashlib.sha256(json.dumps({name: keys[name] for name in ("person", "bsn", "linkage", "audit")}).encode()).hexdigest()[:16]


def _sealed(plain: BinaryIO, key: bytes, head: bytes) -> Iterator[bytes]:
    number, cipher = 0, AESGCM(key)
    while True:
        piece = plain.read(PIECE)
        nonce = os.urandom(12)
        # The place and whether it is the last are bound in, so that pieces cannot be moved or cut off.
        yield nonce + cipher.encrypt(nonce, piece, head + struct.pack(">Q?", number, not piece))
        number += 1
        if not piece:
            return


def _opened(file: BinaryIO, key: bytes, head: bytes, name: str) -> Iterator[bytes]:
    number, cipher = 0, AESGCM(key)
    while True:
        size = file.read(4)
        piece = file.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
        for last in (False, True):
            try:
                plain = cipher.decrypt(piece[:12], piece[12:], head + struct.pack(">Q?", number, last))
            except (InvalidTag, ValueError):
                continue
            if last:
                return
            yield plain
            break
        else:
            raise Unavailable(f"{name}: the file is damaged or cut off at piece {number + 1}; take another backup")
        number += 1


def _run(program: str, to: Connection, *words: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | to.libpq()
    done = subprocess.run([binaries() / program, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{program} failed: {done.stderr.strip()[-600:]}")
