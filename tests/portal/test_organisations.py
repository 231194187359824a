"""Who takes part, from a list of the operator's: added, put right, never taken away; all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from makegood.values.problem import Refused
from makegood_portal.actions.organisations import Taken, take_organisations_in
from makegood_portal.ledger.models import AuditEntry, MunicipalityDetails, Organisation, Party
from makegood_portal.ledger.scope import scope_of_system
from makegood_portal.ledger.words import Kind
from portal.builders import a_loaded_programme

pytestmark = pytest.mark.django_db
HEADER = "kind,name,cbs_code,cbs_year,may_hold_bsn,programme,site\n"
LIST = HEADER + (
    "operator,Stichting Portaal,,,,,\n"
    "prison,P.I. Nieuwegein,,,yes,werk-na-detentie,nieuwegein\n"
    "provider,Work-Wise Direct,,,no,werk-na-detentie,\n"
    "municipality,Utrecht,344,2026,,werk-na-detentie,\n"
)


def take(folder: Path, text: str) -> Taken:
    file = folder / "organisations.csv"
    file.write_text(text, encoding="utf-8")
    return take_organisations_in(by=scope_of_system("organisations"), on=None, file=file)


def refused(folder: Path, text: str) -> list[tuple[int, str]]:
    before = Organisation.objects.count(), Party.objects.count()
    with pytest.raises(Refused) as no:
        take(folder, text)
    assert (Organisation.objects.count(), Party.objects.count()) == before, "nothing at all is taken in"
    assert all(problem.what and problem.remedy for problem in no.value.problems)
    return [(problem.where.line, problem.code) for problem in no.value.problems]


def test_a_list_makes_those_who_take_part_and_a_second_time_nothing(tmp_path: Path) -> None:
    programme = a_loaded_programme()
    sites = Organisation.objects.filter(kind=Kind.PRISON).count()
    assert take(tmp_path, LIST) == Taken(new=3, changed=1, same=0, parties=2)
    assert Organisation.objects.filter(kind=Kind.PRISON).count() == sites, "a site of the programme is there since it was loaded"
    prison = Party.objects.get(programme=programme, site="nieuwegein").organisation
    assert prison.may_hold_bsn
    assert MunicipalityDetails.objects.get(cbs_code="0344").municipality.name == "Utrecht"
    assert set(Party.objects.filter(site="").values_list("organisation__kind", flat=True)) == {"provider", "municipality"}
    written = AuditEntry.objects.filter(table__gt="").count()
    assert take(tmp_path, LIST) == Taken(same=4)
    assert AuditEntry.objects.filter(table__gt="").count() == written, "what did not change is not written down as a change"


def test_a_name_and_a_flag_are_changed_and_written_down(tmp_path: Path) -> None:
    a_loaded_programme()
    take(tmp_path, LIST)
    changed = LIST.replace("P.I. Nieuwegein,,,yes", "P.I. Utrecht,,,no").replace("Utrecht,344,2026", "Groot Utrecht,0344,2027")
    assert take(tmp_path, changed).changed == 2
    prison = Party.objects.get(site="nieuwegein").organisation
    assert (prison.name, prison.may_hold_bsn) == ("P.I. Utrecht", False)
    details = MunicipalityDetails.objects.get()
    assert (details.municipality.name, details.cbs_year) == ("Groot Utrecht", 2027)
    entries = AuditEntry.objects.filter(verb="take_organisations_in", row=prison.pk)
    assert entries.latest("at").facts["changes"]["may_hold_bsn"] == [True, False]
    policy = AuditEntry.objects.filter(verb="policy", row=prison.pk).order_by("at")
    assert [entry.facts["may_hold_bsn"] for entry in policy] == [True, False]
    assert take(tmp_path, "kind,name\nprison,P.I. Utrecht\n") == Taken(same=1), "what is left empty stays as it is known"


def test_whatever_has_no_code_is_renamed_by_the_name_that_it_had(tmp_path: Path) -> None:
    take(tmp_path, "kind;name\nprovider;Work-Wise\n")
    renamed = "kind;name;former_name\nprovider;Work-Wise Direct;Work-Wise\n"
    assert take(tmp_path, renamed) == Taken(changed=1)
    assert take(tmp_path, renamed) == Taken(same=1)
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Work-Wise Direct"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(1, "columns_missing")]),
        ("kind,nmae\n", [(1, "columns_missing")]),
        ("kind,name,bsn\n", [(1, "unknown_column")]),
        ("kind,name\n", [(0, "empty_file")]),
        ("kind,name\nprison,Lelystad,Flevoland\n", [(2, "too_many_cells")]),
        ("kind,name\nprison,\ngaol,Lelystad\n", [(2, "missing_value"), (3, "unknown_kind")]),
        (HEADER + "provider,Work-Wise,,,yes,,\nprison,P.I. Lelystad,,,ja,,\n", [(2, "may_not_hold_bsn"), (3, "not_yes_or_no")]),
        (HEADER + "prison,Lelystad,0995,2026,,,\n", [(2, "not_a_municipality")]),
        (HEADER + "municipality,Lelystad,0995,,,,\n", [(2, "missing_value")]),
        (HEADER + "municipality,Lelystad,99A,26,,,\n", [(2, "not_a_code"), (2, "not_a_year")]),
        (HEADER + "prison,P.I. X,,,,werk-na-detenti,\n", [(2, "unknown_programme")]),
        (HEADER + "prison,P.I. X,,,,werk-na-detentie,niewegein\n", [(2, "unknown_site")]),
        (HEADER + "prison,P.I. X,,,,,nieuwegein\n", [(2, "missing_value")]),
        (HEADER + "provider,P.I. X,,,,werk-na-detentie,nieuwegein\n", [(2, "wrong_kind")]),
        ("kind,name\nprison,Lelystad\nprison,lelystad\n", [(3, "twice")]),
        (HEADER + "municipality,Lelystad,0995,2026,,,\nmunicipality,Almere,0995,2026,,,\n", [(3, "twice")]),
    ],
)
def test_a_list_that_is_not_right_is_refused_by_its_lines(tmp_path: Path, text: str, problems: list[tuple[int, str]]) -> None:
    a_loaded_programme()
    assert refused(tmp_path, text) == problems


def test_one_wrong_line_keeps_the_whole_list_out(tmp_path: Path) -> None:
    a_loaded_programme()
    assert refused(tmp_path, LIST + "prison,P.I. X,,,maybe,,\n") == [(6, "not_yes_or_no")]


def test_no_two_of_a_kind_get_one_name(tmp_path: Path) -> None:
    a_loaded_programme()
    other = Party.objects.exclude(site__in=["", "nieuwegein"]).select_related("organisation").first()
    assert other is not None
    line = f'prison,"{other.organisation.name}",,,,werk-na-detentie,nieuwegein\n'
    assert refused(tmp_path, HEADER + line) == [(2, "name_taken")]
