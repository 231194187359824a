"""Taking a programme file in: its text under its SHA-256, its sites, its instruments; no code in use is orphaned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from makegood.programme.reading import shipped
from makegood.values.problem import Refused
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import (
    Candidacy,
    ContactMoment,
    Contract,
    Coordination,
    Organisation,
    Party,
    Programme,
    ProgrammeVersion,
    ReleaseDate,
    UsualCare,
)
from makegood_portal.ledger.scope import scope_of_system
from makegood_portal.ledger.words import Kind
from portal.builders import a_candidacy, a_user, an_organisation

OPERATOR = scope_of_system("load")
ON = date(2016, 6, 3)
REFERENCE = shipped()["werk-na-detentie"]

pytestmark = pytest.mark.django_db


def test_the_reference_programme_comes_in_with_its_ten_sites_and_its_steps() -> None:
    programme = load_programme("werk-na-detentie", by=OPERATOR, on=ON)
    delivery = terms.delivery_on(programme.pk, ON)
    assert Party.objects.filter(programme=programme).exclude(site="").count() == len(delivery.recruits_from.sites) == 10
    assert set(Organisation.objects.values_list("kind", flat=True)) == {"prison"}
    assert delivery.order[0] == "list_drawn_up"
    assert set(terms.questionnaires_of(programme.pk)) == set(delivery.instruments)


def test_loading_the_same_text_again_changes_nothing() -> None:
    for _ in range(2):
        programme = load_programme("werk-na-detentie", by=OPERATOR, on=ON)
    assert ProgrammeVersion.objects.filter(programme=programme).count() == 1
    assert Party.objects.filter(programme=programme).count() == 10


def _changed(folder: Path, old: str, new: str) -> str:
    text = (REFERENCE / "programme.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "programme.yaml").write_text(text.replace(old, new), encoding="utf-8")
    for instrument in REFERENCE.glob("instruments/*.xlsx"):
        (folder / "instruments").mkdir(exist_ok=True)
        (folder / "instruments" / instrument.name).write_bytes(instrument.read_bytes())
    return str(folder)


def test_a_text_without_a_code_that_records_use_is_refused(tmp_path: Path) -> None:
    programme = load_programme("werk-na-detentie", by=OPERATOR, on=ON)
    a_candidacy(programme=programme, channel="flyer")
    with pytest.raises(Refused) as refused:
        load_programme(_changed(tmp_path, "    flyer: {", "    leaflet: {"), by=OPERATOR, on=ON)
    orphans = [problem.where.path for problem in refused.value.problems if problem.code == "orphaned_code"]
    assert orphans == ["delivery/channels/flyer"]


def test_a_kind_of_contact_that_was_recorded_does_not_vanish(tmp_path: Path) -> None:
    programme = load_programme("werk-na-detentie", by=OPERATOR, on=ON)
    candidacy = a_candidacy(programme=programme)
    ContactMoment.objects.create(candidacy=candidacy, kind="video", minutes=15, phase="before_start", happened_on=ON)
    Contract.objects.create(
        candidacy=candidacy, track="basic", signed_on=ON, withdrawn_on=ON, withdrawn_reason="left", signed_with=a_user(),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        load_programme(_changed(tmp_path, "    video: {", "    call: {"), by=OPERATOR, on=ON)
    assert [problem.where.path for problem in refused.value.problems] == ["delivery/contact_kinds/video"]


def _coordinated(candidacy: Candidacy) -> None:
    Coordination.objects.create(
        candidacy=candidacy, status="known", stage="known", with_role="debt", municipality=an_organisation(Kind.MUNICIPALITY),
        happened_on=ON,
    )  # fmt: skip


def _dated(candidacy: Candidacy) -> None:
    ReleaseDate.objects.create(candidacy=candidacy, release_on=ON, source="gross_list", happened_on=ON)
    ReleaseDate.objects.create(candidacy=candidacy, release_on=None, source="court", reason="new_sentence", happened_on=ON)


def _cared_for(candidacy: Candidacy) -> None:
    town = an_organisation(Kind.MUNICIPALITY)
    UsualCare.objects.create(municipality=town, programme=candidacy.programme, year=2016, kinds=["benefit"], source="policy")


@pytest.mark.parametrize(
    ("use", "line", "path"),
    [
        (_coordinated, "      known: {means", "coordination/statuses/known"),
        (_coordinated, "      debt: {title: {en: Debt counsellor", "coordination/with_roles/debt"),
        (_dated, "      court: {", "end_date/sources/court"),
        (_dated, "      new_sentence: {", "end_date/corrections/new_sentence"),
        (_cared_for, "      benefit: {", "usual_care/kinds/benefit"),
        (_cared_for, "      policy: {", "usual_care/sources/policy"),
    ],
)
def test_no_code_of_coordination_dates_or_usual_care_vanishes(
    use: Callable[[Candidacy], None], line: str, path: str, tmp_path: Path
) -> None:
    programme = load_programme("werk-na-detentie", by=OPERATOR, on=ON)
    use(a_candidacy(programme=programme))
    changed = _changed(tmp_path, line, line.replace(line.strip().split(":")[0], "renamed", 1))
    with pytest.raises(Refused) as refused:
        load_programme(changed, by=OPERATOR, on=ON)
    assert [problem.where.path for problem in refused.value.problems] == [f"delivery/{path}"]


def test_a_missing_form_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    folder = Path(_changed(tmp_path, "screening.xlsx", "nowhere.xlsx"))
    with pytest.raises(Refused, match="no such file"):
        load_programme(str(folder), by=OPERATOR, on=ON)
    assert ProgrammeVersion.objects.count() == 0


def test_a_programme_without_delivery_is_refused() -> None:
    with pytest.raises(Refused, match="delivery"):
        load_programme("newpin", by=OPERATOR, on=ON)


def test_a_form_that_asks_what_is_measured_elsewhere_is_refused(tmp_path: Path) -> None:
    """Need 13: nothing is half filled in."""
    changed = _changed(tmp_path, "    reoffending:\n", "    last_job:\n")
    with pytest.raises(Refused) as refused:
        load_programme(changed, by=OPERATOR, on=ON)
    assert [(problem.code, problem.where.path) for problem in refused.value.problems] == [("asked_and_measured_elsewhere", "last_job")]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("named_in: municipality_after_release", "named_in: municipality_after", "delivery/permissions/municipality/named_in"),
        ("{ask_municipality: permission", "{ask_town: permission", "delivery/instruments/consent/consents"),
        ("consents_until: consent_until", "consents_until: last_job", "delivery/instruments/consent/consents_until"),
    ],
)
def test_a_question_that_the_terms_name_and_no_form_asks_is_refused(tmp_path: Path, old: str, new: str, path: str) -> None:
    with pytest.raises(Refused) as refused:
        load_programme(_changed(tmp_path, old, new), by=OPERATOR, on=ON)
    assert [(problem.code, problem.where.path) for problem in refused.value.problems] == [("no_such_question", path)]


def test_the_steps_of_the_head_office_are_known_and_filled_in_for_what_was_loaded_before() -> None:
    """Its own and the one after, until which it can take them back: what the database lets it write at."""
    steps = ["list_checked", "list_drawn_up", "list_sent"]
    assert load_programme("werk-na-detentie", by=OPERATOR, on=ON).with_head_office == steps
    assert load_programme("home-after-care", by=OPERATOR, on=ON).with_head_office == []
    Programme.objects.update(with_head_office=[])
    import_module("makegood_portal.ledger.migrations.0020_with_head_office").fill(apps, None)
    assert sorted(Programme.objects.values_list("with_head_office", flat=True)) == [[], steps]
