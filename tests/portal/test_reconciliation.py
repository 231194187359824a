"""A partner's list beside the register: names become tokens in memory, differences are shown. Need 20."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from makegood.cases.linkage import tokens_of
from makegood.cases.partner_list import PARTS
from makegood_portal.actions.reconcile import PartnerListRefused, compare_list, link_lists
from makegood_portal.actions.refusal import NotYours, Refusal
from makegood_portal.ledger.models import AuditEntry, Candidacy, Reconciliation
from makegood_portal.ledger.queries import reconciliation
from makegood_portal.ledger.scope import scope_of, scoped
from makegood_portal.ledger.words import Kind, Role
from portal.builders import Side, World, a_candidacy, client_of

pytest.importorskip("splink")
pytestmark = pytest.mark.django_db
STARTED = [("Piet", "Jansen", date(1984, 3, 7)), ("Anna", "Bakker", date(1990, 5, 1)), ("Omar", "Yilmaz", date(1979, 12, 24))]
HEADER = "sleutel;achternaam;voornaam;geboortedatum"
# No bare year: digits stand by chance in a token or a fingerprint.
PERSONAL = ("jansen", "piet", "visser", "1984-03-07", "07-03-1984", "19840307")
LIST = f"{HEADER}\nD1;Jansen;Piet;07-03-1984\nD2;Bakker;Anne;01-05-1990\nD3;Visser;Kees;02-02-1970\n"
"""Piet is on both, Anna is spelled otherwise, Omar is missing, Kees is too many."""


@pytest.fixture
def ours(world: World) -> Side:
    for side in (world.ours, world.theirs):
        for given, family, born_on in STARTED:
            a_candidacy(
                programme=side.programme, prison=side.at(Kind.PRISON), provider=side.at(Kind.PROVIDER), state="started",
                started_on=date(2026, 3, 1), identity={"given_names": given, "family_name": family, "born_on": born_on},
            )  # fmt: skip
    return world.ours


def compare(side: Side, text: str = LIST, *, role: Role = Role.LEAD, covers: str = "started", secret: str = "") -> Reconciliation:
    scope = scope_of(side.users[role])
    with scoped(scope):
        return compare_list(by=scope, on=side.programme.pk, partner="Dienst", covers=covers, content=text.encode(), secret=secret)


def link(side: Side, made: Reconciliation) -> None:
    link_lists.now(by=scope_of(side.users[Role.LEAD]), reconciliation_of=str(made.pk))


def seen(side: Side, made: Reconciliation, role: Role = Role.LEAD) -> reconciliation.Outcome:
    scope = scope_of(side.users[role])
    with scoped(scope):
        found = reconciliation.outcome(scope, made.pk)
    assert found is not None
    return found


def test_who_is_on_one_list_only_is_named(ours: Side) -> None:
    made = compare(ours)
    link(ours, made)
    found = seen(ours, made)
    assert [one.label for one in found.only_ours] == ["Omar Yilmaz"]
    assert list(found.only_theirs) == ["D3"]
    alike = [*found.differing, *found.doubtful]
    assert [(one.label, one.key, list(one.differs)) for one in alike] == [("Anna Bakker", "D2", ["given_name"])]
    assert (found.row.counts["ours"], found.row.counts["theirs"]) == (3, 3)


def test_neither_the_list_nor_a_token_is_kept_and_the_job_does_it_once(ours: Side) -> None:
    made = compare(ours)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM ledger_reconciliation r")
        kept = cursor.fetchone()[0].casefold()
    assert not any(word in kept for word in PERSONAL)
    lists = repr(reconciliation.unseal_lists(made))
    assert not any(word in lists.casefold() for word in PERSONAL)
    link(ours, made)
    row = Reconciliation.objects.get()
    assert (row.state, row.sealed_list) == ("done", None)
    link(ours, made)
    assert Reconciliation.objects.get().done_at == row.done_at
    assert AuditEntry.objects.filter(verb="link_lists").count() == 1


def test_the_evaluator_reads_pseudonyms_and_no_pair(ours: Side) -> None:
    made = compare(ours)
    link(ours, made)
    found = seen(ours, made, Role.EVALUATOR)
    omar = Candidacy.objects.get(identity__family_name="Yilmaz", programme=ours.programme)
    assert [one.label for one in found.only_ours] == [omar.person.pseudonym]
    assert list(found.only_theirs) == ["D3"]
    assert {one.key for one in (*found.differing, *found.doubtful)} == {""}
    page = client_of(ours.users[Role.EVALUATOR]).get(reverse("reconciliation_one", args=[made.pk])).content.decode()
    assert "Yilmaz" not in page
    # As a whole word: a random pseudonym may hold these two characters.
    assert not re.search(r"(?<![\w-])D2(?![\w-])", page)


def test_another_provider_sees_nothing_of_it_and_is_compared_with_its_own(ours: Side, world: World) -> None:
    made = compare(ours)
    scope = scope_of(world.theirs.users[Role.LEAD])
    with scoped(scope):
        assert reconciliation.outcome(scope, made.pk) is None
        assert not Reconciliation.objects.exists(), "the database says the same"
    with pytest.raises(NotYours), scoped(scope):
        compare_list(by=scope, on=ours.programme.pk, partner="x", covers="started", content=LIST.encode())
    with pytest.raises(NotYours):
        compare(ours, role=Role.EVALUATOR)


def test_a_list_of_tokens_compares_with_the_secret_of_the_partners(ours: Side) -> None:
    secret = "a secret of these two"  # noqa: S105 - of a test
    made_by_them = [
        tokens_of({"given_name": given, "family_name": family, "birth_date": born.isoformat()}, person=f"T{n}", secret=secret.encode())
        for n, (given, family, born) in enumerate(STARTED[:2])
    ]
    text = "\n".join(
        [",".join(("person", *PARTS)), *(",".join([row.person, *(getattr(row, part) for part in PARTS)]) for row in made_by_them)]
    )
    for given, both in ((secret, 2), ("a secret of two others", 0)):
        made = compare(ours, text, secret=given)
        link(ours, made)
        assert seen(ours, made).row.counts["both"] == both
    with pytest.raises(Refusal) as refused:
        compare(ours, text, secret="short")
    assert refused.value.code == "short_secret"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_file"), (HEADER, "no_rows"), (LIST.replace("D2", "D1"), "key_twice"), ("PK\x03\x04", "not_xlsx")]
)
def test_a_list_that_cannot_be_compared_is_refused(ours: Side, text: str, code: str) -> None:
    with pytest.raises(PartnerListRefused) as refused:
        compare(ours, text)
    assert refused.value.code == code
    assert not Reconciliation.objects.exists()


def test_reading_names_is_written_down(ours: Side) -> None:
    made = compare(ours)
    link(ours, made)
    client = client_of(ours.users[Role.LEAD])
    client.get(reverse("reconciliation_one", args=[made.pk]))
    entries = AuditEntry.objects.filter(verb="read", part="identity", row=made.pk).order_by("at")
    assert [entry.facts["persons"] for entry in entries] == [3, 3]


def test_by_hand(ours: Side) -> None:
    client, new = client_of(ours.users[Role.LEAD]), reverse("reconciliation_new")
    words = {"programme": str(ours.programme.pk), "partner": "Dienst", "covers": "started"}
    bad = client.post(new, {**words, "file": SimpleUploadedFile("list.csv", LIST.replace("D2", "D1").encode())})
    assert bad.status_code == 422
    assert "Jansen" not in bad.content.decode()
    sent = client.post(new, {**words, "file": SimpleUploadedFile("list.csv", LIST.encode())}, follow=True)
    assert 'hx-trigger="every 2s"' in sent.content.decode()
    made = Reconciliation.objects.get()
    link(ours, made)
    page = client.get(reverse("reconciliation_one", args=[made.pk])).content.decode()
    assert "Omar Yilmaz" in page
    assert client.post(reverse("reconciliation_forget", args=[made.pk]), follow=True).status_code == 200
    assert not Reconciliation.objects.exists()
