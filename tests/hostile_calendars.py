"""Cases for hypothesis on calendars made to catch an engine: people, records, terms; and what it means that two agree."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

import measurement_builders as build
from makegood.measurement.outcome import Measurement
from makegood.programme.measured import Measured

HOSTILE_DAYS = [
    date(2016, 1, 31), date(2016, 2, 28), date(2016, 2, 29), date(2016, 3, 1), date(2016, 3, 27), date(2016, 10, 30), date(2016, 12, 31),
    date(2017, 1, 1), date(2017, 2, 28), date(2017, 3, 26), date(2017, 8, 31), date(2018, 2, 28), date(2020, 2, 29), date(1999, 12, 31),
]  # fmt: skip
"""Leap days, month ends, the nights when clocks change, the turn of years."""

days = st.sampled_from(HOSTILE_DAYS).flatmap(lambda day: st.integers(-3, 3).map(lambda more: day + timedelta(more))) | st.dates(
    date(2015, 6, 1), date(2019, 1, 1)
)
hours = st.sampled_from(["", "0", "0.0001", "8", "11.9999", "12", "16", "23.9999", "24", "24.0001", "36.6667", "40", "168"])
kinds = st.sampled_from(["employment", "employment", "employment", "benefit", "detention", "housing", "education"])
names = [f"p{number}" for number in range(4)]


@st.composite
def periods(draw: st.DrawFn) -> tuple[str, str]:
    start = draw(days)
    length = draw(st.sampled_from([1, 2, 27, 28, 29, 30, 31, 59, 365, 366, 731, 29_220]) | st.integers(1, 400))
    return start.isoformat(), draw(st.sampled_from(["", (start + timedelta(length)).isoformat()]))


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    people = [
        build.a_person(
            name,
            cohort=draw(st.sampled_from(["a", "b"])),
            arm=draw(st.sampled_from(["programme", "comparison"])),
            index_date=draw(days).isoformat(),
        )
        for name in names[: draw(st.integers(1, 4))]
    ]
    spells = []
    for number in range(draw(st.integers(0, 9))):
        start, end = draw(periods())
        spells.append(build.a_spell(start, end, draw(hours), person=draw(st.sampled_from(names)), kind=draw(kinds), spell=f"s{number}"))
    coverage = None
    if draw(st.booleans()):
        coverage = []
        for _ in range(draw(st.integers(0, 6))):
            start, end = draw(periods())
            kind = draw(st.sampled_from(["employment", "benefit", "score"]))
            coverage.append(
                build.watched(start, end, person=draw(st.sampled_from(names)), kind=kind, source=draw(st.sampled_from(["one", "two"])))
            )
    observations = [
        build.an_observation(
            draw(days).isoformat(),
            draw(st.sampled_from(["1", "0", "-2.5", "0.333333", "7"])),
            subject=draw(st.sampled_from([*names, "clinic"])),
            metric=draw(st.sampled_from(["score", "conviction"])),
            cohort=draw(st.sampled_from(["a"])),
            observation=f"o{number}",
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    return {"people": people, "spells": spells, "coverage": coverage, "observations": observations}


rules = st.one_of(
    st.builds(lambda level: {"average_hours": level}, st.sampled_from(["24", "0.0001", "12.5", "168", "23.99995"])),
    st.builds(
        lambda level, share: {"contract_hours": level, "on_share_of_days": share},
        st.sampled_from(["24", "12", "36.6667"]),
        st.sampled_from(["50%", "100%", "0.01", "33.3333%"]),
    ),
    st.builds(lambda least: {"any_day": least}, st.sampled_from(["1", "15", "28"])),
)
unknowns = st.sampled_from(["not_counted", "counted", "left_out"])
values = st.sampled_from(["total", "mean", "share"])


@st.composite
def some_terms(draw: st.DrawFn) -> dict[str, Measured]:
    def common() -> dict[str, str]:
        return {"unknown": draw(unknowns), "value": draw(values)}

    window = draw(st.sampled_from([{}, {"window_months": "12"}, {"window_months": "1"}]))
    return {
        "durable": build.terms(class_of="work", at_least=str(draw(st.integers(0, 10))), **common()),
        "temporary": build.terms(class_of="work", at_least="3", at_most="6", **common()),
        "work": build.terms(months_of="employment", counts_when=draw(rules), **common(), **window),
        "benefit": build.terms(months_of="benefit", counts_when={"any_day": "1"}, **common()),
        **{
            take: build.terms(observed=draw(st.sampled_from(["score", "conviction"])), take=take, **common())
            for take in draw(st.lists(st.sampled_from(["count", "any", "sum", "mean", "first", "last", "change"]), unique=True, max_size=3))
        },
    }


def same(mine: Measurement, its: Measurement) -> None:
    """Every month's state and weight, every person's value, every figure."""
    assert mine.figures == its.figures
    for metric, months in mine.months.items():
        for field in ("counted", "unknown", "observed", "over", "states", "weeks"):
            np.testing.assert_array_equal(getattr(months, field), getattr(its.months[metric], field), err_msg=f"{metric} {field}")
    for metric, persons in mine.persons.items():
        for field in ("value", "enters", "unknown", "not_yet"):
            np.testing.assert_array_equal(getattr(persons, field), getattr(its.persons[metric], field), err_msg=f"{metric} {field}")
