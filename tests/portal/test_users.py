"""Users: invited by a one-time link, roles, locked and let in again; only in the administrator's own organisations."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.selection import come_back
from makegood_portal.actions.users import accept, end_role, give_role, invite, lock, new_link, reset_second_factor
from makegood_portal.ledger.models import AuditEntry, Candidacy, Invitation, Membership, Notice, User
from makegood_portal.ledger.queries import users
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_candidacy, a_user, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
GOOD = "een lang wachtwoord van Piet"


@pytest.fixture
def admin(world: World) -> Scope:
    """Administrator of our provider only."""
    return scope_of(a_user(Role.ADMINISTRATOR, at=world.ours.at(Kind.PROVIDER)))


def invited(world: World, admin: Scope, **more: Any) -> Any:
    here = world.ours.at(Kind.PROVIDER).pk
    words: dict[str, Any] = {"on": here, "name": "Nieuw Iemand", "email": "Nieuw@Example.org", "role": "counsellor"}
    with scoped(admin):
        return invite(by=admin, today=TODAY, **words | more)


def test_an_invited_person_chooses_a_password_once(world: World, admin: Scope) -> None:
    made = invited(world, admin)
    assert made.secret not in str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values("facts"))), "kept nowhere"
    stranger = Client()
    form = {"secret": made.secret, "password": GOOD, "again": GOOD}
    welcome = reverse("welcome")
    assert stranger.post(welcome, form | {"again": "anders"}).status_code == 422
    assert stranger.post(welcome, form | {"password": "kort", "again": "kort"}).status_code == 422
    assert stranger.post(welcome, form | {"secret": "geraden"}).status_code == 422
    assert stranger.post(welcome, form)["Location"] == reverse("account_login")
    assert stranger.post(welcome, form).status_code == 422, "once"
    user = User.objects.get(email="nieuw@example.org")
    assert user.check_password(GOOD)
    assert scope_of(user).where(Role.COUNSELLOR) == {world.ours.at(Kind.PROVIDER).pk}
    answer = stranger.post(reverse("account_login"), {"login": user.email, "password": GOOD}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/2fa/"), "no page before a second factor"


def test_a_link_is_over_after_two_days_and_when_there_is_a_newer_one(world: World, admin: Scope) -> None:
    first = invited(world, admin)
    with scoped(admin):
        second = new_link(by=admin, on=first.user.pk, today=TODAY)
    with pytest.raises(Refusal):
        accept(secret=first.secret, password=GOOD)
    Invitation.objects.update(until_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refusal) as refused:
        accept(secret=second.secret, password=GOOD)
    assert refused.value.code == "no_such_link"


@pytest.mark.parametrize(("role", "code"), [("coordinator", "unknown_role"), ("king", "unknown_role")])
def test_a_role_that_does_not_fit_the_organisation_is_refused(world: World, admin: Scope, role: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        invited(world, admin, role=role)
    assert refused.value.code == code
    assert not User.objects.filter(email="nieuw@example.org").exists()


def test_nobody_is_invited_into_another_organisation(world: World, admin: Scope) -> None:
    with pytest.raises(Refusal) as refused:
        invited(world, admin, on=world.theirs.at(Kind.PROVIDER).pk)
    assert refused.value.code == "unknown_organisation"


def test_whom_the_organisation_knows_gets_one_more_role_and_no_link(world: World, admin: Scope) -> None:
    known = world.ours.users[Role.LEAD]
    made = invited(world, admin, email=known.email)
    assert (made.user, made.secret) == (known, "")
    with pytest.raises(Refusal) as refused:
        invited(world, admin, email=known.email)
    assert refused.value.code == "has_it"


def test_nobody_gives_themselves_a_role_and_who_answers_for_the_people_there_hears_of_each(world: World, admin: Scope) -> None:
    here, lead = world.ours.at(Kind.PROVIDER).pk, world.ours.users[Role.LEAD]
    assert admin.user is not None
    with scoped(admin), pytest.raises(Refusal) as refused:
        give_role(by=admin, on=admin.user, organisation=here, role="lead", today=TODAY)
    assert refused.value.code == "yourself"
    invited(world, admin)
    told = Notice.objects.filter(kind="role_given")
    assert {notice.to_id for notice in told} == {lead.pk}, "not who gave it, and not those of others"
    assert "Nieuw Iemand werkt vanaf nu bij uw organisatie, als begeleider." in client_of(lead).get(reverse("home")).content.decode()


class TestAnAccountThatAnotherOrganisationMade:
    """Anybody's administrator can make an account for any address, and be the one who logs in with it."""

    @pytest.fixture
    def elsewhere(self, world: World) -> User:
        return a_user(Role.COUNSELLOR, at=world.theirs.at(Kind.PROVIDER), email="jan@example.org")

    def test_it_gets_nothing_until_who_was_given_the_link_takes_the_role_up(self, world: World, admin: Scope, elsewhere: User) -> None:
        made = invited(world, admin, email="jan@example.org")
        assert (made.user, made.offered, bool(made.secret)) == (elsewhere, True, True)
        assert world.ours.at(Kind.PROVIDER).pk not in scope_of(elsewhere).where(Role.COUNSELLOR)
        with scoped(admin):
            assert users.one(admin, elsewhere.pk, today=TODAY) is None, "not even a name or a last log-in"
        address, jan, other = reverse("role_take_up"), client_of(elsewhere), client_of(world.ours.users[Role.INVESTOR])
        assert Client().post(address, {"secret": made.secret}).status_code == 401
        for client, secret in ((other, made.secret), (jan, "geraden"), (jan, "")):
            assert client.post(address, {"secret": secret}).status_code == 422
        assert Client().post(reverse("welcome"), {"secret": made.secret, "password": GOOD, "again": GOOD}).status_code == 422
        assert jan.post(address, {"secret": made.secret})["Location"] == reverse("home")
        assert world.ours.at(Kind.PROVIDER).pk in scope_of(elsewhere).where(Role.COUNSELLOR)
        assert jan.post(address, {"secret": made.secret}).status_code == 422, "once"
        assert AuditEntry.objects.filter(verb="_take_up", table="ledger_membership", outcome="done").count() == 1

    def test_the_page_says_so_and_what_to_do_when_it_is_not_theirs(self, world: World, admin: Scope, elsewhere: User) -> None:
        keeper, seat = client_of(User.objects.get(pk=str(admin.user))), f"{world.ours.at(Kind.PROVIDER).pk}/counsellor"
        words = {"name": "Jan", "email": elsewhere.email, "seat": seat}
        page = keeper.post(reverse("user_invite"), words).content.decode()
        assert "/welcome/role/#" in page
        assert "heeft al een account" in page
        assert elsewhere.name not in page

    def test_a_newer_offer_ends_the_one_before_and_leaves_those_of_others(self, world: World, admin: Scope, elsewhere: User) -> None:
        first = invited(world, admin, email=elsewhere.email)
        operator = scope_of(world.ours.users[Role.ADMINISTRATOR])
        words: dict[str, Any] = {"on": world.ours.at(Kind.EVALUATOR).pk, "name": "J", "email": elsewhere.email, "role": "evaluator"}
        with scoped(operator):
            of_others = invite(by=operator, today=TODAY, **words)
        second = invited(world, admin, email=elsewhere.email)
        jan = client_of(elsewhere)
        answers = [jan.post(reverse("role_take_up"), {"secret": one.secret}).status_code for one in (first, of_others, second)]
        assert answers == [422, 302, 302]

    def test_after_two_days_it_is_over(self, world: World, admin: Scope, elsewhere: User) -> None:
        made = invited(world, admin, email=elsewhere.email)
        Invitation.objects.update(until_at=timezone.now() - timedelta(seconds=1))
        assert client_of(elsewhere).post(reverse("role_take_up"), {"secret": made.secret}).status_code == 422

    def test_what_they_did_for_another_organisation_is_not_in_its_log(self, world: World, elsewhere: User) -> None:
        """Nor what they do there after they left; and what they did here while they worked here alone stays."""
        provider = world.ours.at(Kind.PROVIDER)
        admin = scope_of(a_user(Role.ADMINISTRATOR, at=provider))
        Membership.objects.filter(user=elsewhere).update(from_on=TODAY - timedelta(days=10))
        here = {"from_on": TODAY - timedelta(days=30), "until_on": TODAY - timedelta(days=5)}
        Membership.objects.create(user=elsewhere, organisation=provider, role=Role.COUNSELLOR, **here)
        for days in (40, 20, 7, 2):
            AuditEntry.objects.create(actor=elsewhere.pk, verb=f"did_{days}", at=timezone.now() - timedelta(days=days))
        with scoped(admin):
            seen = set(AuditEntry.objects.filter(actor=elsewhere.pk).values_list("verb", flat=True))
        assert seen == {"did_20"}


def test_users_of_others_are_not_seen_and_not_touched(world: World, admin: Scope) -> None:
    theirs = world.theirs.users[Role.COUNSELLOR].pk
    with scoped(admin):
        found = {line.id for line in users.page(admin, today=TODAY).lines}
        assert world.ours.users[Role.COUNSELLOR].pk in found
        assert theirs not in found
        assert users.one(admin, theirs, today=TODAY) is None
        for act in (lock, reset_second_factor, new_link):
            with pytest.raises(NotYours):
                act(by=admin, on=theirs, today=TODAY)
        with pytest.raises(NotYours):
            end_role(by=admin, on=Membership.objects.get(user=theirs).pk, today=TODAY)
        with pytest.raises(NotYours):
            give_role(by=admin, on=theirs, organisation=world.ours.at(Kind.PROVIDER).pk, role="lead", today=TODAY)


def test_an_account_that_another_organisation_depends_on_is_the_operators(world: World, admin: Scope) -> None:
    shared = world.ours.users[Role.COUNSELLOR]
    Membership.objects.create(user=shared, organisation=world.theirs.at(Kind.PROVIDER), role=Role.COUNSELLOR, from_on=TODAY)
    with scoped(admin), pytest.raises(Refusal) as refused:
        lock(by=admin, on=shared.pk, today=TODAY)
    assert refused.value.code == "elsewhere_too"
    operator = scope_of(world.ours.users[Role.ADMINISTRATOR])
    with scoped(operator):
        lock(by=operator, on=shared.pk, today=TODAY)
    assert not User.objects.get(pk=shared.pk).is_active


def test_a_locked_user_is_out_at_once_and_in_again(world: World) -> None:
    someone, admin = world.ours.users[Role.COUNSELLOR], client_of(world.ours.users[Role.ADMINISTRATOR])
    client = client_of(someone)
    assert client.get(reverse("candidates")).status_code == 200
    admin.post(reverse("user_lock", args=[someone.pk]))
    assert client.get(reverse("candidates")).status_code == 302
    admin.post(reverse("user_unlock", args=[someone.pk]))
    assert User.objects.get(pk=someone.pk).is_active


def test_an_ended_role_opens_nothing_from_that_day(world: World, admin: Scope) -> None:
    someone = world.ours.users[Role.COUNSELLOR]
    held = Membership.objects.get(user=someone)
    with scoped(admin):
        end_role(by=admin, on=held.pk, today=TODAY)
    assert not scope_of(someone).roles
    assert AuditEntry.objects.filter(verb="end_role", table="ledger_membership", row=held.pk).exists()


def test_a_role_ends_after_a_question_and_can_be_given_again(world: World) -> None:
    someone, client = world.ours.users[Role.COUNSELLOR], client_of(world.ours.users[Role.ADMINISTRATOR])
    held, one = Membership.objects.get(user=someone), reverse("user", args=[someone.pk])
    page = client.get(one).content.decode()
    asks = page[page.index(f'id="end-{held.pk}" popover') :]
    assert held.organisation.name in asks[: asks.index("</form>")]
    assert f'action="{reverse("role_end", args=[someone.pk, held.pk])}"' in asks
    client.post(reverse("role_end", args=[someone.pk, held.pk]))
    assert not scope_of(someone).roles
    client.post(one, {"seat": f"{held.organisation_id}/counsellor"})
    assert scope_of(someone).roles == {Role.COUNSELLOR}


def test_whom_a_counsellor_guides_is_said_before_the_role_ends_and_nobody_guides_them_after_it(world: World, admin: Scope) -> None:
    ours, someone = world.ours, world.ours.users[Role.COUNSELLOR]
    here: dict[str, Any] = {
        "programme": ours.programme,
        "prison": ours.at(Kind.PRISON),
        "provider": ours.at(Kind.PROVIDER),
        "counsellor": someone,
    }
    started = a_candidacy(**here, state="started", started_on=TODAY, name="Zaalberg")
    left = a_candidacy(**here, state="left", left_on=TODAY, exit_reason="transferred")
    elsewhere = a_candidacy(programme=world.theirs.programme, provider=world.theirs.at(Kind.PROVIDER), counsellor=someone)
    held, keeper = Membership.objects.get(user=someone), client_of(User.objects.get(pk=str(admin.user)))
    page = keeper.get(reverse("user", args=[someone.pk])).content.decode()
    asks = page[page.index(f'id="end-{held.pk}" popover') :]
    assert "Deze persoon begeleidt 2 kandidaten." in asks[: asks.index("</form>")]
    keeper.post(reverse("role_end", args=[someone.pk, held.pk]))
    guided = set(Candidacy.objects.filter(counsellor=someone).values_list("pk", flat=True))
    assert guided == {left.pk, elsewhere.pk}, "who left, and who is another provider's, keeps it"
    entries = AuditEntry.objects.filter(verb="release_guided")
    assert {entry.candidacy for entry in entries} == {ours.candidacy.pk, started.pk}
    lead = client_of(ours.users[Role.LEAD])
    assert someone.name not in lead.get(reverse("candidate", args=[started.pk])).content.decode()
    first, waits = lead.get("/").content.decode(), lead.get(reverse("caseload")).content.decode()
    assert reverse("caseload") in first
    assert all(reverse("candidate", args=[one.pk]) in waits for one in (ours.candidacy, started))
    other = a_user(Role.COUNSELLOR, at=ours.at(Kind.PROVIDER))
    given: dict[str, Any] = {"counsellor": str(other.pk), "candidate": [str(ours.candidacy.pk), str(started.pk)]}
    assert lead.post(reverse("caseload"), given).status_code == 302
    assert set(Candidacy.objects.filter(pk__in=given["candidate"]).values_list("counsellor", flat=True)) == {other.pk}
    assert client_of(other).get(reverse("candidate", args=[started.pk])).status_code == 200


def test_whom_a_locked_counsellor_guides_is_said_and_the_lead_can_give_them_to_another(world: World, admin: Scope) -> None:
    """A lock can be short, so nothing is changed by itself: it is shown."""
    ours, someone = world.ours, world.ours.users[Role.COUNSELLOR]
    keeper, lead = client_of(User.objects.get(pk=str(admin.user))), client_of(ours.users[Role.LEAD])
    page = keeper.get(reverse("user", args=[someone.pk])).content.decode()
    asks = page[page.index('id="lock" popover') :]
    assert "Deze persoon begeleidt 1 kandidaat." in asks[: asks.index("</form>")]
    keeper.post(reverse("user_lock", args=[someone.pk]))
    assert Candidacy.objects.get(pk=ours.candidacy.pk).counsellor_id == someone.pk
    first, waits = lead.get("/").content.decode(), lead.get(reverse("caseload")).content.decode()
    assert "van wie de begeleider geen toegang meer heeft" in first
    assert reverse("candidate", args=[ours.candidacy.pk]) in waits
    assert f"{someone.name} kan niet inloggen" in waits
    keeper.post(reverse("user_unlock", args=[someone.pk]))
    assert reverse("candidate", args=[ours.candidacy.pk]) not in lead.get(reverse("caseload")).content.decode()
    keeper.post(reverse("user_lock", args=[someone.pk]))
    other = a_user(Role.COUNSELLOR, at=ours.at(Kind.PROVIDER))
    given: dict[str, Any] = {"counsellor": str(other.pk), "candidate": [str(ours.candidacy.pk)]}
    assert lead.post(reverse("caseload"), given).status_code == 302
    assert Candidacy.objects.get(pk=ours.candidacy.pk).counsellor_id == other.pk
    assert "van wie de begeleider" not in lead.get("/").content.decode()


def test_who_comes_back_after_their_counsellor_went_has_none(world: World, admin: Scope) -> None:
    ours, lead = world.ours, scope_of(world.ours.users[Role.LEAD])
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(state="left", left_on=TODAY, exit_reason="transferred", step="talk")
    with scoped(admin):
        end_role(by=admin, on=Membership.objects.get(user=ours.users[Role.COUNSELLOR]).pk, today=TODAY)
    with scoped(lead):
        come_back(by=lead, on=ours.candidacy.pk, happened_on=TODAY, reason="Toch niet overgeplaatst")
    row = Candidacy.objects.get(pk=ours.candidacy.pk)
    assert (row.state, row.counsellor) == ("open", None)


def test_a_new_second_factor_is_set_at_the_next_log_in(world: World, admin: Scope) -> None:
    someone = world.ours.users[Role.COUNSELLOR]
    client_of(someone)  # sets one
    with scoped(admin):
        reset_second_factor(by=admin, on=someone.pk, today=TODAY)
    assert not Authenticator.objects.filter(user=someone).exists()


def test_nobody_locks_themselves_out(world: World, admin: Scope) -> None:
    assert admin.user is not None
    with scoped(admin):
        with pytest.raises(Refusal):
            lock(by=admin, on=admin.user, today=TODAY)
        with pytest.raises(Refusal):
            end_role(by=admin, on=Membership.objects.get(user=admin.user).pk, today=TODAY)
    assert world.ours


def test_the_page_with_the_link_says_who_is_admitted_to_what_and_where(world: World) -> None:
    client, fund = client_of(world.ours.users[Role.ADMINISTRATOR]), world.ours.at(Kind.INVESTOR)
    page = client.get(reverse("user_invite")).content.decode()
    group = page[page.index('<optgroup label="Investeerder">') :]
    assert f">{fund.name}: investeerder<" in group[: group.index("</optgroup>")]
    labels = re.findall('<optgroup label="([^"]+)">', page)
    assert len(labels) == len(set(labels)), "one group for each kind"
    seat = {"seat": f"{fund.pk}/investor", "name": "Vera Bos", "email": "vera@example.org"}
    made = client.post(reverse("user_invite"), seat).content.decode()
    again = client.post(reverse("user_link", args=[User.objects.get(email="vera@example.org").pk])).content.decode()
    for shown in (made, again):
        assert all(word in shown for word in ("Vera Bos", "vera@example.org", f"investeerder, {fund.name}"))


def test_who_may_log_in_is_said_so(world: World) -> None:
    client, someone = client_of(world.ours.users[Role.ADMINISTRATOR]), world.ours.users[Role.LEAD]
    client_of(someone)  # with a second step
    for page in (reverse("users"), reverse("user", args=[someone.pk])):
        assert "Kan inloggen" in client.get(page).content.decode()
        assert "Nog open" not in client.get(page).content.decode()


def test_by_hand(world: World) -> None:
    client, seat = client_of(world.ours.users[Role.ADMINISTRATOR]), f"{world.ours.at(Kind.PRISON).pk}/coordinator"
    assert client.post(reverse("user_invite"), {"name": "", "email": "geen adres", "seat": seat}).status_code == 422
    answer = client.post(reverse("user_invite"), {"name": "Vera Bos", "email": "vera@example.org", "seat": seat})
    page = answer.content.decode()
    assert "/welcome/#" in page
    assert answer["Cache-Control"] == "no-store"
    vera = User.objects.get(email="vera@example.org").pk
    assert "Vera Bos" in client.get(reverse("users"), {"name": "vera"}).content.decode()
    assert client.post(reverse("user", args=[vera]), {"seat": seat}).status_code == 422
    assert client.get(reverse("user", args=[UUID(int=3)])).status_code == 404
