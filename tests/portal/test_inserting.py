"""Many rows in one statement: the same rows as one by one, under the same policies."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from makegood_portal.ledger.inserting import insert
from makegood_portal.ledger.models import Candidacy, GrossListImport, Identity, ImportRow, Organisation, Party, Person, User
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Role
from portal.builders import a_candidacy, a_loaded_programme, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinators(db: None) -> tuple[User, User]:
    """Of two prisons of one programme."""
    del db
    prisons = Organisation.objects.filter(pk__in=Party.objects.filter(programme=a_loaded_programme()).values("organisation"), kind="prison")
    first, second = prisons.order_by("name")[:2]
    return a_user(Role.COORDINATOR, at=first), a_user(Role.COORDINATOR, at=second)


def a_gross_list(by: User) -> GrossListImport:
    prison = scope_of(by).where(Role.COORDINATOR)
    programme = Party.objects.get(organisation__in=prison).programme
    return GrossListImport.objects.create(programme=programme, prison_id=next(iter(prison)), month=date(2016, 6, 1), sha256="x", by=by)


def test_every_kind_of_value_arrives_as_it_was_given(coordinators: tuple[User, User]) -> None:
    listed = a_gross_list(coordinators[0])
    told = [{"field": "name", "words": 'Zoë O\'Neill says "50%" \\ {x} %s'}]
    rows = [
        {"number": 1, "outcome": "new", "sealed": b"\x00\xff%s'", "problems": told},
        {"number": 2, "outcome": "refused", "sealed": None, "problems": []},
    ]
    keys = insert(ImportRow, rows, of_id=listed.pk, prison_id=listed.prison_id)
    found = [ImportRow.objects.get(pk=key) for key in keys]
    assert [row.number for row in found] == [1, 2]
    assert [None if row.sealed is None else bytes(row.sealed) for row in found] == [b"\x00\xff%s'", None]
    assert [row.problems for row in found] == [told, []]
    assert [(row.corrected, row.became, row.done_at) for row in found] == [(False, None, None)] * 2, "the defaults of their fields"
    assert all(row.recorded_at is not None for row in found)


def test_more_than_go_at_once_all_arrive_in_order(coordinators: tuple[User, User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("makegood_portal.ledger.inserting.AT_ONCE", 2)
    listed = a_gross_list(coordinators[0])
    keys = insert(ImportRow, [{"number": number, "outcome": "new"} for number in range(1, 6)], of_id=listed.pk, prison_id=listed.prison_id)
    assert [ImportRow.objects.get(pk=key).number for key in keys] == [1, 2, 3, 4, 5]


def test_no_rows_are_no_statement() -> None:
    assert insert(Person, []) == []


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="ledger_person has no surname"):
        insert(Person, [{"surname": "x"}])


def test_what_the_table_refuses_is_refused_whole(coordinators: tuple[User, User]) -> None:
    listed = a_gross_list(coordinators[0])
    twice = [{"number": 1, "outcome": "new"}, {"number": 1, "outcome": "new"}]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(ImportRow, twice, of_id=listed.pk, prison_id=listed.prison_id)
    assert not listed.rows.exists()


def test_the_database_refuses_rows_about_the_people_of_another_prison(coordinators: tuple[User, User]) -> None:
    ours, theirs = coordinators
    prison = next(iter(scope_of(theirs).where(Role.COORDINATOR)))
    candidacy: Candidacy = a_candidacy(
        programme=Party.objects.get(organisation=prison).programme, prison=Organisation.objects.get(pk=prison)
    )
    Identity.objects.filter(candidacy=candidacy).delete()
    row = {"candidacy_id": candidacy.pk, "family_name": "Made Up"}
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(scope_of(ours)):
        insert(Identity, [row])
    with scoped(scope_of(theirs)):
        insert(Identity, [row])
    assert Identity.objects.get(candidacy=candidacy).family_name == "Made Up"
