"""Break-glass: a colleague's file for a reason, for an hour; written down, and the lead is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.break_glass import break_glass
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import history
from makegood_portal.ledger.models import AuditEntry, BreakGlass, Candidacy, Identity, Notice, Response, User
from makegood_portal.ledger.queries import candidates
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_candidacy, a_questionnaire, a_user, client_of

WHY = "Sanne is ill and he stands at the door"


@pytest.fixture
def colleague(world: World) -> User:
    return a_user(Role.COUNSELLOR, at=world.ours.at(Kind.PROVIDER))


def test_a_colleague_sees_the_file_only_after_saying_why(world: World, colleague: User) -> None:
    client, of = client_of(colleague), world.ours.candidacy
    address = reverse("candidate", kwargs={"candidacy": of.pk})
    assert client.get(address).status_code == 404
    too_short = client.post(reverse("open_colleagues_file"), {"pseudonym": of.person.pseudonym, "reason": "ill"})
    assert too_short.status_code == 422
    opened = client.post(reverse("open_colleagues_file"), {"pseudonym": of.person.pseudonym.lower(), "reason": WHY})
    assert (opened.status_code, opened["Location"]) == (302, address)
    assert "Van Ours" in client.get(address).content.decode()

    entry = AuditEntry.objects.get(verb="break_glass", outcome="done", table="ledger_breakglass")
    assert history.unseal(of.person_id, entry.sealed) == {"reason": WHY}
    assert Notice.objects.filter(to=world.ours.users[Role.LEAD], kind="glass_broken", candidacy=of).count() == 1


def test_the_lead_reads_who_it_was_and_is_led_to_the_reason(world: World, colleague: User) -> None:
    by, of, lead = scope_of(colleague), world.ours.candidacy, client_of(world.ours.users[Role.LEAD])
    with scoped(by):
        break_glass(by=by, on=of.person.pseudonym, reason=WHY)
    told, reason = lead.get("/").content.decode(), reverse("candidate_history", args=[of.pk])
    assert f"{colleague.name} heeft het dossier van Sanne Van Ours geopend" in told
    assert f'href="{reason}"' in told
    assert WHY not in told  # it may be about the candidate: it stands in the file
    assert WHY in lead.get(reason).content.decode()


def test_reading_is_not_writing(world: World, colleague: User) -> None:
    by, of = scope_of(colleague), world.ours.candidacy
    with scoped(by):
        break_glass(by=by, on=of.person.pseudonym, reason=WHY)
    with scoped(by):
        assert Identity.objects.filter(candidacy=of).exists()
        assert Identity.objects.filter(candidacy=of).update(given_names="X") == 0


@pytest.mark.parametrize(("ended", "sees"), [(timedelta(seconds=1), False), (timedelta(minutes=-1), True)])
def test_it_ends(world: World, colleague: User, ended: timedelta, sees: bool) -> None:
    of, now = world.ours.candidacy, timezone.now()
    glass = {"user": colleague, "candidacy": of, "provider": world.ours.at(Kind.PROVIDER), "sealed": b""}
    BreakGlass.objects.create(**glass, recorded_at=now - timedelta(hours=1), until_at=now - ended)
    by = scope_of(colleague)
    with scoped(by):
        assert Identity.objects.filter(candidacy=of).exists() is sees
        assert (candidates.file(by, of.pk) is not None) is sees


def test_not_beyond_the_own_provider(world: World, colleague: User) -> None:
    by = scope_of(colleague)
    with scoped(by), pytest.raises(Refusal) as refused:
        break_glass(by=by, on=world.theirs.candidacy.person.pseudonym, reason=WHY)
    assert refused.value.code == "not_found"


def test_the_database_refuses_glass_of_another_provider(world: World, colleague: User) -> None:
    """Also when the application would not: for a candidacy of others, or in the name of somebody else."""
    until = timezone.now() + timedelta(hours=1)
    ours, theirs = world.ours, world.theirs
    for user, candidacy, provider in [
        (colleague, theirs.candidacy, ours.at(Kind.PROVIDER)),
        (colleague, theirs.candidacy, theirs.at(Kind.PROVIDER)),
        (ours.users[Role.COUNSELLOR], ours.candidacy, ours.at(Kind.PROVIDER)),
    ]:
        with pytest.raises(ProgrammingError, match="row-level security"), scoped(scope_of(colleague)):
            BreakGlass(user=user, candidacy_id=candidacy.pk, provider=provider, sealed=b"", until_at=until).save(force_insert=True)


class TestAtTheDoor:
    """Somebody is at the door and the counsellor knows no pseudonym: the whole name and the birth date, and nothing less."""

    @pytest.fixture
    def muller(self, world: World) -> Candidacy:
        here = {
            "programme": world.ours.programme,
            "provider": world.ours.at(Kind.PROVIDER),
            "counsellor": world.ours.users[Role.COUNSELLOR],
        }
        return a_candidacy(name="Müller", identity={"given_names": "Anna Maria", "prefix": "van der"}, **here)

    @pytest.mark.parametrize("name", ["Anna Maria van der Müller", "  anna  VAN DER muller ", "Anna Muller", "anna maria müller"])
    def test_is_found_by_whole_name_and_birth_date(self, colleague: User, muller: Candidacy, name: str) -> None:
        sent = {"name": name, "born_on_0": "17", "born_on_1": "5", "born_on_2": "1990", "reason": WHY}
        opened = client_of(colleague).post(reverse("open_colleagues_file"), sent)
        assert (opened.status_code, opened["Location"]) == (302, reverse("candidate", args=[muller.pk]))
        assert Notice.objects.filter(kind="glass_broken", candidacy=muller).count() == 1

    @pytest.mark.parametrize(
        ("name", "born_on"),
        [
            ("Muller", date(1990, 5, 17)),
            ("Anna", date(1990, 5, 17)),
            ("Ann van der Muller", date(1990, 5, 17)),
            ("Anna%", date(1990, 5, 17)),
            ("Anna van der Muller", date(1990, 5, 18)),
            ("Nobody At All", date(1990, 5, 17)),
            ("Sanne Van Theirs", date(1990, 5, 17)),
        ],
    )
    def test_nothing_less_and_nobody_elses_with_one_answer_for_all(
        self, colleague: User, muller: Candidacy, name: str, born_on: date
    ) -> None:
        by = scope_of(colleague)
        with scoped(by), pytest.raises(Refusal) as refused:
            break_glass(by=by, name=name, born_on=born_on, reason=WHY)
        assert (refused.value.code, refused.value.field) == ("not_found", "name")
        assert not BreakGlass.objects.filter(candidacy=muller).exists()
        entry = AuditEntry.objects.filter(verb="break_glass", outcome="refused").get()
        assert (entry.actor, entry.facts) == (colleague.pk, {"code": "not_found"})

    @pytest.mark.parametrize("sent", [{"name": "Anna van der Muller"}, {"born_on_0": "17", "born_on_1": "5", "born_on_2": "1990"}, {}])
    @pytest.mark.usefixtures("muller")
    def test_both_are_needed(self, colleague: User, sent: dict[str, str]) -> None:
        answer = client_of(colleague).post(reverse("open_colleagues_file"), {**sent, "reason": WHY})
        assert answer.status_code == 422
        assert not BreakGlass.objects.exists()

    def test_two_who_are_called_and_born_alike_are_not_told_apart_here(self, colleague: User, muller: Candidacy) -> None:
        twin = a_candidacy(
            name="Muller", identity={"given_names": "Anna", "prefix": "van der"}, programme=muller.programme, provider=muller.provider
        )
        by = scope_of(colleague)
        with scoped(by), pytest.raises(Refusal):
            break_glass(by=by, name="Anna van der Muller", born_on=date(1990, 5, 17), reason=WHY)
        Candidacy.objects.filter(pk=twin.pk).update(state="left", left_on=date(2026, 3, 2), exit_reason="not_suitable")
        with scoped(by):
            assert break_glass(by=by, name="Anna van der Muller", born_on=date(1990, 5, 17), reason=WHY) == muller.pk

    def test_who_tries_too_often_finds_nobody_for_a_while(self, world: World, colleague: User, muller: Candidacy) -> None:
        by = scope_of(colleague)
        for _ in range(5):
            with scoped(by), pytest.raises(Refusal):
                break_glass(by=by, name="Nobody At All", born_on=date(1990, 5, 17), reason=WHY)
        for words in ({"name": "Anna van der Muller", "born_on": date(1990, 5, 17)}, {"on": muller.person.pseudonym}):
            with scoped(by), pytest.raises(Refusal) as refused:
                break_glass(by=by, reason=WHY, **words)
            assert refused.value.code == "too_many_misses"
        other = scope_of(a_user(Role.COUNSELLOR, at=world.ours.at(Kind.PROVIDER)))
        with scoped(other):
            assert break_glass(by=other, on=muller.person.pseudonym, reason=WHY) == muller.pk


@pytest.mark.django_db(transaction=True)
def test_tries_of_the_same_moment_count_one_after_the_other(world: World) -> None:
    colleague = a_user(Role.COUNSELLOR, at=world.ours.at(Kind.PROVIDER))
    words = {"name": "Nobody At All", "born_on_0": "17", "born_on_1": "5", "born_on_2": "1990", "born_on": "1990-05-17", "reason": WHY}
    browsers = [client_of(colleague) for _ in range(12)]

    def tries(browser: Client) -> bool:
        try:
            return "te vaak" in browser.post(reverse("open_colleagues_file"), words).content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as together:
        too_often = list(together.map(tries, browsers))
    assert (too_often.count(False), AuditEntry.objects.filter(verb="break_glass", facts__code="not_found").count()) == (5, 5)


def test_who_only_looks_is_shown_no_step_and_no_form_to_fill_in(world: World, colleague: User) -> None:
    by, of = scope_of(colleague), world.ours.candidacy
    Candidacy.objects.filter(pk=of.pk).update(step="talk")
    form = a_questionnaire(world.ours.programme)
    response = Response.objects.create(candidacy=of, questionnaire=form, started_on=date(2026, 3, 2))
    with scoped(by):
        break_glass(by=by, on=of.person.pseudonym, reason=WHY)
    looks, guides = client_of(colleague), client_of(world.ours.users[Role.COUNSELLOR])
    step, forms = reverse("candidate_step", args=[of.pk]), reverse("candidate_questionnaires", args=[of.pk])
    assert 'id="step"' in guides.get(step).content.decode()
    assert 'id="step"' not in looks.get(step).content.decode()
    assert "U kunt altijd stoppen" in guides.get(forms).content.decode()
    for client in (looks, client_of(world.ours.users[Role.EVALUATOR])):
        assert "U kunt altijd stoppen" not in client.get(forms).content.decode()
    assert looks.get(reverse("response", args=[response.pk])).status_code == 302
    assert reverse("response", args=[response.pk]) + "?" not in looks.get(reverse("response_answers", args=[response.pk])).content.decode()
