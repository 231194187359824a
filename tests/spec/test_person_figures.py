"""From months and observations to a person's value, and from persons to the figure of a cohort. By every engine."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from makegood.measurement.outcome import Measurement
from makegood.programme.measured import Measured
from makegood.values.month import add_months
from makegood.values.parsing import day
from makegood.values.problem import Refused
from measurement_builders import a_person, a_spell, an_observation, measured, months_of_work, terms, watched

ENGINES = ("referee", "columns", "duckdb")
INDEX = day("2016-06-01")


def border(months: int) -> str:
    return add_months(INDEX, months).isoformat()


def classes(unknown: str = "not_counted") -> dict[str, Measured]:
    return {
        "months": months_of_work(),
        "durable": terms(class_of="months", at_least="18", value="share", unknown=unknown),
        "temporary": terms(class_of="months", at_least="12", at_most="17", value="share", unknown=unknown),
    }


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("worked", "durable", "temporary"),
    [(0, 0, 0), (11, 0, 0), (12, 0, 1), (17, 0, 1), (18, 1, 0), (24, 1, 0)],
)
def test_durable_from_18_of_24_temporary_from_12_to_17(worked: int, durable: int, temporary: int, engine: str) -> None:
    spells = [a_spell(border(0), border(worked), "24")] if worked else []
    found = measured(classes(), [a_person()], spells=spells, as_of=border(24), engine=engine)
    assert [int(found.persons[name].value[0]) for name in ("months", "durable", "temporary")] == [worked, durable, temporary]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("worked", "observed", "durable", "temporary"),
    [  # value and whether it is still open, of the months counted of those observed
        (18, 18, (1, 0), (0, 0)),
        (18, 24, (1, 0), (0, 0)),
        (17, 18, (0, 1), (0, 1)),  # 17 to 23 in the end
        (12, 19, (0, 0), (1, 0)),  # 12 to 17: temporary whatever comes
        (12, 18, (0, 1), (0, 1)),  # 12 to 18: could become durable
        (6, 18, (0, 0), (0, 1)),  # 6 to 12
        (5, 18, (0, 0), (0, 0)),  # at most 11
        (0, 0, (0, 1), (0, 1)),
    ],
)
def test_a_class_is_given_when_it_is_certain(
    worked: int, observed: int, durable: tuple[int, int], temporary: tuple[int, int], engine: str
) -> None:
    spells = [a_spell(border(0), border(worked), "24")] if worked else []
    found = measured(classes(), [a_person()], spells=spells, as_of=border(observed), engine=engine)
    told = [(int(found.persons[name].value[0]), int(found.persons[name].not_yet[0])) for name in ("durable", "temporary")]
    assert told == [durable, temporary]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("worked", "dark", "unknown", "value", "enters", "unsure"),
    [
        (17, 1, "not_counted", 0, True, 1),
        (17, 1, "counted", 1, True, 1),
        (17, 1, "left_out", 0, False, 1),
        (18, 6, "not_counted", 1, True, 0),  # durable however the six turn out
        (18, 6, "left_out", 1, True, 0),
        (10, 7, "counted", 0, True, 0),  # at most 17
        (10, 7, "left_out", 0, True, 0),
        (10, 8, "left_out", 0, False, 1),
        (10, 8, "counted", 1, True, 1),
    ],
)
def test_a_class_in_spite_of_unknown_months(
    worked: int, dark: int, unknown: str, value: int, enters: bool, unsure: int, engine: str
) -> None:
    spells = [a_spell(border(0), border(worked), "24"), a_spell(border(worked), border(worked + dark), "")]
    durable = measured(classes(unknown), [a_person()], spells=spells, as_of=border(24), engine=engine).persons["durable"]
    assert (int(durable.value[0]), bool(durable.enters[0]), int(durable.unknown[0])) == (value, enters, unsure)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("unknown", "value", "figure", "n"),
    [
        ("not_counted", "total", Fraction(6), 3),
        ("counted", "total", Fraction(7), 3),
        ("left_out", "total", Fraction(4), 2),
        ("not_counted", "mean", Fraction(2), 3),
        ("counted", "mean", Fraction(7, 3), 3),
        ("left_out", "mean", Fraction(2), 2),
        ("not_counted", "share", Fraction(2, 3), 3),
        ("left_out", "share", Fraction(1, 2), 2),
    ],
)
def test_how_unknown_months_count(unknown: str, value: str, figure: Fraction, n: int, engine: str) -> None:
    """Anna works 4 of 4 months; Bram 2, of one more nobody knows the hours; Carla none."""
    spells = [
        a_spell("2016-06-01", "2016-10-01", person="anna"),
        a_spell("2016-06-01", "2016-08-01", person="bram"),
        a_spell("2016-08-01", "2016-09-01", "", person="bram"),
    ]
    people = [a_person(name) for name in ("anna", "bram", "carla")]
    found = measured(months_of_work(unknown=unknown, value=value), people, spells=spells, window=4, engine=engine)
    cohort = found.figure("months", cohort="first")
    assert (cohort.value, cohort.n, cohort.left_out, cohort.unknown) == (figure, n, 3 - n, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_who_enters_gives_no_figure(engine: str) -> None:
    found = measured(months_of_work(unknown="left_out"), [a_person()], spells=[a_spell("2016-06-01", "", "")], window=4, engine=engine)
    cohort = found.figure("months", cohort="first")
    assert (cohort.value, cohort.n, cohort.left_out) == (None, 0, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_cohorts_and_arms_stand_apart_and_split_further(engine: str) -> None:
    people = [
        a_person("a", cohort="first", **{"class": "x"}),
        a_person("b", cohort="second"),
        a_person("c", cohort="first", arm="comparison", **{"class": "x"}),
        a_person("d", cohort="first", **{"class": "y"}),
    ]
    spells = [a_spell("2016-06-01", f"2016-{6 + months:02}-01", person=name) for name, months in (("a", 1), ("b", 2), ("c", 3), ("d", 4))]
    found = measured(months_of_work(value="total"), people, spells=spells, window=4, engine=engine, by=("class",))
    told = {(*each.key.group, each.key.arm): each.value for each in found.figures}
    assert told == {
        ("first", "x", "programme"): 1,
        ("second", "", "programme"): 2,
        ("first", "x", "comparison"): 3,
        ("first", "y", "programme"): 4,
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_a_metric_may_have_a_window_of_its_own(engine: str) -> None:
    metrics = {"long": months_of_work(), "short": months_of_work(window_months="2")}
    found = measured(metrics, [a_person()], spells=[a_spell("2016-06-01")], as_of="2016-10-01", window=6, engine=engine)
    assert [int(found.persons[name].value[0]) for name in metrics] == [4, 2]
    assert [int(found.persons[name].not_yet[0]) for name in metrics] == [2, 0]


def seen(engine: str, take: str, values: Mapping[str, str], *, as_of: str = "2018-06-01", **told: Any) -> Measurement:
    """One person's observations by date, in a window of 24 months."""
    coverage = told.pop("coverage", None)
    metric = terms(observed="score", take=take, **told)
    rows = [an_observation(on, value, metric="score") for on, value in values.items()]
    return measured(metric, [a_person()], observations=rows, spells=None, coverage=coverage, as_of=as_of, engine=engine)


THREE = {"2016-06-01": "3", "2016-07-01": "-1", "2016-08-01": "0.5"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("take", "values", "expected"),
    [
        ("count", THREE, "3"),
        ("any", THREE, "1"),
        ("sum", THREE, "2.5"),
        ("mean", THREE, "0.833333"),  # 2.5 / 3, to the millionth
        ("first", THREE, "3"),
        ("last", THREE, "0.5"),
        ("change", THREE, "-2.5"),
        ("count", {}, "0"),
        ("any", {}, "0"),
        ("sum", {}, "0"),  # no days housed are none
        ("mean", {"2016-06-01": "0.000001", "2016-06-02": "0.000002"}, "0.000002"),  # half goes away from zero
        ("mean", {"2016-06-01": "-0.000001", "2016-06-02": "-0.000002"}, "-0.000002"),
        ("any", {"2016-06-01": "0"}, "1"),  # an event is one whatever its value
        ("count", {"2016-05-31": "1", "2018-06-01": "1"}, "0"),  # the day before the window, the first day after
        ("count", {"2016-06-01": "1", "2018-05-31": "1"}, "2"),  # its first and last day
    ],
)
def test_what_is_taken_of_observations(take: str, values: Mapping[str, str], expected: str, engine: str) -> None:
    person = seen(engine, take, values).persons["months"]
    assert Decimal(int(person.value[0])) / person.scale == Decimal(expected)
    assert bool(person.enters[0])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("take", "values"), [("mean", {}), ("first", {}), ("last", {}), ("change", {}), ("change", {"2016-06-01": "3"})])
def test_a_score_that_was_never_taken_is_unknown_not_zero(take: str, values: Mapping[str, str], engine: str) -> None:
    person = seen(engine, take, values).persons["months"]
    assert (bool(person.enters[0]), int(person.unknown[0]), int(person.not_yet[0])) == (False, 1, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_score_that_can_still_be_taken_is_not_yet_observed(engine: str) -> None:
    person = seen(engine, "first", {}, as_of="2017-01-01").persons["months"]
    assert (bool(person.enters[0]), int(person.unknown[0]), int(person.not_yet[0])) == (False, 0, 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_observation_on_the_as_of_date_counts_and_one_of_tomorrow_does_not(engine: str) -> None:
    assert int(seen(engine, "count", {"2016-07-01": "1"}, as_of="2016-07-01").persons["months"].value[0]) == 1_000_000
    assert int(seen(engine, "count", {"2016-07-02": "1"}, as_of="2016-07-01").persons["months"].value[0]) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_of_one_day_the_identifier_that_sorts_first_comes_first(engine: str) -> None:
    metric = {take: terms(observed="score", take=take) for take in ("first", "last")}
    rows = [an_observation("2016-07-01", value, metric="score", observation=name) for name, value in (("b", "2"), ("a", "1"), ("c", "3"))]
    found = measured(metric, [a_person()], observations=rows, spells=None, engine=engine)
    assert [int(found.persons[take].value[0]) for take in ("first", "last")] == [1_000_000, 3_000_000]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("take", "values", "unknown", "value", "enters", "dark"),
    [  # the courts were watched until the end of 2017 only, the window runs until June 2018
        ("any", {"2016-07-01": "1"}, "left_out", 1, True, 0),  # one conviction is enough to know
        ("any", {}, "not_counted", 0, True, 1),
        ("any", {}, "counted", 1, True, 1),
        ("any", {}, "left_out", 0, False, 1),
        ("count", {"2016-07-01": "1"}, "left_out", 1, False, 1),  # there may have been more
        ("count", {"2016-07-01": "1"}, "not_counted", 1, True, 1),
    ],
)
def test_events_that_nobody_watched_for(
    take: str, values: Mapping[str, str], unknown: str, value: int, enters: bool, dark: int, engine: str
) -> None:
    told = seen(engine, take, values, unknown=unknown, coverage=[watched("2016-01-01", "2018-01-01", kind="score")])
    person = told.persons["months"]
    found = (int(person.value[0]) // 1_000_000, bool(person.enters[0]), int(person.unknown[0]))
    assert found == (value, enters, dark)


@pytest.mark.parametrize("engine", ENGINES)
def test_events_that_coverage_does_not_speak_of_were_watched_always(engine: str) -> None:
    person = seen(engine, "any", {}, unknown="left_out", coverage=[watched("2016-01-01", kind="employment")]).persons["months"]
    assert (bool(person.enters[0]), int(person.unknown[0])) == (True, 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_unit_with_a_cohort_is_a_subject_without_a_window(engine: str) -> None:
    rows = [
        an_observation("2015-01-01", "10", subject="clinic", metric="patients", cohort="first"),
        an_observation("2017-01-01", "14", subject="clinic", metric="patients", cohort="first"),
        an_observation("2017-01-01", "5", subject="other", metric="patients", cohort="second"),
        an_observation("2017-01-01", "9", subject="nobody", metric="patients"),
    ]
    metric = terms(observed="patients", take="sum", value="total")
    found = measured(metric, [a_person()], observations=rows, spells=None, engine=engine)
    told = {each.key.group[0]: (each.value, each.n) for each in found.figures}
    assert told == {"first": (Fraction(24), 2), "second": (Fraction(5), 1)}  # Anna herself is of the first and has none


def test_a_unit_in_two_cohorts_is_refused_with_its_line() -> None:
    cohorts = {"2016-07-01": "first", "2016-08-01": "second"}
    rows = [an_observation(on, "1", subject="clinic", metric="patients", cohort=cohort) for on, cohort in cohorts.items()]
    with pytest.raises(Refused, match="the unit stands in another cohort elsewhere") as refused:
        measured(terms(observed="patients", take="sum"), [a_person()], observations=rows, spells=None)
    assert [problem.where.line for problem in refused.value.problems] == [2, 3]


def test_values_that_add_up_beyond_what_a_sum_can_hold_are_refused() -> None:
    rows = [
        an_observation(f"2016-07-{1 + number % 28:02}", "999999999", metric="score", observation=f"o{number}") for number in range(3000)
    ]
    with pytest.raises(Refused, match=r"values of 'score' add up to more than 64 bits hold"):
        measured(terms(observed="score", take="sum"), [a_person()], observations=rows, spells=None)


def test_no_file_is_not_the_same_as_nothing_happened() -> None:
    metrics = {"work": months_of_work(), "convicted": terms(observed="conviction", take="any")}
    found = measured(metrics, [a_person()], spells=[], observations=None)
    assert list(found.persons) == ["work"]
    assert found.rules.absent == {"convicted": "no observations were given"}
    with pytest.raises(Refused, match="give --spells or --observations"):
        measured(metrics, [a_person()], spells=None)
