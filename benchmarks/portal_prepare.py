"""What the bench of the portal does inside Django, a process each: `fill` as the owner; `visitors`, `questions` and `bring`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from makegood_portal.config.commands import as_owner
from makegood_portal.config.home import home


def fill(candidates: str, started: str, seed: str) -> None:
    """The register, once: what stands there stays."""
    as_owner()
    from benchmarks.portal_crowd import load  # noqa: PLC0415 - Django is set up first

    begun = time.perf_counter()
    counts = load(home(), candidates=int(candidates), started=int(started), seed=int(seed), today=date.today())  # noqa: DTZ011
    print(json.dumps({"seconds": round(time.perf_counter() - begun), **counts}))


def visitors(to: str) -> None:
    """The twenty, and three more of their prison's lists that wait."""
    as_owner()
    from benchmarks.portal_visits import write_visitors  # noqa: PLC0415

    write_visitors(Path(to), today=date.today())  # noqa: DTZ011


def count(_: str) -> None:
    """What the worker does every ten minutes, once before the load begins."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
    import django  # noqa: PLC0415

    django.setup()
    from makegood_portal.actions.keep_counts import keep_counts  # noqa: PLC0415

    begun = time.perf_counter()
    keep_counts(date.today())  # noqa: DTZ011
    print(json.dumps({"seconds": round(time.perf_counter() - begun, 1)}))


def questions(visitors_: str) -> None:
    """How often each page asks the database, counted as the suite counts, as the runtime role; and how long it takes alone."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from portal.questions import questions as asked  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    seen = set()
    for one in json.loads(Path(visitors_).read_text(encoding="utf-8")):
        for visit in one["visits"]:
            if (one["role"], visit["name"]) in seen or visit["search"] or not visit["name"].startswith(only):
                continue
            seen.add((one["role"], visit["name"]))
            client = Client(headers={"Accept-Language": "nl"})
            client.cookies[settings.SESSION_COOKIE_NAME] = one["session"]
            headers = {"HX-Request": "true"} if visit["fragment"] else {}
            begun = time.perf_counter()
            client.get(visit["address"], headers=headers)
            first = time.perf_counter() - begun
            answer, said = asked(client, visit["address"], headers)
            begun = time.perf_counter()
            client.get(visit["address"], headers=headers)
            again = time.perf_counter() - begun
            print(json.dumps({"page": visit["name"], "role": one["role"], "queries": len(said), "status": answer.status_code,
                              "first": round(1000 * first), "again": round(1000 * again)}), flush=True)  # fmt: skip


def a_list(rows: int) -> Iterator[str]:
    """A prison's list as it comes: nobody on it is in the register, also where one was brought in an earlier run."""
    family = "".join(chr(ord("a") + int(digit)) for digit in str(time.time_ns() // 10**9))
    yield "Nummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum;Gemeente\r\n"
    for number in range(rows):
        born, ends = date(1970, 1, 1) + timedelta(days=number), date.today() + timedelta(days=60 + number % 300)  # noqa: DTZ011
        yield f"{number};Bench{family}{number:05};Sanne;{born:%d-%m-%Y};m;{ends:%d-%m-%Y};Municipality Bakbak\r\n"


def bring(rows: str) -> None:
    """A list of so many rows, from the file to the last candidate: brought and looked at here, taken in by the worker."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "makegood_portal.config.settings"
    import django  # noqa: PLC0415

    django.setup()
    from makegood_portal.actions import import_list  # noqa: PLC0415
    from makegood_portal.ledger.models import GrossListImport, Membership, Programme  # noqa: PLC0415
    from makegood_portal.ledger.scope import scope_of, scoped  # noqa: PLC0415

    held = Membership.objects.filter(role="coordinator").order_by("-user__email")[0]
    by, content = scope_of(held.user_id), "".join(a_list(int(rows))).encode()
    begun = time.perf_counter()
    with scoped(by):
        programme, month = Programme.objects.get().pk, date.today().replace(day=1)  # noqa: DTZ011
        key = import_list.receive_list(
            by=by, on=held.organisation_id, programme=programme, month=month, file_name="list.csv", content=content
        )
    with scoped(by):
        state = GrossListImport.objects.get(pk=key).state
        columns = import_list.suggested_columns(key)
        if state == "mapping":
            import_list.name_columns(by=by, on=key, columns=columns)
    looked = time.perf_counter()
    with scoped(by):
        import_list.take_list_in(by=by, on=key)
    while state != "done":
        time.sleep(0.05)
        with scoped(by):
            state = GrossListImport.objects.get(pk=key).state
    done = time.perf_counter()
    with scoped(by):
        counts = GrossListImport.objects.get(pk=key).counts
    print(json.dumps({"looked": round(looked - begun, 2), "taken": round(done - looked, 2), "counts": counts}))


WORDS: dict[str, Callable[[str], None]] = {"visitors": visitors, "count": count, "questions": questions, "bring": bring}

if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(*sys.argv[2:5])
    else:
        WORDS[sys.argv[1]](sys.argv[2])
