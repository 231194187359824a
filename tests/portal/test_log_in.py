"""Log-in: two factors for all staff, lock-out, the idle limit, an organisation's own provider; nobody signs up."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from makegood_portal.ledger.models import Membership, User
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_user, an_organisation, client_of
from portal.identity_provider import CLIENT, SECRET, a_provider

PASSWORD = "correct horse"  # noqa: S105 - of users that exist in the suite only
FACTOR = "/account/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def staff(db: None) -> User:
    del db
    return a_user(Role.LEAD, at=an_organisation(Kind.PROVIDER))


def with_totp(user: User) -> str:
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())  # what is accepted: one before, now, one after
    code: str = format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))
    return code


def password(client: Client, user: User, word: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": user.email.upper(), "password": word})


def home(client: Client) -> Any:
    return client.get(reverse("home"))


def test_two_factors_and_one_is_in(staff: User) -> None:
    secret, client = with_totp(staff), Client()
    assert password(client, staff)["Location"].startswith(FACTOR)
    assert home(client)["Location"].startswith("/account/login/"), "a password alone opens nothing"
    assert client.post(FACTOR, {"code": "000000"}).status_code == 200
    assert home(client).status_code == 302
    assert client.post(FACTOR, {"code": code_of(secret)}).status_code == 302
    assert home(client).status_code == 200


def test_a_code_counts_once(staff: User) -> None:
    secret = with_totp(staff)
    code, first, second = code_of(secret), Client(), Client()
    password(first, staff)
    assert first.post(FACTOR, {"code": code}).status_code == 302
    password(second, staff)
    assert second.post(FACTOR, {"code": code}).status_code == 200


def test_without_a_second_factor_every_page_leads_to_setting_one(staff: User) -> None:
    client = Client()
    assert password(client, staff).status_code == 302
    for route in ("home", "candidates"):
        assert client.get(reverse(route))["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_the_secret_of_a_second_factor_lies_encrypted(staff: User) -> None:
    secret = with_totp(staff)
    kept = Authenticator.objects.get(user=staff).data["secret"]
    assert secret not in kept
    assert get_adapter().decrypt(kept) == secret
    with pytest.raises(ValueError, match="does not open"):
        get_adapter().decrypt("A" + kept[1:] if kept[0] != "A" else "B" + kept[1:])


def locked(answer: HttpResponse) -> bool:
    return answer.status_code == 429


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(staff: User) -> None:
    with_totp(staff)
    client = Client()
    answers = [password(client, staff, f"wrong {number}") for number in range(5)]
    assert [locked(answer) for answer in answers] == [False] * 4 + [True]
    cache.clear()  # the rate limit of the log-in page, beside the lock-out, counts minutes too
    assert locked(password(client, staff)), "also with the right password"
    attempt = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - timedelta(minutes=16))
    assert password(client, staff)["Location"].startswith(FACTOR)


def test_a_colleague_at_the_same_address_is_not_locked(staff: User) -> None:
    colleague = a_user(Role.LEAD)
    with_totp(colleague)
    for number in range(5):
        password(Client(), staff, f"wrong {number}")
    cache.clear()
    assert password(Client(), colleague)["Location"].startswith(FACTOR)


def test_an_unknown_address_is_answered_like_a_known_one(staff: User) -> None:
    with_totp(staff)
    known = password(Client(), staff, "wrong").content.decode()
    unknown = Client().post(reverse("account_login"), {"login": "nobody@example.org", "password": "wrong"}).content.decode()
    for page, address in ((known, staff.email.upper()), (unknown, "nobody@example.org")):
        assert address in page
    assert known.count("<li") == unknown.count("<li")


@pytest.mark.parametrize(("minutes", "there"), [(29, True), (31, False)])
def test_the_idle_limit(staff: User, minutes: int, there: bool) -> None:
    client = client_of(staff)
    assert home(client).status_code == 200
    session = client.session
    session["seen_at"] = int(time.time()) - minutes * 60
    session.save()
    assert (home(client).status_code == 200) is there
    assert (home(client).status_code == 200) is there, "and stays out"


def test_who_left_sees_nothing_from_the_next_click_on(world: World) -> None:
    user = world.ours.users[Role.LEAD]
    client = client_of(user)
    assert client.get(reverse("candidates")).status_code == 200
    Membership.objects.filter(user=user).update(until_on=Membership.objects.get(user=user).from_on + timedelta(days=1))
    assert client.get(reverse("candidates")).status_code == 403
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(reverse("candidates"))["Location"].startswith("/account/login/")


def test_nobody_signs_up(db: None) -> None:
    del db
    words = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    Client().post(reverse("account_signup"), words)
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_policy_allows_no_inline_script(staff: User) -> None:
    policy = home(client_of(staff))["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


OIDC = {"provider_id": "organisation", "name": "Our organisation", "client_id": CLIENT, "secret": SECRET}


def through(provider: Any, settings: Any, client: Client) -> Any:
    app = {**OIDC, "settings": {"server_url": provider.issuer}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    sent = client.post(reverse("openid_connect_login", kwargs={"provider_id": "organisation"}))
    assert sent["Location"].startswith(provider.issuer)
    back = provider.log_in(sent["Location"])
    return client.get(back.removeprefix("http://testserver"))


def test_log_in_at_the_organisations_own_provider(staff: User, settings: Any) -> None:
    secret, client = with_totp(staff), Client()
    with a_provider(sub="42", email=staff.email, email_verified=True) as provider:
        answer = through(provider, settings, client)
    assert answer["Location"].startswith(FACTOR), "our second factor stays"
    assert client.post(FACTOR, {"code": code_of(secret)}).status_code == 302
    assert home(client).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [{"email": "stranger@example.org", "email_verified": True}, {"email_verified": False}],
    ids=["unknown address", "address not verified"],
)
def test_the_provider_cannot_make_users(staff: User, settings: Any, claims: dict[str, Any]) -> None:
    with_totp(staff)
    client, before = Client(), User.objects.count()
    with a_provider(**{"sub": "43", "email": staff.email} | claims) as provider:
        through(provider, settings, client)
    assert User.objects.count() == before
    assert home(client)["Location"].startswith("/account/login/")


def test_an_answer_of_the_provider_counts_for_the_browser_that_asked(staff: User, settings: Any) -> None:
    with_totp(staff)
    mine, others = Client(), Client()
    with a_provider(sub="44", email=staff.email, email_verified=True) as provider:
        app = {**OIDC, "settings": {"server_url": provider.issuer}}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        sent = mine.post(reverse("openid_connect_login", kwargs={"provider_id": "organisation"}))
        back = provider.log_in(sent["Location"]).removeprefix("http://testserver")
        others.get(back)
    assert home(others)["Location"].startswith("/account/login/")
