"""What differs between two measurements: records that were corrected, and the months that count otherwise for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from makegood.report.branch import Branch
from makegood.report.measured_folder import MONTHS, OBSERVATIONS, SPELLS, MeasuredFolder, Row
from makegood.report.records_in_words import number_in_words, place_of, span_in_words
from makegood.report.rule_in_words import condition

if TYPE_CHECKING:
    import pyarrow as pa

FEW = 20
RECORDS = ((SPELLS, "spell", "person"), (OBSERVATIONS, "observation", "subject"))
NOT_CONTENT = ("file", "line")


@dataclass(frozen=True)
class Measurements:
    """An earlier and a later measurement, both of persons whose months were kept."""

    old: MeasuredFolder
    new: MeasuredFolder

    def records(self) -> list[Branch]:
        """Spells and observations that are new, gone, or have another content; each with its file and line."""
        return [branch for name, identity, who in RECORDS for branch in self._records(name, identity, who)]

    def months(self) -> list[Branch]:
        """Months that count in one of them only, or of which one knows what the other does not; by person."""
        changed = self._joined(MONTHS, ["metric", "person", "month"], ["state", "hours", "days", "from", "until"])
        told: dict[tuple[str, str], list[str]] = {}
        for (person, metric), rows in groupby(_in_order(changed), key=lambda row: (row["person"], row["metric"])):
            for words in self._runs(list(rows), metric):
                told.setdefault((person, words), []).append(metric)
        lines = [Branch(f"{person}: {words} ({', '.join(metrics)})") for (person, words), metrics in told.items()]
        return _few(lines, "more changes among months")

    def _records(self, name: str, identity: str, who: str) -> Iterator[Branch]:
        if not (self.old.has(name) and self.new.has(name)):
            return
        columns = [column for column in self.new.table(name).column_names if column not in (identity, *NOT_CONTENT)]
        rows = self._joined(name, [identity], columns, also=NOT_CONTENT)
        yield from _few([_record(row, identity, who, columns) for row in rows], f"more changes among {identity}s")

    def _joined(self, name: str, keys: Sequence[str], columns: Sequence[str], *, also: Sequence[str] = ()) -> list[Row]:
        """Rows of both, side by side (`column was`, `column is`), where a column differs or one side has no such row."""
        import pyarrow as pa  # noqa: PLC0415 - only where somebody looks
        import pyarrow.compute as pc  # noqa: PLC0415

        sides = []
        for folder, word in ((self.old, "was"), (self.new, "is")):
            table = folder.table(name)
            kept = [column for column in (*keys, *columns, *also) if column in table.column_names]
            names = [column if column in keys else f"{column} {word}" for column in kept]
            sides.append(
                table.select(kept).rename_columns(names).append_column(f"there {word}", pa.repeat(pa.scalar(True), table.num_rows))
            )
        both = sides[0].join(sides[1], keys=list(keys), join_type="full outer", use_threads=False)
        differs = pa.repeat(pa.scalar(False), both.num_rows)
        for column in ("there", *columns):
            if f"{column} was" in both.column_names and f"{column} is" in both.column_names:
                differs = pc.or_(differs, _other(both[f"{column} was"], both[f"{column} is"]))
        return both.filter(differs).sort_by([(key, "ascending") for key in keys]).to_pylist()  # type: ignore[no-any-return]

    def _runs(self, rows: Sequence[Row], metric: str) -> Iterator[str]:
        """Neighbouring months that changed the same way, as a sentence without its subject."""
        moved = [row for row in rows if row["state was"] != row["state is"]]
        for _, run in groupby(enumerate(moved), key=lambda pair: (pair[1]["month"] - pair[0], pair[1]["state was"], pair[1]["state is"])):
            months = [row for _, row in run]
            was, now = months[0]["state was"], months[0]["state is"]
            span = span_in_words(months)
            weight = _weights(months, "hours", "hours a week") or _weights(months, "days", "days")
            one = len(months) == 1
            if was is None or now is None:
                yield f"{span} {'is' if one else 'are'} " + ("no longer measured" if now is None else f"measured now: {now}")
            else:
                rule = self._rule(metric) if "counted" in (was, now) else ""
                yield f"{span} {_turn(was, now, one=one)}{f': {weight}' if weight else ''}{rule}"

    def _rule(self, metric: str) -> str:
        """The new rule, where it is another than the old one."""
        mine, its = (folder.metrics.get(metric, {}).get("measured", {}) for folder in (self.new, self.old))
        return f"; months count now {condition(mine)}" if mine.get("counts_when") != its.get("counts_when") and mine else ""


def _turn(was: str, now: str, *, one: bool) -> str:
    """What became of months, after their name."""
    counts, are = ("counts", "is") if one else ("count", "are")
    verdict = {"counted": counts, "not counted": f"{'does' if one else 'do'} not count", "unknown": f"{are} unknown"}
    if was == "not yet observed":
        return f"{are} observed now and {verdict[now]}"
    if now == "not yet observed":
        return f"{are} not yet observed"
    if now == "unknown":
        return f"{are} no longer known"
    if was == "unknown":
        return f"{are} known now and {verdict[now]}"
    return f"{counts} now" if now == "counted" else f"no longer {counts}"


def _other(was: pa.ChunkedArray, now: pa.ChunkedArray) -> Any:
    import pyarrow.compute as pc  # noqa: PLC0415

    equal = pc.or_(pc.fill_null(pc.equal(was, now), False), pc.and_(pc.is_null(was), pc.is_null(now)))
    return pc.invert(equal)


def _in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["person"], row["metric"], row["month"]))


def _weights(months: Sequence[Row], column: str, unit: str) -> str:
    """`23 instead of 24 hours a week`, or nothing where the weight did not change."""
    if any(row[f"{column} was"] is None or row[f"{column} is"] is None or row["state was"] == "not yet observed" for row in months):
        return ""
    sides = []
    for word in ("is", "was"):
        low, high = (pick(row[f"{column} {word}"] for row in months) for pick in (min, max))
        sides.append(number_in_words(low) if low == high else f"{number_in_words(low)} to {number_in_words(high)}")
    return f"{sides[0]} instead of {sides[1]} {unit}" if sides[0] != sides[1] else ""


def _record(row: Mapping[str, Any], identity: str, who: str, columns: Sequence[str]) -> Branch:
    word = "is" if row["there is"] else "was"
    place = place_of({"file": row[f"file {word}"], "line": row[f"line {word}"]})
    subject = f"{identity} '{row[identity]}' of {row[f'{who} {word}']}"
    if not row["there was"]:
        return Branch(f"new {subject}", place)
    if not row["there is"]:
        return Branch(f"no longer there: {subject}", place)
    parts = []
    for column in columns:
        was, now = row.get(f"{column} was"), row.get(f"{column} is")
        if was != now:
            parts.append(f"{column.replace('_', ' ')} was {_value(was)}, is {_value(now)}")
    return Branch(f"{subject}: {'; '.join(parts)}", place)


def _value(value: Any) -> str:
    if value is None:
        return "empty"
    return number_in_words(value) if type(value).__name__ == "Decimal" else str(value)


def _few(branches: Sequence[Branch], more: str) -> list[Branch]:
    left = len(branches) - FEW
    return [*branches[:FEW], *([Branch(f"… and {left:,} {more}")] if left > 0 else [])]
