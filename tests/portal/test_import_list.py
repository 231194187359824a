"""A prison's list, from the file to candidates. Needs 2, 19, 36: every row has an outcome; a release date has its history."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from makegood_portal.actions.import_list import (
    mark_of,
    name_columns,
    put_list_aside,
    receive_list,
    say_first_line,
    suggested_columns,
    take_list_in,
    take_rows_in,
)
from makegood_portal.actions.refusal import Refusal, Stale
from makegood_portal.ledger.models import (
    AuditEntry,
    Candidacy,
    CitizenNumber,
    ColumnMapping,
    GrossListImport,
    Identity,
    ImportRow,
    MunicipalityDetails,
    Notice,
    Organisation,
    Party,
    PrisonNumber,
    Programme,
    ReleaseDate,
    SelectionEvent,
    User,
)
from makegood_portal.ledger.queries import imports
from makegood_portal.ledger.scope import Scope, scope_of, scoped
from makegood_portal.ledger.sealing import seal
from makegood_portal.ledger.words import Kind, Role
from portal.builders import a_loaded_programme, a_user, an_organisation, client_of
from portal.questions import MOST, questions

pytestmark = pytest.mark.django_db
HEADER = "Nummer;Achternaam;Voornaam;Geboortedatum;Geslacht;Einddatum detentie;Gemeente"
COLUMNS = {"number": "Nummer", "family_name": "Achternaam", "given_name": "Voornaam", "birth_date": "Geboortedatum", "sex": "Geslacht",
           "release_on": "Einddatum detentie", "municipality": "Gemeente"}  # fmt: skip
JANSEN = "1;Jansen;Piet;7-3-1984;m;1-9-2016;Utrecht"
DE_VRIES = "2;De Vries;Anna;1990-05-01;v;2016-10-01;Zwolle"
MONTH = date(2016, 6, 1)


@pytest.fixture
def programme(db: None) -> Programme:
    del db
    return a_loaded_programme()


@pytest.fixture
def prison(programme: Programme) -> Organisation:
    return Party.objects.filter(programme=programme, site="alphen").get().organisation


@pytest.fixture
def coordinator(prison: Organisation) -> User:
    return a_user(Role.COORDINATOR, at=prison)


def a_list(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def received(by: User, prison: Organisation, programme: Programme, *rows: str, month: date = MONTH) -> tuple[Scope, UUID]:
    scope = scope_of(by)
    with scoped(scope):
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=month, file_name="lijst.csv", content=a_list(*rows))
        if GrossListImport.objects.get(pk=key).state == "mapping":
            name_columns(by=scope, on=key, columns=COLUMNS)
    return scope, key


def taken_in(by: User, prison: Organisation, programme: Programme, *rows: str, month: date = MONTH) -> UUID:
    scope, key = received(by, prison, programme, *rows, month=month)
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    return key


def test_nothing_enters_the_register_before_it_is_taken_in(coordinator: User, prison: Organisation, programme: Programme) -> None:
    _, key = received(coordinator, prison, programme, JANSEN, DE_VRIES, "3;;Jan;1980-01-01;m;2016-08-01;Utrecht")
    assert Candidacy.objects.count() == 0
    assert GrossListImport.objects.get(pk=key).counts == {"new": 2, "refused": 1, "rows": 3, "corrected": 2, "without_municipality": 2}, (
        "no municipality of these names is in the directory"
    )


def test_rows_become_candidates_at_the_first_step_of_the_prison(coordinator: User, prison: Organisation, programme: Programme) -> None:
    utrecht = an_organisation(Kind.MUNICIPALITY, name="Utrecht")
    key = taken_in(coordinator, prison, programme, JANSEN, DE_VRIES)
    jansen = Candidacy.objects.get(identity__family_name="Jansen")
    assert (jansen.step, jansen.prison, jansen.municipality, jansen.release_on) == ("list_checked", prison, utrecht, date(2016, 9, 1))
    assert jansen.list_month == MONTH
    assert list(SelectionEvent.objects.filter(candidacy=jansen).values_list("step", "outcome")) == [
        ("list_drawn_up", "passed"), ("list_sent", "passed")
    ]  # fmt: skip
    assert list(ReleaseDate.objects.filter(candidacy=jansen).values_list("release_on", "source")) == [(date(2016, 9, 1), "gross_list")]
    assert GrossListImport.objects.get(pk=key).state == "done"


def test_afterwards_neither_the_file_nor_the_values_of_its_rows_are_kept(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    key = taken_in(coordinator, prison, programme, JANSEN)
    assert GrossListImport.objects.get(pk=key).sealed_file is None
    assert set(ImportRow.objects.values_list("sealed", flat=True)) == {None}


def test_the_same_file_again_is_the_same_list(coordinator: User, prison: Organisation, programme: Programme) -> None:
    assert taken_in(coordinator, prison, programme, JANSEN) == taken_in(coordinator, prison, programme, JANSEN)
    assert Candidacy.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "taken"),
    [("0001-01", False), ("1999-12", False), ("2000-01", True), ("2027-03", True), ("2027-04", False), ("9999-12", False)],
)
def test_a_month_that_cannot_be_right_is_refused(
    coordinator: User, prison: Organisation, programme: Programme, written: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before any list, and at most a year ahead."""
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 3, 15))
    words = {"place": f"{prison.pk}/{programme.pk}", "month": written, "file": SimpleUploadedFile("lijst.csv", a_list(JANSEN))}
    answer = client_of(coordinator).post(reverse("import_new"), words)
    assert answer.status_code == (302 if taken else 422)
    assert GrossListImport.objects.exists() is taken
    if not taken:
        assert "Deze maand kan niet kloppen. Kijk het jaar na. Kies een maand van 2000-01 tot en met 2027-03." in answer.content.decode()


def test_next_month_knows_who_is_on_record_whatever_the_spelling(coordinator: User, prison: Organisation, programme: Programme) -> None:
    taken_in(coordinator, prison, programme, JANSEN)
    taken_in(coordinator, prison, programme, "1;JANSEN;Piet;1984-03-07;m;2016-09-01;Utrecht", DE_VRIES, month=date(2016, 7, 1))
    assert Candidacy.objects.count() == 2
    assert Identity.objects.filter(family_name="Jansen").count() == 1


def test_another_release_date_is_kept_in_its_history_and_told(coordinator: User, prison: Organisation, programme: Programme) -> None:
    taken_in(coordinator, prison, programme, JANSEN)
    taken_in(coordinator, prison, programme, JANSEN.replace("1-9-2016", "15-8-2016"), month=date(2016, 7, 1))
    jansen = Candidacy.objects.get()
    assert jansen.release_on == date(2016, 8, 15)
    assert set(ReleaseDate.objects.values_list("release_on", flat=True)) == {date(2016, 9, 1), date(2016, 8, 15)}
    notice = Notice.objects.get(to=coordinator)
    assert (notice.kind, notice.details) == ("release_moved", {"from": "2016-09-01", "to": "2016-08-15"})


def test_the_prisons_own_number_is_kept_as_the_last_list_has_it(coordinator: User, prison: Organisation, programme: Programme) -> None:
    taken_in(coordinator, prison, programme, JANSEN, ";" + DE_VRIES.split(";", 1)[1])
    assert list(PrisonNumber.objects.values_list("candidacy__identity__family_name", "number")) == [("Jansen", "1")]
    taken_in(coordinator, prison, programme, JANSEN.replace("1;", "9;", 1), DE_VRIES, month=date(2016, 7, 1))
    assert dict(PrisonNumber.objects.values_list("candidacy__identity__family_name", "number")) == {"Jansen": "9", "De Vries": "2"}
    Candidacy.objects.update(handed_over_on=date(2016, 7, 5))
    taken_in(coordinator, prison, programme, JANSEN.replace("1;", "8;", 1), month=date(2016, 8, 1))
    assert not PrisonNumber.objects.filter(number="8").exists(), "handed over: not the prison's to write"


def test_a_number_that_changed_stands_in_the_history_with_the_one_of_before(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    taken_in(coordinator, prison, programme, JANSEN, DE_VRIES)
    taken_in(coordinator, prison, programme, JANSEN.replace("1;", "9;", 1), DE_VRIES, month=date(2016, 7, 1))
    entry = AuditEntry.objects.get(table="ledger_prisonnumber", verb="take_list_in")
    assert entry.candidacy == Candidacy.objects.get(identity__family_name="Jansen").pk
    page = client_of(coordinator).get(reverse("candidate_history", args=[entry.candidacy])).content.decode()
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert re.search(r"Nummer in de gevangenis\W+(van )?\W*1\b.{1,20}\b9\b", said), said


def test_who_was_handed_over_is_not_added_again(coordinator: User, prison: Organisation, programme: Programme) -> None:
    taken_in(coordinator, prison, programme, JANSEN)
    Candidacy.objects.update(handed_over_on=date(2016, 7, 1))
    taken_in(coordinator, prison, programme, JANSEN, DE_VRIES, month=date(2016, 8, 1))
    assert Candidacy.objects.count() == 2


def test_who_was_handed_over_keeps_the_release_date_and_the_preview_says_so(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    """Still on the way, but not the prison's to change: what is shown before is what is done."""
    an_organisation(Kind.MUNICIPALITY, name="Zwolle")
    taken_in(coordinator, prison, programme, JANSEN)
    Candidacy.objects.update(handed_over_on=date(2016, 7, 1))
    moved = JANSEN.replace("1-9-2016", "15-8-2016").replace("Utrecht", "Zwolle")
    scope, key = received(coordinator, prison, programme, moved, DE_VRIES, month=date(2016, 8, 1))
    assert GrossListImport.objects.get(pk=key).counts == {"new": 1, "unchanged": 1, "rows": 2}
    assert "was 1 september 2016" not in shown(coordinator, key)
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    jansen = Candidacy.objects.get(identity__family_name="Jansen")
    assert (jansen.release_on, jansen.municipality) == (date(2016, 9, 1), None)


@pytest.mark.parametrize("rows", [(), (DE_VRIES,)])
def test_who_is_handed_over_after_the_preview_is_told_of_as_it_went(
    coordinator: User, prison: Organisation, programme: Programme, rows: tuple[str, ...]
) -> None:
    taken_in(coordinator, prison, programme, JANSEN)
    scope, key = received(coordinator, prison, programme, JANSEN.replace("1-9-2016", "15-8-2016"), *rows, month=date(2016, 8, 1))
    assert GrossListImport.objects.get(pk=key).counts["changed"] == 1
    Candidacy.objects.update(handed_over_on=date(2016, 7, 1))
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    assert Candidacy.objects.get(identity__family_name="Jansen").release_on == date(2016, 9, 1)
    counts = GrossListImport.objects.get(pk=key).counts
    assert (counts.get("changed"), counts["unchanged"]) == (None, 1)
    facts = AuditEntry.objects.filter(table="ledger_grosslistimport", verb="take_list_in", facts__has_key="release_moved").last()
    assert facts is not None
    assert facts.facts["release_moved"] == 0


def test_a_municipality_that_was_not_known_is_filled_in_from_a_later_list(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    """By the name in the directory or by another one; its history says so, and one that is there is never overwritten."""
    hague, zwolle = an_organisation(Kind.MUNICIPALITY, name="'s-Gravenhage"), an_organisation(Kind.MUNICIPALITY, name="Zwolle")
    taken_in(coordinator, prison, programme, JANSEN.replace("Utrecht", ""), DE_VRIES)
    later = (JANSEN.replace("Utrecht", "Den Haag"), DE_VRIES.replace("Zwolle", "Den Haag"))
    scope, key = received(coordinator, prison, programme, *later, month=date(2016, 7, 1))
    counts = GrossListImport.objects.get(pk=key).counts
    assert (counts["filled"], counts["unchanged"]) == (1, 1)
    page = shown(coordinator, key, "filled")
    assert "'s-Gravenhage 2 gemeente ingevuld" in page.replace("&#x27;", "'")
    assert "Gemeente: Die was nog niet bekend. Die wordt ingevuld vanuit deze lijst." in page
    assert "De Vries" not in page
    assert "Er is niets te verwerken" not in page
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    assert dict(Candidacy.objects.values_list("identity__family_name", "municipality")) == {"Jansen": hague.pk, "De Vries": zwolle.pk}
    jansen = Candidacy.objects.get(identity__family_name="Jansen")
    assert AuditEntry.objects.get(table="ledger_candidacy", verb="take_list_in").candidacy == jansen.pk
    history = client_of(coordinator).get(reverse("candidate_history", args=[jansen.pk])).content.decode()
    assert re.search(r"Gemeente: – → &#x27;s-Gravenhage", history), history


def test_a_municipality_is_filled_in_beside_a_new_release_date(coordinator: User, prison: Organisation, programme: Programme) -> None:
    utrecht = an_organisation(Kind.MUNICIPALITY, name="Utrecht")
    taken_in(coordinator, prison, programme, JANSEN.replace("Utrecht", ""))
    scope, key = received(coordinator, prison, programme, JANSEN.replace("1-9-2016", "15-8-2016"), month=date(2016, 7, 1))
    page = shown(coordinator, key, "changed")
    assert "nieuwe datum" in page
    assert "Gemeente: Die was nog niet bekend." in page
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    jansen = Candidacy.objects.get()
    assert (jansen.municipality, jansen.release_on) == (utrecht, date(2016, 8, 15))


def test_a_municipality_that_came_in_after_the_preview_is_not_overwritten(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    an_organisation(Kind.MUNICIPALITY, name="Utrecht")
    zwolle = an_organisation(Kind.MUNICIPALITY, name="Zwolle")
    taken_in(coordinator, prison, programme, JANSEN.replace("Utrecht", ""))
    scope, key = received(coordinator, prison, programme, JANSEN, month=date(2016, 7, 1))
    Candidacy.objects.update(municipality=zwolle)
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    assert Candidacy.objects.get().municipality == zwolle
    assert "filled" not in GrossListImport.objects.get(pk=key).counts


def test_a_crash_between_batches_loses_nothing_and_repeats_nothing(
    coordinator: User, prison: Organisation, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("makegood_portal.actions.import_list.BATCH", 2)
    rows = [f"{number};Naam{'abcdefgh'[number]};Jan;1980-01-0{number + 1};m;2016-09-01;Utrecht" for number in range(7)]
    scope, key = received(coordinator, prison, programme, *rows)
    with scoped(scope):
        take_list_in(by=scope, on=key)
    from makegood_portal.actions import import_list

    whole, batches = import_list._take_in, iter(range(2))

    def dies(*arguments: object) -> None:
        if next(batches, None) is None:
            raise SystemExit
        whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(import_list, "_take_in", dies)
    with pytest.raises(SystemExit):
        take_rows_in.now(by=scope, listed=str(key))
    assert Candidacy.objects.count() == 4
    monkeypatch.setattr(import_list, "_take_in", whole)
    take_rows_in.now(by=scope, listed=str(key))
    take_rows_in.now(by=scope, listed=str(key))
    assert Candidacy.objects.count() == 7


def test_a_list_put_aside_is_forgotten(coordinator: User, prison: Organisation, programme: Programme) -> None:
    scope, key = received(coordinator, prison, programme, JANSEN)
    with scoped(scope):
        put_list_aside(by=scope, on=key)
    assert ImportRow.objects.count() == 0
    assert GrossListImport.objects.get().sealed_file is None


def test_a_citizen_service_number_is_refused_where_no_law_gives_the_task(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    scope = scope_of(coordinator)
    content = f"{HEADER};BSN\n{JANSEN};999990019".encode()
    with scoped(scope):
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="l.csv", content=content)
        with pytest.raises(Refusal, match="may not hold BSNs"):
            name_columns(by=scope, on=key, columns=COLUMNS | {"bsn": "BSN"})
    Organisation.objects.filter(pk=prison.pk).update(may_hold_bsn=True)
    with scoped(scope):
        name_columns(by=scope, on=key, columns=COLUMNS | {"bsn": "BSN"})
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    assert b"999990019" not in bytes(CitizenNumber.objects.get().sealed)


@pytest.mark.parametrize("number", ["999990019", "9999.90.019", "999 990 019"])
@pytest.mark.parametrize("may_hold", [False, True])
def test_a_citizen_service_number_under_another_name_is_not_kept(
    coordinator: User, prison: Organisation, programme: Programme, number: str, may_hold: bool
) -> None:
    Organisation.objects.filter(pk=prison.pk).update(may_hold_bsn=may_hold)
    rows = JANSEN.replace("1;", f"{number};", 1), f"{number};;Jan;1980-01-01;m;2016-08-01;Utrecht", DE_VRIES
    scope, listed = received(coordinator, prison, programme, *rows)
    page = shown(coordinator, listed)
    assert "Nummer in de gevangenis: Dit kan een burgerservicenummer zijn. Het wordt hier niet bewaard; laat de kolom weg." in page
    assert number not in page
    refused = client_of(coordinator).get(reverse("import_refused_csv", args=[listed])).content.decode()
    assert "Jan" in refused
    assert number not in refused
    assert number not in str(list(ImportRow.objects.values_list("problems", flat=True)))
    with scoped(scope):
        take_list_in(by=scope, on=listed)
    take_rows_in.now(by=scope, listed=str(listed))
    assert Candidacy.objects.count() == 2, "the person comes in"
    assert list(PrisonNumber.objects.values_list("number", flat=True)) == ["2"]


def test_a_citizen_service_number_in_a_list_of_before_is_neither_shown_nor_kept(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    scope, listed = received(coordinator, prison, programme, JANSEN)
    row = ImportRow.objects.get()
    kept = imports.opened(row.pk, row.sealed)  # type: ignore[arg-type]
    old = imports.Sealed({**kept.values, "number": "999990019"}, kept.cells)
    ImportRow.objects.filter(pk=row.pk).update(sealed=seal("list", old.text(), bound_to=row.pk))
    page = shown(coordinator, listed)
    assert "Piet Jansen" in page
    assert "999990019" not in page
    with scoped(scope):
        take_list_in(by=scope, on=listed)
    take_rows_in.now(by=scope, listed=str(listed))
    assert Candidacy.objects.count() == 1
    assert not PrisonNumber.objects.exists()


def test_another_prison_sees_neither_the_list_nor_its_rows(coordinator: User, prison: Organisation, programme: Programme) -> None:
    _, key = received(coordinator, prison, programme, JANSEN)
    other = Party.objects.filter(programme=programme, site="lelystad").get().organisation
    stranger = scope_of(a_user(Role.COORDINATOR, at=other))
    with scoped(stranger):
        assert (GrossListImport.objects.count(), ImportRow.objects.count()) == (0, 0)
        with pytest.raises(Refusal, match="Deze lijst is er niet"):
            take_list_in(by=stranger, on=key)
        with pytest.raises(Refusal, match="doet niet mee"):
            receive_list(by=stranger, on=prison.pk, programme=programme.pk, month=MONTH, file_name="l.csv", content=a_list(JANSEN))


def test_by_hand_from_upload_to_done(coordinator: User, prison: Organisation, programme: Programme) -> None:
    client = client_of(coordinator)
    file = SimpleUploadedFile("../../etc/lijst <b>.csv", a_list(JANSEN, "2;=cmd();Jan;1980-01-01;m;2016-08-01;Utrecht"))
    page = client.post(reverse("import_new"), {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06", "file": file}, follow=True)
    assert page.redirect_chain[-1][0].endswith("/columns/")
    listed = GrossListImport.objects.get()
    assert listed.file_name == "lijst b.csv"
    page = client.post(page.redirect_chain[-1][0], COLUMNS, follow=True)
    assert "Jansen" in page.content.decode()
    client.post(reverse("import_take_in", args=[listed.pk]))
    client.post(reverse("import_take_in", args=[listed.pk]))
    take_rows_in.now(by=scope_of(coordinator), listed=str(listed.pk))
    assert Candidacy.objects.count() == 1
    page = client.get(reverse("import", args=[listed.pk]))
    assert "Jansen" not in page.content.decode()
    assert "Kandidaat van regel 2" in page.content.decode()
    assert "De namen van deze lijst zijn nu gewist" in page.content.decode()


def test_how_the_file_was_read_is_said_in_the_language_of_the_page(coordinator: User, prison: Organisation, programme: Programme) -> None:
    client, content = client_of(coordinator), b"Gevangenen juni\n" + a_list(JANSEN.replace("Piet", "Ren\u00e9")).decode().encode("cp1252")
    words = {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06"}
    page = client.post(reverse("import_new"), words | {"file": SimpleUploadedFile("l.csv", content)}, follow=True)
    for said in ("Het bestand is gelezen als Windows-1252.", "1 regel boven de kop is overgeslagen."):
        assert said in page.content.decode()
    GrossListImport.objects.update(notes=["A sentence of before."])
    assert "A sentence of before." in client.get(page.redirect_chain[-1][0]).content.decode()


def test_a_number_of_excel_says_which_day_was_read(coordinator: User, prison: Organisation, programme: Programme) -> None:
    # Excel counts 7 March 1984 as 30748 and 1 September 2016 as 42614.
    _, listed = received(coordinator, prison, programme, "1;Jansen;Piet;30748;m;42614;Utrecht")
    address = reverse("import", args=[listed])
    page = client_of(coordinator).get(address).content.decode()
    for said in ("Het getal van Excel is gelezen als 7 maart 1984.", "Het getal van Excel is gelezen als 1 september 2016."):
        assert said in page
    assert "1984" not in str(ImportRow.objects.get().problems), "a birth date is kept sealed only"
    take_list_in(by=scope_of(coordinator), on=listed)
    take_rows_in.now(by=scope_of(coordinator), listed=str(listed))
    assert str(Identity.objects.get().born_on) == "1984-03-07"
    assert "Een getal van Excel is gelezen als datum." in client_of(coordinator).get(address).content.decode()


def shown(coordinator: User, listed: UUID, show: str = "") -> str:
    """The words of the page, without its tags."""
    page = client_of(coordinator).get(reverse("import", args=[listed]), {"show": show} if show else {})
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_the_preview_shows_what_was_read(coordinator: User, prison: Organisation, programme: Programme) -> None:
    an_organisation(Kind.MUNICIPALITY, name="Utrecht")
    _, listed = received(coordinator, prison, programme, JANSEN)
    page = shown(coordinator, listed)
    assert "Piet Jansen nummer 1 · geboren 7 maart 1984 · man 1 september 2016 Utrecht" in page


def test_the_preview_shows_the_release_date_of_before_and_of_now(coordinator: User, prison: Organisation, programme: Programme) -> None:
    taken_in(coordinator, prison, programme, JANSEN, DE_VRIES.replace("2016-10-01", ""))
    moved = JANSEN.replace("1-9-2016", "15-8-2016")
    _, listed = received(coordinator, prison, programme, moved, DE_VRIES, month=date(2016, 7, 1))
    page = shown(coordinator, listed, "changed")
    assert "15 augustus 2016 was 1 september 2016" in page
    assert "1 oktober 2016 was niet bekend" in page


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (JANSEN.replace("Utrecht", "Den Haag"), "Gemeente “Den Haag”: Gelezen als 's-Gravenhage."),
        (
            JANSEN.replace("Utrecht", "Nergenshuizen"),
            "“Nergenshuizen”: Er is niet precies één gemeente met deze naam. Kies de gemeente als u toestemming vraagt. Dit blijft leeg.",
        ),
        (JANSEN.replace(";m;", ";x;"), "Geslacht “x”: Gelezen als anders. Kijk of dat klopt."),
        (JANSEN.replace(";m;", ";q;"), "Geslacht “q”: Dit is niet bekend. Schrijf man, vrouw, anders of onbekend. Dit blijft leeg."),
        (JANSEN.replace("1-9-2016", "onbekend"), "Datum van vrijlating “onbekend”: Dit is niet bekend. Dit blijft leeg."),
        (JANSEN.replace("1-9-2016", "binnenkort"), "“binnenkort”: Dit is geen datum. Schrijf dag, maand en jaar, zoals 7-3-1984. Dit"),
        (JANSEN.replace("7-3-1984", "1-1-2030"), "“1-1-2030”: Niemand op deze lijst kan op die dag geboren zijn."),
        (JANSEN.replace("7-3-1984", "5-6-79"), "“5-6-79”: Het jaar heeft twee cijfers. Schrijf er vier, zoals 7-3-1984."),
        (JANSEN.replace("7-3-1984", "30-2-1984"), "“30-2-1984”: Deze dag bestaat niet."),
        (JANSEN.replace("Piet", "P.J."), "Voornaam “P.J.”: Dit zijn voorletters."),
    ],
)  # fmt: skip
def test_what_was_not_read_as_it_stands_is_said_with_what_happens(
    coordinator: User, prison: Organisation, programme: Programme, row: str, said: str
) -> None:
    for name in ("Utrecht", "'s-Gravenhage"):
        an_organisation(Kind.MUNICIPALITY, name=name)
    _, listed = received(coordinator, prison, programme, row)
    assert said in shown(coordinator, listed).replace("&#x27;", "'")
    problems = str(ImportRow.objects.get().problems)
    assert not any(word in problems for word in ("Den Haag", "Nergenshuizen", "binnenkort", "2030", "5-6-79", "P.J.")), (
        "what stood in a cell is kept sealed only"
    )


def test_dates_that_contradict_each_other_are_named(coordinator: User, prison: Organisation, programme: Programme) -> None:
    scope = scope_of(coordinator)
    content = f"{HEADER};Ingesloten op\n{JANSEN};3-9-2016".encode()
    with scoped(scope):
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="l.csv", content=content)
        name_columns(by=scope, on=key, columns=suggested_columns(key))
    assert "1 september 2016 is niet later dan 3 september 2016, de dag van insluiting." in shown(coordinator, key)


def test_two_rows_of_one_person_say_in_what_they_differ_and_neither_wins(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    taken_in(coordinator, prison, programme, JANSEN)
    other = JANSEN.replace("1-9-2016", "20-2-2017")
    _, listed = received(coordinator, prison, programme, JANSEN.replace("1-9-2016", "14-2-2017"), other, month=date(2016, 7, 1))
    page = shown(coordinator, listed)
    for said in (
        "Datum van vrijlating “14 februari 2017”: Regel 3 zegt “20 februari 2017”. Geen van deze twee wordt overgenomen.",
        "Datum van vrijlating “20 februari 2017”: Regel 2 zegt “14 februari 2017”. Geen van deze twee wordt overgenomen.",
        "Dezelfde persoon staat op regel 2. Die regel telt, maar niet wat op de regels verschilt.",
    ):
        assert said in page
    with scoped(scope_of(coordinator)):
        take_list_in(by=scope_of(coordinator), on=listed)
    take_rows_in.now(by=scope_of(coordinator), listed=str(listed))
    assert Candidacy.objects.get().release_on == date(2016, 9, 1), "what was on record stays"
    assert "Regel 2 zegt iets anders." in shown(coordinator, listed), "the values are deleted, the reason stands"


def test_what_is_not_known_is_counted(coordinator: User, prison: Organisation, programme: Programme) -> None:
    _, listed = received(coordinator, prison, programme, JANSEN.replace("1-9-2016", ""), DE_VRIES, "3;;Jan;1980-01-01;m;;")
    page = shown(coordinator, listed)
    assert "1 regel heeft geen datum van vrijlating. 2 regels hebben geen gemeente die bekend is." in page


def test_a_municipality_by_another_name_is_the_candidates(coordinator: User, prison: Organisation, programme: Programme) -> None:
    hague, merged = (an_organisation(Kind.MUNICIPALITY, name=name) for name in ("'s-Gravenhage", "Leidschendam"))
    MunicipalityDetails.objects.create(municipality=merged, cbs_code="9901", cbs_year=2001, merged_into=hague, merged_year=2002)
    taken_in(coordinator, prison, programme, JANSEN.replace("Utrecht", "Den Haag"), DE_VRIES.replace("Zwolle", "gem. Leidschendam"))
    assert list(Candidacy.objects.values_list("municipality__name", flat=True)) == ["'s-Gravenhage"] * 2
    jansen = Candidacy.objects.get(identity__family_name="Jansen").pk
    service = an_organisation(Kind.PRISON_SERVICE)
    Party.objects.create(programme=programme, organisation=service, site="service")
    for reader, told in ((coordinator, True), (a_user(Role.HEAD_OFFICE, at=service), False)):
        page = client_of(reader).get(reverse("candidate", args=[jansen]))
        assert page.status_code == 200
        assert ("s-Gravenhage" in page.content.decode()) is told, "head office reads no more than it has to"


def test_a_row_with_too_many_cells_is_named_by_its_line(coordinator: User, prison: Organisation, programme: Programme) -> None:
    file = SimpleUploadedFile("lijst.csv", a_list(JANSEN, f"{DE_VRIES};los"))
    page = client_of(coordinator).post(reverse("import_new"), {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06", "file": file})
    assert "Regel 3: Hier staan meer cellen dan in de kop." in page.content.decode()


def test_the_columns_are_named_beside_what_stands_in_them(coordinator: User, prison: Organisation, programme: Programme) -> None:
    scope = scope_of(coordinator)
    content = f"{HEADER};Burgerservicenummer\n{JANSEN};999990019\n{DE_VRIES.replace('De Vries', 'Müller')};x".encode("cp1252")
    with scoped(scope):
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="l.csv", content=content)
    page, said = questions(client_of(coordinator), reverse("import_columns", args=[key]))
    words = page.content.decode()
    assert len(said) <= MOST, "\n".join(said)
    assert "Achternaam: Müller, Jansen</option>" in words, "a name with an accent comes first"
    assert "999990019" not in words
    assert AuditEntry.objects.filter(verb="read", table="ledger_grosslistimport").exists()


def test_refused_rows_are_taken_along_with_their_reasons_before_they_are_deleted(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    bad = "3;;Jan;1980-01-01;m;2016-08-01;@SUM(A1)"
    scope, listed = received(coordinator, prison, programme, JANSEN, bad)
    address = reverse("import_refused_csv", args=[listed])
    page = shown(coordinator, listed)
    assert "1 regel is geweigerd. De naam wordt gewist als u de lijst verwerkt of weggooit." in page
    assert "1 geweigerde regel wordt dan gewist. Eerst downloaden Lijst verwerken" in page, "beside the button too"
    answer, said = questions(client_of(coordinator), address)
    assert len(said) <= MOST, "\n".join(said)
    heading, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert heading == [*HEADER.split(";"), "Regel", "Waarom geweigerd"]
    assert row[:8] == ["3", "", "Jan", "1980-01-01", "m", "2016-08-01", "'@SUM(A1)", "3"]
    assert "Achternaam: Dit is nodig." in row[8]
    entry = AuditEntry.objects.filter(verb="take_refused_rows_out").latest("number")
    assert entry.facts == {"export": "refused_rows", "list": str(listed), "rows": 1}
    with scoped(scope):
        take_list_in(by=scope, on=listed)
    take_rows_in.now(by=scope, listed=str(listed))
    assert client_of(coordinator).get(address).status_code == 302, "they are deleted"


def test_a_citizen_service_number_is_not_taken_along(coordinator: User, prison: Organisation, programme: Programme) -> None:
    Organisation.objects.filter(pk=prison.pk).update(may_hold_bsn=True)
    scope = scope_of(coordinator)
    with scoped(scope):
        content = f"{HEADER};BSN\n3;;Jan;1980-01-01;m;2016-08-01;Utrecht;999990019".encode()
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="l.csv", content=content)
        name_columns(by=scope, on=key, columns=COLUMNS | {"bsn": "BSN"})
    answer = client_of(coordinator).get(reverse("import_refused_csv", args=[key]))
    assert b"Jan" in answer.content
    assert b"999990019" not in answer.content


def test_the_file_of_refused_rows_is_put_right_and_brought_again(coordinator: User, prison: Organisation, programme: Programme) -> None:
    _, listed = received(coordinator, prison, programme, JANSEN, "3;;Jan;1980-01-01;m;2016-08-01;Utrecht")
    content = client_of(coordinator).get(reverse("import_refused_csv", args=[listed])).content
    scope = scope_of(coordinator)
    with scoped(scope):
        put_right = content.replace(b"3;;Jan", b"3;Bos;Jan")
        again = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="refused.csv", content=put_right)
    assert GrossListImport.objects.get(pk=again).counts["new"] == 1


def test_a_list_of_before_remarks_had_cells_is_looked_at_and_taken_in(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    scope, listed = received(coordinator, prison, programme, JANSEN)
    row = ImportRow.objects.get()
    assert row.sealed is not None
    values = imports.opened(row.pk, row.sealed).values
    ImportRow.objects.update(sealed=seal("list", json.dumps(dict(values)).encode(), bound_to=row.pk))
    assert "Piet Jansen" in shown(coordinator, listed)
    with scoped(scope):
        take_list_in(by=scope, on=listed)
    take_rows_in.now(by=scope, listed=str(listed))
    assert Candidacy.objects.count() == 1


def test_a_list_with_nothing_new_is_put_aside_not_taken_in(coordinator: User, prison: Organisation, programme: Programme) -> None:
    taken_in(coordinator, prison, programme, JANSEN)
    _, same = received(coordinator, prison, programme, JANSEN, month=date(2016, 7, 1))
    page = client_of(coordinator).get(reverse("import", args=[same])).content.decode()
    assert "Er is niets te verwerken" in page
    assert reverse("import_take_in", args=[same]) not in page
    assert reverse("import_put_aside", args=[same]) in page
    _, moved = received(coordinator, prison, programme, JANSEN.replace("1-9-2016", "15-8-2016"), month=date(2016, 8, 1))
    assert reverse("import_take_in", args=[moved]) in client_of(coordinator).get(reverse("import", args=[moved])).content.decode()


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "leeg"), (b"PK\x03\x04x", "beschadigd"), (b"\xd0\xcf\x11\xe0", "2007"), (b"%PDF-1.7\n", "een pdf")]
)
def test_a_file_that_cannot_be_used_is_refused_on_the_page(
    coordinator: User, prison: Organisation, programme: Programme, content: bytes, said: str
) -> None:
    file = SimpleUploadedFile("lijst.xlsx", content)
    page = client_of(coordinator).post(reverse("import_new"), {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06", "file": file})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert GrossListImport.objects.count() == 0


@pytest.mark.parametrize(("size", "code", "said"), [(0, "empty_file", "leeg"), (20_000_001, "too_large", "te groot")])
def test_a_file_that_the_form_turns_away_is_written_down_without_its_name(
    coordinator: User, prison: Organisation, programme: Programme, size: int, code: str, said: str
) -> None:
    words = {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06", "file": SimpleUploadedFile("jansen.csv", b"x" * size)}
    answer = client_of(coordinator).post(reverse("import_new"), words)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    entry = AuditEntry.objects.get(verb="request", outcome="refused")
    assert entry.actor == coordinator.pk
    assert entry.facts == {"code": code, "route": "import_new", "method": "POST", "on": {}, "size": size}


def test_a_long_list_is_looked_at_with_few_queries(coordinator: User, prison: Organisation, programme: Programme) -> None:
    rows = [
        f"{n};Naam{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)};Jan;1980-01-01;m;2016-09-01;Utrecht" for n in range(1000)
    ]
    _, key = received(coordinator, prison, programme, *rows)
    answer, said = questions(client_of(coordinator), reverse("import", args=[key]))
    assert answer.status_code == 200
    assert len(said) <= MOST, "\n".join(said)


def test_columns_that_were_named_once_are_named_otherwise_later(coordinator: User, prison: Organisation, programme: Programme) -> None:
    scope, key = received(coordinator, prison, programme, JANSEN)
    other = COLUMNS | {"family_name": "Voornaam", "given_name": "Achternaam"}
    with scoped(scope):
        name_columns(by=scope, on=key, columns=other)
    assert ColumnMapping.objects.get(prison=prison).columns == other


def test_the_second_who_names_the_columns_is_told(coordinator: User, prison: Organisation, programme: Programme) -> None:
    scope = scope_of(coordinator)
    with scoped(scope):
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="lijst.csv", content=a_list(JANSEN))
        seen = mark_of(suggested_columns(key))  # both open the page
        first = COLUMNS | {"family_name": "Voornaam", "given_name": "Achternaam"}
        name_columns(by=scope, on=key, columns=first, seen=seen)
    with scoped(scope), pytest.raises(Stale):
        name_columns(by=scope, on=key, columns=COLUMNS, seen=seen)
    with scoped(scope):
        name_columns(by=scope, on=key, columns=first, seen=seen)  # the same choice changes nothing for anybody
    assert ColumnMapping.objects.get(prison=prison).columns == first


def test_the_second_who_names_the_columns_sees_what_was_named_and_keeps_the_own_choice(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    scope = scope_of(coordinator)
    with scoped(scope):
        key = receive_list(by=scope, on=prison.pk, programme=programme.pk, month=MONTH, file_name="lijst.csv", content=a_list(JANSEN))
        seen, asker = mark_of(suggested_columns(key)), client_of(coordinator)
        name_columns(by=scope, on=key, columns=COLUMNS | {"family_name": "Voornaam", "given_name": "Achternaam"}, seen=seen)
    page = reverse("import_columns", args=[key])
    answer = asker.post(page, COLUMNS | {"seen": seen})
    assert answer.status_code == 422
    assert "Iemand anders" in answer.content.decode()
    (now,) = re.findall(r'name="seen" value="(\w+)"', answer.content.decode())
    assert asker.post(page, COLUMNS | {"seen": now}).status_code == 302
    assert ColumnMapping.objects.get(prison=prison).columns == COLUMNS


def test_of_two_equal_rows_the_first_counts_and_of_three_with_one_number_none(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    _, listed = received(coordinator, prison, programme, JANSEN, JANSEN)
    assert "Dezelfde persoon staat op regel 2. Die regel telt." in shown(coordinator, listed)
    _, listed = received(coordinator, prison, programme, JANSEN, JANSEN, JANSEN.replace("Piet", "Karel"))
    page = shown(coordinator, listed)
    assert "Die regel telt" not in page
    assert "Dezelfde persoon staat op regel 2. Die regel wordt ook niet verwerkt: het nummer is ook van iemand anders." in page


HEADLESS = f"{JANSEN}\n{DE_VRIES}".encode()
LETTERS = {"number": "A", "family_name": "B", "given_name": "C", "birth_date": "D", "sex": "E", "release_on": "F", "municipality": "G"}


def brought(by: User, prison: Organisation, programme: Programme, content: bytes, *, month: date = MONTH) -> UUID:
    with scoped(scope_of(by)):
        return receive_list(by=scope_of(by), on=prison.pk, programme=programme.pk, month=month, file_name="l.csv", content=content)


def everywhere() -> str:
    """What stands in columns and in the audit of a list, outside what is sealed."""
    mapped, listed = ColumnMapping.objects.values_list("columns"), GrossListImport.objects.values_list("header", "columns", "notes")
    return str([*mapped, *listed, *AuditEntry.objects.values_list("facts")])


def test_a_list_without_names_of_columns_says_so_before_anything_is_read(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    key = brought(coordinator, prison, programme, HEADLESS)
    asker = client_of(coordinator)
    answer = asker.get(reverse("import", args=[key]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("import_first_line", args=[key])
    page = answer.content.decode()
    assert "De eerste regel lijkt op een persoon, niet op de namen van kolommen." in page
    assert "Jansen" in page
    assert AuditEntry.objects.filter(verb="read", table="ledger_grosslistimport", row=key).exists()
    assert asker.get(reverse("import_columns", args=[key])).status_code == 302, "nothing is mapped before"
    with scoped(scope_of(coordinator)), pytest.raises(Refusal, match=r"eerste regel|first line"):
        name_columns(by=scope_of(coordinator), on=key, columns=LETTERS)
    assert asker.post(reverse("import_first_line", args=[key]), {}).status_code == 422
    answer = asker.post(reverse("import_first_line", args=[key]), {"first_line": "person"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("import_columns", args=[key])
    assert "B: Jansen, De Vries" in answer.content.decode()
    assert asker.post(reverse("import_columns", args=[key]), LETTERS).status_code == 302
    page = shown(coordinator, key)
    assert "Piet Jansen" in page
    assert "Anna De Vries" in page
    assert "De eerste regel is gelezen als een persoon." in page


def test_nothing_of_a_person_stands_in_columns_that_are_kept(coordinator: User, prison: Organisation, programme: Programme) -> None:
    key = brought(coordinator, prison, programme, HEADLESS)
    scope = scope_of(coordinator)
    with scoped(scope):
        say_first_line(by=scope, on=key, is_a_person=True)
        name_columns(by=scope, on=key, columns=LETTERS)
    assert not ColumnMapping.objects.exists(), "letters are no names: nothing is kept for the prison"
    assert suggested_columns(key) == LETTERS, "they hold for this list"
    assert "Jansen" not in everywhere()
    _, usual = received(coordinator, prison, programme, JANSEN, month=date(2016, 7, 1))
    assert ColumnMapping.objects.get().columns == COLUMNS
    next_month = brought(coordinator, prison, programme, HEADLESS, month=date(2016, 8, 1))
    assert GrossListImport.objects.get(pk=next_month).state == "mapping"
    with scoped(scope):
        say_first_line(by=scope, on=next_month, is_a_person=True)
        assert suggested_columns(next_month) == {}
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    assert set(Identity.objects.values_list("family_name", flat=True)) == {"Jansen", "De Vries"}
    del usual


def test_a_person_who_is_taken_for_the_names_of_columns_stands_nowhere_in_the_audit(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    key, scope = brought(coordinator, prison, programme, HEADLESS), scope_of(coordinator)
    with scoped(scope):
        say_first_line(by=scope, on=key, is_a_person=False)
        assert "Jansen" in GrossListImport.objects.get(pk=key).header
        say_first_line(by=scope, on=key, is_a_person=True)
    assert "Jansen" not in json.dumps([*AuditEntry.objects.values_list("facts", flat=True)])


@pytest.mark.parametrize("put_aside", [True, False])
def test_a_person_who_was_taken_for_the_names_of_columns_is_kept_nowhere_when_the_list_is_done(
    coordinator: User, prison: Organisation, programme: Programme, put_aside: bool
) -> None:
    key, scope = brought(coordinator, prison, programme, HEADLESS), scope_of(coordinator)
    first = JANSEN.split(";")
    with scoped(scope):
        say_first_line(by=scope, on=key, is_a_person=False)
        name_columns(by=scope, on=key, columns={"family_name": first[1], "given_name": first[2], "birth_date": first[3]})
        if put_aside:
            put_list_aside(by=scope, on=key)
        else:
            take_list_in(by=scope, on=key)
    if not put_aside:
        take_rows_in.now(by=scope, listed=str(key))
    assert Candidacy.objects.exists() is not put_aside
    assert "Jansen" not in everywhere()


def test_names_that_are_not_known_are_asked_about_once(coordinator: User, prison: Organisation, programme: Programme) -> None:
    content = b"Nom;Prenom;Ne le\nJansen;Piet;7-3-1984"
    key = brought(coordinator, prison, programme, content)
    asker = client_of(coordinator)
    page = asker.get(reverse("import_first_line", args=[key])).content.decode()
    assert "Geen van de woorden op de eerste regel is bekend als naam van een kolom." in page
    assert asker.post(reverse("import_first_line", args=[key]), {"first_line": "names"}).status_code == 302
    columns = {"family_name": "Nom", "given_name": "Prenom", "birth_date": "Ne le"}
    assert asker.post(reverse("import_columns", args=[key]), columns).status_code == 302
    assert ColumnMapping.objects.get().columns == columns
    again = brought(coordinator, prison, programme, content, month=date(2016, 7, 1))
    assert GrossListImport.objects.get(pk=again).state == "preview"


def test_a_header_that_is_a_person_after_all_is_read_as_one(coordinator: User, prison: Organisation, programme: Programme) -> None:
    _, key = received(coordinator, prison, programme, JANSEN)
    asker = client_of(coordinator)
    assert reverse("import_first_line", args=[key]) in asker.get(reverse("import_columns", args=[key])).content.decode()
    assert asker.post(reverse("import_first_line", args=[key]), {"first_line": "person"}).status_code == 302
    listed = GrossListImport.objects.get(pk=key)
    assert (listed.state, listed.header[:2], listed.rows.count(), listed.counts) == ("mapping", ["A", "B"], 0, {})
    assert asker.post(reverse("import_first_line", args=[key]), {"first_line": "names"}).status_code == 302
    assert GrossListImport.objects.get(pk=key).state == "preview", "its columns are known"


def test_refused_rows_of_a_list_without_names_come_back_with_names(coordinator: User, prison: Organisation, programme: Programme) -> None:
    key = brought(coordinator, prison, programme, HEADLESS.replace(b"Anna", b""))
    scope = scope_of(coordinator)
    with scoped(scope):
        say_first_line(by=scope, on=key, is_a_person=True)
        name_columns(by=scope, on=key, columns=LETTERS)
    content = client_of(coordinator).get(reverse("import_refused_csv", args=[key])).content
    assert content.decode("utf-8-sig").splitlines()[0].startswith("registratienummer;achternaam;voornaam;geboortedatum")
    again = brought(coordinator, prison, programme, content.replace(b"De Vries;", b"De Vries;Anna"))
    assert suggested_columns(again)["family_name"] == "achternaam"


def test_a_whole_name_in_one_column_is_read_row_by_row(coordinator: User, prison: Organisation, programme: Programme) -> None:
    content = b'Nummer;Naam;Geboortedatum\n1;"Boom, Kees";7-3-1984\n2;Anna van den Berg;1990-05-01\n3;Boom;1980-01-01'
    key = brought(coordinator, prison, programme, content)
    assert suggested_columns(key)["whole_name"] == "Naam"
    page, said = questions(client_of(coordinator), reverse("import_columns", args=[key]))
    assert len(said) <= MOST, "\n".join(said)
    assert "Hele naam" in page.content.decode()
    columns = {"number": "Nummer", "whole_name": "Naam", "birth_date": "Geboortedatum"}
    twice = client_of(coordinator).post(reverse("import_columns", args=[key]), columns | {"given_name": "Nummer"})
    assert "Kies de hele naam, of de achternaam en de voornaam. Niet allebei." in twice.content.decode()
    none = client_of(coordinator).post(reverse("import_columns", args=[key]), {"birth_date": "Geboortedatum"})
    assert none.status_code == 422
    assert client_of(coordinator).post(reverse("import_columns", args=[key]), columns).status_code == 302
    page = shown(coordinator, key)
    assert "Kees Boom achternaam Boom, voornaam Kees" in page
    assert "Anna van den Berg achternaam Berg, tussenvoegsel van den, voornaam Anna" in page
    assert "Hele naam “Boom”: Dit is geen achternaam met een voornaam. Schrijf ze allebei, zoals Boom, Kees." in page
    scope = scope_of(coordinator)
    with scoped(scope):
        take_list_in(by=scope, on=key)
    take_rows_in.now(by=scope, listed=str(key))
    kept = set(Identity.objects.values_list("given_names", "prefix", "family_name"))
    assert kept == {("Kees", "", "Boom"), ("Anna", "van den", "Berg")}


def test_a_list_is_read_by_its_own_header_whatever_the_prison_mapped_since(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    key = brought(coordinator, prison, programme, a_list(DE_VRIES, JANSEN))
    person = dict(zip(COLUMNS, JANSEN.split(";"), strict=True))
    ColumnMapping.objects.create(prison=prison, columns=person, saved_by=coordinator)
    page = client_of(coordinator).get(reverse("import_columns", args=[key]))
    assert page.status_code == 200
    assert "Achternaam: De Vries, Jansen" in page.content.decode()
    assert client_of(coordinator).post(reverse("import_columns", args=[key]), COLUMNS).status_code == 302
    again = brought(coordinator, prison, programme, a_list(DE_VRIES, JANSEN), month=date(2016, 7, 1))
    assert GrossListImport.objects.get(pk=again).header == HEADER.split(";")


def test_a_kept_list_that_cannot_be_read_any_more_says_why_and_can_be_named_again_or_thrown_away(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    key = brought(coordinator, prison, programme, a_list(JANSEN))
    GrossListImport.objects.filter(pk=key).update(sealed_file=seal("list", HEADER.encode(), bound_to=key))
    page = client_of(coordinator).get(reverse("import_columns", args=[key]))
    assert page.status_code == 409
    words = page.content.decode()
    assert "Er staat niemand op de lijst. Stuur een lijst met minstens één regel." in words
    assert "nobody stands" not in words
    assert reverse("import_first_line", args=[key]) in words
    assert reverse("import_put_aside", args=[key]) in words
    done = client_of(coordinator).post(reverse("import_first_line", args=[key]), {"first_line": "names"})
    assert "Er staat niemand op de lijst." in done.content.decode()
    assert client_of(coordinator).post(reverse("import_put_aside", args=[key])).status_code == 302


def test_lists_are_told_apart_and_one_that_waits_is_thrown_away_there(
    coordinator: User, prison: Organisation, programme: Programme
) -> None:
    key = brought(coordinator, prison, programme, a_list(JANSEN))
    answer, said = questions(client_of(coordinator), reverse("imports"))
    assert len(said) <= MOST, "\n".join(said)
    page = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
    came = GrossListImport.objects.get(pk=key).recorded_at.astimezone()
    assert "l.csv" in page
    assert f"{came.year}, {came:%H}:" in page
    assert reverse("import_put_aside", args=[key]) in answer.content.decode()
    assert reverse("import_put_aside", args=[key]) in client_of(coordinator).get(reverse("import_columns", args=[key])).content.decode()
    service = an_organisation(Kind.PRISON_SERVICE)
    Party.objects.create(programme=programme, organisation=service, site="service")
    page = client_of(a_user(Role.HEAD_OFFICE, at=service)).get(reverse("imports")).content.decode()
    assert prison.name in page
    assert "l.csv" not in page, "a file may be called after somebody"
    assert reverse("import_put_aside", args=[key]) not in page


def test_the_same_file_again_says_that_it_came_before(coordinator: User, prison: Organisation, programme: Programme) -> None:
    words = {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06"}
    asker = client_of(coordinator)
    first = asker.post(reverse("import_new"), words | {"file": SimpleUploadedFile("l.csv", a_list(JANSEN))}, follow=True)
    assert "al eerder ingelezen" not in first.content.decode()
    again = asker.post(reverse("import_new"), words | {"file": SimpleUploadedFile("anders.csv", a_list(JANSEN))}, follow=True)
    assert "Dit bestand is al eerder ingelezen, op " in again.content.decode()
    assert GrossListImport.objects.count() == 1


def test_merged_cells_are_named(coordinator: User, prison: Organisation, programme: Programme) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (HEADER, JANSEN, DE_VRIES):
        book.active.append(row.split(";"))
    book.active.merge_cells("B2:B3")
    out = io.BytesIO()
    book.save(out)
    words = {"place": f"{prison.pk}/{programme.pk}", "month": "2016-06", "file": SimpleUploadedFile("l.xlsx", out.getvalue())}
    page = client_of(coordinator).post(reverse("import_new"), words)
    assert "Deze cellen zijn samengevoegd: B2:B3. Maak ze los en vul elke cel in." in page.content.decode()
