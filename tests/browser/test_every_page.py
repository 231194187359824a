"""Every page of the access table, in both languages, on a phone and on a desk; by keyboard, zoomed, and without scripts.

The whole is `make proof` (MAKEGOOD_PROOF=1) and `make screenshots`; `make test` takes each page once, in Dutch, on a phone,
its layout on a desk once, and at 400% as each role. A role's pages are looked at in one window of one world, one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Error, Page

from browser import looking
from browser.busy import make_busy
from browser.looking import SIZES, WHOLE, Opens
from makegood_portal.ledger.words import Role
from portal.access_table import ROUTES
from portal.builders import World

READ = {name: route for name, route in ROUTES.items() if route.post is None and not route.htmx and not route.public}
VIEWS = [(name, role) for name, route in READ.items() for role in sorted(route.may)]
SEEN_ONCE = [next(view for view in VIEWS if view[0] == name) for name in READ]
SIZES_SEEN = ("phone", "desk") if WHOLE else ("phone",)
LANGUAGES = ("nl", "en") if WHOLE else ("nl",)
pytestmark = pytest.mark.django_db(transaction=True)


def by_role(views: Iterable[tuple[str, Role]]) -> dict[Role, list[str]]:
    """The pages to look at in the window of each role."""
    found: dict[Role, list[str]] = defaultdict(list)
    for name, role in views:
        found[role].append(name)
    return found


EVERY_ROLE = by_role(VIEWS)
TABS = "main nav.tabs a"
OF_THIS_PAGE = "links => links.filter((link) => link.pathname === location.pathname).map((link) => link.href)"
PAGES, PAGES_ONCE = by_role(VIEWS if WHOLE else SEEN_ONCE), by_role(SEEN_ONCE)


def opened(page: Page, world: World, names: Iterable[str]) -> Iterator[str]:
    """Each page in turn; a file to keep is not one."""
    for name in names:
        try:
            answer = page.goto(reverse(name, kwargs=READ[name].kwargs(world.ours)))
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            continue
        assert answer is not None
        if "text/html" in answer.headers.get("content-type", ""):
            yield name


@pytest.mark.parametrize("size", SIZES_SEEN)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", PAGES)
def test_pages_can_be_used_by_everybody(world: World, opens: Opens, role: Role, language: str, size: str) -> None:
    context = opens(world.ours.users[role], size=size, language=language)
    unseen = looking.listen(context)
    page, faults = context.new_page(), {}
    for name in opened(page, world, PAGES[role]):
        found = looking.shape(page, language=language) + looking.overflow(page) + looking.axe(page) + looking.squeezed(page)
        found += looking.keyboard(page) + (looking.small(page) if size == "phone" else [])
        looking.picture(page, f"{name}-{role}-{language}-{size}")
        faults[name] = found + unseen
        unseen.clear()
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_pages_work_without_scripts_and_stick_out_nowhere_when_there_is_much_to_do(world: World, opens: Opens, role: Role) -> None:
    """At 400% and on a desk; behind each tab too: a page has as many faces as it has tabs."""
    make_busy(world.ours)
    page, faults = opens(world.ours.users[role], size="zoomed", scripts=False).new_page(), {}
    for name in opened(page, world, EVERY_ROLE[role]):
        faces = {page.url, *page.locator(TABS).evaluate_all(OF_THIS_PAGE)}
        for address in sorted(faces, key=lambda address: address != page.url):
            if address != page.url:
                page.goto(address)
            found = [] if page.locator("h1").is_visible() else ["no heading is seen"]
            for size in ("zoomed", "desk") if name in PAGES_ONCE.get(role, ()) else ("zoomed",):
                page.set_viewport_size(SIZES[size]["viewport"])
                found += [f"{size}: {fault}" for fault in looking.overflow(page) + looking.squeezed(page)]
            page.set_viewport_size(SIZES["zoomed"]["viewport"])
            if found:
                faults[f"{name} {address.partition('?')[2]}"] = found
                looking.picture(page, f"{name}-{role}-zoomed")
    assert faults == {}


def test_every_page_is_looked_at() -> None:
    assert {name for names in PAGES.values() for name in names} == set(READ) == {name for names in PAGES_ONCE.values() for name in names}
