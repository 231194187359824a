"""What is odd once agreement meets facts: spells outside the window or the coverage, persons whose index date is to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from makegood.cases.compiled import run
from makegood.cases.quality import Column, Finding, Quality, finding, findings
from makegood.cases.records import Records
from makegood.cases.spells import KINDS
from makegood.measurement.calendar import Borders, day_number
from makegood.measurement.columns import asked
from makegood.measurement.outcome import Months
from makegood.measurement.rules import Rules

SPELL_ODDITIES = ("spell_after_as_of", "spell_outside_window", "spell_outside_coverage")
_UNWATCHED = 3


def oddities_of(rules: Rules, records: Records, borders: Borders, months: Mapping[str, Months], as_of: date) -> Quality:
    """Findings that need the terms; the same for every engine."""
    listed: list[Finding] = []
    people, spells = records.people, records.spells
    today = day_number(as_of)

    def of_people(code: str, mask: Any) -> None:
        listed.extend(finding(code, file=people.file, is_text=people.is_text, mask=mask, row=people.order, persons=Column(people.person)))

    of_people("index_after_as_of", people.index > today)
    if spells.file:
        of_people("person_without_spells", np.diff(spells.first) == 0)
        of_people(
            "month_over_168", np.logical_or.reduce([each.over for each in months.values()]) if months else np.zeros(len(people), np.bool_)
        )
        listed += _of_spells(rules, records, borders, today)
    listed += _of_observations(rules, records, borders, today)
    return Quality(tuple(listed))


def _of_spells(rules: Rules, records: Records, borders: Borders, today: int) -> list[Finding]:
    spells, people = records.spells, records.people
    mark, counts = np.zeros(len(spells), np.uint8), np.zeros(len(SPELL_ODDITIES) + 1, np.int64)
    last = np.ascontiguousarray(borders.day[:, -1])
    begin = np.ascontiguousarray(borders.day[:, 0])
    given = (spells.first, spells.start, spells.end, borders.code, begin, last, today)
    run(mark_outside, size=len(people), rows=len(spells) + len(people), given=given, written=(mark,), added=(counts,))
    if records.coverage is not None:
        for rule in rules.months:
            _mark_unwatched(rule.kind, records, borders, today, mark)
        counts[_UNWATCHED] = np.count_nonzero(mark == _UNWATCHED)
    named, persons = Column(spells.words["spell"], spells.order), Column(people.person, spells.person)
    file, order = spells.file, spells.order
    return findings(SPELL_ODDITIES, mark, counts=counts, file=file, is_text=spells.is_text, row=order, records=named, persons=persons)


def mark_outside(
    a: int, b: int, first: Any, start: Any, end: Any, code: Any, begin: Any, last: Any, today: int, mark: Any, counts: Any
) -> None:
    """Mark spells of persons a..b that start after `today` (1) or have no day in the window (2), and count them."""
    for person in range(a, b):
        opens, closes = begin[code[person]], last[code[person]]
        for spell in range(first[person], first[person + 1]):
            outside = (end[spell] <= opens) | (start[spell] >= closes)
            mark[spell] = 1 if start[spell] > today else 2 if outside else 0
            counts[mark[spell]] += 1


def _mark_unwatched(kind: str, records: Records, borders: Borders, today: int, mark: Any) -> None:
    """Mark spells (3) that have a day in the window up to today on which nobody was watching their kind."""
    spells, coverage = records.spells, records.coverage
    assert coverage is not None  # noqa: S101 - asked by the caller
    periods = coverage.of(kind)
    rows = np.flatnonzero((spells.kind == KINDS.index(kind)) & (mark == 0))
    who = spells.person[rows]
    row = borders.code[who]
    low = np.maximum(spells.start[rows], borders.day[row, 0]).astype(np.int64)
    high = np.minimum(np.minimum(spells.end[rows], borders.day[row, -1]), today).astype(np.int64)
    # The last watched period that begins on or before `low`, found by one search over (person, start).
    keys = (np.repeat(np.arange(len(records.people), dtype=np.int64), np.diff(periods.first)) << 33) + periods.start
    place = np.searchsorted(keys, (who.astype(np.int64) << 33) + low, side="right") - 1
    held = (place >= periods.first[who]) & (place < periods.first[who + 1])
    held &= np.where(held, periods.end[np.maximum(place, 0)] if len(periods.end) else 0, 0) >= high
    mark[rows[~held & (low < high)]] = _UNWATCHED


def _of_observations(rules: Rules, records: Records, borders: Borders, today: int) -> list[Finding]:
    seen, people = records.observations, records.people
    if not len(seen):
        return []
    wanted = np.zeros(len(seen), np.bool_)
    inside = np.zeros(len(seen), np.bool_)
    is_person = seen.subject < len(people)
    row = borders.code[np.where(is_person, seen.subject, 0)] if len(people) else np.zeros(len(seen), np.int32)
    for rule in rules.observed:
        of_rule = asked(seen, rule.observed)
        wanted |= of_rule
        inside |= of_rule & (~is_person | ((seen.day >= borders.day[row, 0]) & (seen.day < borders.day[row, rule.window])))
    later = wanted & (seen.day > today)
    listed: list[Finding] = []
    for code, mask in (
        ("observation_not_asked", ~wanted),
        ("observation_after_as_of", later),
        ("observation_outside_window", wanted & ~inside & ~later),
    ):
        named, persons = Column(seen.words["observation"], seen.row), Column(seen.words["subject"], seen.row)
        listed += finding(code, file=seen.file, is_text=seen.is_text, mask=mask, row=seen.row, records=named, persons=persons)
    return listed
