"""What is chosen in the portal comes from the programme file: another programme has other choices, and needs no code.

Needs 36, 60, 61: who corrects an end date and why, how far a municipality is involved, what it does without the programme.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
import yaml
from django.urls import reverse
from django.utils import timezone

from makegood.programme.reading import shipped
from makegood_portal.ledger.models import Coordination, Party, ProgrammeVersion, ReleaseDate, UsualCare
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, a_loaded_programme, client_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def ours(world: World) -> Side:
    """A young person of the second programme that ships, with the staff and the municipality of the world."""
    side, programme = world.ours, a_loaded_programme("home-after-care")
    for kind in (Kind.PROVIDER, Kind.MUNICIPALITY):
        Party.objects.create(programme=programme, organisation=side.at(kind))
    candidacy = a_candidacy(
        programme=programme,
        provider=side.at(Kind.PROVIDER),
        municipality=side.at(Kind.MUNICIPALITY),
        counsellor=side.users[Role.COUNSELLOR],
        step="coach_met",
        release_on=TODAY + timedelta(days=100),
    )
    return Side(programme, side.organisations, side.users, candidacy)


def test_coordination_has_the_states_and_tasks_of_its_programme(ours: Side) -> None:
    """Need 60: known or agreed in the words of the city, with the rules that go with what they mean."""
    client, address = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_coordination", args=[ours.candidacy.pk])
    page = client.get(address).content.decode()
    assert "Op de lijst van het woonloket" in page
    assert "Leerplichtambtenaar" in page
    assert "Co\u00f6rdinator nazorg" not in page
    sent = {"status": "three_talked", "happened_on": TODAY.isoformat()}
    assert "Kies met wie het is afgesproken." in client.post(address, sent).content.decode()
    assert client.post(address, sent | {"status": "agreed", "with_role": "housing_desk"}).status_code == 422
    answer = client.post(address, sent | {"with_role": "housing_desk"}, follow=True).content.decode()
    assert "Jongere, coach en stad hebben samen gepraat" in answer
    assert "Woonloket" in answer
    assert list(Coordination.objects.values_list("status", "stage", "with_role")) == [("three_talked", "agreed", "housing_desk")]
    client.post(address, {"status": "nobody_yet", "with_role": "housing_desk", "happened_on": TODAY.isoformat()})
    assert Coordination.objects.filter(stage="not_known").values_list("status", "with_role").get() == ("nobody_yet", "")
    past = client_of(ours.users[Role.LEAD]).get(reverse("candidate_history", args=[ours.candidacy.pk])).content.decode()
    assert "Jongere, coach en stad hebben samen gepraat" in past


def test_an_end_date_is_corrected_by_who_may_in_its_programme(ours: Side) -> None:
    """Need 36: a date with its source and reason, also where nobody is released from anything."""
    client, address = client_of(ours.users[Role.COUNSELLOR]), reverse("candidate_release", args=[ours.candidacy.pk])
    page = client.get(address).content.decode()
    assert "Voogd" in page
    assert "Casemanager" not in page
    sent = {"seen": "1", "release_on": (TODAY + timedelta(days=200)).isoformat(), "source": "guardian", "reason": "longer_care"}
    for wrong in ({"source": "court"}, {"reason": "court_decided"}, {"reason": "open_end"}, {"release_on": ""}):
        assert client.post(address, sent | wrong).status_code == 422, wrong
    assert not ReleaseDate.objects.exists()
    assert "De zorg is verlengd" in client.post(address, sent, follow=True).content.decode()
    answer = client.post(address, sent | {"seen": "2", "release_on": "", "reason": "open_end"}, follow=True).content.decode()
    assert "Niemand weet wanneer de zorg stopt" in answer
    assert "Voogd" in client.get(reverse("planner")).content.decode()


def test_usual_care_is_asked_for_each_programme_apart(ours: Side) -> None:
    """Need 61: what a municipality does for people after prison says nothing of what it does for young people after care."""
    town, client = ours.at(Kind.MUNICIPALITY).pk, client_of(ours.users[Role.LEAD])
    address = reverse("municipality_usual_care", args=[town, ours.programme.pk])
    page = client.get(address).content.decode()
    assert "Wat doet de stad voor jongeren die de jeugdzorg verlaten, zonder de coaches?" in page
    assert "Uitkering vanaf de dag van vrijlating" not in page
    sent = {"year": str(TODAY.year), "kinds": ["room", "nothing"], "source": "city"}
    assert "of alleen: Niets hiervan" in client.post(address, sent).content.decode()
    assert client.post(address, sent | {"kinds": ["debt"]}).status_code == 422
    answer = client.post(address, sent | {"kinds": ["longer_care", "room"]}, follow=True).content.decode()
    assert "Een kamer voor een jaar; Zorg tot 23 jaar" in answer
    assert UsualCare.objects.values_list("programme", "kinds").get() == (ours.programme.pk, ["room", "longer_care"])
    # The other programme of the same people asks its own question, and has no answer yet.
    other = Party.objects.exclude(programme=ours.programme).get(organisation=ours.at(Kind.PROVIDER)).programme_id
    assert "Nog voor geen enkel jaar vastgelegd." in answer
    assert "Uitkering vanaf de dag" in client.get(reverse("municipality_usual_care", args=[town, other])).content.decode()


def test_what_the_file_does_not_name_is_not_asked_and_the_page_says_so(ours: Side) -> None:
    """A file from before these parts still loads: nothing can be chosen, and what was recorded stays readable by its code."""
    terms = yaml.load((shipped()["home-after-care"] / "programme.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    for part in ("coordination", "usual_care"):
        del terms["delivery"][part]
    for part in ("sources", "corrections"):
        del terms["delivery"]["end_date"][part]
    text = yaml.safe_dump(terms, sort_keys=False, allow_unicode=True)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    ProgrammeVersion.objects.create(programme=ours.programme, sha256=sha256, text=text, in_force_from=date(2024, 1, 1))
    Coordination.objects.create(candidacy=ours.candidacy, status="on_the_list", stage="not_known", happened_on=TODAY)
    client, key = client_of(ours.users[Role.LEAD]), ours.candidacy.pk
    page = client.get(reverse("candidate_cooperation", args=[key])).content.decode()
    assert "on_the_list" in page
    assert reverse("candidate_coordination", args=[key]) not in page
    sent = {"status": "on_the_list", "happened_on": TODAY.isoformat()}
    assert client.post(reverse("candidate_coordination", args=[key]), sent).status_code == 404
    page = client.get(reverse("candidate_release", args=[key])).content.decode()
    assert "U kunt de datum hier niet veranderen" in page
    sent = {"seen": "1", "release_on": TODAY.isoformat(), "source": "guardian", "reason": "longer_care"}
    assert client.post(reverse("candidate_release", args=[key]), sent).status_code == 422
    town = ours.at(Kind.MUNICIPALITY).pk
    assert client.get(reverse("municipality_usual_care", args=[town, ours.programme.pk])).status_code == 404
