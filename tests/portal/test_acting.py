"""Actions: who may, one transaction, old and new values in history, the second editor is told."""

from __future__ import annotations

from datetime import date

import pytest

from makegood_portal.actions.hand_over import hand_over
from makegood_portal.actions.refusal import NotYours, Refusal, Stale
from makegood_portal.ledger import history
from makegood_portal.ledger.models import AuditEntry, Candidacy
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import World

ON = date(2026, 3, 9)


def test_a_hand_over_keeps_who_what_old_new_and_why(world: World) -> None:
    ours, by = world.ours, scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(by):
        hand_over(by=by, on=ours.candidacy.pk, happened_on=ON, seen=1, reason="ready")
    entry = AuditEntry.objects.get(verb="hand_over")
    assert (entry.actor, entry.candidacy, entry.outcome) == (by.user, ours.candidacy.pk, "done")
    assert entry.facts == {"fields": ["handed_over_on"]}
    kept = history.unseal(ours.candidacy.person_id, entry.sealed)
    assert kept == {"changes": {"handed_over_on": [None, "2026-03-09"]}, "reason": "ready"}
    ours.candidacy.refresh_from_db()
    assert (ours.candidacy.handed_over_on, ours.candidacy.version) == (ON, 2)


def test_the_second_editor_is_told(world: World) -> None:
    by = scope_of(world.ours.users[Role.COORDINATOR])
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(version=2)
    with scoped(by), pytest.raises(Stale):
        hand_over(by=by, on=world.ours.candidacy.pk, happened_on=ON, seen=1)
    assert AuditEntry.objects.get(verb="hand_over").outcome == "refused"


def test_other_roles_are_refused(world: World) -> None:
    by = scope_of(world.ours.users[Role.EVALUATOR])
    with scoped(by), pytest.raises(NotYours):
        hand_over(by=by, on=world.ours.candidacy.pk, happened_on=ON, seen=1)
    assert AuditEntry.objects.get(verb="hand_over").facts == {"code": "not_your_role"}


def test_what_cannot_be_done_says_why(world: World) -> None:
    by = scope_of(world.ours.users[Role.COORDINATOR])
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(provider=None)
    with scoped(by), pytest.raises(Refusal) as refused:
        hand_over(by=by, on=world.ours.candidacy.pk, happened_on=ON, seen=1)
    assert refused.value.code == "no_provider"
