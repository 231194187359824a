"""The practice round of a demonstration: another invented world, moved to today and cut off there."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from makegood.cases.gross_list.fields import suggest_mapping
from makegood.cases.gross_list.file import read_list
from makegood.cases.gross_list.judging import judge
from makegood.cli import main
from makegood.programme.reading import shipped
from makegood_portal.actions.import_world import import_world
from makegood_portal.actions.load_programme import load_programme
from makegood_portal.config import practice_round
from makegood_portal.ledger.models import Candidacy, PermissionRequest, SelectionEvent, User
from makegood_portal.ledger.scope import scope_of_system
from portal.builders import a_loaded_programme

TODAY = date(2026, 11, 29)
YEARS = 10


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("worlds")
    for seed in ("1", "2"):
        assert main(["world", "werk-na-detentie", "--seed", seed, "--pool", "0", "--out", str(out / seed), "--quiet"]) == 0
    return {seed: out / seed for seed in ("1", "2")}


@pytest.fixture
def written(worlds: dict[str, Path], tmp_path: Path) -> practice_round.Round:
    return practice_round.write_round(worlds["2"], people_of=worlds["1"], to=tmp_path / "practice", today=TODAY)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_day_of_four_years_falls_within_the_recruitment() -> None:
    for number in range(4 * 365 + 1):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert date(2016, 5, 31) <= practice_round.moved(day, -practice_round.years_since(day)) <= date(2017, 5, 30)


def test_dates_are_moved_by_whole_years() -> None:
    assert (
        practice_round.moved_text("from: 2016-02-29, until: 2017-02-01, code: 2016-99", 1)
        == "from: 2017-02-28, until: 2018-02-01, code: 2016-99"
    )


def test_nothing_of_it_happens_after_today(written: practice_round.Round) -> None:
    day = TODAY.isoformat()
    columns = {"selection_events": "on", "release_dates": "recorded_on", "permissions": "asked_on", "answers": "answered_on"}
    for name, column in columns.items():
        found = [row[column] for row in rows(written.folder, name)]
        assert max(found) <= day, name
        assert min(found) > "2026-01-01", name
    assert all(row["answered_on"] <= day for row in rows(written.folder, "permissions"))
    assert any(not row["answered_on"] for row in rows(written.folder, "permissions"))


def test_the_list_to_bring_has_the_mistakes_that_lists_have(written: practice_round.Round) -> None:
    file = read_list((written.folder / practice_round.SAMPLE).read_bytes(), name=practice_round.SAMPLE, known=())
    judged = list(judge(file, suggest_mapping(file.header), on=TODAY.replace(day=1)))
    verdicts = Counter(row.verdict for row in judged)
    assert verdicts["refused"] == 2, "a row without a name, and a person who stands on it twice"
    assert verdicts["corrected"] >= 1
    assert sum(verdicts.values()) >= 8
    names = {row["family_name"] for row in rows(written.folder, "gross_list")}
    assert names  # those of the register; nobody of the list to bring is there yet
    candidates = {row["candidate"] for row in rows(written.folder, "gross_list")}
    assert not candidates & {line.split(";")[0] for line in (written.folder / practice_round.SAMPLE).read_text().splitlines()[1:]}


@pytest.mark.django_db
def test_somebody_waits_at_most_steps_and_history_is_left_alone(worlds: dict[str, Path], written: practice_round.Round) -> None:
    by = scope_of_system("demo")
    history = a_loaded_programme()
    import_world(worlds["1"], programme=history, by=by)
    people = User.objects.count()
    terms = practice_round.write_terms(shipped()["werk-na-detentie"], to=written.folder, years=YEARS)
    practice = load_programme(str(terms), by=by, on=date(2026, 6, 3))
    import_world(written.folder, programme=practice, by=by)
    waiting = Counter(Candidacy.objects.filter(programme=practice, state="open").values_list("step", flat=True))
    assert set(waiting) >= {"list_sent", "list_checked", "questionnaire", "talk", "permission_asked", "acquaintance"}
    assert "list_drawn_up" not in waiting
    assert Candidacy.objects.filter(programme=practice, state="started").exists()
    assert not Candidacy.objects.filter(programme=history, state="open").exists()
    assert Candidacy.objects.filter(programme=history).count() == 1300
    assert User.objects.count() == people  # the same people work in it
    assert not SelectionEvent.objects.filter(candidacy__programme=practice, happened_on__gt=TODAY).exists()
    asked = PermissionRequest.objects.filter(candidacy__programme=practice, state="asked")
    assert asked.exists()
    assert not asked.filter(says=None).exists()  # the municipality reads whom it is asked about
    assert not PermissionRequest.objects.filter(
        candidacy__programme=history, state="asked"
    ).exists()  # of history nobody waits for an answer
