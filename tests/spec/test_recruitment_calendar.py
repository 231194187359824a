"""From list to start the calendar is obeyed: list, steps, permission, release, start; prisons recruit when they take part."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import date

import pytest

from a_candidate import the_delivery
from a_world import Row, day, rows_of, the_plan
from makegood.world.recruitment_words import STEPS, RecruitmentWords

SEEDS = (1, 7)


def words() -> RecruitmentWords:
    plan = the_plan().recruitment
    assert plan is not None
    return plan.words


def listed(seed: int) -> dict[str, Row]:
    return {row["candidate"]: row for file in ("gross_list.csv", "outside_list.csv") for row in rows_of(file, seed=seed)}


def done(seed: int) -> dict[str, dict[str, date]]:
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for row in rows_of("selection_events.csv", seed=seed):
        if row["outcome"] == "done":
            found[row["candidate"]][row["step"]] = day(row["on"])
    return found


def released(seed: int) -> dict[str, date]:
    """The last release date that was recorded."""
    return {row["candidate"]: day(row["release_on"]) for row in rows_of("release_dates.csv", seed=seed)}


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_come_in_order_and_nothing_after_an_exit(seed: int) -> None:
    early = words().contract_after_acquaintance_from
    exits = {row["candidate"]: day(row["on"]) for row in rows_of("selection_events.csv", seed=seed) if row["outcome"] == "exit"}
    for candidate, steps in done(seed).items():
        usual = [steps[step] for step in STEPS if step in steps and step != "contract_signed"]
        assert all(one <= other for one, other in itertools.pairwise(usual)), candidate
        if "contract_signed" in steps:
            after = "talk" if steps["talk"] < early else "acquaintance"
            assert steps[after] <= steps["contract_signed"] < steps["started"]
        if candidate in exits:
            assert max(steps.values()) <= exits[candidate]
            assert "started" not in steps
        else:
            assert "started" in steps


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_is_listed_in_detention_on_the_first_of_a_month(seed: int) -> None:
    for candidate, row in listed(seed).items():
        if not row["listed_on"]:
            continue
        assert day(row["listed_on"]).day == 1
        assert day(row["detention_from"]) < day(row["listed_on"]) < released(seed)[candidate]
        days = (released(seed)[candidate] - day(row["detention_from"])).days
        assert 91 < days <= 360


@pytest.mark.parametrize("seed", SEEDS)
def test_participants_start_on_the_first_day_after_release_as_the_rest_of_the_world_has_it(seed: int) -> None:
    people = {row["person"]: row for row in rows_of("people.csv", seed=seed)}
    for row in rows_of("links.csv", seed=seed):
        if row["person"]:
            steps, person = done(seed)[row["candidate"]], people[row["person"]]
            assert steps["started"] == day(person["index_date"])
            assert (steps["started"] - released(seed)[row["candidate"]]).days == 1
            assert steps["questionnaire"] == day(person["engaged_on"])
            # Four to six weeks of preparation; less only where the programme had just begun.
            assert 28 <= (steps["started"] - steps["questionnaire"]).days <= 42


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_starts_without_permission(seed: int) -> None:
    granted = {row["candidate"]: day(row["answered_on"]) for row in rows_of("permissions.csv", seed=seed) if row["answer"] == "granted"}
    for candidate, steps in done(seed).items():
        if "started" in steps:
            assert granted[candidate] == steps["permission_asked"] <= released(seed)[candidate]


@pytest.mark.parametrize("seed", SEEDS)
def test_requests_are_reminded_until_answered_and_several_are_asked_where_nobody_knew(seed: int) -> None:
    rows = rows_of("permissions.csv", seed=seed)
    for row in rows:
        asked, due, answered = (day(row[column]) for column in ("asked_on", "due_on", "answered_on"))
        assert (due - asked).days == 14
        assert all(asked < day(reminder) < answered for reminder in row["reminded_on"].split())
    asked_of = Counter(row["candidate"] for row in rows)
    assert sum(count > 1 for count in asked_of.values()) == 9
    assert Counter(row["answer"] for row in rows)["refused"] == 10
    late = [row for row in rows if day(row["answered_on"]) > released(seed)[row["candidate"]]]
    assert late, "in the beginning some answers came after release"
    early = words().permission.slow_until
    before = [row for row in rows if day(row["asked_on"]) < early]
    shares = [sum(row in late for row in some) / len(some) for some in (before, [row for row in rows if row not in before])]
    assert shares[0] > shares[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_prison_informs_nobody_before_it_takes_part_and_lists_nobody_after(seed: int) -> None:
    for candidate, steps in done(seed).items():
        site = words().sites[listed(seed)[candidate]["prison"]]
        if "informed" in steps:
            assert steps["informed"] >= site.from_
        if site.until is not None and "list_drawn_up" in steps:
            assert steps["list_drawn_up"] < site.until
    first: dict[str, date] = {}
    for candidate, steps in done(seed).items():
        if "informed" in steps:
            site_name = listed(seed)[candidate]["prison"]
            first[site_name] = min(first.get(site_name, date.max), steps["informed"])
    assert sorted(site_name for site_name, on in first.items() if on < date(2016, 6, 1)) == ["dordrecht", "lelystad", "nieuwegein"]


@pytest.mark.parametrize("seed", SEEDS)
def test_release_dates_have_a_history_and_those_that_were_wrong_changed(seed: int) -> None:
    history: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of("release_dates.csv", seed=seed):
        history[row["candidate"]].append(row)
    assert set(history) == set(listed(seed))
    for candidate, rows in history.items():
        assert [row["recorded_on"] for row in rows] == sorted(row["recorded_on"] for row in rows)
        assert rows[0]["release_on"] == listed(seed)[candidate]["release_on"]
    wrong = {row["candidate"] for row in rows_of("selection_events.csv", seed=seed) if row["reason"] == "release_date_wrong"}
    assert len(wrong) == 6
    assert all(len({row["release_on"] for row in history[candidate]}) == 2 for candidate in wrong)


@pytest.mark.parametrize("seed", SEEDS)
def test_43_municipalities_of_participants_and_women_from_the_womens_prison(seed: int) -> None:
    started = {row["candidate"] for row in rows_of("links.csv", seed=seed) if row["person"]}
    homes = Counter(listed(seed)[candidate]["cbs_code"] for candidate in started)
    assert (len(homes), homes["0599"], homes["0363"], homes["0518"], homes["0344"]) == (43, 16, 12, 11, 8)
    known = {row["cbs_code"] for row in rows_of("organisations.csv", seed=seed) if row["kind"] == "municipality"}
    assert {row["cbs_code"] for row in listed(seed).values() if row["cbs_code"]} <= known
    for row in listed(seed).values():
        if row["prison"] == "nieuwersluis" or row["sex"] == "female":
            assert (row["prison"], row["sex"]) == ("nieuwersluis", "female")


@pytest.mark.parametrize("seed", SEEDS)
def test_ages_are_adult_and_above_65_only_where_that_was_the_reason(seed: int) -> None:
    old = {row["candidate"] for row in rows_of("selection_events.csv", seed=seed) if row["reason"] == "age_over_65"}
    for candidate, row in listed(seed).items():
        on = day(row["listed_on"]) if row["listed_on"] else done(seed)[candidate]["started"]
        born = day(row["birth_date"])
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        assert age >= 18
        assert (age > 65) == (candidate in old), (candidate, age)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_did_not_call_after_release_mostly_could_not_be_called(seed: int) -> None:
    entries = {row["entry"] for row in rows_of("provider_list.csv", seed=seed) if row["reason"].startswith("no_contact")}
    lost = {row["candidate"] for row in rows_of("links.csv", seed=seed) if row["entry"] in entries}
    phones = {row["candidate"] for row in rows_of("contact_routes.csv", seed=seed) if row["route"] == "own_phone"}
    started = {row["candidate"] for row in rows_of("links.csv", seed=seed) if row["person"]}
    assert len(lost) == 27
    assert len(lost & phones) / 27 < len(started & phones) / 119


def test_the_outsider_stands_in_every_file_but_the_list() -> None:
    (row,) = rows_of("outside_list.csv")
    (person,) = {link["person"] for link in rows_of("links.csv") if link["candidate"] == row["candidate"]}
    register = {entry["person"]: entry for entry in rows_of("register.csv")}
    assert register[person]["offence_type"] == "not_in_prison_data"
    assert not {"list_drawn_up", "list_sent", "list_checked"} & set(done(1)[row["candidate"]])
    assert row["listed_on"] == ""


def test_both_lists_have_the_same_people_at_times_spelled_otherwise() -> None:
    links = {row["entry"]: row["candidate"] for row in rows_of("links.csv")}
    apart = 0
    for row in rows_of("provider_list.csv"):
        other = listed(1)[links[row["entry"]]]
        assert (row["birth_date"], row["sex"], row["prison"]) == (other["birth_date"], other["sex"], other["prison"])
        apart += (row["given_name"], row["family_name"]) != (other["given_name"], other["family_name"])
    assert 5 <= apart <= 35


def test_no_address_leads_to_anybody() -> None:
    for file in ("staff.csv", "contacts.csv"):
        assert all(row["email"].endswith(".example") and row["telephone"].startswith("0900-0000") for row in rows_of(file))
    actors = {row["staff"] for row in rows_of("staff.csv")} | {"candidate"}
    assert {row["actor"] for row in rows_of("selection_events.csv")} <= actors
    assert {row["role"] for row in rows_of("staff.csv")} <= set(the_delivery().roles)
