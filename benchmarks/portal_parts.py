"""Parts of `bench_portal` that need Django, each a process of its own: `fill`, `plan`, `import`."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from makegood_portal.config import commands
from makegood_portal.config.home import home

if TYPE_CHECKING:
    from benchmarks.register_of_many import Register
    from makegood_portal.ledger.models import User
    from makegood_portal.ledger.words import Role

FURTHER = {"candidates": "?page=20", "queue": "?page=5", "permissions": "?page=3", "imports": "?page=2", "municipalities": "?search=12"}
ROWS = 10_000
TRIED = 500
"""Rows that the row-by-row import is measured on."""


def fill(people: int) -> None:
    """The register of many."""
    from benchmarks.register_of_many import fill as filled

    filled(people, seed=5)


def plan() -> None:
    """Who opens what: a session for each of the twenty, and the pages that the table of access gives their role."""
    from benchmarks.bench_portal import AT_WORK
    from benchmarks.register_of_many import found
    from makegood_portal.ledger.words import Role

    register, visitors = found(), []
    for word, many in AT_WORK.items():
        for user in register.users[Role(word)][:many]:
            visitors.append({"role": word, "session": session(user), **pages(register, Role(word), user)})
    (home() / "plan.json").write_text(json.dumps(visitors), encoding="utf-8")
    lists = [
        {"name": "list", "addresses": ["/admin/ledger/candidacy/?state__exact=open"], "fragment": False},
        {"name": "list, further on", "addresses": ["/admin/ledger/candidacy/?state__exact=open&p=20"], "fragment": False},
    ]
    admin = [{"role": "admin", "session": "", "kept": {}, "pages": lists}] * 20
    (home() / "admin.json").write_text(json.dumps(admin), encoding="utf-8")


def session(user: User) -> str:
    """A session with both factors, as the log-in leaves it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    made = SessionStore()
    made[SESSION_KEY], made[BACKEND_SESSION_KEY] = str(user.pk), "allauth.account.auth_backends.AuthenticationBackend"
    made[HASH_SESSION_KEY], made["second_factor"] = user.get_session_auth_hash(), True
    made.create()
    return str(made.session_key)


def pages(register: Register, role: Role, user: User) -> dict[str, Any]:
    """The pages of a role with the addresses of this user's own candidates, and what stands in the questionnaire now."""
    from django.urls import reverse

    from makegood_portal.ledger.models import Answer
    from portal.access_table import ROUTES

    side, candidates = register.side(role, user), register.candidates_of(role, user, 30)
    found, kept = [], {"children": ""}
    for name, route in ROUTES.items():
        if role not in route.may or (route.post is not None and name != "response_keep"):
            continue
        words = route.kwargs(side)
        every = [{**words, "candidacy": one.pk} for one in candidates] if set(words) == {"candidacy"} else [words]
        addresses = [reverse(name, kwargs=one) for one in every]
        found.append({"name": name, "addresses": addresses, "fragment": route.htmx or name == "response_keep"})
        if name in FURTHER:
            found.append({"name": f"{name}, further on", "addresses": [addresses[0] + FURTHER[name]], "fragment": False})
        if name == "import":
            found.append({"name": "import, progress", "addresses": addresses, "fragment": True})
        if name == "response_keep":
            answer = Answer.objects.filter(response=words["response"], item="children").first()
            kept["children"] = "" if answer is None else str(answer.value) if answer.status == "given" else answer.status
    return {"pages": found, "kept": kept}


def import_list() -> None:
    """A list of 10,000 rows through the pages, from the upload to done; beside it the same rows one by one with the ORM."""
    import requests

    from benchmarks.register_of_many import FAMILY, GIVEN, found
    from makegood_portal.ledger.words import Role

    register, address = found(), os.environ["BENCH_ADDRESS"]
    client, token = requests.Session(), "b" * 32
    client.cookies.set("sessionid", session(register.users[Role.COORDINATOR][0]))
    client.cookies.set("csrftoken", token)
    client.headers["X-CSRFToken"] = token
    salt = uuid4().hex[:6].translate(str.maketrans("0123456789", "ghijklmnop"))
    people = [
        (
            FAMILY[n % 20] + salt + "abcdefghij"[n // 20 % 10],
            GIVEN[n // 200 % 20],
            date(1960, 1, 1) + timedelta(days=n * 7 % 15_000 + n // 4_000),
        )
        for n in range(ROWS)
    ]
    lines = ["Nummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum detentie;Gemeente"]
    lines += [f"{salt}{n};{family};{given};{born};m;2027-03-01;Gemeente {n % 300:03}" for n, (family, given, born) in enumerate(people)]
    form = client.get(f"{address}/imports/new/").text
    place = re.findall(r'value="([0-9a-f-]{36}/[0-9a-f-]{36})"', form)[0]
    begun = time.perf_counter()
    file = {"file": ("lijst.csv", io.BytesIO("\n".join(lines).encode()))}
    page = client.post(f"{address}/imports/new/", {"place": place, "month": "2026-10"}, files=file)
    if page.url.endswith("/columns/"):
        columns = dict(
            zip(
                ("number", "family_name", "given_name", "birth_date", "sex", "release_on", "municipality"), lines[0].split(";"), strict=True
            )
        )
        page = client.post(page.url, columns)
    page.raise_for_status()
    looked_at = time.perf_counter() - begun
    begun = time.perf_counter()
    client.post(f"{page.url.split('?')[0]}take-in/").raise_for_status()
    done = _done_when(page.url.split("/imports/")[1].split("/")[0]) - begun
    by_row = _row_by_row(register, people[:TRIED]) * ROWS / TRIED
    print(
        f"a list of {ROWS:,} rows: looked at within {looked_at:.1f} s, taken in within {done:.1f} s (agreed: 10 s);"
        f" row by row with the ORM {by_row:.0f} s, {by_row / done:.1f} times as long"
    )


def _done_when(listed: str) -> float:
    from makegood_portal.ledger.models import GrossListImport

    while GrossListImport.objects.values_list("state", flat=True).get(pk=listed) != "done":
        time.sleep(0.05)
    return time.perf_counter()


def _row_by_row(register: Register, people: list[tuple[str, str, date]]) -> float:
    """What a loop over the same rows takes that saves each record, a transaction a row, undone again: no audit, no row-level security."""
    from django.db import transaction

    from makegood_portal.ledger import history
    from makegood_portal.ledger.models import Candidacy, Identity, Organisation, Person, ReleaseDate, SelectionEvent
    from makegood_portal.ledger.sealing import list_token
    from makegood_portal.ledger.words import Kind

    today, prison, begun = date(2026, 10, 1), register.places[Kind.PRISON][0], time.perf_counter()
    with transaction.atomic():
        for number, (family, given, born) in enumerate(people):
            with transaction.atomic():
                token = list_token(family, f"{given} by row", born)
                if Candidacy.objects.filter(programme=register.programme, prison=prison, list_token=token).exists():
                    continue
                town = Organisation.objects.filter(kind=Kind.MUNICIPALITY, name=f"Gemeente {number % 300:03}").first()
                person = Person.objects.create(programme=register.programme)
                history.new_key_of(person.pk).save(force_insert=True)
                made = Candidacy.objects.create(
                    programme=register.programme, person=person, prison=prison, municipality=town, list_token=token, list_month=today,
                    step="list_checked", step_since=today, release_on=date(2027, 3, 1),
                )  # fmt: skip
                Identity.objects.create(candidacy=made, given_names=given, family_name=family, born_on=born, sex="male")
                for step in ("list_drawn_up", "list_sent"):
                    SelectionEvent.objects.create(candidacy=made, step=step, outcome="passed", happened_on=today)
                ReleaseDate.objects.create(candidacy=made, release_on=made.release_on, source="gross_list", happened_on=today)
        took = time.perf_counter() - begun
        transaction.set_rollback(True)
    return took


if __name__ == "__main__":
    commands.as_owner()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        {"plan": plan, "import": import_list}[sys.argv[1]]()
