"""The default engine: columns in, columns out; loops that run as Python on a little and compiled on a lot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from makegood.cases.compiled import run
from makegood.cases.coverage import Periods
from makegood.cases.observations import Observations
from makegood.cases.records import Records
from makegood.cases.spells import FULL_WEEK
from makegood.measurement.calendar import Borders
from makegood.measurement.kernel import TURNS, judge_months
from makegood.measurement.outcome import MILLION, Months, PersonFigures
from makegood.measurement.rules import ANY_DAY, AVERAGE_HOURS, ClassMetric, MonthMetric, ObservedMetric, Rules
from makegood.values.problem import Problem, Refused, Where

VERSION = "1"


def months_of(rule: MonthMetric, records: Records, borders: Borders, *, shown: npt.NDArray[np.int32]) -> Months:
    """The months of everybody under one rule; `shown` (n) says in which row of states and weeks a person's stand, or -1."""
    people, window = len(records.people), rule.window
    rows = int(shown.max()) + 1 if people else 0
    counted, unknown = np.zeros(people, np.int32), np.zeros(people, np.int32)
    over = np.zeros(people, np.bool_)
    state, weeks = np.zeros(rows * window, np.uint8), np.zeros(rows * window, np.int64)
    fitted = borders.within(window)
    length = np.diff(fitted.day.astype(np.int64), axis=1)
    least = np.full(length.shape, rule.need) if rule.way == ANY_DAY else -(-rule.need * length // rule.per)
    most = FULL_WEEK * length if rule.way == AVERAGE_HOURS else np.full(length.shape, 2**62)
    days = int(length.sum(axis=1).max()) + 1 if len(length) and rule.way != AVERAGE_HOURS else 1
    spells, coverage = records.spells, records.coverage
    watch = _NOBODY if coverage is None else coverage.of(rule.kind)
    run(
        judge_months,
        size=people,
        rows=len(spells) + people + len(watch.start),
        given=(
            *(spells.first, spells.kind, spells.start, spells.end, spells.hours),
            *(rule.kind_code, rule.way, rule.hours, window),
            *(fitted.code, fitted.day.ravel(), length.ravel(), least.ravel(), most.ravel(), fitted.observed),
            *(coverage is not None, watch.first, watch.start, watch.end),
            shown,
        ),
        written=(counted, unknown, over, state, weeks),
        scratch=lambda: [np.zeros(size, np.int64) for size in (window, window + 1, window, window, days, TURNS, TURNS)],
    )
    observed = fitted.observed[fitted.code]
    return Months(counted, unknown, observed, over, state.reshape(rows, window), weeks.reshape(rows, window))


_NOBODY = Periods(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))


def persons_of(rules: Rules, months: Mapping[str, Months], records: Records, borders: Borders, as_of: int) -> dict[str, PersonFigures]:
    """Every metric's value for every subject, in the order of the terms."""
    found: dict[str, PersonFigures] = {}
    for rule in rules.all():
        if isinstance(rule, MonthMetric):
            found[rule.metric] = _month_figures(rule, months[rule.metric])
        elif isinstance(rule, ClassMetric):
            found[rule.metric] = _class_figures(rule, months[rule.base])
        else:
            found[rule.metric] = _observed_figures(rule, records, borders, as_of)
    return found


def _month_figures(rule: MonthMetric, months: Months) -> PersonFigures:
    value = months.counted + months.unknown if rule.unknown == "counted" else months.counted
    enters = months.unknown == 0 if rule.unknown == "left_out" else np.ones(len(value), np.bool_)
    return PersonFigures(value.astype(np.int64), 1, enters, months.unknown, rule.window - months.observed)


def _class_figures(rule: ClassMetric, months: Months) -> PersonFigures:
    """In the class, however the months not yet observed turn out; unknown months count as the terms say.

    A person is unknown who has unknown months and could, all open months considered, be in the class or not.
    """
    not_yet = rule.window - months.observed
    sure = months.counted + (months.unknown if rule.unknown == "counted" else 0)
    inside = (sure >= rule.at_least) & (sure + not_yet <= rule.at_most)
    possible = (sure + not_yet >= rule.at_least) & (sure <= rule.at_most)
    least, most = months.counted, months.counted + months.unknown + not_yet
    settled = ((least >= rule.at_least) & (most <= rule.at_most)) | (most < rule.at_least) | (least > rule.at_most)
    unsure = (months.unknown > 0) & ~settled
    enters = ~unsure if rule.unknown == "left_out" else np.ones(len(sure), np.bool_)
    return PersonFigures(inside.astype(np.int64), 1, enters, unsure.astype(np.int32), (possible & ~inside).astype(np.int32))


def _observed_figures(rule: ObservedMetric, records: Records, borders: Borders, as_of: int) -> PersonFigures:
    people, seen = len(records.people), records.observations
    subjects = people + len(seen.units.names)
    fitted = borders.within(rule.window)
    begin = np.full(subjects, -(2**31), np.int64)
    end = np.full(subjects, 2**31 - 1, np.int64)
    if people:
        begin[:people], end[:people] = fitted.day[fitted.code, 0], fitted.day[fitted.code, -1]
    rows = np.flatnonzero(asked(seen, rule.observed))
    subject, day = seen.subject[rows], seen.day[rows]
    inside = (day >= begin[subject]) & (day < end[subject]) & (day <= as_of)
    rows, subject, day = rows[inside], subject[inside], day[inside]
    value = seen.value[rows]
    times = np.bincount(subject, minlength=subjects).astype(np.int64)
    figure = _taken(rule, seen, rows, subject, day, value, times)
    is_person = np.arange(subjects) < people
    present = is_person | (times > 0)
    open_still = is_person & (end > as_of)
    has_value = times > (1 if rule.take == "change" else 0)
    if rule.take in ("mean", "first", "last", "change"):
        unknown = present & ~has_value & ~open_still
        return PersonFigures(figure, MILLION, present & has_value, unknown.astype(np.int32), open_still.astype(np.int32))
    unknown = present & ~_watched(rule, records, begin, np.minimum(end, as_of))
    if rule.take == "any":
        unknown &= ~has_value
        if rule.unknown == "counted":
            figure[unknown] = MILLION
    enters = present & ~unknown if rule.unknown == "left_out" else present
    return PersonFigures(figure, MILLION, enters, unknown.astype(np.int32), open_still.astype(np.int32))


def asked(seen: Observations, name: str) -> npt.NDArray[np.bool_]:
    """Which observations bear this name."""
    wanted = seen.metric.names.index(name) if name in seen.metric.names else -1
    return np.asarray(seen.metric.codes == wanted, dtype=np.bool_)


def _taken(rule: ObservedMetric, seen: Observations, rows: Any, subject: Any, day: Any, value: Any, times: Any) -> npt.NDArray[np.int64]:
    """What the terms take of each subject's observations, in millionths; 0 where there are none."""
    figure = np.zeros(len(times), np.int64)
    if rule.take == "count":
        return np.asarray(times * MILLION, dtype=np.int64)
    if rule.take == "any":
        return np.asarray((times > 0) * MILLION, dtype=np.int64)
    if rule.take in ("sum", "mean"):
        if len(value) and int(np.abs(value).max()) * int(times.max()) >= 2**61:
            what = f"values of '{rule.observed}' add up to more than 64 bits hold"
            raise Refused([Problem(Where(seen.file, 0, "value"), "too_large", what, "", "write them in a larger unit")])
        np.add.at(figure, subject, value)
        if rule.take == "mean":
            shared = np.maximum(times, 1)
            figure = np.sign(figure) * ((2 * np.abs(figure) + shared) // (2 * shared))
        return figure
    order = np.lexsort((_rank(seen, rows), day, subject))
    subject, value = subject[order], value[order]
    starts = np.flatnonzero(np.append(True, subject[1:] != subject[:-1])) if len(subject) else np.zeros(0, np.int64)
    ends = np.append(starts[1:], len(subject)) - 1 if len(subject) else starts
    who = subject[starts]
    if rule.take == "first":
        figure[who] = value[starts]
    elif rule.take == "last":
        figure[who] = value[ends]
    else:
        figure[who] = value[ends] - value[starts]
    return figure


def _rank(seen: Observations, rows: Any) -> npt.NDArray[np.int64]:
    """The order of observations by identifier, which decides between two of one day."""
    order = pc.sort_indices(seen.words["observation"].take(pa.array(seen.row[rows]))).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _watched(rule: ObservedMetric, records: Records, begin: Any, until: Any) -> npt.NDArray[np.bool_]:
    """Whether a subject was watched from `begin` to `until` without a gap; always where coverage does not speak of it."""
    watched = np.ones(len(begin), np.bool_)
    coverage = records.coverage
    if coverage is None or rule.observed not in coverage.kinds:
        return watched
    periods, people = coverage.of(rule.observed), len(records.people)
    who = np.repeat(np.arange(people), np.diff(periods.first))
    whole = (periods.start <= begin[who]) & (periods.end >= until[who])
    watched[:people] = until[:people] <= begin[:people]
    watched[who[whole]] = True
    return watched
