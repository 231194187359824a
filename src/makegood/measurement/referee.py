"""The referee: the rule as one reads it aloud, day by day and person by person, in plain Python and exact fractions.

Slow on purpose. It reads the terms themselves, not the whole numbers that the other engines share, so that a mistake
in those shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from makegood.cases.people import ARMS
from makegood.cases.records import Records
from makegood.cases.spells import KINDS, UNKNOWN_HOURS
from makegood.measurement.calendar import day_number, day_of
from makegood.measurement.outcome import CohortFigure, Key, value_of
from makegood.programme.measured import Measured
from makegood.values.month import add_months

VERSION = "1"


@dataclass(frozen=True)
class Month:
    """A month of a person: its state in words, hours x days in ten-thousandths (or days that satisfy the rule)."""

    start: date
    until: date
    state: str
    weight: int


@dataclass(frozen=True)
class PersonFigure:
    """A subject's value under a metric; see `outcome.PersonFigures`."""

    value: Fraction
    enters: bool
    unknown: int
    not_yet: int


@dataclass(frozen=True)
class Period:
    """Days from `start`, before `end`, with hours a week in ten-thousandths (None: not known)."""

    start: int
    end: int
    hours: int | None = None


@dataclass(frozen=True)
class Found:
    """All that the referee finds: months by metric and person, figures by metric and subject, figures of cohorts."""

    months: Mapping[str, Sequence[Sequence[Month]]]
    persons: Mapping[str, Sequence[PersonFigure | None]]
    figures: tuple[CohortFigure, ...]


def referee(
    metrics: Mapping[str, Measured], *, records: Records, window_months: int | None, as_of: date, by: tuple[str, ...] = ()
) -> Found:
    """Measure `metrics` person by person."""
    months: dict[str, list[list[Month]]] = {}
    persons: dict[str, list[PersonFigure | None]] = {}
    ordered = sorted(metrics.items(), key=lambda item: item[1].class_of is not None)
    for name, terms in ordered:
        if terms.months_of is not None:
            window = terms.window_months or window_months or 0
            months[name] = [_months(person, terms, records, window, as_of) for person in range(len(records.people))]
            persons[name] = [_of_months(found, terms) for found in months[name]]
        elif terms.class_of is not None:
            persons[name] = [_of_class(found, terms) for found in months[terms.class_of]]
        else:
            persons[name] = _observed(terms, records, terms.window_months or window_months or 0, as_of)
    figures = [figure for name in metrics for figure in _figures(name, metrics, persons[name], records, window_months, by)]
    return Found(months, persons, tuple(figures))


def month_state(
    start: int, until: int, terms: Measured, *, spells: Sequence[Period], watched: Sequence[Period] | None, as_of: int
) -> tuple[str, int]:
    """The state of one month and its weight: the rule of docs/explanation/how-measurement-works.md, sentence by sentence."""
    if until > as_of:
        return "not yet observed", 0
    rule = terms.counts_when
    assert rule is not None  # noqa: S101 - terms of months have a rule
    hours_days = satisfied = hidden = unwatched = 0
    for day in range(start, until):
        if watched is not None and not any(period.start <= day < period.end for period in watched):
            unwatched += 1
            continue
        running = [spell for spell in spells if spell.start <= day < spell.end]
        known = sum(spell.hours for spell in running if spell.hours is not None)
        hidden += any(spell.hours is None for spell in running)
        hours_days += known
        if rule.any_day is not None:
            satisfied += bool(running)
        elif rule.contract_hours is not None:
            satisfied += Fraction(known, 10_000) >= Fraction(rule.contract_hours)
    days = until - start
    if rule.average_hours is not None:
        counts, weight = Fraction(hours_days, 10_000) / days >= Fraction(rule.average_hours), hours_days
    elif rule.on_share_of_days is not None:
        counts, weight = Fraction(satisfied, days) >= Fraction(rule.on_share_of_days), satisfied
    else:
        counts, weight = satisfied >= (rule.any_day or 0), satisfied
    if counts:
        return "counted", weight
    hours_matter = rule.any_day is None
    return ("unknown" if unwatched or (hidden and hours_matter) else "not counted"), weight


def _months(person: int, terms: Measured, records: Records, window: int, as_of: date) -> list[Month]:
    kind = terms.months_of or ""
    index = day_of(records.people.index[person])
    borders = [day_number(add_months(index, month)) for month in range(window + 1)]
    spells = list(_spells_of(person, kind, records))
    watched = None if records.coverage is None else list(_watched(person, kind, records))
    months = []
    for start, until in pairwise(borders):
        near = [spell for spell in spells if spell.start < until and spell.end > start]
        seen = None if watched is None else [period for period in watched if period.start < until and period.end > start]
        if not near and seen is None:  # nothing to go through day by day
            state, weight = ("not yet observed" if until > day_number(as_of) else "not counted"), 0
        else:
            state, weight = month_state(start, until, terms, spells=near, watched=seen, as_of=day_number(as_of))
        months.append(Month(day_of(start), day_of(until), state, weight))
    return months


def _spells_of(person: int, kind: str, records: Records) -> Iterator[Period]:
    spells = records.spells
    for row in range(int(spells.first[person]), int(spells.first[person + 1])):
        if KINDS[spells.kind[row]] == kind:
            hours = int(spells.hours[row])
            yield Period(int(spells.start[row]), int(spells.end[row]), None if hours == UNKNOWN_HOURS else hours)


def _watched(person: int, kind: str, records: Records) -> Iterator[Period]:
    if records.coverage is not None:
        periods = records.coverage.of(kind)
        for row in range(int(periods.first[person]), int(periods.first[person + 1])):
            yield Period(int(periods.start[row]), int(periods.end[row]))


def _of_months(months: Sequence[Month], terms: Measured) -> PersonFigure:
    states = [month.state for month in months]
    unknown = states.count("unknown")
    value = states.count("counted") + (unknown if terms.unknown == "counted" else 0)
    return PersonFigure(Fraction(value), not (unknown and terms.unknown == "left_out"), unknown, states.count("not yet observed"))


def _of_class(months: Sequence[Month], terms: Measured) -> PersonFigure:
    states = [month.state for month in months]
    counted, unknown, not_yet = (states.count(state) for state in ("counted", "unknown", "not yet observed"))
    least = terms.at_least or 0
    most = len(months) if terms.at_most is None else terms.at_most

    def answers(sure: int, further: int) -> set[bool]:
        return {least <= sure + more <= most for more in range(further + 1)}

    sure = counted + (unknown if terms.unknown == "counted" else 0)
    now = answers(sure, not_yet)
    unsure = unknown > 0 and len(answers(counted, unknown + not_yet)) == 2
    return PersonFigure(Fraction(now == {True}), not (unsure and terms.unknown == "left_out"), int(unsure), int(len(now) == 2))


def _observed(terms: Measured, records: Records, window: int, as_of: date) -> list[PersonFigure | None]:
    people, seen = len(records.people), records.observations
    mine: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for row in range(len(seen)):
        if seen.metric.names[seen.metric.codes[row]] == terms.observed:
            identifier = seen.words["observation"][int(seen.row[row])].as_py()
            mine[int(seen.subject[row])].append((int(seen.day[row]), identifier, int(seen.value[row])))
    figures: list[PersonFigure | None] = []
    today = day_number(as_of)
    for subject in range(people + len(seen.units.names)):
        begin = end = None
        if subject < people:
            index = day_of(records.people.index[subject])
            begin, end = day_number(index), day_number(add_months(index, window))
        taken = sorted(
            each for each in mine[subject] if each[0] <= today and (begin is None or begin <= each[0]) and (end is None or each[0] < end)
        )
        if subject >= people and not taken:
            figures.append(None)
            continue
        blind = _blind(subject, begin, end, terms, records, today)
        figures.append(
            _take([Fraction(value, 10**6) for _, _, value in taken], terms, blind=blind, still_open=end is not None and end > today)
        )
    return figures


def _blind(subject: int, begin: int | None, end: int | None, terms: Measured, records: Records, today: int) -> bool:
    """Whether coverage speaks of this observation and leaves a day of the window before today out."""
    if begin is None or end is None or records.coverage is None or terms.observed not in records.coverage.kinds:
        return False
    periods = list(_watched(subject, terms.observed or "", records))
    return any(not any(period.start <= day < period.end for period in periods) for day in range(begin, min(end, today)))


def _take(values: Sequence[Fraction], terms: Measured, *, blind: bool, still_open: bool) -> PersonFigure:
    enough = len(values) > (1 if terms.take == "change" else 0)
    open_ = int(still_open)
    if terms.take in ("mean", "first", "last", "change"):
        value = Fraction(0)
        if enough:
            value = {
                "mean": _half_away(sum(values, Fraction(0)) / len(values)),
                "first": values[0],
                "last": values[-1],
                "change": values[-1] - values[0],
            }[terms.take]
        return PersonFigure(value, enough, int(not enough and not still_open), open_)
    unknown = blind and not (terms.take == "any" and values)
    value = Fraction(len(values)) if terms.take == "count" else sum(values, Fraction(0))
    if terms.take == "any":
        value = Fraction(bool(values) or (unknown and terms.unknown == "counted"))
    return PersonFigure(value, not (unknown and terms.unknown == "left_out"), int(unknown), open_)


def _half_away(value: Fraction) -> Fraction:
    """To six decimals, half away from zero."""
    whole = (2 * abs(value) * 10**6 + 1) // 2
    return Fraction(whole if value >= 0 else -whole, 10**6)


def _figures(
    name: str,
    metrics: Mapping[str, Measured],
    persons: Sequence[PersonFigure | None],
    records: Records,
    window_months: int | None,
    by: tuple[str, ...],
) -> list[CohortFigure]:
    people, units = records.people, records.observations.units
    terms = metrics[name]
    window = (metrics[terms.class_of] if terms.class_of else terms).window_months or window_months or 0
    members: dict[tuple[tuple[str, ...], str], list[tuple[PersonFigure, date | None]]] = defaultdict(list)
    for subject, figure in enumerate(persons):
        if figure is None:
            continue
        if subject < len(people):
            columns = [people.groups.get(column) for column in ("cohort", *by)]
            group = tuple("" if column is None else column.names[column.codes[subject]] for column in columns)
            members[group, ARMS[people.arm[subject]]].append((figure, day_of(people.index[subject])))
        else:
            group = (units.cohorts[subject - len(people)], *("" for _ in by))
            members[group, "programme"].append((figure, None))
    figures = []
    for (group, arm), those in members.items():
        entered = [figure for figure, _ in those if figure.enters]
        total = sum((figure.value for figure in entered), Fraction(0))
        positive = sum(figure.value > 0 for figure in entered)
        starts = [index for _, index in those if index is not None]
        figures.append(
            CohortFigure(
                key=Key(name, group, arm),
                value=value_of(terms.value, total=total, positive=positive, n=len(entered)),
                n=len(entered),
                left_out=len(those) - len(entered),
                total=total,
                positive=positive,
                unknown=sum(figure.unknown for figure, _ in those),
                not_yet=sum(figure.not_yet for figure, _ in those),
                period_start=min((day_number(index) for index in starts), default=None),
                period_end=max((day_number(add_months(index, window)) for index in starts), default=None),
            )
        )
    order = {arm: number for number, arm in enumerate(ARMS)}
    return sorted(figures, key=lambda figure: (figure.key.group, order[figure.key.arm]))
