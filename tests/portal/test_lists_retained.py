"""What a list says of people is kept three months at most, whatever became of the list; and a new column is no way around that."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.urls import reverse

from makegood_portal.actions import retention
from makegood_portal.actions.import_list import put_list_aside, take_list_in, take_rows_in
from makegood_portal.actions.refusal import Refusal
from makegood_portal.ledger.models import AuditEntry, ColumnMapping, GrossListImport, ImportRow, ImportState, Reconciliation, User
from makegood_portal.ledger.processing import register
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import TODAY, World, client_of

pytestmark = pytest.mark.django_db

DUE = TODAY - timedelta(days=93)
"""Three months and a day before, or thereabouts: nothing of that day may be kept."""
KEPT_FOR = {"list_rows", "list_columns", "linked_lists"}
NO_WORDS_OF_A_LIST: dict[type[models.Model], dict[str, str]] = {
    GrossListImport: {
        "sha256": "tells whether a file is the same one",
        "first_line": "one of our own words",
        "state": "one of our own words",
        "counts": "numbers by our own words",
    },
    ColumnMapping: {},
    Reconciliation: {"covers": "one of our own words", "state": "one of our own words", "counts": "numbers by our own words"},
}
"""Whoever adds a column to these tables either lets it go with the list (`list_rows` in processing.yaml), or says here what it holds."""
WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.DateField, models.FileField)
OUR_DAYS = {"recorded_at", "committed_at", "done_at", "month"}


def holds_words(field: Any) -> bool:
    """Whether a person's name, number or day could stand in it."""
    return isinstance(field, WORDS) and field.name not in OUR_DAYS


@pytest.mark.parametrize("model", NO_WORDS_OF_A_LIST)
def test_a_column_that_may_hold_words_of_a_list_goes_with_the_list(model: type[models.Model]) -> None:
    kept = register().tables[model._meta.db_table]
    words = {field.name for field in model._meta.concrete_fields if holds_words(field)}
    stays = {name for name in words if kept[name] not in KEPT_FOR}
    assert stays == set(NO_WORDS_OF_A_LIST[model])


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def a_list(world: World, state: str, *, came_on: date = DUE, **more: Any) -> GrossListImport:
    """A list of the own prison with "Hoogstraten" in whatever may hold words, and a row."""
    at = noon(came_on)
    filled = {name: filling(GrossListImport, name) for name in register().fields_of("list_rows")["ledger_grosslistimport"]}
    counts = {"rows": 1, "new": 1}
    listed = GrossListImport.objects.create(
        programme=world.ours.programme, prison=world.ours.at(Kind.PRISON), month=date(2025, 11, 1), by=world.ours.users[Role.COORDINATOR],
        sha256=state, state=state, counts=counts, recorded_at=at, **filled, **more,
    )  # fmt: skip
    ImportRow.objects.create(of=listed, prison=listed.prison, number=2, sealed=b"Hoogstraten", outcome="new")
    return listed


def filling(model: type[models.Model], name: str) -> Any:
    field = model._meta.get_field(name)
    if isinstance(field, models.JSONField):
        return {"family_name": "Hoogstraten"} if field.default is dict else ["Hoogstraten"]
    return b"Hoogstraten" if isinstance(field, models.BinaryField) else "Hoogstraten"


def kept_of(table: str) -> str:
    """All that stands in a table, as PostgreSQL writes it; bytes as letters."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        text: str = cursor.fetchone()[0]
    return text.replace(b"Hoogstraten".hex(), "Hoogstraten")


@pytest.mark.parametrize("state", ImportState)
def test_after_three_months_nothing_of_a_list_is_kept_whatever_became_of_it(world: World, state: str) -> None:
    listed = a_list(world, state)
    assert kept_of("ledger_grosslistimport").count("Hoogstraten") == 5
    retention.keep_retention(TODAY)
    assert "Hoogstraten" not in kept_of("ledger_grosslistimport") + kept_of("ledger_importrow")
    listed.refresh_from_db()
    assert listed.state == (ImportState.DONE if state == ImportState.DONE else ImportState.ABANDONED)
    entries = AuditEntry.objects.filter(verb="retention", facts__category="list_rows")
    assert [entry.facts["rows"] for entry in entries] == [{"list_rows": 2}], "the list and its row"
    retention.keep_retention(TODAY)
    assert entries.count() == 1, "what is gone is not written down each night"


@pytest.mark.parametrize("state", ImportState)
def test_until_then_it_is_kept(world: World, state: str) -> None:
    listed = a_list(world, state, came_on=TODAY - timedelta(days=80))
    retention.keep_retention(TODAY)
    listed.refresh_from_db()
    assert (listed.state, listed.file_name, listed.rows.count()) == (state, "Hoogstraten", 1)


def test_a_list_that_was_left_to_lie_says_so_on_its_page(world: World) -> None:
    coordinator: User = world.ours.users[Role.COORDINATOR]
    listed, by, asker = a_list(world, ImportState.PREVIEW), scope_of(coordinator), client_of(coordinator)
    retention.keep_retention(TODAY)
    for name in ("import", "import_columns", "import_first_line"):
        answer = asker.get(reverse(name, args=[listed.pk]), follow=True)
        assert answer.status_code == 200, name
        assert "Deze lijst is weggegooid." in answer.content.decode()
    assert (
        "Deze lijst is weggegooid."
        in client_of(world.ours.users[Role.HEAD_OFFICE]).get(reverse("import", args=[listed.pk])).content.decode()
    )
    with scoped(by), pytest.raises(Refusal, match="weggegooid"):
        take_list_in(by=by, on=listed.pk)
    with scoped(by):
        put_list_aside(by=by, on=listed.pk)  # it is so already
    take_rows_in.now(by=by, listed=str(listed.pk))  # a job that waited all the while finds nothing to do
    listed.refresh_from_db()
    assert listed.state == ImportState.ABANDONED


def a_mapping(world: World, **columns: str) -> ColumnMapping:
    at = noon(DUE)
    by = world.ours.users[Role.COORDINATOR]
    return ColumnMapping.objects.create(prison=world.ours.at(Kind.PRISON), columns=columns, saved_by=by, recorded_at=at)


def test_names_of_columns_are_kept_as_long_as_lists_come(world: World) -> None:
    a_mapping(world, family_name="Achternaam", birth_date="Geboortedatum")
    a_list(world, ImportState.DONE, came_on=TODAY - timedelta(days=20))
    retention.keep_retention(TODAY)
    assert ColumnMapping.objects.exists()
    retention.keep_retention(TODAY + timedelta(days=93))
    assert not ColumnMapping.objects.exists()


def test_a_person_who_was_taken_for_the_names_of_columns_is_not_kept_with_them(world: World) -> None:
    a_mapping(world, family_name="Hoogstraten", birth_date="7-3-1984")
    a_list(world, ImportState.DONE, came_on=TODAY - timedelta(days=20))
    retention.keep_retention(TODAY)
    assert not ColumnMapping.objects.exists()


def test_a_partners_list_goes_whole(world: World) -> None:
    at = noon(DUE)
    Reconciliation.objects.create(
        programme=world.ours.programme, organisation=world.ours.at(Kind.PROVIDER), partner="Hoogstraten", sealed_list=b"Hoogstraten",
        by=world.ours.users[Role.LEAD], recorded_at=at,
    )  # fmt: skip
    retention.keep_retention(TODAY)
    assert not Reconciliation.objects.exists()
