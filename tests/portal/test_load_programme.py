"""Taking a programme file in: its text under its SHA-256, its sites, its instruments; no code in use is orphaned."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from makegood.programme.reading import shipped
from makegood.values.problem import Refused
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.ledger import terms
from makegood_portal.ledger.models import ContactMoment, Contract, Organisation, Party, ProgrammeVersion
from makegood_portal.ledger.scope import scope_of_system
from portal.builders import a_candidacy, a_user

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


def test_a_missing_form_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    folder = Path(_changed(tmp_path, "screening.xlsx", "nowhere.xlsx"))
    with pytest.raises(Refused, match="no such file"):
        load_programme(str(folder), by=OPERATOR, on=ON)
    assert ProgrammeVersion.objects.count() == 0


def test_a_programme_without_delivery_is_refused() -> None:
    with pytest.raises(Refused, match="delivery"):
        load_programme("newpin", by=OPERATOR, on=ON)
