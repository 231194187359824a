"""Twenty users of the portal for locust: each opens its own pages in a shuffled order, with 3 to 8 seconds to think between two.

Run by `bench_portal.py`, which says in the environment where the visitors stand and where the figures go.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import time
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task

VISITORS = json.loads(Path(os.environ["BENCH_VISITORS"]).read_text(encoding="utf-8"))
FIGURES = Path(os.environ["BENCH_FIGURES"])
COOKIE = os.environ.get("BENCH_COOKIE", "sessionid")
WARM = float(os.environ.get("BENCH_WARM_SECONDS", "0"))
"""What is asked in the first so many seconds is not counted: processes read the terms once."""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_next = itertools.count()
_begun = time.monotonic()


class Visitor(HttpUser):
    """One of the twenty."""

    wait_time = between(3, 8)

    def on_start(self) -> None:
        """A browser in which somebody is logged in."""
        number = next(_next)
        self.who: dict[str, Any] = VISITORS[number % len(VISITORS)]
        self.client.cookies.set(COOKIE, self.who["session"])
        self.client.headers["Accept-Language"] = "nl"
        chance = random.Random(number)  # noqa: S311 - an order of pages
        visits = list(self.who["visits"])
        chance.shuffle(visits)
        self.order = itertools.cycle(visits)

    @task
    def look(self) -> None:
        """The next page."""
        visit = next(self.order)
        name = f"{visit['name']}|{self.who['role']}"
        if not visit["search"]:
            self.client.get(visit["address"], name=name, headers={"HX-Request": "true"} if visit["fragment"] else {}, allow_redirects=False)
            return
        # A name is sent with the form of the page that shows it: that page first, and it is not counted twice.
        form = self.client.get(visit["address"], name=f"candidates|{self.who['role']}")
        found = TOKEN.search(form.text)
        self.client.post(
            visit["address"], {"words": visit["search"], "csrfmiddlewaretoken": found[1] if found else ""}, name=name, allow_redirects=False
        )


@events.request.add_listener  # type: ignore[untyped-decorator]
def _keep(name: str, response_time: float, response: Any, exception: Any, **_: Any) -> None:
    if time.monotonic() - _begun < WARM:
        return
    page, role = name.split("|")
    status = getattr(response, "status_code", 0)
    with FIGURES.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"page": page, "role": role, "ms": response_time, "status": status, "failed": bool(exception)}) + "\n")
