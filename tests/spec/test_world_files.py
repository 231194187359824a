"""The data folder: columns of the fixed interface, money that adds up, a manifest that tells what was planted."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

import pytest

from a_world import FOLDER, a_world, day, participants, rows_of
from makegood.world.manifest import RECRUITMENT_FILES
from makegood.world.money import equal_parts
from makegood.world.recruitment_words import RecruitmentWords
from makegood.world.specification import Specification

INTERFACE = {
    "people.csv": ("person,cohort,arm,index_date", "class,payer,phase,engaged_on,left_on,pair,weight"),
    "spells.csv": ("spell,person,kind,start,end", "hours_per_week,contract,source,certainty,evidence"),
    "coverage.csv": ("person,kind,source,start,end", ""),
    "observations.csv": ("observation,subject,metric,date,value", "unit,cohort,source"),
    "transactions.csv": ("transaction,date,kind,from,to,amount,currency", "tranche"),
}


@pytest.mark.parametrize("file", INTERFACE)
def test_columns_are_those_of_the_interface(file: str) -> None:
    needed, allowed = (words.split(",") for words in INTERFACE[file])
    columns = a_world()[file].split("\n", 1)[0].split(",")
    assert columns[: len(needed)] == needed
    assert set(columns[len(needed) :]) <= set(allowed)


@pytest.mark.parametrize(("file", "key"), [("people.csv", "person"), ("spells.csv", "spell"), ("observations.csv", "observation")])
def test_every_row_has_a_name_of_its_own(file: str, key: str) -> None:
    names = [row[key] for row in rows_of(file)]
    assert len(set(names)) == len(names) > 0


def test_every_record_is_of_somebody() -> None:
    people = {row["person"] for row in rows_of("people.csv")}
    for file, column in {"spells.csv": "person", "coverage.csv": "person", "history.csv": "person", "observations.csv": "subject"}.items():
        assert {row[column] for row in rows_of(file)} <= people
    assert {row["person"] for row in rows_of("characteristics.csv")} == people
    assert {row["person"] for row in rows_of("coverage.csv")} == people


def test_reconvictions_lie_in_the_window_and_are_one_a_person() -> None:
    index = {row["person"]: day(row["index_date"]) for row in rows_of("people.csv")}
    rows = rows_of("observations.csv")
    assert {row["metric"] for row in rows} == {"reconviction"}
    assert len({row["subject"] for row in rows}) == len(rows)
    assert all(0 < (day(row["date"]) - index[row["subject"]]).days < 731 for row in rows)


def test_three_investors_commit_1_200_000_and_each_draws_what_it_committed() -> None:
    committed: dict[str, Decimal] = {}
    drawn: dict[str, Decimal] = {}
    for row in rows_of("transactions.csv"):
        book = {"commitment": committed, "drawing": drawn}[row["kind"]]
        book[row["from"]] = book.get(row["from"], Decimal(0)) + Decimal(row["amount"])
        assert row["currency"] == "EUR"
    assert set(committed) == {"start_foundation", "abn_amro_social_impact_fund", "oranjefonds"}
    assert sum(committed.values()) == Decimal(1_200_000)
    assert drawn == committed


def test_an_amount_that_does_not_divide_gives_the_first_parts_a_cent_more() -> None:
    assert equal_parts(Decimal("100.00"), 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_the_manifest_names_each_file_by_its_hash_and_says_what_was_assumed() -> None:
    files = a_world()
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"] == {
        name: hashlib.sha256(files[name].encode()).hexdigest() for name in sorted(files) if name != "manifest.json"
    }
    assert any("split" in assumption for assumption in manifest["assumptions"])
    assert manifest["people"] == {"programme": 119, "comparison": 60}
    assert (manifest["planted"]["matchable_participants"], manifest["planted"]["outside_support"]) == (103, 16)


def test_those_outside_the_support_have_more_detentions_behind_them_than_anybody_in_the_pool() -> None:
    prior = {row["person"]: int(row["prior_detentions"]) for row in rows_of("characteristics.csv")}
    apart = {row["person"] for row in rows_of("planted.csv") if row["matchable"] == "no"}
    assert len(apart) == 16
    most = max(count for person, count in prior.items() if person not in apart)
    assert min(prior[person] for person in apart) > 2 * most


def test_the_page_on_worlds_names_every_file_and_column_of_its_own() -> None:
    page = (FOLDER.parents[2] / "docs" / "reference" / "world.md").read_text(encoding="utf-8")
    for file in set(a_world()) - set(INTERFACE):
        assert f"`{file}`" in page
    for file in ("characteristics.csv", "planted.csv", "names.csv", "differences.csv", *RECRUITMENT_FILES):
        assert all(f"`{column}`" in page for column in a_world()[file].split("\n", 1)[0].split(","))
    assert all(f"`{word}`" in page for word in (*Specification.model_fields, *RecruitmentWords.model_fields))


def test_treated_and_pool_are_the_two_arms_of_the_characteristics() -> None:
    everybody = {row["person"]: row for row in rows_of("characteristics.csv")}
    treated = [{**row} for row in rows_of("treated.csv")]
    started = {row["person"]: row.pop("started") for row in treated}
    assert [*treated, *rows_of("pool.csv")] == [*everybody.values()]
    assert len(treated) == 119
    never = {row["person"] for row, register in participants() if register["work_during_project"] == "never_really_started"}
    assert {person for person, word in started.items() if word == "no"} == never
    assert len(never) == 23  # table 14, line 2906
    assert set(started.values()) == {"yes", "no"}
