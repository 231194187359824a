"""Who guides whom, and when a file goes from the prison to the provider."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.actions.selection import assign_counsellor_together, leave, pass_step
from makegood_portal.ledger import access
from makegood_portal.ledger.access import Part
from makegood_portal.ledger.models import Candidacy, Contract, Membership, PermissionRequest
from makegood_portal.ledger.queries import candidates, caseload
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import TODAY, Side, World, a_candidacy, a_user, came_home, client_of

pytestmark = pytest.mark.django_db


def unguided(side: Side, *, name: str = "Zondervan") -> Candidacy:
    return a_candidacy(programme=side.programme, prison=side.at(Kind.PRISON), provider=side.at(Kind.PROVIDER), step="talk", name=name)


def test_the_lead_gives_several_candidates_a_counsellor_at_once(world: World) -> None:
    ours, client = world.ours, client_of(world.ours.users[Role.LEAD])
    found = [unguided(ours), unguided(ours, name="Zaalberg")]
    page = client.get(reverse("caseload"), headers={"Accept-Language": "en"}).content.decode()
    assert all(name in page for name in ("Zondervan", "Zaalberg"))
    form = {"counsellor": str(ours.users[Role.COUNSELLOR].pk), "candidate": [str(one.pk) for one in found]}
    assert client.post(reverse("caseload"), form).status_code == 302
    assert set(Candidacy.objects.filter(pk__in=[one.pk for one in found]).values_list("counsellor", flat=True)) == {
        ours.users[Role.COUNSELLOR].pk
    }
    with scoped(scope := scope_of(ours.users[Role.LEAD])):
        left = caseload.caseload(scope, today=TODAY)
        assert left.lines == ()
        assert [guide.guides for guide in left.guides if guide.id == ours.users[Role.COUNSELLOR].pk] == [3]  # and the world's own


@pytest.mark.parametrize(("form", "said"), [({}, "counsellor"), ({"candidate": ["no-key"]}, "counsellor")])
def test_what_is_forgotten_is_said_and_the_ticks_stay(world: World, form: dict[str, object], said: str) -> None:
    one = unguided(world.ours)
    answer = client_of(world.ours.users[Role.LEAD]).post(reverse("caseload"), {"candidate": [str(one.pk)], **form})
    assert answer.status_code == 422
    assert said in answer.context["form"].errors
    nobody = {"counsellor": str(world.ours.users[Role.COUNSELLOR].pk), "candidate": ["no-key"]}
    assert client_of(world.ours.users[Role.LEAD]).post(reverse("caseload"), nobody).status_code == 422


def test_only_counsellors_of_the_provider_and_only_who_has_none_yet(world: World) -> None:
    ours, scope = world.ours, scope_of(world.ours.users[Role.LEAD])
    one, theirs = unguided(ours), unguided(world.theirs)
    with scoped(scope):
        with pytest.raises(Refusal) as refused:
            assign_counsellor_together(by=scope, on=[one.pk], counsellor=world.theirs.users[Role.COUNSELLOR].pk)
        assert refused.value.code == "not_a_counsellor"
        with pytest.raises(Refusal) as refused:
            assign_counsellor_together(by=scope, on=[one.pk, theirs.pk], counsellor=ours.users[Role.COUNSELLOR].pk)
        assert refused.value.code == "guided_already"
        with pytest.raises(Refusal):
            assign_counsellor_together(by=scope, on=[ours.candidacy.pk], counsellor=ours.users[Role.COUNSELLOR].pk)
    assert Candidacy.objects.get(pk=one.pk).counsellor is None


def test_whose_counsellor_has_the_role_no_more_waits_for_another(world: World) -> None:
    """Roles that ended before the portal let go of whom they guided still stand in the files."""
    ours, lead = world.ours, client_of(world.ours.users[Role.LEAD])
    gone, other = a_user(Role.COUNSELLOR, at=ours.at(Kind.PROVIDER)), a_user(Role.COUNSELLOR, at=ours.at(Kind.PROVIDER))
    Membership.objects.create(
        user=gone, role=Role.COUNSELLOR, organisation=world.theirs.at(Kind.PROVIDER), from_on=TODAY
    )  # a counsellor still, but somewhere else
    one = unguided(ours)
    Candidacy.objects.filter(pk=one.pk).update(counsellor=gone)
    with scoped(scope := scope_of(ours.users[Role.LEAD])):
        assert caseload.caseload(scope, today=TODAY).lines == ()
    Membership.objects.filter(user=gone, organisation=ours.at(Kind.PROVIDER)).update(until_on=TODAY)
    with scoped(scope):
        (line,) = caseload.caseload(scope, today=TODAY).lines
        assert (line.id, line.guide, line.locked) == (one.pk, gone.name, False)
    assert f"{gone.name} is hier geen begeleider meer" in lead.get(reverse("caseload")).content.decode()
    assert "van wie de begeleider geen toegang meer heeft" in lead.get("/").content.decode()
    assert lead.post(reverse("caseload"), {"counsellor": str(other.pk), "candidate": [str(one.pk)]}).status_code == 302
    assert Candidacy.objects.get(pk=one.pk).counsellor == other
    elsewhere = client_of(world.theirs.users[Role.LEAD]).get(reverse("caseload")).content.decode()
    assert reverse("candidate", args=[one.pk]) not in elsewhere


def test_a_candidate_gets_another_counsellor_and_the_first_one_sees_the_file_no_more(world: World) -> None:
    ours = world.ours
    other = a_user(Role.COUNSELLOR, at=ours.at(Kind.PROVIDER))
    address = reverse("candidate_counsellor", args=[ours.candidacy.pk])
    client = client_of(ours.users[Role.LEAD])
    assert client.post(address, {"counsellor": str(other.pk), "seen": 99}).status_code == 422  # somebody else changed it meanwhile
    assert client.post(address, {"counsellor": str(other.pk), "seen": ours.candidacy.version}).status_code == 302
    with scoped(first := scope_of(ours.users[Role.COUNSELLOR])):
        assert candidates.file(first, ours.candidacy.pk) is None


def test_the_prison_hands_over_when_its_own_steps_are_done(world: World) -> None:
    ours, by = world.ours, scope_of(world.ours.users[Role.COORDINATOR])
    for step, may in (("permission_asked", False), ("acquaintance", True)):
        Candidacy.objects.filter(pk=ours.candidacy.pk).update(step=step)
        with scoped(by):
            found = candidates.file(by, ours.candidacy.pk)
            assert found is not None
            assert found.may_hand_over is may
    client = client_of(ours.users[Role.COORDINATOR])
    assert client.post(reverse("candidate_hand_over", args=[ours.candidacy.pk]), {"seen": "no number"}).status_code == 409
    assert client.post(reverse("candidate_hand_over", args=[ours.candidacy.pk]), {"seen": ours.candidacy.version}).status_code == 302
    with scoped(by):
        assert access.parts_of_file(by, ours.candidacy.pk) == {Part.CANDIDACY}
    page = client.get(reverse("candidate", args=[ours.candidacy.pk])).content.decode()
    assert reverse("candidate_contacts", args=[ours.candidacy.pk]) not in page


def test_every_tab_of_a_file_opens_for_who_sees_it(world: World) -> None:
    ours = world.ours
    for handed_over in (None, TODAY):
        Candidacy.objects.filter(pk=ours.candidacy.pk).update(handed_over_on=handed_over)
        for role in (Role.COORDINATOR, Role.COUNSELLOR, Role.LEAD, Role.HEAD_OFFICE, Role.EVALUATOR, Role.PROBATION_OFFICER):
            client = client_of(ours.users[role])
            tabs = client.get(reverse("candidate", args=[ours.candidacy.pk])).context["tabs"]
            assert {client.get(tab.href).status_code for tab in tabs} == {200}, (role, handed_over)


def test_nobody_has_parts_of_a_file_that_is_not_theirs(world: World) -> None:
    for role in Role:
        with scoped(scope := scope_of(world.ours.users[role])):
            assert access.parts_of_file(scope, world.theirs.candidacy.pk) == frozenset()


def test_a_start_hands_over_by_itself(world: World) -> None:
    ours, lead = world.ours, scope_of(world.ours.users[Role.LEAD])
    Candidacy.objects.filter(pk=ours.candidacy.pk).update(step="started", contract_on=TODAY)
    Contract.objects.create(candidacy=ours.candidacy, track="basic", signed_on=TODAY, signed_with=ours.users[Role.COUNSELLOR])
    PermissionRequest.objects.create(
        candidacy=ours.candidacy,
        municipality=ours.at(Kind.MUNICIPALITY),
        state="granted",
        asked_on=TODAY,
        deadline_on=TODAY,
        answered_on=TODAY,
    )
    came_home(ours.candidacy, TODAY)
    with scoped(lead):
        started = pass_step(by=lead, on=ours.candidacy.pk, step="started", happened_on=date(2026, 3, 9))
    assert (started.state, started.handed_over_on) == ("started", date(2026, 3, 9))


def test_whoever_leaves_is_no_longer_asked_for(world: World) -> None:
    ours, by = world.ours, scope_of(world.ours.users[Role.COORDINATOR])
    asked = PermissionRequest.objects.create(
        candidacy=ours.candidacy, municipality=ours.at(Kind.MUNICIPALITY), state="asked", asked_on=TODAY, deadline_on=TODAY
    )
    with scoped(by):
        leave(by=by, on=ours.candidacy.pk, step="list_checked", happened_on=date(2026, 3, 9), reasons={"prison_service": "not_suitable"})
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    with scoped(by), pytest.raises(NotYours):
        assign_counsellor_together(by=by, on=[ours.candidacy.pk], counsellor=ours.users[Role.COUNSELLOR].pk)
