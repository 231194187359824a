"""Break-glass: a colleague's file for a reason, for an hour; written down, and the lead is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.break_glass import break_glass
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger import history
from makegood_portal.ledger.models import AuditEntry, BreakGlass, Identity, Notice, User
from makegood_portal.ledger.queries import candidates
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_user, client_of

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
