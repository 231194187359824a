"""Codes of municipalities with their year, from a list of the statistics office; who merged keeps its requests."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from makegood_portal.actions.municipality_codes import CodesRefused, CodesTaken, look_at_codes, read_codes, take_codes_in
from makegood_portal.actions.refusal import NotYours
from makegood_portal.ledger.models import MunicipalityDetails, Organisation, PermissionRequest
from makegood_portal.ledger.queries import municipalities
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import TODAY, Side, World, client_of

LIST = "code,name,year,merged_into\n363,Amsterdam,2026,\n0457,{name},2022,GM0363\n"


def take(side: Side, text: str, role: Role = Role.LEAD) -> CodesTaken:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return take_codes_in(by=scope, on=None, content=text.encode())


@pytest.mark.django_db
def test_a_municipality_that_merged_keeps_its_requests_and_names_who_took_its_place(world: World) -> None:
    """Need 48: the directory stays right when municipalities merge."""
    ours = world.ours
    old = ours.at(Kind.MUNICIPALITY)
    words = {"state": "asked", "asked_on": TODAY, "deadline_on": TODAY}
    request = PermissionRequest.objects.create(candidacy=ours.candidacy, municipality=old, **words)
    assert take(ours, LIST.format(name=old.name)) == CodesTaken(new=1, changed=1, merged=1, same=0)
    details = MunicipalityDetails.objects.get(municipality=old)
    assert details.merged_into is not None
    assert (details.cbs_code, details.merged_into.name, details.merged_year) == ("0457", "Amsterdam", 2022)
    assert PermissionRequest.objects.get(pk=request.pk).municipality == old
    answers = client_of(ours.users[Role.MUNICIPAL_CONTACT]).get(reverse("permissions"))
    assert reverse("permission", args=[request.pk]) in answers.content.decode(), "who was asked can still answer"
    client = client_of(ours.users[Role.LEAD])
    assert "Amsterdam" in client.get(reverse("municipality", args=[old.pk])).content.decode()
    assert old.name in client.get(reverse("municipality", args=[details.merged_into.pk])).content.decode()
    scope = scope_of(ours.users[Role.LEAD])
    with scoped(scope):
        assert old.name not in [line.name for line in municipalities.page(scope, today=TODAY).lines]
    assert take(ours, LIST.format(name=old.name)) == CodesTaken(new=0, changed=0, merged=0, same=2), "the same list changes nothing"


@pytest.mark.django_db
def test_a_code_keeps_its_newest_year_and_the_name_follows_it(world: World) -> None:
    take(world.ours, "code;name;year\n0363;Amsterdam;2025\n")
    assert take(world.ours, "code;name;year\n0363;Groot Amsterdam;2026\n", Role.HEAD_OFFICE).changed == 1
    take(world.ours, "code;name;year\n0363;Oud Amsterdam;2020\n")
    details = MunicipalityDetails.objects.get(cbs_code="0363")
    assert (details.cbs_year, details.municipality.name) == (2026, "Groot Amsterdam")
    for role in (Role.COORDINATOR, Role.MUNICIPAL_CONTACT, Role.EVALUATOR):
        with pytest.raises(NotYours):
            take(world.ours, "code,name,year\n0363,Amsterdam,2027\n", role)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["columns_missing"]),
        ("code,name\n0363,Amsterdam\n", ["columns_missing"]),
        ("code,name,year\n", ["empty_file"]),
        ("code,name,year\nA12,Amsterdam,2026\n", ["not_a_code"]),
        ("code,name,year\n0363,,20266\n", ["missing_value", "not_a_year"]),
        ("code,name,year\n0363,Amsterdam,2026\n0363,Elders,2026\n", ["twice"]),
        ("code,name,year,merged_into\n0457,Weesp,2022,0363\n", ["unknown_municipality"]),
        ("code,name,year,merged_into\n0457,Weesp,2022,0457\n", ["merged_into_itself", "unknown_municipality"]),
    ],
)
def test_a_list_that_is_not_right_is_refused_by_its_lines(text: str, codes: list[str]) -> None:
    with pytest.raises(CodesRefused) as refused:
        read_codes(text.encode())
    assert [problem.code for problem in refused.value.problems] == codes
    assert all(problem.remedy for problem in refused.value.problems)


def test_what_is_no_text_or_too_long_is_refused() -> None:
    for content, code in ((b"\xff\xfe\x00", "wrong_encoding"), (b"a" * 500_001, "too_large"), (b'"' + b"a" * 200_000, "too_large")):
        with pytest.raises(CodesRefused) as refused:
            read_codes(content)
        assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.django_db
def test_by_hand_what_the_list_would_do_is_seen_before_it_is_taken_in(world: World) -> None:
    """Need 48: a wrong list is seen before it changes the directory."""
    client, address = client_of(world.ours.users[Role.HEAD_OFFICE]), reverse("municipality_codes")
    assert address in client.get(reverse("municipalities")).content.decode()
    bad = SimpleUploadedFile("codes.csv", b"code,name,year\n0363,Amsterdam,26\n")
    page = client.post(address, {"file": bad})
    assert page.status_code == 422
    assert "Regel 2" in page.content.decode()
    old = world.ours.at(Kind.MUNICIPALITY)
    text = LIST.format(name=old.name)
    page = client.post(address, {"file": SimpleUploadedFile("codes.csv", text.encode())})
    said = " ".join(page.content.decode().split())
    assert "Amsterdam" in said
    assert "gaat op in Amsterdam" in said
    assert not MunicipalityDetails.objects.exists(), "looking keeps nothing"
    seen = page.context["seen"].initial
    taken = client.post(reverse("municipality_codes_take"), seen, follow=True).content.decode()
    assert "1 nieuw, 1 gewijzigd, 1 samengevoegd" in taken
    assert Organisation.objects.filter(kind=Kind.MUNICIPALITY, name="Amsterdam", active=True).exists()
    again = client.post(address, {"file": SimpleUploadedFile("codes.csv", text.encode())}).content.decode()
    assert "Er verandert niets" in again
    assert reverse("municipality_codes_take") not in again, "there is nothing to take in"


@pytest.mark.django_db
def test_a_directory_that_changed_since_somebody_looked_is_shown_again(world: World) -> None:
    client, take_in = client_of(world.ours.users[Role.LEAD]), reverse("municipality_codes_take")
    text = b"code,name,year\n0363,Amsterdam,2026\n"
    seen = client.post(reverse("municipality_codes"), {"file": SimpleUploadedFile("codes.csv", text)}).context["seen"].initial
    take(world.ours, "code,name,year\n0363,Mokum,2025\n", Role.HEAD_OFFICE)
    page = client.post(take_in, seen)
    assert page.status_code == 409
    assert "0363 (2025), Mokum" in page.content.decode()
    assert Organisation.objects.filter(name="Mokum").exists(), "nothing was taken in meanwhile"
    assert client.post(take_in, page.context["seen"].initial).status_code == 302
    assert Organisation.objects.filter(name="Amsterdam").exists()
    forged = client.post(take_in, {"list": "code,name,year\nA1,,1\n", "seen": "0" * 64})
    assert forged.status_code == 422
    assert client.post(take_in, {"list": "", "seen": "x"})["Location"] == reverse("municipality_codes")


@pytest.mark.django_db
def test_what_is_seen_is_what_happens(world: World) -> None:
    take(world.ours, "code,name,year\n0363,Amsterdam,2025\n0599,Rotterdam,2026\n0014,Groningen,2026\n")
    text = "code,name,year,merged_into\n0363,Groot Amsterdam,2026,\n0599,Rotterdam,2025,\n0014,Groningen,2026,\n1992,Voorne,2026,\n"
    text += "0501,Brielle,2023,1992\n"
    scope = scope_of(world.ours.users[Role.LEAD])
    with scoped(scope):
        plan = look_at_codes(by=scope, on=None, content=text.encode())
        assert [one.kind for one in plan.changes] == ["changed", "older", "same", "new", "new"]
        assert [one.renames for one in plan.changes] == [True, False, False, False, False]
        assert [one.into for one in plan.changes] == ["", "", "", "", "Voorne"]
        assert take_codes_in(by=scope, on=None, content=text.encode(), seen=plan.mark) == plan.counts
    assert plan.counts == CodesTaken(new=2, changed=1, merged=1, same=1)
    assert MunicipalityDetails.objects.get(cbs_code="0599").cbs_year == 2026, "a newer year is not put back"
