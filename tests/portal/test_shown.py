"""Whom a list showed is written down as whoever opened a file is: one entry a page, found again from each of those people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone

from makegood_portal.ledger import audit, history
from makegood_portal.ledger.models import AuditEntry, Candidacy, PermissionRequest
from makegood_portal.ledger.queries import audit_trail
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.access_table import ROUTES
from portal.builders import Side, World, a_candidacy, client_of
from portal.forms_walked import undone
from portal.questions import MOST, questions
from portal.test_access_table import ask

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def another(side: Side, name: str) -> Candidacy:
    """Somebody else of the same prison, provider and counsellor."""
    return a_candidacy(
        programme=side.programme, prison=side.at(Kind.PRISON), provider=side.at(Kind.PROVIDER),
        counsellor=side.users[Role.COUNSELLOR], step=side.candidacy.step, name=name,
    )  # fmt: skip


def asked(side: Side, *, calls_them: str) -> None:
    """The municipality is asked, and told who it is about in the words of the request."""
    candidacy = side.candidacy
    says = history.seal(candidacy.person_id, {"name": calls_them})
    PermissionRequest.objects.create(
        candidacy=candidacy, municipality=side.at(Kind.MUNICIPALITY), state="asked", asked_on=TODAY, deadline_on=TODAY, says=says
    )


def written_since(number: int) -> set[UUID]:
    """Of whom the audit says something after an entry."""
    found: set[UUID] = set()
    for entry in AuditEntry.objects.filter(number__gt=number):
        found |= {entry.candidacy} if entry.candidacy else set()
        found |= {*(entry.shown or ())}
    return found


def last() -> int:
    newest = AuditEntry.objects.order_by("-number").first()
    return newest.number if newest else 0


@pytest.mark.parametrize("role", Role)
def test_whomever_a_page_names_is_written_down_whatever_the_page(world: World, role: Role) -> None:
    people = {one.pk: one for one in (world.ours.candidacy, another(world.ours, "Okkerse"))}
    signs = {key: [one.person.pseudonym, one.identity.family_name] for key, one in people.items()}
    asked(world.ours, calls_them="S. J.")
    signs[world.ours.candidacy.pk].append("S. J.")
    client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("candidate", args=[world.ours.candidacy.pk]))  # so that the log has a line
    client, silent = client_of(world.ours.users[role]), []
    for name, route in ROUTES.items():
        if role in route.may:
            with undone():
                before = last()
                answer = ask(client, name, route, world.ours)
                text = b"".join(answer) if answer.streaming else answer.content
                taken_out = "attachment" in answer.get("Content-Disposition", "")  # has an entry of its own, and no names
                told = {key: words[1:] if taken_out else words for key, words in signs.items()}
                named = {key for key, words in told.items() if any(word.encode() in text for word in words)}
                silent += [f"{name}: {signs[key][0]}" for key in named - written_since(before)]
    assert silent == []


def test_one_entry_names_all_that_a_list_shows_and_a_file_is_not_named_twice(world: World) -> None:
    other, user = another(world.ours, "Okkerse"), world.ours.users[Role.COUNSELLOR]
    client, before = client_of(user), last()
    client.get(reverse("candidates"))
    entry = AuditEntry.objects.get(number__gt=before)
    assert (entry.verb, entry.actor, entry.candidacy) == ("list", user.pk, None)
    assert {*(entry.shown or ())} == {world.ours.candidacy.pk, other.pk}
    assert entry.facts == {"screen": "candidates", "people": 2}
    client.get(reverse("candidate", args=[other.pk]))
    assert not AuditEntry.objects.filter(number__gt=entry.number, verb="list").exists()


def test_the_history_says_who_saw_somebody_on_a_list_and_how_often(world: World) -> None:
    client = client_of(world.ours.users[Role.COUNSELLOR])
    for _ in range(3):
        client.get(reverse("candidates"))
    lead = scope_of(world.ours.users[Role.LEAD])
    with scoped(lead):
        found = audit_trail.of_file(lead, world.ours.candidacy.pk)
    assert found is not None
    assert [(one.who, one.acting_as, one.times) for one in found.listed] == [(world.ours.users[Role.COUNSELLOR].name, "counsellor", 3)]
    address = reverse("candidate_history", args=[world.ours.candidacy.pk])
    answer, asked_for = questions(client_of(world.ours.users[Role.LEAD]), address)
    assert "Gezien in een lijst" in answer.content.decode()
    assert len(asked_for) <= MOST


@pytest.mark.parametrize(("role", "part"), [(Role.LEAD, "identity"), (Role.EVALUATOR, "candidacy")])
def test_the_entry_says_whether_names_were_shown(world: World, role: Role, part: str) -> None:
    before = last()
    client_of(world.ours.users[role]).get(reverse("candidates"))
    assert AuditEntry.objects.get(number__gt=before, verb="list").part == part


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.EVALUATOR, Role.INVESTOR, Role.MUNICIPAL_CONTACT])
def test_who_may_not_read_the_history_learns_nothing_from_the_database(world: World, role: Role) -> None:
    client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("candidates"))
    with scoped(scope_of(world.ours.users[role])), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_listed(%s)", [world.ours.candidacy.pk])
        assert cursor.fetchall() == []


def test_a_list_that_cannot_be_written_down_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(rows: Any) -> None:
        del rows
        raise ProgrammingError("no room in the audit")

    monkeypatch.setattr(audit, "_write", away)
    answer = client_of(world.ours.users[Role.COUNSELLOR]).get(reverse("candidates"))
    assert answer.status_code == 503
    assert world.ours.candidacy.person.pseudonym not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_that_a_list_was_shown_does_not_stand_for_the_entry_of_a_change(world: World) -> None:
    by = scope_of(world.ours.users[Role.COUNSELLOR])
    with pytest.raises(ProgrammingError, match="not_audited"):
        changed_beside_a_list(by, world.ours.candidacy.pk)


def changed_beside_a_list(by: Scope, key: UUID) -> None:
    with scoped(by), connection.cursor() as cursor:
        audit.record_list(by, [key], screen="candidates", named=True)
        cursor.execute("UPDATE ledger_candidacy SET track = 'plus' WHERE id = %s", [key])


def test_what_is_undone_keeps_nobody_off_the_entry_of_the_list(world: World) -> None:
    """The step of the first is done, that of the second refused: both are undone, and both stand on the page that says so."""
    keys = sorted([world.ours.candidacy.pk, another(world.ours, "Okkerse").pk])
    Candidacy.objects.filter(pk=keys[0]).update(step_since=TODAY - timedelta(days=3))
    Candidacy.objects.filter(pk=keys[1]).update(step_since=TODAY)
    typed = {"programme": world.ours.programme.pk, "step": "list_checked", "candidate": keys, "happened_on": TODAY - timedelta(days=3)}
    before = last()
    answer = client_of(world.ours.users[Role.COORDINATOR]).post(reverse("queue"), typed)
    assert answer.status_code == 422
    assert all(name in answer.content.decode() for name in ("Okkerse", "Van Ours"))
    assert written_since(before) == {*keys}
