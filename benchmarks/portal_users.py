"""Twenty people at work, for locust: each opens the pages of their role, and thinks 3 to 8 seconds in between."""

from __future__ import annotations

import itertools
import json
import os
import random
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task

PLAN = json.loads(Path(os.environ["BENCH_PLAN"]).read_text(encoding="utf-8"))
SAMPLES = Path(os.environ["BENCH_SAMPLES"])
TOKEN = "b" * 32
_visitors = itertools.cycle(PLAN)
_samples: list[dict[str, Any]] = []


class Visitor(HttpUser):
    """One of the plan: a session, and the pages that its role may open, in an order of their own."""

    wait_time = between(3, 8)

    def on_start(self) -> None:
        self.plan = next(_visitors)
        if self.plan["session"]:
            self.client.cookies.set("sessionid", self.plan["session"])
        self.client.cookies.set("csrftoken", TOKEN)
        self.seen = dict(self.plan["kept"])
        pages = [page for page in self.plan["pages"] for _ in range(page.get("times", 1))]
        random.Random(self.plan["role"]).shuffle(pages)  # noqa: S311
        self.pages = itertools.cycle(pages)

    @task
    def look(self) -> None:
        """The next page, or the next answer typed into a questionnaire."""
        page = next(self.pages)
        address = random.choice(page["addresses"])  # noqa: S311
        headers = {"HX-Request": "true"} if page["fragment"] else {}
        if page["name"] == "response_keep":
            item, fresh = "children", "no" if self.seen["children"] == "yes" else "yes"
            form = {"item": item, f"value_{item}": fresh, f"seen_{item}": self.seen[item], "section": "about_you"}
            answer = self.client.post(address, form, headers={**headers, "X-CSRFToken": TOKEN}, name=page["name"], context=self.told(page))
            self.seen[item] = fresh if answer.ok else self.seen[item]
        else:
            self.client.get(address, headers=headers, name=page["name"], context=self.told(page), allow_redirects=False)

    def told(self, page: dict[str, Any]) -> dict[str, str]:
        """What belongs to a sample."""
        return {"page": page["name"], "role": self.plan["role"]}


@events.request.add_listener
def noted(response_time: float, response: Any, context: dict[str, str], **more: Any) -> None:
    """Each answer with what it took."""
    del more
    _samples.append({**context, "ms": response_time, "status": getattr(response, "status_code", 0)})


@events.quitting.add_listener
def written(**more: Any) -> None:
    """All samples, for the bench to read."""
    del more
    SAMPLES.write_text(json.dumps(_samples), encoding="utf-8")
