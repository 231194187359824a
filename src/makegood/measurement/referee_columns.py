"""What the referee found, as the columns in which the other engines answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from makegood.measurement.outcome import MILLION, STATES, Months, PersonFigures
from makegood.measurement.referee import Found
from makegood.measurement.rules import MonthMetric, ObservedMetric, Rules


def as_columns(found: Found, rules: Rules, shown: Any) -> tuple[dict[str, Months], dict[str, PersonFigures]]:
    """Months and persons by metric; `shown` are the persons whose months are kept one by one."""
    months, persons = {}, {}
    for rule in rules.all():
        if isinstance(rule, MonthMetric):
            months[rule.metric] = _months(found, rule, shown)
        scale = MILLION if isinstance(rule, ObservedMetric) else 1
        those = found.persons[rule.metric]
        persons[rule.metric] = PersonFigures(
            np.array([0 if each is None else int(each.value * scale) for each in those], np.int64),
            scale,
            np.array([each is not None and each.enters for each in those], np.bool_),
            np.array([0 if each is None else each.unknown for each in those], np.int32),
            np.array([0 if each is None else each.not_yet for each in those], np.int32),
        )
    return months, persons


def _months(found: Found, rule: MonthMetric, shown: Any) -> Months:
    those = found.months[rule.metric]

    def how_many(*states: str) -> Any:
        return np.array([sum(month.state in states for month in months) for months in those], np.int32)

    full_week = 168 * 10**4
    return Months(
        counted=how_many("counted"),
        unknown=how_many("unknown"),
        observed=how_many("counted", "unknown", "not counted"),
        over=np.array(
            [rule.way == 0 and any(month.weight > full_week * (month.until - month.start).days for month in months) for months in those],
            np.bool_,
        ),
        states=np.array([[STATES.index(month.state) for month in those[person]] for person in shown], np.uint8).reshape(-1, rule.window),
        weeks=np.array([[month.weight for month in those[person]] for person in shown], np.int64).reshape(-1, rule.window),
    )
