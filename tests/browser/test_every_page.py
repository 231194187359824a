"""Every page of the access table, in both languages, on a phone and on a desk; by keyboard, zoomed, and without scripts.

The whole is `make proof` (MAKEGOOD_PROOF=1) and `make screenshots`; `make test` takes each page once, in Dutch, on a phone.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Error, Page

from browser import looking
from browser.looking import WHOLE, Opens
from makegood_portal.ledger.words import Role
from portal.access_table import ROUTES
from portal.builders import World

READ = {name: route for name, route in ROUTES.items() if route.post is None and not route.htmx and not route.public}
VIEWS = [(name, role) for name, route in READ.items() for role in sorted(route.may)]
SEEN_ONCE = [next(view for view in VIEWS if view[0] == name) for name in READ]
pytestmark = pytest.mark.django_db(transaction=True)


def opened(context: BrowserContext, world: World, name: str) -> Page:
    page = context.new_page()
    try:
        answer = page.goto(reverse(name, kwargs=READ[name].kwargs(world.ours)))
    except Error as error:
        if "Download is starting" not in str(error):
            raise
        pytest.skip("a file to keep, not a page")
    assert answer is not None
    if "text/html" not in answer.headers.get("content-type", ""):
        pytest.skip("not a page")
    return page


@pytest.mark.parametrize(("name", "role"), VIEWS if WHOLE else SEEN_ONCE)
def test_a_page_can_be_used_by_everybody(world: World, opens: Opens, name: str, role: Role) -> None:
    user = world.ours.users[role]
    for language in ("nl", "en") if WHOLE else ("nl",):
        for size in ("phone", "desk") if WHOLE else ("phone",):
            context = opens(user, size=size, language=language)
            unseen = looking.listen(context)
            page = opened(context, world, name)
            faults = looking.shape(page, language=language) + looking.overflow(page) + looking.axe(page)
            faults += looking.keyboard(page) + (looking.small(page) if size == "phone" else [])
            looking.picture(page, f"{name}-{role}-{language}-{size}")
            assert faults + unseen == [], f"{name} for {role}, {language}, {size}"


@pytest.mark.parametrize(("name", "role"), SEEN_ONCE)
def test_a_page_works_at_400_percent_and_without_scripts(world: World, opens: Opens, name: str, role: Role) -> None:
    context = opens(world.ours.users[role], size="zoomed", scripts=False)
    page = opened(context, world, name)
    assert page.locator("h1").is_visible()
    assert looking.overflow(page) == []
