"""A condition of the access rules that was compiled once means the same wherever its table stands in a query."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from makegood_portal.ledger import access
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.finished import Finished, finish
from makegood_portal.ledger.models import Candidacy, Consent, PermissionRequest, Person
from makegood_portal.ledger.scope import STRANGER, scope_of
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World

pytestmark = pytest.mark.django_db


def test_the_name_of_the_table_is_filled_in_where_a_query_gives_it_another(world: World) -> None:
    ours = world.ours.candidacy
    mine = finish(Candidacy, Q(prison=world.ours.at(Kind.PRISON)))
    assert isinstance(mine.children[0], Finished)
    rows = Candidacy.objects.filter(mine)
    assert set(rows) == {ours}
    assert set(Candidacy.objects.filter(pk__in=rows.values("pk"))) == {ours}
    assert set(Person.objects.filter(Exists(rows.filter(person=OuterRef("pk"))))) == {ours.person}
    assert set(Candidacy.objects.exclude(mine)) == set(Candidacy.objects.exclude(pk=ours.pk))


def test_a_name_inside_the_condition_is_never_taken_for_the_table_around_it(world: World) -> None:
    """The municipality's condition looks for a consent beside the request; both would be called U0 in a subquery."""
    scope = scope_of(world.ours.users[Role.MUNICIPAL_CONTACT])
    request = PermissionRequest.objects.create(
        candidacy=world.ours.candidacy, municipality=world.ours.at(Kind.MUNICIPALITY),
        state="asked", asked_on=date(2026, 3, 2), deadline_on=date(2026, 3, 16),
    )  # fmt: skip
    asked = access.visible(PermissionRequest.objects.all(), scope)
    again = PermissionRequest.objects.filter(pk__in=asked.values("pk"))
    assert set(again) == set(asked) == {request}
    # The consent that is looked for is the one towards this municipality: without it there is nothing to see.
    Consent.objects.filter(candidacy=world.ours.candidacy, purpose="permission").delete()
    assert set(again.all()) == set(asked.all()) == set()


def test_a_condition_that_joins_another_table_stays_as_it_was() -> None:
    joined = Q(prison__may_hold_bsn=True)
    assert finish(Candidacy, joined) is joined


@pytest.mark.usefixtures("world")
def test_what_nobody_can_meet_finds_nobody_and_an_empty_condition_stays_empty() -> None:
    assert not Candidacy.objects.filter(finish(Candidacy, Q(programme__in=[]))).exists()
    assert not finish(Candidacy, Q())


def test_a_condition_is_refused_on_another_table(world: World) -> None:
    mine = finish(Candidacy, Q(prison=world.ours.at(Kind.PRISON)))
    with pytest.raises(TypeError, match="a condition on ledger_candidacy was asked of something else"):
        Person.objects.filter(mine).exists()


def test_it_is_built_once_for_a_user_a_day_and_a_part(world: World) -> None:
    user = world.ours.users[Role.COORDINATOR]
    once, again = (access.allowed_of(scope_of(user), Part.IDENTITY) for _ in range(2))
    assert once is again
    assert access.allowed_of(scope_of(user), Part.IDENTITY, writing=True) is not once
    assert access.allowed_of(scope_of(world.theirs.users[Role.COORDINATOR]), Part.IDENTITY) is not once
    assert not access.allowed_of(STRANGER, Part.IDENTITY)
    assert scope_of(user, on=timezone.localdate()) == scope_of(user)
