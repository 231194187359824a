"""Dates of the invented world obey the calendar and the contract; the published months in programme are stored."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from a_world import STATUS_ON, Row, day, month_starts, participants, rows_of, spells_by_person

SEEDS = (1, 5, 99)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_track_starts_on_3_june_2016_and_the_last_on_31_july_2017(seed: int) -> None:
    index = sorted(day(person["index_date"]) for person, _ in participants(seed=seed))
    assert (index[0], index[-1]) == (date(2016, 6, 3), date(2017, 7, 31))
    assert sum(one < date(2017, 2, 1) for one in index) < 75  # not even half of 150
    for row in rows_of("people.csv", seed=seed):
        assert date(2016, 6, 3) <= day(row["index_date"]) <= date(2017, 7, 31)
        assert month_starts(day(row["index_date"]))[24] <= date(2019, 8, 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_status_on_1_may_2018_follows_from_the_dates(seed: int) -> None:
    for person, entry in participants(seed=seed):
        assert date(2016, 5, 1) <= day(person["engaged_on"]) < day(person["index_date"]) < day(person["left_on"]) <= date(2019, 8, 1)
        assert (day(person["left_on"]) > STATUS_ON) == (entry["status"] == "in_programme")


@pytest.mark.parametrize("seed", SEEDS)
def test_months_in_programme_agree_with_the_dates_but_where_the_calendar_forbids_it(seed: int) -> None:
    ranges = {"m00_06": range(7), "m07_12": range(7, 13), "m13_18": range(13, 19), "m19_25": range(19, 26)}
    odd: list[tuple[str, str]] = []
    for person, entry in participants(seed=seed):
        until = min(day(person["left_on"]), STATUS_ON)
        months = sum(start <= until for start in month_starts(day(person["index_date"]))[1:])
        if months not in ranges[entry["months_in_programme"]]:
            odd.append((entry["status"], entry["months_in_programme"]))
            assert 9 <= months <= 11
    assert odd == [("in_programme", "m00_06")] * 5


@pytest.mark.parametrize("seed", SEEDS)
def test_every_spell_is_valid_and_nobody_works_in_detention(seed: int) -> None:
    people = {row["person"]: row for row in rows_of("people.csv", seed=seed)}
    by_person: dict[str, list[Row]] = defaultdict(list)
    for spell in rows_of("spells.csv", seed=seed):
        person = people[spell["person"]]
        starts = month_starts(day(person["index_date"]))
        assert starts[0] <= day(spell["start"]) < starts[24]
        assert not spell["end"] or day(spell["start"]) < day(spell["end"]) <= date(2019, 8, 1)
        assert spell["kind"] in {"employment", "benefit", "detention", "housing", "education"}
        assert spell["source"]
        assert (spell["kind"] == "employment") == bool(spell["hours_per_week"]) == bool(spell["contract"])
        assert 0 < int(spell["hours_per_week"] or 1) <= 60
        by_person[spell["person"]].append(spell)
    for spells in by_person.values():
        for held in (spell for spell in spells if spell["kind"] == "detention"):
            for other in (spell for spell in spells if spell["kind"] in ("employment", "benefit")):
                assert held["end"] <= other["start"] or (other["end"] and other["end"] <= held["start"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_happened_before_gives_the_characteristics_back(seed: int) -> None:
    index = {row["person"]: day(row["index_date"]) for row in rows_of("people.csv", seed=seed)}
    held = spells_by_person("detention", seed=seed, file="history.csv")
    worked = spells_by_person("employment", seed=seed, file="history.csv")
    benefit = spells_by_person("benefit", seed=seed, file="history.csv")

    def months(spells: list[Row]) -> int:
        # A clipped month's end may be a few days short of a whole month.
        return round(sum((day(spell["end"]) - day(spell["start"])).days for spell in spells) / 30.4375)

    for row in rows_of("characteristics.csv", seed=seed):
        (detention,) = held[row["person"]]
        assert day(detention["end"]) == index[row["person"]]
        days = (day(detention["end"]) - day(detention["start"])).days
        assert days == int(row["detention_days"])
        assert 90 < days < 366
        assert months(worked[row["person"]]) == int(row["months_worked_before"])
        assert months(benefit[row["person"]]) == int(row["months_benefit_before"])


def test_ages_lie_in_the_published_class() -> None:
    background = {row["person"]: int(row["age"]) for row in rows_of("characteristics.csv")}
    for person, entry in participants():
        if entry["age"] != "unknown":
            least, most = entry["age"].removeprefix("a").split("_")
            assert int(least) <= background[person["person"]] <= int(most)


def test_a_source_that_stopped_watching_has_no_records_after_that() -> None:
    watched = {row["person"]: day(row["end"]) for row in rows_of("coverage.csv") if row["kind"] == "employment"}
    short = [row for row in rows_of("people.csv") if watched[row["person"]] < month_starts(day(row["index_date"]))[24]]
    assert sum(row["arm"] == "programme" for row in short) == 3
    for kind in ("employment", "benefit", "detention"):
        spells = spells_by_person(kind)
        for row in short:
            assert all(spell["end"] and day(spell["end"]) <= watched[row["person"]] for spell in spells[row["person"]])


def test_dropouts_detained_until_the_end_of_their_track_are_in_detention_from_the_day_they_left() -> None:
    held = spells_by_person("detention")
    detained = [person for person, entry in participants() if entry["dropout_reason"] == "detained_until_end"]
    assert len(detained) == 5
    assert all(person["left_on"] in {spell["start"] for spell in held[person["person"]]} for person in detained)
