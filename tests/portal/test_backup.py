"""A backup comes back into an empty cluster, every table the same; what is not a whole backup is refused."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import psycopg
import pytest

from makegood_portal.config import backup as backing_up
from makegood_portal.config import databases, keys
from makegood_portal.config.backup import backup, restore
from makegood_portal.config.home import home
from makegood_portal.config.postgres import Unavailable
from portal.builders import a_world


def makegood(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MAKEGOOD_HOME": str(at), "DJANGO_SETTINGS_MODULE": "makegood_portal.config.settings"}
    return subprocess.run([sys.executable, "-m", "makegood", *words], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.django_db(transaction=True)
def test_a_backup_comes_back_into_an_empty_cluster(tmp_path: Path) -> None:
    a_world()
    here, file, elsewhere = keys.ensure(home()), tmp_path / "saved.backup", tmp_path / "elsewhere"
    saved = backup(databases.owner(here), here, to=file)
    assert saved["ledger_identity"][0] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Van Ours" not in file.read_bytes()

    elsewhere.mkdir()
    refused = makegood("db", "restore", str(file), at=elsewhere)
    assert refused.returncode == 2
    assert "other keys" in refused.stderr
    (elsewhere / keys.FILE).write_text(json.dumps(here), encoding="utf-8")
    done = makegood("db", "restore", str(file), at=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{sum(rows for rows, _ in saved.values())} rows" in done.stdout
    assert makegood("db", "verify-audit", at=elsewhere).returncode == 0
    again = makegood("db", "restore", str(file), at=elsewhere)
    assert again.returncode == 2
    assert "not empty" in again.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_damaged_backup_is_refused(tmp_path: Path, harm: str) -> None:
    here, file = keys.ensure(home()), tmp_path / "saved.backup"
    backup(databases.owner(here), here, to=file)
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-40], "changed": whole[:-100] + b"x" + whole[-99:], "other": b"PK" + whole}[harm])
    with pytest.raises(Unavailable, match="not a backup" if harm == "other" else "not empty|damaged"):
        restore(databases.owner(here), here, source=file)


def readable(*folders: Path) -> list[str]:
    """Files in which somebody without the key finds people: a name, or what pg_dump writes and pg_restore shows."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if (text := file.read_bytes()) and (b"Van Ours" in text or b"PGDMP" in text)]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def empty(db: None) -> Iterator[databases.Connection]:
    """An empty database beside the one of the tests."""
    del db
    here = keys.ensure(home())
    superuser = replace(databases.owner(here), name="postgres", user="postgres", password=here["cluster"])
    beside = replace(databases.owner(here), name="makegood_beside")

    def say(words: str) -> None:
        with psycopg.connect(dbname="postgres", user="postgres", password=superuser.password, host=superuser.host, autocommit=True) as at:
            at.execute(words)

    say(f"CREATE DATABASE {beside.name} OWNER {beside.user} TEMPLATE template0")
    yield beside
    say(f"DROP DATABASE {beside.name} WITH (FORCE)")


def tables(of: databases.Connection) -> int:
    with psycopg.connect(dbname=of.name, user=of.user, password=of.password, host=of.host) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.django_db(transaction=True)
def test_nothing_readable_is_ever_on_disk(
    tmp_path: Path, temporary: Path, empty: databases.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a piece is written or put back, all that lies in any folder is encrypted, and for its owner alone."""
    a_world()
    here, folder, seen = keys.ensure(home()), tmp_path / "backups", 0
    folder.mkdir()
    sealed, opened = backing_up._sealed, backing_up._opened

    def look() -> None:
        nonlocal seen
        seen += 1
        assert readable(folder, temporary) == []
        assert {file.stat().st_mode & 0o777 for file in folder.rglob("*")} <= {0o600}

    def slowly_sealed(plain: BinaryIO, key: bytes, head: bytes) -> Iterator[bytes]:
        for piece in sealed(plain, key, head):
            look()
            yield piece

    def slowly_opened(file: BinaryIO, key: bytes, head: bytes, name: str) -> Iterator[bytes]:
        for piece in opened(file, key, head, name):
            look()
            yield piece

    monkeypatch.setattr(backing_up, "PIECE", 16 * 1024)
    monkeypatch.setattr(backing_up, "_sealed", slowly_sealed)
    monkeypatch.setattr(backing_up, "_opened", slowly_opened)
    saved = backup(databases.owner(here), here, to=folder / "saved.backup")
    assert [file.name for file in folder.iterdir()] == ["saved.backup"]
    assert restore(empty, here, source=folder / "saved.backup") == saved
    assert seen > 5


KILLED = """
import os, sys, time
from pathlib import Path
from makegood_portal.config import backup, databases, keys
from makegood_portal.config.home import home

def stuck(*words):
    yield next(sealed(*words))
    print("writing", flush=True)
    time.sleep(600)

sealed, backup._sealed, backup.PIECE = backup._sealed, stuck, 4096
here = keys.ensure(home())
backup.backup(databases.owner(here), here, to=Path(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_killed_leaves_an_encrypted_part_that_the_next_one_takes_over(tmp_path: Path, temporary: Path) -> None:
    a_world()
    here, folder = keys.ensure(home()), tmp_path / "backups"
    folder.mkdir()
    file = folder / "saved.backup"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True) as writing:
        try:
            assert writing.stdout is not None
            assert writing.stdout.readline() == "writing\n"
            with pytest.raises(Unavailable, match="another backup is being written"):
                backup(databases.owner(here), here, to=file)
        finally:
            writing.kill()
    assert readable(folder, temporary) == []
    assert [(left.name, left.stat().st_mode & 0o777) for left in folder.iterdir()] == [("saved.backup.part", 0o600)]
    backup(databases.owner(here), here, to=file)
    assert [left.name for left in folder.iterdir()] == ["saved.backup"]


def pieces_of(whole: bytes) -> list[bytes]:
    """The line that says what it is, then each piece with its length."""
    line = whole.index(b"\n") + 1
    found, at = [whole[:line]], line
    while at < len(whole):
        size = 4 + struct.unpack(">I", whole[at : at + 4])[0]
        found.append(whole[at : at + size])
        at += size
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("harm", ["last", "half", "changed", "moved"])
def test_of_a_backup_that_is_not_whole_nothing_comes_back(
    tmp_path: Path, empty: databases.Connection, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`last`: all data are there, and only the mark is gone by which the file is known to be whole."""
    a_world()
    here, file = keys.ensure(home()), tmp_path / "saved.backup"
    monkeypatch.setattr(backing_up, "PIECE", 16 * 1024)
    backup(databases.owner(here), here, to=file)
    pieces = pieces_of(file.read_bytes())
    assert len(pieces) > 5
    half = len(pieces) // 2
    harmed = {
        "last": pieces[:-1],
        "half": pieces[:half],
        "changed": [*pieces[:half], pieces[half][:-1] + bytes([pieces[half][-1] ^ 1]), *pieces[half + 1 :]],
        "moved": [*pieces[:half], pieces[half + 1], pieces[half], *pieces[half + 2 :]],
    }
    file.write_bytes(b"".join(harmed[harm]))
    with pytest.raises(Unavailable, match="damaged or cut off at piece"):
        restore(empty, here, source=file)
    assert tables(empty) == 0


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_is_harmed_while_it_is_put_back_leaves_the_database_empty(
    tmp_path: Path, empty: databases.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was whole when it was looked through; then a piece is no longer what it was."""
    a_world()
    here, file, opened, times = keys.ensure(home()), tmp_path / "saved.backup", backing_up._opened, 0

    def harmed(source: BinaryIO, key: bytes, head: bytes, name: str) -> Iterator[bytes]:
        nonlocal times
        times += 1
        yield from opened(source, key, head, name)
        if times == 2:
            raise Unavailable("the file is damaged or cut off at piece 9; take another backup")

    monkeypatch.setattr(backing_up, "PIECE", 16 * 1024)
    backup(databases.owner(here), here, to=file)
    monkeypatch.setattr(backing_up, "_opened", harmed)
    with pytest.raises(Unavailable, match="piece 9"):
        restore(empty, here, source=file)
    assert times == 2
    assert tables(empty) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("program", "said"), [("pg_dump", "pg_dump failed: no room"), ("pg_restore", "pg_restore failed: no room")])
def test_a_program_that_fails_and_says_much_is_heard(
    tmp_path: Path, empty: databases.Connection, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    """More is said than a pipe holds: nobody waits for the other for ever, and no file is left."""
    here, file, programs = keys.ensure(home()), tmp_path / "saved.backup", tmp_path / "programs"
    backup(databases.owner(here), here, to=file)
    programs.mkdir()
    (programs / program).write_text("#!/bin/sh\nhead -c 300000 /dev/zero | tr '\\0' ' ' >&2\necho no room >&2\nexit 1\n", encoding="utf-8")
    (programs / program).chmod(0o755)
    monkeypatch.setattr(backing_up, "binaries", lambda: programs)
    with pytest.raises(Unavailable, match=said):
        backup(databases.owner(here), here, to=tmp_path / "other.backup") if program == "pg_dump" else restore(empty, here, source=file)
    assert not list(tmp_path.glob("other*"))
    assert tables(empty) == 0
