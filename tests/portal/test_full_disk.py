"""A disk that is really full: a small one is filled to its last byte under a served portal. Where that cannot be made, it is skipped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from makegood_portal.ledger.models import GrossListImport
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, client_of
from portal.test_crashes import Register
from portal.test_faults import Served, free_port

__all__ = ["free_port"]

ROOM = "400m"
"""What the portal's folder takes as it is made, and the least that `/healthz` asks."""
WHO = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
from makegood_portal.config.commands import as_owner
as_owner()
from datetime import date
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.ledger.models import Party
from makegood_portal.ledger.scope import scope_of_system
from makegood_portal.ledger.words import Kind, Role
from portal.builders import a_user, an_organisation, client_of
programme = load_programme("werk-na-detentie", by=scope_of_system("load"), on=date(2016, 6, 3))
prison = Party.objects.filter(programme=programme, site="alphen").get().organisation
client = client_of(a_user(Role.COORDINATOR, at=prison))
town = an_organisation(Kind.MUNICIPALITY)
print(client.cookies["sessionid"].value, prison.pk, programme.pk, town.pk)
"""
LIST = "Nummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum detentie\n" + "\n".join(
    f"{n};Naam;Jan;1980-01-01;m;2016-09-01" for n in range(20_000)
)
TYPED = "Loket werk & schuld, bij 'n <balie> " * 5


@contextmanager
def a_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own."""
    folder.mkdir(exist_ok=True)
    made = (
        os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode == 0
    )
    if not made:
        pytest.skip("a small disk can be made by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def filled(folder: Path) -> Path:
    """A file that takes all that was left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"0" * size):
                    pass
            except OSError:
                continue
    return filler


class Browser:
    """Somebody who is logged in at the served portal."""

    def __init__(self, served: Served, session: str) -> None:
        self.address, self.session = served.address, session

    def send(self, path: str, words: Mapping[str, str], file: str = "") -> tuple[int, str]:
        """Open the page of a form and send it: the status, and what the page says."""
        token = "a" * 32
        given = {"csrfmiddlewaretoken": token, **words}
        kind, body = "application/x-www-form-urlencoded", urlencode(given).encode()
        if file:
            kind, edge = "multipart/form-data; boundary=edge", "--edge\r\nContent-Disposition: form-data; name="
            parts = [f'{edge}"{name}"\r\n\r\n{value}\r\n' for name, value in given.items()]
            parts.append(f'{edge}"file"; filename="lijst.csv"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--edge--\r\n')
            body = "".join(parts).encode()
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={token}", "Origin": self.address, "Content-Type": kind}
        opener = urllib.request.build_opener(Stay)
        try:
            with opener.open(urllib.request.Request(self.address + path, body, headers), timeout=60) as answer:  # noqa: S310 - our own
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()


class Stay(urllib.request.HTTPRedirectHandler):
    """Where it leads is not opened."""

    def redirect_request(self, *args: object) -> None:
        """Nowhere."""


@pytest.mark.xdist_group("served")
def test_on_a_full_disk_nothing_is_half_written_and_it_goes_on_when_there_is_room(tmp_path: Path, free_port: int) -> None:
    with a_disk(tmp_path / "home", ROOM) as home:
        served = Served(tmp_path, free_port)
        try:
            assert served.becomes(lambda: served.health() == 200, within=180), (tmp_path / "log").read_text()
            a_full_disk(served, home)
        finally:
            served.stop()


def a_full_disk(served: Served, home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    environment |= {"MAKEGOOD_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[1])}
    told = subprocess.run([sys.executable, "-c", WHO], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr[-2000:]
    session, prison, programme, town = told.stdout.split()
    browser, register = Browser(served, session), Register(home)
    upload = {"place": f"{prison}/{programme}", "month": "2016-06"}
    contacts = "SELECT count(*) FROM ledger_municipalitycontact"
    lists = "SELECT count(*) FROM ledger_grosslistimport"

    filler = filled(home)
    status, page = browser.send("/imports/new/", upload, LIST)
    assert status == 503
    assert re.search("<h1[^>]*>", page)
    assert register.ask(lists) == 0
    assert served.health() == 503

    saved, answers = 0, set()
    for _ in range(120):  # what still fits in a page of the database is kept; then there is no next page
        status, page = browser.send(f"/municipalities/{town}/contacts/new/", {"name": TYPED, "duty": "", "email": "", "phone": "06"})
        answers.add(status)
        saved += status == 302
        if status == 503:
            break
    assert answers <= {302, 503}
    assert 503 in answers
    assert "Loket werk &amp; schuld" in page  # what was typed stands in the page, to be sent again

    filler.unlink()
    assert served.becomes(lambda: served.health() == 200, within=90)
    assert register.ask(contacts) == saved
    assert browser.send("/imports/new/", upload, LIST)[0] == 302
    assert register.ask(lists) == 1


def test_a_file_that_does_not_fit_where_it_comes_in_is_said_clearly(world: World, settings: LazySettings, tmp_path: Path) -> None:
    with a_disk(tmp_path / "incoming", "1m") as folder:
        settings.FILE_UPLOAD_TEMP_DIR = str(folder)
        client = client_of(world.ours.users[Role.COORDINATOR], raise_request_exception=False)
        file = SimpleUploadedFile("lijst.csv", b"a;b\n" * 1_000_000)
        place = f"{world.ours.at(Kind.PRISON).pk}/{world.ours.programme.pk}"
        answer = client.post(reverse("import_new"), {"place": place, "month": "2026-03", "file": file})
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert "<h1" in answer.content.decode()
        assert not GrossListImport.objects.exists()
        assert not list(folder.iterdir())
