"""The audit as people read it: filtered, exported, and the history of one file with old, new and reason."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from makegood_portal import actions
from makegood_portal.actions.consent import record_consent
from makegood_portal.actions.selection import pass_step
from makegood_portal.ledger import audit
from makegood_portal.ledger.access import PART_OF
from makegood_portal.ledger.models import AuditEntry, Consent, User
from makegood_portal.ledger.queries import audit_trail
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from makegood_portal.web.history_words import FIELDS, PARTS, VERBS, value_said
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


def test_what_somebody_opens_in_one_go_is_one_line_of_the_history_and_all_of_the_log(world: World) -> None:
    """Else the changes that matter drown in who looked where."""
    of, counsellor, lead = world.ours.candidacy, client_of(world.ours.users[Role.COUNSELLOR]), client_of(world.ours.users[Role.LEAD])
    for page in ("candidate", "candidate_contacts", "candidate"):
        counsellor.get(reverse(page, args=[of.pk]))
    reads = AuditEntry.objects.filter(candidacy=of.pk, verb="read", actor=world.ours.users[Role.COUNSELLOR].pk).count()
    assert reads >= 3
    page = lead.get(reverse("candidate_history", args=[of.pk])).content.decode()
    name = world.ours.users[Role.COUNSELLOR].name
    assert page.count(f'<div class="cell">{name}</div>') == 1
    log = lead.get(reverse("audit")).content.decode()
    assert log.count(f'<div class="cell">{name}</div>') == reads
    # Two people of one name are two.
    User.objects.filter(pk=world.ours.users[Role.LEAD].pk).update(name=name)
    page = lead.get(reverse("candidate_history", args=[of.pk])).content.decode()
    assert page.count(f'<div class="cell">{name}</div>') == 2


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


def test_the_history_names_no_field_part_or_act_by_its_code(world: World) -> None:
    tables = {*PART_OF, "ledger_person"}
    fields = {
        field.attname
        for model in apps.get_app_config("ledger").get_models()
        if model._meta.db_table in tables
        for field in model._meta.concrete_fields
        if not field.attname.endswith("_id") and field.get_internal_type() != "BinaryField"
    }
    counted = {"asked_count", "answered_count", "asked_closed", "answered_closed", "given_count"}  # by the database, never by somebody
    assert fields - {"id", "recorded_at", "version"} - counted <= set(FIELDS)
    assert set(PART_OF.values()) <= set(PARTS)
    acts = {
        one.name
        for file in Path(actions.__path__[0]).glob("*.py")
        for one in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(one, ast.FunctionDef) and any("action" in ast.dump(words) for words in one.decorator_list)
    }
    assert {name for name in acts if not name.startswith("_")} <= set(VERBS)
    scope = scope_of(world.ours.users[Role.COORDINATOR])
    with scoped(scope):
        pass_step(by=scope, on=world.ours.candidacy.pk, step="list_checked", happened_on=date(2026, 3, 5))
    page = client_of(world.ours.users[Role.LEAD]).get(reverse("candidate_history", args=[world.ours.candidacy.pk])).content.decode()
    assert "Stap: Gecontroleerd door de inrichting → Voorgelicht" in page
    assert "Stap uiterlijk op: – → 12 maart 2026" in page
    assert "step_due_on" not in page


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("started", "step", "Begonnen"),
        ("2026-03-12", "release_on", "12 maart 2026"),
        ("2026-06-02T08:00:00+00:00", "at", "2 juni 2026, 10:00"),
        ("2026-13-45", "release_on", "2026-13-45"),
        ("kept", "state", "doorgegaan"),
        ("Kept", "family_name", "Kept"),
        ("no", "given_names", "no"),
    ],
)
def test_a_value_is_said_in_words(text: str, field: str, said: str) -> None:
    with translation.override("nl"):
        assert value_said(text, {"started": "Begonnen"} if field == "step" else {}, field) == said
