"""The list of candidates: searched by name or number without a name in any address, filtered, and empty with a word of what to do."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from makegood_portal.ledger.models import AuditEntry, Candidacy, Person, PrisonNumber
from makegood_portal.ledger.queries import candidates
from makegood_portal.ledger.queries.candidates import Wanted
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import World, a_candidacy, an_organisation, client_of

pytestmark = pytest.mark.django_db
ADDRESS = "/candidates/"


def found(world: World, role: Role, **wanted: object) -> set[str]:
    with scoped(scope := scope_of(world.ours.users[role])):
        page = candidates.page(scope, wanted=Wanted(**wanted))  # type: ignore[arg-type]
        return {line.name or line.pseudonym for line in page.lines}


@pytest.fixture
def three(world: World) -> list[Candidacy]:
    """Beside the world's own, `Sanne Van Ours`."""
    here = {"programme": world.ours.programme, "prison": world.ours.at(Kind.PRISON), "provider": world.ours.at(Kind.PROVIDER)}
    return [
        a_candidacy(name="Jansen", identity={"given_names": "Piet"}, **here),
        a_candidacy(name="Vries", identity={"given_names": "Anna", "prefix": "de"}, **{**here, "step": "informed"}),
        a_candidacy(name="Jansma", **{**here, "state": "left", "left_on": "2026-03-02", "exit_reason": "not_suitable"}),
    ]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("jans", {"Piet Jansen"}),
        ("de vries", {"Anna de Vries"}),
        ("anna", {"Anna de Vries"}),
        ("Piet Vries", set()),
        ("%", set()),
        ("' OR 1=1 --", set()),
        ("<script>", set()),
    ],
)
def test_a_name_is_found_by_its_parts(world: World, words: str, names: set[str]) -> None:
    assert found(world, Role.COORDINATOR, words=words) == names


@pytest.mark.parametrize(("words", "name"), [("a_b", "A_B"), ("c%d", "C%D"), ("e\\f", "E\\F"), ("g'h", "G'H")])
def test_a_sign_stands_for_itself_and_not_for_any_letter(world: World, words: str, name: str) -> None:
    for family_name in (name, f"{name[0]}X{name[2]}"):
        a_candidacy(name=family_name, programme=world.ours.programme, prison=world.ours.at(Kind.PRISON))
    assert found(world, Role.COORDINATOR, words=words) == {f"Sanne {name}"}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ja", {"Piet Jansen", "Tom Ja"}),  # a short name is found, and who is begun to be written
        ("p j", {"Piet Jansen"}),
        ("ns", set()),
        ("ans", {"Piet Jansen"}),
    ],
)
@pytest.mark.usefixtures("three")
def test_one_or_two_letters_begin_a_name_and_more_may_stand_inside_it(world: World, words: str, names: set[str]) -> None:
    ours = world.ours
    a_candidacy(name="Ja", identity={"given_names": "Tom"}, programme=ours.programme, prison=ours.at(Kind.PRISON))
    for number, person in enumerate(Person.objects.all()):  # a random number may begin with these letters too
        Person.objects.filter(pk=person.pk).update(pseudonym=f"QQQQ-QQQQ-{number:02}")
    assert found(world, Role.COORDINATOR, words=words) == names


def test_two_signs_find_the_numbers_that_begin_with_them(world: World, three: list[Candidacy]) -> None:
    number = three[0].person.pseudonym
    others = {one.person.pseudonym for one in Candidacy.objects.select_related("person") if one.person.pseudonym.startswith(number[:2])}
    assert number in found(world, Role.HEAD_OFFICE, words=number[:2]) <= others


def test_the_page_says_how_few_letters_are_looked_for(world: World) -> None:
    client = client_of(world.ours.users[Role.COORDINATOR])
    said = "at the beginning of a name or number"
    assert said in client.post(ADDRESS, {"words": "ja"}, headers={"Accept-Language": "en"}).content.decode()
    assert said not in client.post(ADDRESS, {"words": "jansen"}, headers={"Accept-Language": "en"}).content.decode()


def test_a_number_is_found_by_who_may_not_know_the_name(world: World, three: list[Candidacy]) -> None:
    number = three[0].person.pseudonym
    assert found(world, Role.HEAD_OFFICE, words=number) == {number}
    assert found(world, Role.HEAD_OFFICE, words="Jansen") == set()  # not even that such a name is there
    assert found(world, Role.EVALUATOR, words="Jansen") == set()


@pytest.mark.parametrize(
    ("role", "finds"),
    [
        (Role.COORDINATOR, True),
        (Role.COUNSELLOR, True),
        (Role.LEAD, True),
        (Role.HEAD_OFFICE, False),
        (Role.EVALUATOR, False),
        (Role.PROBATION_OFFICER, False),
        (Role.AGENCY_CONTACT, False),
    ],
)
@pytest.mark.parametrize("words", ["PI-2291-a", "2291", "pi"])
def test_the_prisons_own_number_finds_somebody_for_who_works_with_them(world: World, role: Role, words: str, finds: bool) -> None:
    for side in (world.ours, world.theirs):
        PrisonNumber.objects.create(candidacy=side.candidacy, number="PI-2291-A")
    with scoped(scope := scope_of(world.ours.users[role])):
        lines = candidates.page(scope, wanted=Wanted(words=words)).lines
    assert [line.id for line in lines] == ([world.ours.candidacy.pk] if finds else [])


def test_after_the_hand_over_the_prison_finds_nobody_by_its_number(world: World) -> None:
    PrisonNumber.objects.create(candidacy=world.ours.candidacy, number="2291")
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(handed_over_on="2026-03-02")
    assert found(world, Role.COORDINATOR, words="2291") == set()


@pytest.mark.parametrize(
    ("role", "label"),
    [
        (Role.COORDINATOR, "Name or number (also the number in the prison)"),
        (Role.AGENCY_CONTACT, "Name or number"),
        (Role.HEAD_OFFICE, "Number"),
    ],
)
def test_the_search_says_what_can_be_looked_for(world: World, role: Role, label: str) -> None:
    page = client_of(world.ours.users[role]).get(ADDRESS, headers={"Accept-Language": "en"}).content.decode()
    assert re.search(rf">\s*{re.escape(label)}\s*<", page)


def test_the_file_shows_the_number_in_the_prison_to_who_works_with_them(world: World) -> None:
    PrisonNumber.objects.create(candidacy=world.ours.candidacy, number="PI-2291-A")
    shown = {
        role
        for role in (Role.COORDINATOR, Role.COUNSELLOR, Role.PROBATION_OFFICER, Role.HEAD_OFFICE, Role.EVALUATOR)
        if "PI-2291-A" in client_of(world.ours.users[role]).get(f"{ADDRESS}{world.ours.candidacy.pk}/").content.decode()
    }
    assert shown == {Role.COORDINATOR, Role.COUNSELLOR}


def test_nobody_finds_somebody_elses_candidate(world: World, three: list[Candidacy]) -> None:
    for role in (Role.COORDINATOR, Role.LEAD, Role.COUNSELLOR, Role.PROBATION_OFFICER):
        assert found(world, role, words="Theirs") == set()
    Candidacy.objects.filter(pk=three[0].pk).update(handed_over_on="2026-03-02")
    assert found(world, Role.COORDINATOR, words="Jansen") == set()  # handed over: the prison knows the name no more
    assert found(world, Role.LEAD, words="Jansen") == {"Piet Jansen"}


@pytest.mark.usefixtures("three")
def test_filters_narrow_the_list(world: World) -> None:
    assert found(world, Role.LEAD, step="informed") == {"Anna de Vries"}
    assert found(world, Role.LEAD, state="left") == {"Sanne Jansma"}
    assert found(world, Role.LEAD, prison=an_organisation(Kind.PRISON).pk) == set()
    assert found(world, Role.LEAD, prison=world.ours.at(Kind.PRISON).pk) == {"Sanne Van Ours", "Piet Jansen", "Anna de Vries"}


@pytest.mark.usefixtures("three")
def test_a_search_is_sent_with_post_and_leaves_no_name_in_an_address(world: World) -> None:
    client = client_of(world.ours.users[Role.COORDINATOR])
    answer = client.post(ADDRESS, {"words": "Jansen"})
    page = answer.content.decode()
    assert answer.status_code == 200  # no way to somewhere else with the name in it
    assert "Piet Jansen" in page
    assert "Anna" not in page
    assert "?words=" not in page
    fragment = client.post(ADDRESS, {"words": "Jansen"}, headers={"HX-Request": "true"}).content.decode()
    assert "Piet Jansen" in fragment
    assert "<html" not in fragment
    assert "Jansen" not in client.get(f"{ADDRESS}?words=nobody&step=informed").content.decode()  # an address searches no name


@pytest.mark.parametrize(
    "query", ["?step=no_such_step", "?prison=no-key", "?state=gone", "?page=999999", "?page=-1", "?state=left&step=%00"]
)
def test_a_forged_filter_counts_as_none(world: World, query: str) -> None:
    assert client_of(world.ours.users[Role.LEAD]).get(ADDRESS + query).status_code == 200


@pytest.mark.usefixtures("three")
def test_a_long_word_is_refused_and_an_empty_one_shows_all(world: World) -> None:
    client = client_of(world.ours.users[Role.LEAD])
    assert client.post(ADDRESS, {"words": "x" * 101}).status_code == 422
    assert "Piet Jansen" in client.post(ADDRESS, {"words": "  "}).content.decode()


def test_an_empty_list_says_what_to_do(world: World) -> None:
    client = client_of(world.ours.users[Role.LEAD])
    nobody = client.post(reverse("candidates"), {"words": "Nobody"}).content.decode()
    assert reverse("candidates") in nobody
    Candidacy.objects.filter(pk=world.ours.candidacy.pk).update(provider=None, counsellor=None)
    assert "empty" in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("role", "part"),
    [(Role.COORDINATOR, "identity"), (Role.LEAD, "identity"), (Role.EVALUATOR, "candidacy"), (Role.HEAD_OFFICE, "candidacy")],
)
def test_opening_a_file_is_written_down_as_what_was_shown(world: World, role: Role, part: str) -> None:
    asker = client_of(world.ours.users[role])
    answer = asker.get(reverse("candidate", kwargs={"candidacy": world.ours.candidacy.pk}))
    assert ("Van Ours" in answer.content.decode()) is (part == "identity")
    entries = AuditEntry.objects.filter(verb="read", table="ledger_candidacy", actor=world.ours.users[role].pk)
    assert list(entries.values_list("part", flat=True)) == [part]


@pytest.mark.parametrize("words", ["muller", "MÜLLER", "müll", "van der Muller", "josé", "Jose", "u\u0308ller"])
def test_accents_are_looked_past_both_ways(world: World, words: str) -> None:
    ours = {"programme": world.ours.programme, "prison": world.ours.at(Kind.PRISON)}
    a_candidacy(name="Müller", identity={"given_names": "Jose", "prefix": "van der"}, **ours)
    assert found(world, Role.COORDINATOR, words=words) == {"Jose van der Müller"}


@pytest.mark.usefixtures("three")
def test_who_left_or_started_is_found_by_name_without_a_filter(world: World) -> None:
    client = client_of(world.ours.users[Role.COORDINATOR])
    client.cookies["django_language"] = "en"
    page = client.post(ADDRESS, {"words": "jans"}).content.decode()
    assert "Piet Jansen" in page
    assert "Sanne Jansma" in page
    assert ">Left<" in re.sub(r"\s+", "", page)
    assert "Sanne Jansma" not in client.get(ADDRESS).content.decode()  # the list itself is of who is on the way
    assert "Sanne Jansma" not in client.post(ADDRESS + "?state=started", {"words": "jans"}).content.decode()
