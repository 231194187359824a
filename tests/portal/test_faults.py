"""When something is broken: a clear page, the right status, nothing half-done, nothing shown that is not written down."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from django.db import connection
from django.urls import reverse

from makegood_portal.ledger.models import AuditEntry, Candidacy
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_user, an_organisation, client_of


def break_the_audit(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {how} END $$")
        cursor.execute("CREATE TRIGGER broken BEFORE INSERT ON ledger_auditentry FOR EACH ROW EXECUTE FUNCTION broken()")


FILE = "candidate"


def test_what_is_not_written_down_is_not_shown(world: World) -> None:
    client, of = client_of(world.ours.users[Role.LEAD]), {"candidacy": world.ours.candidacy.pk}
    assert "Van Ours" in client.get(reverse(FILE, kwargs=of)).content.decode()
    break_the_audit("RAISE EXCEPTION 'no more';")
    answer = client.get(reverse(FILE, kwargs=of))
    assert answer.status_code == 503
    assert "Van Ours" not in answer.content.decode()


def test_a_full_disk_is_said_clearly(world: World) -> None:
    client = client_of(world.ours.users[Role.LEAD], raise_request_exception=False)
    break_the_audit("RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';")
    answer = client.get(reverse(FILE, kwargs={"candidacy": world.ours.candidacy.pk}))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Van Ours" not in answer.content.decode()


def test_a_page_that_fails_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*words: object, **more: object) -> None:
        del words, more
        Candidacy.objects.update(track="half done")
        raise RuntimeError("Van Ours was born in 1990")

    monkeypatch.setattr("makegood_portal.web.candidates.open_first_page", fails)
    client = client_of(world.ours.users[Role.LEAD], raise_request_exception=False)
    answer = client.get(reverse(FILE, kwargs={"candidacy": world.ours.candidacy.pk}))
    assert answer.status_code == 500
    assert "born in 1990" not in answer.content.decode()
    assert not Candidacy.objects.filter(track="half done").exists()


def test_a_refusal_is_written_down_although_the_page_is_undone(world: World) -> None:
    client = client_of(world.ours.users[Role.LEAD])
    client.get(reverse(FILE, kwargs={"candidacy": world.theirs.candidacy.pk}))
    entry = AuditEntry.objects.get(verb="request", outcome="refused")
    assert entry.actor == world.ours.users[Role.LEAD].pk
    assert entry.facts["on"] == {"candidacy": str(world.theirs.candidacy.pk)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("logged_in", [False, True])
def test_an_unreachable_database_is_said_clearly(logged_in: bool) -> None:
    somebody = a_user(Role.COORDINATOR, at=an_organisation(Kind.PRISON)) if logged_in else None
    client = client_of(somebody, raise_request_exception=False)
    where = connection.settings_dict
    was, connection.settings_dict["HOST"] = where["HOST"], "/nowhere"
    connection.close()
    try:
        page, health = client.get(reverse("account_login")), client.get(reverse("healthz"))
    finally:
        where["HOST"] = was
        connection.close()
    assert (page.status_code, health.status_code) == (503, 503)
    assert health.json() == {"status": "unavailable", "database": "unreachable"}
    assert client.get(reverse("healthz")).json()["status"] == "ok"


class Served:
    """`makegood serve`, as an operator starts it, on a data folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address, self.folder = f"http://127.0.0.1:{port}", folder
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            # As a script starts it in the background: it must stop all the same.
            ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "makegood", "serve", "--port", str(port)],
            env={**environment, "MAKEGOOD_HOME": str(folder / "home")}, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip

    def health(self) -> int:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
                return int(answer.status)
        except HTTPError as error:
            return int(error.code)
        except (URLError, OSError):
            return 0

    def becomes(self, wanted: Callable[[], bool], *, within: float = 60) -> bool:
        end = time.monotonic() + within
        while time.monotonic() < end:
            if wanted():
                return True
            time.sleep(0.2)
        return False

    def postmaster(self) -> int:
        return int((self.folder / "home" / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])

    def children(self, word: str) -> list[int]:
        told = subprocess.run(["ps", "-eww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
        lines = (re.match(r"\s*(\d+) (.*)", line) for line in told.splitlines())
        return [int(line[1]) for line in lines if line and word in line[2] and "ps -eww" not in line[2]]

    def stop(self) -> None:
        """As Ctrl-C does it. What does not stop in time is killed, database and all, so that no other test runs beside it."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            left = [self.process.pid, *self.below(self.process.pid)]
            with suppress(OSError, ValueError):
                left.append(self.postmaster())
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise

    def below(self, parent: int) -> list[int]:
        """The processes that one started, and those that they started."""
        told = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [(int(pid), int(of)) for pid, of in (line.split() for line in told.splitlines())]
        found = [parent]
        for one in found:
            found += [pid for pid, of in pairs if of == one]
        return found[1:]


@pytest.fixture
def served(tmp_path: Path, free_port: int) -> Iterator[Served]:
    found = Served(tmp_path, free_port)
    try:
        assert found.becomes(lambda: found.health() == 200, within=120), (tmp_path / "log").read_text()
        yield found
    finally:
        found.stop()


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_whatever_is_killed_comes_back_and_whoever_stops_it_stops_everything(served: Served) -> None:
    database = served.postmaster()
    os.kill(database, signal.SIGKILL)
    assert served.becomes(lambda: served.health() == 200 and served.postmaster() != database)

    (web,) = [pid for pid in served.children(f"--bind {served.address.removeprefix('http://')}") if os.getpgid(pid) == pid]
    os.killpg(web, signal.SIGKILL)
    assert served.becomes(lambda: served.health() != 200, within=5)
    assert served.becomes(lambda: served.health() == 200)

    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):  # once more is no reason to leave half of it running
        served.process.send_signal(told)
        time.sleep(0.2)
    assert served.process.wait(60) == 0
    assert served.children(f"--bind {served.address.removeprefix('http://')}") == []
    assert not (served.folder / "home" / "postgres" / "postmaster.pid").exists()
