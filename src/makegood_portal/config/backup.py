"""Backup and restore: one encrypted file, taken at one moment, compared row by row after it was put back.

The file is: a line of JSON (what it is, for which keys), then pieces, each AES-256-GCM under a key made from the key
`person` of the key file. The key file itself is never in it: keep a copy elsewhere, under lock; without it a backup is
of no use to anybody, which is the point.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

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
    with _waiting(to) as out, connected(owner, autocommit=False) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(connection.execute("SELECT pg_export_snapshot()").fetchone()[0])  # type: ignore[index]
        tables = digests(connection)
        head = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "keys": _fingerprint(keys), "tables": tables}
        line = json.dumps(head).encode()
        out.write(line + b"\n")
        with _running("pg_dump", owner, "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges",
                      f"--exclude-table-data={SKIPPED}") as program:  # fmt: skip
            for piece in _sealed(_end_of(program.stdout), _key(keys), line):
                out.write(struct.pack(">I", len(piece)) + piece)
        return tables


@contextmanager
def _waiting(to: Path) -> Iterator[BinaryIO]:
    """The part file beside a backup, for its owner alone; it takes the place of the file when the block ends well.

    What a killed backup left of it is encrypted too, and is taken over by the next one.
    """
    part = to.with_name(to.name + ".part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.samestat(os.fstat(out.fileno()), part.stat())
        except (BlockingIOError, FileNotFoundError):
            mine = False
        if not mine:  # it is written at this moment, or became the backup since it was opened
            raise Unavailable(f"{to}: another backup is being written to this file; wait until it is done")
        try:
            os.fchmod(out.fileno(), 0o600)
            out.truncate()
            yield out
            out.flush()
            os.fsync(out.fileno())
            part.replace(to)
        except BaseException:
            part.unlink()
            raise


def restore(owner: Connection, keys: dict[str, str], *, source: Path) -> dict[str, tuple[int, str]]:
    """Put a backup into an empty database and compare every table; refuse anything else."""
    head, line = checked(source, keys)
    with source.open("rb") as file:
        file.seek(len(line) + 1)
        with connected(owner) as connection:
            if connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone():
                raise Unavailable("the database is not empty; restore into an empty one (another MAKEGOOD_HOME or DATABASE_URL)")
        # Looked through to its end first: pg_restore is done before it knows whether more should follow.
        for _piece in _opened(file, _key(keys), line, str(source)):
            pass
        file.seek(len(line) + 1)
        with _running("pg_restore", owner, "--format=custom", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                      f"--dbname={owner.name}") as program:  # fmt: skip
            into, before = _end_of(program.stdin), b""
            # A piece behind, so that the last one is given when the mark of the end was read.
            for piece in _opened(file, _key(keys), line, str(source)):
                into.write(before)
                before = piece
            into.write(before)
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


@contextmanager
def _running(program: str, to: Connection, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's programs with its other end in our hands, so that what it reads or writes lies in no file.

    Where the block fails the program is killed before it sees an end, and the database takes back what it did.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | to.libpq()
    said = bytearray()
    with subprocess.Popen([binaries() / program, *words], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        # Read while the program runs, else it waits for ever when the pipe is full.
        listening = threading.Thread(target=_listen, args=(_end_of(process.stderr), said))
        listening.start()
        try:
            yield process
            _end_of(process.stdin).close()
        except BrokenPipeError:
            pass  # it ended by itself, and says why
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
            listening.join()
            with suppress(BrokenPipeError):  # what it did not take any more
                _end_of(process.stdin).close()
    if code != 0:
        raise Unavailable(f"{program} failed: {said.decode(errors='replace').strip()[-600:]}")


def _listen(to: IO[bytes], said: bytearray) -> None:
    """Keep the end of what a program says."""
    while more := to.read(4096):
        said += more
        del said[:-4096]


def _end_of(pipe: IO[bytes] | None) -> BinaryIO:
    if pipe is None:
        raise RuntimeError("a program was started without this pipe")
    return cast("BinaryIO", pipe)
