"""What must hold of the month rule whatever the records: on cases that hypothesis makes and the default engine counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import measurement_builders as build
from hostile_calendars import cases, days, rules, same, some_terms
from makegood.measurement.measuring import measure
from makegood.measurement.outcome import COUNTED, NOT_COUNTED, NOT_YET_OBSERVED, UNKNOWN, Measurement
from makegood.measurement.prepare import everything_compiled
from makegood.programme.measured import Measured

AS_OF = date(2018, 1, 1)
generous = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
Case = dict[str, Any]


def measured(case: Case, metrics: Mapping[str, Measured], *, as_of: date = AS_OF, window: int = 24, engine: Any = "columns") -> Measurement:
    records, _ = build.records_of(case["people"], spells=case["spells"], observations=case["observations"], coverage=case["coverage"])
    return measure(metrics, records=records, window_months=window, as_of=as_of, engine=engine, details="all")


def months_by(rule: Mapping[str, str]) -> dict[str, Measured]:
    return {"work": build.terms(months_of="employment", counts_when=dict(rule))}


@given(cases(), some_terms(), days)
@generous
def test_a_month_is_in_exactly_one_state_and_persons_add_them_up(case: Case, metrics: dict[str, Measured], as_of: date) -> None:
    found = measured(case, metrics, as_of=as_of)
    for metric, months in found.months.items():
        states = months.states
        window = metrics[metric].window_months or 24
        assert states.shape == (len(case["people"]), window)
        told = {state: (states == state).sum(axis=1) for state in (NOT_COUNTED, COUNTED, UNKNOWN, NOT_YET_OBSERVED)}
        np.testing.assert_array_equal(sum(told.values()), window)
        np.testing.assert_array_equal(told[COUNTED], months.counted)
        np.testing.assert_array_equal(told[UNKNOWN], months.unknown)
        np.testing.assert_array_equal(window - told[NOT_YET_OBSERVED], months.observed)
        # What is not yet observed comes last, without a gap.
        np.testing.assert_array_equal(np.sort(states == NOT_YET_OBSERVED, axis=1), states == NOT_YET_OBSERVED)


@given(cases(), rules, st.integers(0, 8), st.sampled_from(["0.0001", "1", "8", "24"]))
@generous
def test_an_added_hour_never_uncounts_a_month(case: Case, rule: Mapping[str, str], which: int, more: str) -> None:
    """While the week stays within 168 hours: beyond, the hours of a spell are not believed and become unknown."""
    assume(which < len(case["spells"]))
    chosen = case["spells"][which]
    assume(chosen["hours_per_week"] and float(chosen["hours_per_week"]) + float(more) <= 168)
    longer = {**chosen, "hours_per_week": f"{float(chosen['hours_per_week']) + float(more):.4f}"}
    richer = {**case, "spells": [longer if row is chosen else row for row in case["spells"]]}
    before, after = (measured(each, months_by(rule)).months["work"].states for each in (case, richer))
    assert (after[before == COUNTED] == COUNTED).all()
    np.testing.assert_array_equal(before == NOT_YET_OBSERVED, after == NOT_YET_OBSERVED)


@given(cases(), rules, st.integers(0, 8), st.integers(1, 3000))
@generous
def test_splitting_a_spell_in_two_changes_nothing(case: Case, rule: Mapping[str, str], which: int, at: int) -> None:
    assume(which < len(case["spells"]))
    chosen = case["spells"][which]
    middle = date.fromisoformat(chosen["start"]) + timedelta(at)
    assume(not chosen["end"] or middle < date.fromisoformat(chosen["end"]))
    halves = [{**chosen, "end": middle.isoformat()}, {**chosen, "start": middle.isoformat(), "spell": f"{chosen['spell']}b"}]
    split = {**case, "spells": [part for row in case["spells"] for part in (halves if row is chosen else [row])]}
    same(measured(case, months_by(rule)), measured(split, months_by(rule)))


@given(cases(), some_terms(), st.randoms(use_true_random=False))
@generous
def test_the_order_of_rows_changes_nothing(case: Case, metrics: dict[str, Measured], shuffle: Any) -> None:
    """But for the order of people in what comes out: that is the file's."""
    mixed = {**case, **{name: shuffle.sample(case[name], len(case[name])) for name in ("people", "spells", "observations")}}
    if case["coverage"]:
        mixed["coverage"] = shuffle.sample(case["coverage"], len(case["coverage"]))
    before, after = measured(case, metrics), measured(mixed, metrics)
    assert before.figures == after.figures
    place = [next(number for number, row in enumerate(mixed["people"]) if row is person) for person in case["people"]]
    for metric, months in before.months.items():
        np.testing.assert_array_equal(months.states, after.months[metric].states[place])
        np.testing.assert_array_equal(months.weeks, after.months[metric].weeks[place])
    assert before.quality.counts() == after.quality.counts()


CYCLE = 146_097
"""Days in 400 years, after which the calendar repeats itself: 97 leap years, a whole number of weeks."""


def moved(row: Mapping[str, Any], by: int, columns: tuple[str, ...]) -> dict[str, Any]:
    return {**row, **{name: (date.fromisoformat(row[name]) + timedelta(by)).isoformat() for name in columns if row[name]}}


def all_moved(case: Case, by: int) -> Case:
    return {
        "people": [moved(row, by, ("index_date",)) for row in case["people"]],
        "spells": [moved(row, by, ("start", "end")) for row in case["spells"]],
        "coverage": None if case["coverage"] is None else [moved(row, by, ("start", "end")) for row in case["coverage"]],
        "observations": [moved(row, by, ("date",)) for row in case["observations"]],
    }


@given(cases(), some_terms(), days)
@generous
def test_four_hundred_years_later_everything_is_the_same(case: Case, metrics: dict[str, Measured], as_of: date) -> None:
    """Months have the same lengths then, so that moving all dates together may change nothing at all."""
    before = measured(case, metrics, as_of=as_of)
    after = measured(all_moved(case, CYCLE), metrics, as_of=as_of + timedelta(CYCLE))
    for metric, months in before.months.items():
        np.testing.assert_array_equal(months.states, after.months[metric].states)
        np.testing.assert_array_equal(months.weeks, after.months[metric].weeks)
    for metric, persons in before.persons.items():
        np.testing.assert_array_equal(persons.value, after.persons[metric].value)
    assert [(each.key, each.value) for each in before.figures] == [(each.key, each.value) for each in after.figures]


@given(cases(), rules, st.integers(-900, 900))
@generous
def test_moving_all_dates_together_changes_nothing_but_the_lengths_of_months(case: Case, rule: Mapping[str, str], by: int) -> None:
    """A month moved to one of the same days before and after it keeps its hours: it is judged by its own length alone."""
    later = all_moved(case, by)
    as_of = date(2019, 6, 1)
    before, after = (
        measured(each, months_by(rule), as_of=on, window=12).months["work"] for each, on in ((case, as_of), (later, as_of + timedelta(by)))
    )
    for place, person in enumerate(case["people"]):
        mine, its = (borders(date.fromisoformat(each["index_date"]), 12) for each in (person, later["people"][place]))
        for month in range(12):
            if [day + timedelta(by) for day in mine[month : month + 2]] == its[month : month + 2]:
                assert before.states[place, month] == after.states[place, month]
                assert before.weeks[place, month] == after.weeks[place, month]


def borders(index: date, months: int) -> list[date]:
    """Written anew: the day of the index date in each following month, or the last day that month has."""
    found = []
    for month in range(index.month - 1, index.month + months):
        year, place = index.year + month // 12, month % 12 + 1
        following = date(year + place // 12, place % 12 + 1, 1)
        found.append(min(date(year, place, 1) + timedelta(index.day - 1), following - timedelta(1)))
    return found


@given(cases(), some_terms(), days | st.dates(date(2017, 1, 1), date(2019, 6, 1)), st.sampled_from([1, 12, 25]))
@generous
def test_the_loops_as_machine_code_do_what_they_do_as_python(case: Case, metrics: dict[str, Measured], as_of: date, window: int) -> None:
    plain = measured(case, metrics, as_of=as_of, window=window)
    with everything_compiled():
        machine = measured(case, metrics, as_of=as_of, window=window)
    same(plain, machine)
    assert plain.quality.counts() == machine.quality.counts()
