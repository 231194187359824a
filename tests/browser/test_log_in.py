"""Logging in, as staff do it: password, code of the app, spare codes; and what they see when it does not work."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from browser import looking
from browser.looking import WHOLE, Opens, follow
from makegood_portal.ledger.models import User
from makegood_portal.ledger.words import Role
from portal.builders import a_user

SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
pytestmark = pytest.mark.django_db(transaction=True)


def code_of(secret: str = SECRET) -> str:
    """What an app shows now, computed by the rule of RFC 6238 from the secret."""
    counters = list(yield_hotp_counters_from_time())  # what is accepted: one before, now, one after
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))


def with_app(user: User) -> User:
    TOTP.activate(user, SECRET)
    return user


def first_step(page: Page, user: User, *, password: str = "correct horse") -> None:  # noqa: S107
    page.goto("/candidates/")
    page.get_by_label("E-mailadres").fill(user.email)
    page.get_by_label("Wachtwoord").fill(password)
    follow(page.get_by_role("button", name="Inloggen"))


def test_password_and_code_lead_to_the_page_that_was_asked(stranger: Page) -> None:
    user = with_app(a_user(Role.COORDINATOR))
    first_step(stranger, user)
    stranger.get_by_label("Code").fill(code_of())
    stranger.get_by_role("button", name="Inloggen", exact=True).click()
    expect(stranger).to_have_url(re.compile(r"/candidates/$"))
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Kandidaten")


def test_a_wrong_code_says_so_and_a_spare_code_helps(stranger: Page) -> None:
    user = with_app(a_user(Role.COORDINATOR))
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    first_step(stranger, user)
    stranger.get_by_label("Code").fill("000000")
    stranger.get_by_role("button", name="Inloggen", exact=True).click()
    expect(stranger.locator("[data-error-summary]")).to_be_focused()
    stranger.get_by_label("Code").fill(spare)
    stranger.get_by_role("button", name="Inloggen", exact=True).click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Kandidaten")


def test_who_has_no_second_step_sets_one_first(opens: Opens) -> None:
    page = opens(size="phone").new_page()
    first_step(page, a_user(Role.COUNSELLOR))
    expect(page.get_by_role("heading", level=1)).to_have_text("Stel uw tweede stap in")
    page.get_by_text("Ik kan het plaatje niet scannen").click()
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Klaar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw reservecodes")


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(stranger: Page) -> None:
    user = with_app(a_user(Role.COORDINATOR))
    for _ in range(5):
        first_step(stranger, user, password="guess")  # noqa: S106
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Een kwartier op slot")


@pytest.mark.parametrize("language", ["nl", "en"] if WHOLE else ["nl"])
def test_pages_before_and_around_logging_in_can_be_used_by_everybody(opens: Opens, language: str) -> None:
    user = with_app(a_user(Role.COUNSELLOR))
    RecoveryCodes.activate(user)
    outside = ["/account/login/", "/no-such-page/"]
    reauthenticate = "/account/2fa/reauthenticate/"
    inside = ["/account/2fa/", "/account/2fa/recovery-codes/", "/account/2fa/recovery-codes/generate/", "/account/2fa/webauthn/"]
    inside += ["/account/2fa/webauthn/add/", "/account/password/change/", "/account/logout/", "/account/2fa/totp/deactivate/"]
    found = []
    for size in ("phone", "desk") if WHOLE else ("phone",):
        for who, addresses in ((None, outside), (user, inside)):
            context = opens(who, size=size, language=language)
            unseen, page = looking.listen(context), context.new_page()
            if who:
                page.goto(f"{reauthenticate}?next=/account/2fa/")
                page.locator("[autocomplete=one-time-code]").fill(code_of())
                page.keyboard.press("Enter")
                expect(page).to_have_url(re.compile(r"[^=]/account/2fa/$"))
            for address in [*addresses, reauthenticate] if who else addresses:
                answer = page.goto(address)
                assert answer is not None
                assert answer.status == (404 if address == "/no-such-page/" else 200), address
                assert page.url.endswith(address)
                faults = looking.shape(page, language=language) + looking.overflow(page) + looking.axe(page)
                faults += looking.small(page) if size == "phone" else looking.keyboard(page)
                looking.picture(page, f"account-{address.strip('/').replace('/', '-')}-{language}-{size}")
                found += [f"{address} {size}: {fault}" for fault in faults]
            found += unseen
    assert found == []


def test_an_idle_session_ends_and_says_why(opens: Opens, settings: Any) -> None:
    page = opens(a_user(Role.COORDINATOR)).new_page()
    page.goto("/")
    settings.MAKEGOOD_IDLE_MINUTES = -1
    page.goto("/candidates/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")
    expect(page.get_by_text("U was een tijdje weg", exact=False)).to_be_visible()
