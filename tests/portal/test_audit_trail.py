"""The audit as people read it: filtered, exported, and the history of one file with old, new and reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from makegood_portal.actions.consent import record_consent
from makegood_portal.ledger import audit
from makegood_portal.ledger.models import AuditEntry, Consent
from makegood_portal.ledger.queries import audit_trail
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_user, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def something_is_done(side: Side) -> None:
    scope = scope_of(side.users[Role.COUNSELLOR])
    Consent.objects.filter(candidacy=side.candidacy).delete()
    with scoped(scope):
        record_consent(
            by=scope, on=side.candidacy.pk, purpose="work", party=side.at(Kind.AGENCY).pk, answer="given", way="spoken",
            happened_on=TODAY, until_on=None, officer=None,
        )  # fmt: skip
        audit.record(scope, "read", part="identity", candidacy=side.candidacy.pk, person=side.candidacy.person_id)


def seen(scope: Scope) -> set[int]:
    with scoped(scope), connection.cursor() as cursor:
        cursor.execute("SELECT number FROM ledger_auditentry")
        return {row[0] for row in cursor.fetchall()}


def test_a_lead_sees_what_was_done_with_the_providers_files_and_no_others(world: World) -> None:
    something_is_done(world.ours)
    something_is_done(world.theirs)
    ours = set(AuditEntry.objects.filter(candidacy=world.ours.candidacy.pk).values_list("number", flat=True))
    assert len(ours) == 2
    assert seen(scope_of(world.ours.users[Role.LEAD])) == ours
    assert seen(scope_of(world.ours.users[Role.HEAD_OFFICE])) == set()


def test_an_administrator_sees_what_the_own_users_did_and_the_operator_everything(world: World) -> None:
    something_is_done(world.ours)
    something_is_done(world.theirs)
    ours = set(AuditEntry.objects.filter(actor=world.ours.users[Role.COUNSELLOR].pk).values_list("number", flat=True))
    assert seen(scope_of(a_user(Role.ADMINISTRATOR, at=world.ours.at(Kind.PROVIDER)))) == ours
    assert len(seen(scope_of(world.ours.users[Role.ADMINISTRATOR]))) == 4, "of the operator"


def test_the_history_of_a_file_says_what_was_and_what_became(world: World) -> None:
    something_is_done(world.ours)
    scope = scope_of(world.ours.users[Role.LEAD])
    with scoped(scope):
        found = audit_trail.of_file(scope, world.ours.candidacy.pk)
        assert audit_trail.of_file(scope, world.theirs.candidacy.pk) is None
    assert found is not None
    assert [entry.verb for entry in found.page.entries] == ["read", "record_consent"]
    changes = {change.field: (change.old, change.new) for change in found.page.entries[1].changes}
    assert changes["state"] == ("", "given")
    assert {entry.who for entry in found.page.entries} == {world.ours.users[Role.COUNSELLOR].name}
    page = client_of(world.ours.users[Role.LEAD]).get(reverse("candidate_history", args=[world.ours.candidacy.pk]))
    assert "Legde toestemming" in page.content.decode()
    assert AuditEntry.objects.filter(part="history", actor=world.ours.users[Role.LEAD].pk).count() == 1


def test_an_administrator_reads_no_values_and_no_pseudonyms(world: World) -> None:
    something_is_done(world.ours)
    client = client_of(world.ours.users[Role.ADMINISTRATOR])
    page = client.get(reverse("audit")).content.decode()
    assert world.ours.users[Role.COUNSELLOR].name in page
    assert world.ours.candidacy.person.pseudonym not in page
    assert client.get(reverse("candidate_history", args=[world.ours.candidacy.pk])).status_code == 403


def test_it_is_filtered_by_who_what_and_day(world: World) -> None:
    something_is_done(world.ours)
    scope = scope_of(world.ours.users[Role.LEAD])
    with scoped(scope):
        for words, many in (
            ({"verb": "read"}, 1),
            ({"actor": world.ours.users[Role.COUNSELLOR].pk}, 2),
            ({"actor": world.ours.users[Role.LEAD].pk}, 0),
            ({"day": TODAY}, 2),
            ({"day": TODAY - timedelta(days=1)}, 0),
        ):
            assert len(audit_trail.page(scope, **words).entries) == many, words


def test_an_export_is_written_down_and_holds_no_formula(world: World) -> None:
    something_is_done(world.ours)
    user = world.ours.users[Role.COUNSELLOR]
    user.name = "=HYPERLINK(1)"
    user.save()
    answer = client_of(world.ours.users[Role.LEAD]).post(reverse("audit_export"), {"verb": "read"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = answer.content.decode().splitlines()
    assert len(rows) == 2
    assert ",'=HYPERLINK(1)," in rows[1]
    assert AuditEntry.objects.get(verb="export_audit").facts["rows"] == 1


def test_wrong_filters_are_no_fault(world: World) -> None:
    client = client_of(world.ours.users[Role.LEAD])
    assert client.get(reverse("audit"), {"actor": "x", "verb": "DROP TABLE", "day": "31-31", "page": "-1"}).status_code == 200
