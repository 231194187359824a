"""The page of a one-time link: its secret stands behind the #, goes into the form, and nowhere else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from browser import looking
from browser.looking import Opens
from makegood_portal.actions.users import invite
from makegood_portal.ledger.models import User
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import TODAY, a_user, an_organisation

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "een lang wachtwoord van Piet"


def a_link() -> str:
    """The secret of an invitation, as an administrator gets it."""
    prison = an_organisation(Kind.PRISON)
    admin = scope_of(a_user(Role.ADMINISTRATOR, at=prison))
    with scoped(admin):
        words = {"name": "Vera Bos", "email": "vera@example.org", "role": "coordinator"}
        return invite(by=admin, on=prison.pk, today=TODAY, **words).secret


def chosen(page: Page, password: str = GOOD) -> None:
    page.get_by_label("Uw nieuwe wachtwoord").fill(password)
    page.get_by_label("Nog een keer hetzelfde").fill(password)
    page.get_by_role("button", name="Dit wachtwoord kiezen").click()


def test_the_secret_leaves_the_address_and_reaches_no_log_and_no_other_page(opens: Opens) -> None:
    secret = a_link()
    context = opens(size="phone")
    unseen, page = looking.listen(context), context.new_page()
    asked: list[Request] = []

    def noted(request: Request) -> None:
        asked.append(request)

    page.on("request", noted)
    page.goto(f"/welcome/#{secret}")
    expect(page.get_by_label("Code")).to_have_value(secret)
    assert secret not in page.url
    page.go_back()
    page.go_forward()
    assert secret not in page.url
    page.get_by_label("Code").fill(secret)
    assert looking.shape(page, language="nl") + looking.axe(page) + looking.overflow(page) + looking.small(page) == []
    looking.picture(page, "welcome-phone")
    chosen(page, "kort")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Code")).to_have_value(secret)  # what was typed is not lost with a password that was too short
    chosen(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")
    assert User.objects.get(email="vera@example.org").check_password(GOOD)
    for request in asked:
        assert secret not in request.url
        assert secret not in request.headers.get("referer", "")
    assert page.evaluate("Object.values(localStorage).concat(Object.values(sessionStorage)).join()").find(secret) == -1
    assert unseen == []


def test_a_link_that_was_used_says_so_and_without_scripts_the_code_is_typed(opens: Opens) -> None:
    secret = a_link()
    page = opens(size="desk", scripts=False).new_page()
    page.goto(f"/welcome/#{secret}")
    expect(page.get_by_text("Wat na # staat", exact=False)).to_be_visible()
    page.get_by_label("Code").fill(secret)
    chosen(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")
    page.goto(f"/welcome/#{secret}")
    page.get_by_label("Code").fill(secret)
    chosen(page, "een heel ander wachtwoord")
    expect(page.get_by_role("alert")).to_have_text(re.compile("al gebruikt"))
    assert User.objects.get(email="vera@example.org").check_password(GOOD)
