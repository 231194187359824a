"""Kill -9 of web process, worker and PostgreSQL while a list is taken in: what was confirmed is there, once, and it goes on by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from makegood_portal.config import databases
from makegood_portal.config import keys as key_file
from portal.test_faults import Served, free_port, served

__all__ = ["free_port", "served"]

ROWS = 2_000
LIST_AND_QUEUE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
from makegood_portal.config.commands import as_owner
as_owner()
from datetime import date
from makegood_portal.actions.import_list import name_columns, receive_list, take_list_in
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.ledger.models import Membership, Party, User
from makegood_portal.ledger.scope import scope_of, scope_of_system, scoped
programme = load_programme("werk-na-detentie", by=scope_of_system("load"), on=date(2016, 6, 3))
prison = Party.objects.filter(programme=programme, site="alphen").get().organisation
user = User.objects.create_user(email="c@example.org", name="C", password=None)
Membership.objects.create(user=user, organisation=prison, role="coordinator", from_on=date(2016, 1, 1))
scope = scope_of(user)
names = ["Naam" + "".join(chr(97 + n // 26**place % 26) for place in range(3)) for n in range(int(sys.argv[1]))]
lines = [f"{n};{name};Jan;1980-01-01;m;2016-09-01" for n, name in enumerate(names)]
content = "\\n".join(["Nummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum detentie", *lines]).encode()
columns = {"number": "Nummer", "family_name": "Achternaam", "given_name": "Voornaam", "birth_date": "Geboortedatum", "sex": "Geslacht",
           "release_on": "Einddatum detentie"}
with scoped(scope):
    key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=date(2016, 6, 1), file_name="l.csv", content=content)
    name_columns(by=scope, on=key, columns=columns)
    take_list_in(by=scope, on=key)
"""
pytestmark = pytest.mark.xdist_group("served")


class Register:
    """What stands in the database of a served portal, read as its owner; None while it is away."""

    def __init__(self, home: Path) -> None:
        self.home, self.keys = home, key_file.read(home)

    @contextmanager
    def open(self) -> Iterator[psycopg.Connection]:
        owner = databases.owner(self.keys, folder=self.home)
        with psycopg.connect(dbname=owner.name, user=owner.user, password=owner.password, host=owner.host, connect_timeout=3) as connection:
            yield connection

    def ask(self, sql: str) -> int | None:
        try:
            with self.open() as connection:
                found = connection.execute(sql).fetchone()
                return int(found[0]) if found else None
        except psycopg.OperationalError:
            return None

    def done(self) -> int | None:
        return self.ask("SELECT count(*) FROM ledger_importrow WHERE done_at IS NOT NULL")


def a_list_waits(served: Served) -> Register:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    told = subprocess.run(
        [sys.executable, "-c", LIST_AND_QUEUE, str(ROWS)], env={**environment, "MAKEGOOD_HOME": str(served.folder / "home")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    return Register(served.folder / "home")


def test_what_is_killed_in_the_middle_of_a_list_goes_on_and_does_nothing_twice(served: Served) -> None:
    register = a_list_waits(served)
    home = f"MAKEGOOD_HOME={served.folder / 'home'}"

    def mine(words: str) -> list[int]:
        found = []
        for pid in served.children(words):
            try:
                environment = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            found += [pid] if home in environment else []
        return found

    def killed_when(count: int, kill: list[int]) -> int:
        """Wait until so many rows are in, kill, and say how many were confirmed at that moment."""
        assert served.becomes(lambda: (register.done() or 0) >= count, within=150)
        confirmed = register.done() or 0
        for pid in kill:
            os.kill(pid, signal.SIGKILL)
        return confirmed

    def goes_on_from(confirmed: int) -> None:
        assert served.becomes(lambda: (register.done() or 0) > confirmed or register.done() == ROWS, within=150)
        assert (register.done() or 0) >= confirmed

    goes_on_from(killed_when(1, mine("makegood_portal worker")))
    goes_on_from(killed_when(500, mine("gunicorn")))
    goes_on_from(killed_when(750, [served.postmaster()]))

    assert served.becomes(lambda: register.ask("SELECT count(*) FROM ledger_grosslistimport WHERE state = 'done'") == 1, within=180)
    assert served.becomes(lambda: served.health() == 200)
    assert register.ask("SELECT count(*) FROM ledger_candidacy") == ROWS
    assert register.ask("SELECT count(DISTINCT list_token) FROM ledger_candidacy") == ROWS
    for table, each in (("identity", 1), ("releasedate", 1), ("selectionevent", 2)):
        assert register.ask(f"SELECT count(*) FROM ledger_{table}") == ROWS * each
    assert register.ask("SELECT sum((facts->>'new')::integer) FROM ledger_auditentry WHERE verb = 'take_list_in' AND facts ? 'new'") == ROWS
    assert register.ask("SELECT count(*) FROM ledger_importrow WHERE became_id IS NULL OR sealed IS NOT NULL") == 0
