"""Data quality: what was odd in the records, how many times, where, and what was done about it.

Every oddity has one outcome, the same for every file and every engine; OUTCOMES names them all.
"""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(frozen=True)
class Column:
    """A column to look something up in: `row` says where the value of each place stands; None: at the place itself."""

    values: pa.Array
    row: npt.NDArray[Any] | None = None

    def at(self, places: npt.NDArray[np.int64]) -> pa.Array:
        """The values of those places as text."""
        return self.values.take(pa.array(places if self.row is None else self.row[places])).cast(pa.string())


@dataclass(frozen=True)
class Finding:
    """One kind of oddity in one file: the places (rows of a file, or of columns made from it) that have it.

    `row` says in which row of the file (from 0) each place stands; `records` and `persons` are looked up only when
    somebody reads the list.
    """

    file: str
    code: str
    places: npt.NDArray[np.int64]
    row: npt.NDArray[Any] | None
    records: Column | None
    persons: Column | None
    is_text: bool

    def __len__(self) -> int:
        return len(self.places)

    def rows(self, most: int | None = None) -> npt.NDArray[np.int64]:
        """The rows of the file, at most so many."""
        places = self.places[:most]
        return places if self.row is None else np.asarray(self.row[places], dtype=np.int64)


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
        tables = [_rows(finding, most) for finding in self.findings if len(finding)]
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
    row: npt.NDArray[Any] | None = None,
    records: Column | None = None,
    persons: Column | None = None,
) -> list[Finding]:
    """A finding where `mask` holds, or none."""
    places = np.flatnonzero(mask)
    return [Finding(file, code, places, row, records, persons, is_text)] if len(places) else []


def findings(
    codes: Sequence[str],
    faults: npt.NDArray[np.uint8],
    *,
    counts: npt.NDArray[np.int64],
    file: str,
    is_text: bool,
    row: npt.NDArray[Any] | None = None,
    records: Column | None = None,
    persons: Column | None = None,
) -> list[Finding]:
    """Findings of places that bear a fault: its number among `codes`, from 1; 0 where nothing is odd. `counts`: how many
    bear each number, so that what does not occur is not looked for.
    """
    those = [(code, np.flatnonzero(faults == number)) for number, code in enumerate(codes, start=1) if counts[number]]
    return [Finding(file, code, places, row, records, persons, is_text) for code, places in those]


def _rows(found: Finding, most: int | None) -> pa.Table:
    rows, places = found.rows(most), found.places[:most]
    what, done = OUTCOMES[found.code]

    def same(text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, pa.string()), len(rows))

    def given(column: Column | None) -> pa.Array:
        return pa.nulls(len(rows), pa.string()) if column is None else column.at(places)

    columns = [same(found.file), pa.array(rows + (2 if found.is_text else 1)), given(found.records), given(found.persons)]
    return pa.table([*columns, same(found.code), same(what), same(done)], schema=_SCHEMA)
