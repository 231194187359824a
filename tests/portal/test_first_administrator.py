"""Somebody has to be the first: whoever holds the machine lets an administrator in, by a link that works once."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.first_administrator import let_administrator_in
from makegood_portal.actions.refusal import Refusal
from makegood_portal.actions.users import Invited
from makegood_portal.ledger.models import AuditEntry, Invitation, Organisation, User
from makegood_portal.ledger.scope import scope_of, scope_of_system
from makegood_portal.ledger.words import Kind, Role
from makegood_portal.web.navigation import items_for
from portal.builders import a_loaded_programme, a_user, an_organisation, client_of

pytestmark = pytest.mark.django_db
GOOD = "een lang wachtwoord van Piet"


def let_in(**more: Any) -> Invited:
    words: dict[str, Any] = {"name": "Piet Beheer", "email": "piet@example.org", "organisation": "", "operator": "", "again": False}
    return let_administrator_in(by=scope_of_system("administrator"), on=None, today=timezone.localdate(), **words | more)


def refused(**more: Any) -> str:
    with pytest.raises(Refusal) as no:
        let_in(**more)
    assert no.value.remedy
    return no.value.code


def chooses_a_password(secret: str) -> None:
    answer = Client().post(reverse("welcome"), {"secret": secret, "password": GOOD, "again": GOOD})
    assert answer.status_code == 302


def test_into_an_empty_portal_by_a_link_that_is_written_down_nowhere() -> None:
    made = let_in(operator="Stichting Portaal")
    assert made.secret not in str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))
    chooses_a_password(made.secret)
    (operator,) = Organisation.objects.all()
    assert operator.kind == Kind.OPERATOR
    assert scope_of(made.user).where(Role.ADMINISTRATOR) == {operator.pk}
    verbs = AuditEntry.objects.values_list("verb", flat=True)
    assert {"let_administrator_in", "invite"} <= set(verbs)
    assert set(AuditEntry.objects.values_list("acting_as", flat=True)) <= {"administrator", "invitation", ""}


def test_somebody_who_is_there_is_asked_and_not_passed_by() -> None:
    let_in(operator="Stichting Portaal")
    assert refused(email="jan@example.org") == "administrator_there"
    assert refused(email="jan@example.org", operator="Een andere") == "operator_there"
    assert not User.objects.filter(email="jan@example.org").exists()
    entry = AuditEntry.objects.filter(verb="let_administrator_in").latest("at")
    assert (entry.outcome, entry.facts["code"]) == ("refused", "operator_there")
    assert let_in(email="jan@example.org", again=True).secret
    assert Organisation.objects.count() == 1


def test_whoever_is_locked_out_gets_in_with_a_new_link_and_a_new_second_step() -> None:
    first = let_in(operator="Stichting Portaal")
    chooses_a_password(first.secret)
    Authenticator.objects.create(user=first.user, type=Authenticator.Type.TOTP, data={"secret": "lost"})
    User.objects.update(is_active=False)
    second = let_in(again=True)
    assert second.user == first.user
    user = User.objects.get()
    assert (user.is_active, user.has_usable_password()) == (True, False)
    assert not Authenticator.objects.exists()
    chooses_a_password(second.secret)


def test_a_locked_administrator_is_no_administrator() -> None:
    let_in(operator="Stichting Portaal")
    User.objects.update(is_active=False)
    assert let_in(email="jan@example.org").secret


def test_of_a_named_organisation() -> None:
    where = an_organisation(Kind.PROVIDER, name="Work-Wise Direct")
    made = let_in(organisation="work-wise direct")
    assert scope_of(made.user).where(Role.ADMINISTRATOR) == {where.pk}
    assert refused(organisation="Work-Wis", email="jan@example.org") == "unknown_organisation"


def test_who_has_an_account_elsewhere_takes_the_role_up_and_keeps_their_password() -> None:
    known = a_user(Role.LEAD, email="piet@example.org")
    made = let_in(operator="Stichting Portaal")
    assert (made.user, made.offered) == (known, True)
    assert User.objects.get(pk=known.pk).has_usable_password()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({}, "no_operator"),
        ({"operator": "X", "email": "piet"}, "no_address"),
        ({"operator": "X", "name": " "}, "no_name"),
        ({"organisation": "Nergens"}, "unknown_organisation"),
    ],
)
def test_what_is_missing_is_said(words: dict[str, str], code: str) -> None:
    assert refused(**words) == code
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR, Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR, Role.COUNSELLOR])
def test_every_page_of_the_menu_stands_where_there_is_nobody_yet(role: Role) -> None:
    a_loaded_programme()
    made = let_in(operator="Stichting Portaal")
    user = made.user
    if role == Role.COORDINATOR:
        user = a_user(role, at=Organisation.objects.filter(kind=Kind.PRISON).first())
    elif role != Role.ADMINISTRATOR:
        user = a_user(role)
    client = client_of(user)
    places = items_for({role}, path="/")
    assert places
    for place in places:
        assert client.get(place.href).status_code == 200, place.href
