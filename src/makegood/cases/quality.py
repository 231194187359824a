"""Data quality: what was odd in the records, how many times, where, and what was done about it.

Every oddity has one outcome, the same for every file and every engine; OUTCOMES names them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

OUTCOMES: dict[str, tuple[str, str]] = {
    "person_twice": ("the same row of people stands more than once", "counted once"),
    "index_after_as_of": ("the index date lies after the as-of date", "every month is not yet observed"),
    "person_without_spells": ("no usable spell of this person is in the file", "kept: months are judged by coverage alone"),
    "spell_twice": ("the same spell stands more than once", "used once"),
    "spell_contradicts": ("one spell identifier stands for different contents", "none of them is used"),
    "spell_unknown_person": ("the person is not in the people file", "not used"),
    "spell_zero_length": ("start and end are the same day", "not used: it has no days"),
    "spell_reversed": ("the end lies before the start", "not used"),
    "spell_over_50_years": ("the spell runs longer than 50 years", "used as recorded"),
    "spell_overlaps": ("it overlaps an earlier spell of the same person and kind", "used: hours add up, a day counts once"),
    "spell_outside_window": ("it has no day in the person's observation window", "counts for no month"),
    "spell_after_as_of": ("it starts after the as-of date", "counts for no month yet"),
    "spell_outside_coverage": ("it has days on which no source was watching", "those days prove nothing"),
    "hours_missing": ("an employment spell without hours per week", "its days count; its hours are unknown"),
    "hours_negative": ("hours per week below 0", "read as missing: hours are unknown"),
    "hours_over_168": ("more than 168 hours a week", "read as missing: hours are unknown"),
    "hours_rounded": ("hours with more than four decimals", "rounded half up to the fourth"),
    "month_over_168": ("overlapping spells add up to more than 168 hours a week in some month", "used as recorded"),
    "coverage_twice": ("the same row of coverage stands more than once", "used once"),
    "coverage_unknown_person": ("the person is not in the people file", "not used"),
    "coverage_zero_length": ("start and end are the same day", "not used: it has no days"),
    "coverage_reversed": ("the end lies before the start", "not used"),
    "observation_twice": ("the same observation stands more than once", "used once"),
    "observation_contradicts": ("one observation identifier stands for different contents", "none of them is used"),
    "observation_unknown_subject": ("the subject is neither in the people file nor a unit with a cohort", "not used"),
    "observation_outside_window": ("its date lies outside the subject's observation window", "not used"),
    "observation_after_as_of": ("its date lies after the as-of date", "not used yet"),
    "observation_not_asked": ("no metric of the programme is measured from it", "not used"),
    "value_rounded": ("a value with more than six decimals", "rounded half up to the sixth"),
}
"""Code -> (what was found, what was done)."""


Named = tuple[pa.Array, npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Finding:
    """One kind of oddity in one file: the rows (from 0) that have it.

    `records` and `persons` are columns with the places in them that the rows speak of; they are looked up only when
    somebody reads the list.
    """

    file: str
    code: str
    rows: npt.NDArray[np.int64]
    records: Named | None
    persons: Named | None
    is_text: bool

    def __len__(self) -> int:
        return len(self.rows)

    def limited(self, most: int | None) -> Finding:
        """The same with its first rows only."""
        if most is None or len(self) <= most:
            return self
        records = None if self.records is None else (self.records[0], self.records[1][:most])
        persons = None if self.persons is None else (self.persons[0], self.persons[1][:most])
        return Finding(self.file, self.code, self.rows[:most], records, persons, self.is_text)


@dataclass(frozen=True)
class Quality:
    """All findings of a reading or a measurement, in the order in which they were looked for."""

    findings: tuple[Finding, ...] = field(default=())

    def __add__(self, other: Quality) -> Quality:
        return Quality(self.findings + other.findings)

    def counts(self) -> dict[str, int]:
        """How many rows have each oddity; codes that did not occur are absent."""
        counted: dict[str, int] = {}
        for finding in self.findings:
            counted[finding.code] = counted.get(finding.code, 0) + len(finding)
        return dict(sorted(counted.items()))

    def table(self, most: int | None = None) -> pa.Table:
        """One row per oddity: file, line (CSV) or row, record, person, code, found, done; at most `most` of each finding."""
        tables = [_rows(finding.limited(most)) for finding in self.findings if len(finding)]
        return pa.concat_tables(tables) if tables else _SCHEMA.empty_table()


_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int64()),
        ("record", pa.string()),
        ("person", pa.string()),
        ("code", pa.string()),
        ("found", pa.string()),
        ("done", pa.string()),
    ]
)


def finding(
    code: str,
    *,
    file: str,
    is_text: bool,
    mask: npt.NDArray[np.bool_] | Any,
    rows: npt.NDArray[Any] | None = None,
    records: pa.Array | None = None,
    persons: pa.Array | None = None,
) -> list[Finding]:
    """A finding where `mask` holds, or none. `rows`: the file's row of each place of the mask; None: they are the same."""
    places = np.flatnonzero(mask)
    if not len(places):
        return []
    told = places if rows is None else np.asarray(rows[places], dtype=np.int64)
    return [
        Finding(
            file=file,
            code=code,
            rows=told,
            records=None if records is None else (records, places),
            persons=None if persons is None else (persons, places),
            is_text=is_text,
        )
    ]


def _rows(found: Finding) -> pa.Table:
    size = len(found)
    what, done = OUTCOMES[found.code]

    def same(text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, pa.string()), size)

    def given(named: Named | None) -> pa.Array:
        return pa.nulls(size, pa.string()) if named is None else named[0].take(pa.array(named[1])).cast(pa.string())

    columns = [same(found.file), pa.array(found.rows + (2 if found.is_text else 1)), given(found.records), given(found.persons)]
    return pa.table([*columns, same(found.code), same(what), same(done)], schema=_SCHEMA)
