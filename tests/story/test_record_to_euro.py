"""The line is whole: from a payment down to the record that says so, and from a corrected record up to the euro."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from builders import terms_with, written
from makegood.cli import main
from measurement_builders import a_person, a_spell, an_observation, watched, write

JOB = {
    "title": "Months of work",
    "unit": "month",
    "measured": {"months_of": "employment", "counts_when": {"average_hours": "24"}, "value": "total"},
}
TERMS = terms_with(
    calendar={"starts_on": "2016-01-01", "observation_months": "4"},
    outcome_metrics={
        "months": JOB,
        "steady": {"title": "Steady work", "unit": "person", "measured": {"class_of": "months", "at_least": "3", "value": "total"}},
        "reconvicted": {"title": "Convicted", "unit": "person", "measured": {"observed": "conviction", "take": "any", "value": "total"}},
    },
    outcome_pricings={
        "months": {"title": "Months", "metric": "months", "price": "100"},
        "steady": {"title": "Steady", "metric": "steady", "price": "1000"},
        "reconvicted": {"title": "Fine", "metric": "reconvicted", "price": "10"},
    },
    investments={"investor": {"investor": "investor", "committed": "5000"}},
    investor_repayment={"capital": {"pays": "principal", "to": "investments"}},
)  # fmt: skip
PEOPLE = [a_person(name, cohort="all", index_date="2016-06-01") for name in ("anna", "bram", "carla")]
SPELLS = [
    a_spell("2016-06-01", "2016-10-01", "24", person="anna", spell="s1", source="wages", evidence="slip 9"),
    a_spell("2016-07-01", "2016-08-01", "20", person="bram", spell="s2"),
    a_spell("2016-07-01", "2016-09-01", "4", person="bram", spell="s3"),
    a_spell("2016-06-01", "2016-07-01", "40", person="carla", spell="s4"),
]
SEEN = [an_observation("2016-09-09", subject="bram", metric="conviction", observation="o1", source="courts")]
WATCHED = [watched("2016-01-01", end, person=name) for name, end in (("anna", ""), ("bram", ""), ("carla", "2016-08-15"))]


class Case:
    """A folder in which somebody measures, settles and asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "terms.yaml").write_text(written(TERMS), encoding="utf-8")
        drawn = {"transaction": "t", "date": "2016-01-01", "kind": "drawing", "from": "investor", "to": "provider"}
        write(folder / "transactions.csv", [{**drawn, "amount": "5000", "currency": "EUR"}])

    def settle(self, name: str, spells: list[dict[str, object]], *, as_of: str = "2016-12-31") -> None:
        """Measure into `measured-NAME`, settle into `settled-NAME`."""
        at = self.folder
        write(at / "people.csv", PEOPLE)
        write(at / f"{name}.csv", spells)
        write(at / "observations.csv", SEEN)
        write(at / "coverage.csv", WATCHED)
        given = {"people": "people", "spells": name, "observations": "observations", "coverage": "coverage"}
        files = [f"--{kind}={at}/{file}.csv" for kind, file in given.items()]
        assert main(["measure", f"{at}/terms.yaml", *files, "--as-of", as_of, f"--out={at}/measured-{name}", "--quiet"]) == 0
        words = [f"--measured={at}/measured-{name}", f"--transactions={at}/transactions.csv", f"--out={at}/settled-{name}"]
        assert main(["settle", f"{at}/terms.yaml", *words, "--data-only", "--quiet"]) == 0

    def explain(self, *words: str, name: str = "first", code: int = 0) -> None:
        assert main(["explain", f"--settlement={self.folder}/settled-{name}", *words]) == code


@pytest.fixture
def case(tmp_path: Path) -> Case:
    found = Case(tmp_path)
    found.settle("first", SPELLS)
    return found


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, with the branches of the tree and line breaks taken out."""
    out = capsys.readouterr().out
    return " ".join(out.replace("│", " ").replace("├─", "·").replace("└─", "·").split())


def test_a_payment_leads_to_persons_in_their_classes(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer")
    told = said(capsys)
    # anna 4 months; bram 20 + 4 hours in July; carla June, then unwatched from 15 August.
    assert "The payer is to pay €600" in told
    assert "months of the 4 after the index date with employment of at least 24 hours a week on average" in told
    assert "6 in all, of 3 persons; 2 months are unknown" in told
    assert "1 person with at least 3 months (steady): 4 months" in told
    assert "anna, index date 2016-06-01: 4 of 4 months count: months 1 to 4: 24 hours a week" in told
    assert "2 persons with fewer months: 2 months" in told
    assert f"terms.yaml:{line_of(case, 'measured')} outcome_metrics/months/measured" in told


def line_of(case: Case, word: str) -> int:
    lines = (case.folder / "terms.yaml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if word in line)


def test_a_person_leads_to_records_with_file_line_source_and_evidence(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--person", "anna")
    told = said(capsys)
    assert "spell 's1': employment 2016-06-01 until 2016-10-01, 24 hours a week, source wages, evidence slip 9" in told
    assert f"[{case.folder}/first.csv:2]" in told
    assert "bram" not in told


def test_hours_of_two_jobs_stand_below_the_month_that_they_make_up(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--person", "bram")
    told = said(capsys)
    month = told[told.index("month 2 counts (2016-07-01 until 2016-08-01): 24 hours a week") :]
    assert month.index("'s2'") < month.index("'s3'") < month.index("months 3 to 4 do not count")
    assert "months 3 to 4 do not count (2016-08-01 until 2016-10-01): 0 to 4 hours a week" in told


def test_an_unknown_month_says_until_when_somebody_watched(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--person", "carla")
    told = said(capsys)
    assert "months 3 to 4 are unknown (2016-08-01 until 2016-10-01)" in told
    assert "a source watched employment 2016-01-01 until 2016-08-15 only" in told
    assert f"[{case.folder}/coverage.csv]" in told


def test_all_lists_everybody(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--all")
    told = said(capsys)
    assert all(f"'{spell}'" in told for spell in ("s1", "s2", "s3", "s4"))


def test_a_class_rests_on_the_months_of_its_metric(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "steady.payer", "--person", "anna")
    told = said(capsys)
    assert "persons with at least 3 months of months" in told
    assert "anna, index date 2016-06-01: 4 of 4 months count, so in the class" in told
    assert "'s1'" in told


def test_an_event_leads_to_its_observation(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "reconvicted.payer")
    told = said(capsys)
    assert "1 person with conviction" in told
    assert "observation 'o1': conviction of bram on 2016-09-09, value 1, source courts" in told
    assert f"[{case.folder}/observations.csv:2]" in told


def test_somebody_who_is_not_in_the_figure_is_said_not_to_be(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--person", "zoe")
    assert "zoe is not in this figure" in said(capsys)


def test_the_same_as_data(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--person", "anna", "--format", "json")
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert any("spell 's1'" in words for words, _ in leaves(tree))


def leaves(tree: dict[str, Any]) -> list[tuple[str, str]]:
    return [(tree["words"], tree["place"])] if not tree["below"] else [leaf for branch in tree["below"] for leaf in leaves(branch)]


def test_every_leaf_below_a_person_names_its_source(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--payment", "months.payer", "--all", "--format", "json")
    records = [(words, place) for words, place in leaves(json.loads(capsys.readouterr().out)) if words.startswith(("spell", "a source"))]
    assert len(records) >= 4
    assert all(place.startswith(str(case.folder)) for _, place in records)


def test_a_folder_that_was_moved_is_named(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.move(case.folder / "measured-first", case.folder / "archive")
    case.explain("--payment", "months.payer")
    assert "which is not here: name it with --measured" in said(capsys)
    case.explain("--payment", "months.payer", "--measured", str(case.folder / "archive"))
    assert "6 in all, of 3 persons" in said(capsys)


def test_another_measurement_is_refused(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.settle("second", SPELLS[:3])
    case.explain("--payment", "months.payer", "--measured", str(case.folder / "measured-second"), code=2)
    assert "this is another measurement than the one that was settled" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["results.csv", "person_months.parquet"])
def test_a_file_changed_after_measuring_is_refused(case: Case, capsys: pytest.CaptureFixture[str], file: str) -> None:
    path = case.folder / "measured-first" / file
    path.write_bytes(path.read_bytes().replace(b",6,", b",9,") if file == "results.csv" else path.read_bytes() + b" ")
    if file == "results.csv":
        words = ["settle", f"{case.folder}/terms.yaml", f"--measured={case.folder}/measured-first", "--quiet"]
        assert main(words) == 2
    else:
        case.explain("--payment", "months.payer", code=2)
    assert f"{file}: this file has been changed since it was measured" in capsys.readouterr().err


def test_a_corrected_hour_is_followed_to_the_repayment(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    corrected = [{**spell, "hours_per_week": "3"} if spell["spell"] == "s3" else spell for spell in SPELLS]
    case.settle("second", corrected)
    case.explain("--against", str(case.folder / "settled-first"), name="second")
    told = said(capsys)
    assert f"spell 's3' of bram: hours per week was 4, is 3 [{case.folder}/second.csv:4]" in told
    assert "bram: month 2 no longer counts: 23 instead of 24 hours a week (months)" in told
    assert "Result 'measured/months/all': value was 6, is 5." in told
    assert "(months.payer): €600 becomes €500, €100 less (counted 6, now 5)." in told
    # 600 + 1000 + 10 were repaid; now 100 less.
    assert "Repayment to The investor: €1,610 becomes €1,510, €100 less." in told


def test_settling_a_correction_on_what_was_paid_says_the_same(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.settle("second", SPELLS[1:])
    capsys.readouterr()
    words = [
        f"--measured={case.folder}/measured-second",
        f"--transactions={case.folder}/transactions.csv",
        f"--paid={case.folder}/settled-first",
    ]
    assert main(["settle", f"{case.folder}/terms.yaml", *words]) == 0
    told = said(capsys)
    assert f"no longer there: spell 's1' of anna [{case.folder}/first.csv:2]" in told
    assert "anna: months 1 to 4 no longer count: 0 instead of 24 hours a week (months)" in told
    # anna's four months and her class: 4 × 100 + 1000.
    assert "(steady.payer): €1,000 becomes €0, €1,000 less" in told


def test_more_time_is_told_as_such(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.settle("early", SPELLS, as_of="2016-09-15")
    case.settle("late", SPELLS)
    case.explain("--against", str(case.folder / "settled-early"), name="late")
    told = said(capsys)
    assert "Settled as of 2016-12-31 instead of 2016-09-15." in told
    assert "anna: month 4 is observed now and counts (months)" in told
    assert "carla: month 4 is observed now and is unknown (months)" in told


def test_the_same_settlement_twice_has_no_changes(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.explain("--against", str(case.folder / "settled-first"))
    assert "nothing: they are the same" in said(capsys)
