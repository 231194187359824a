"""`python -m tools.pictures.portal [ADDRESS]`: pictures of the portal, taken from a demonstration that is being served.

Start `make demo` first, in the same folder. It logs in as the roles of the demonstration, and leaves its work as it was:
the list that it brings to look at is put aside again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import django

from makegood_portal.config.demo import read_log_ins
from makegood_portal.config.home import home
from tools.pictures import FOLDER, browser

ADDRESS = "http://127.0.0.1:8000"
DESK, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 800}


def take(address: str) -> list[Path]:
    """Take every picture of the portal anew and return where they lie."""
    with browser() as started:
        coordinator = _as(started, "coordinator", address, DESK)
        taken = [_shot(coordinator, "portal-today.png"), _list(coordinator)]
        lead = _as(started, "lead", address, DESK)
        lead.goto("/caseload/")
        taken.append(_shot(lead, "portal-counsellors.png"))
        lead.goto("/funnel/")
        taken.append(_shot(lead, "portal-funnel.png"))
        municipality = _as(started, "municipal_contact", address, PHONE)
        municipality.goto("/permissions/")
        municipality.locator("table a").first.click()
        taken.append(_shot(municipality, "portal-answer-phone.png"))
        return taken


def _as(started: Any, role: str, address: str, size: dict[str, int]) -> Any:
    """A page in which the demonstration's user of a role is logged in, in English."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time  # noqa: PLC0415

    known = read_log_ins()[role]
    context = started.new_context(base_url=address, viewport=size, locale="en-GB", device_scale_factor=1)
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=login]").fill(known["email"])
    page.locator("input[name=password]").fill(known["password"])
    page.locator("main button[type=submit]").first.click()
    counters = sorted(yield_hotp_counters_from_time())
    page.locator("input[name=code]").fill(format_hotp_value(hotp_value(known["secret"], counters[len(counters) // 2])))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(f"{address}/")
    page.goto("/")  # without the greeting
    return page


def _list(page: Any) -> Path:
    """What would become of the demonstration's list, before anything is kept; then it is put aside."""
    page.goto("/imports/new/")
    place = page.locator("select[name=place] option", has_text="Oefenronde")
    page.locator("select[name=place]").select_option(place.first.get_attribute("value"))
    page.locator("input[type=file]").set_input_files(home() / "practice" / "practice-list.csv")
    page.get_by_role("button", name="Look at the list").click()
    if page.url.endswith("/columns/"):
        page.get_by_role("button", name="Look at the rows").click()
    page.set_viewport_size({"width": DESK["width"], "height": 1300})  # so that rows are in the picture
    taken = _shot(page, "portal-list.png")
    page.get_by_role("button", name="Put aside").first.click()
    page.locator("#aside form button").click()
    return taken


def _shot(page: Any, name: str) -> Path:
    """The top of a page as it opens."""
    page.screenshot(path=FOLDER / name, animations="disabled")
    return FOLDER / name


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "makegood_portal.config.settings")
    django.setup()
    for picture in take(sys.argv[1] if len(sys.argv) > 1 else ADDRESS):
        print(picture)
