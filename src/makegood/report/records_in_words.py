"""Below a result: who is in it, which months they have, and the records that say so, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from makegood.report.branch import Branch
from makegood.report.measured_folder import COVERAGE, MONTHS, OBSERVATIONS, RESULTS, SPELLS, MeasuredFolder, Row
from makegood.report.rule_in_words import class_range, rule_in_words

EXAMPLES = 3
COLUMNS = ("cohort", "class", "payer", "phase")


def below_result(folder: MeasuredFolder, record: Mapping[str, str], *, person: str | None, every: bool) -> Iterator[Branch]:
    """What a measured result rests on. `person`: only that one, to the records; `every`: everybody, to the records."""
    told = folder.metrics.get(record["metric"])
    if told is None or not told["measured"]:
        return
    clause = told.get("clause")
    yield Branch(rule_in_words(told), f"{clause['file']}:{clause['line']} {clause['path']}" if clause else "")
    yield _inputs(folder)
    members = [
        row
        for row in folder.rows(RESULTS, metric=record["metric"], arm="programme")
        if all(row[column] == record.get(column, row[column]) for column in COLUMNS if column in row)
    ]
    teller = _Teller(folder, record["metric"])
    if person is not None:
        mine = [row for row in members if row["person"] == person]
        yield from (teller.person(row, deep=True) for row in mine)
        if not mine:
            yield Branch(f"{person} is not in this figure")
        return
    if not members:
        kept = (
            "its observations are of units"
            if folder.rows(OBSERVATIONS)
            else "months and records were not kept; measure with --details programme"
        )
        yield Branch(kept, "", tuple(_observation(row) for row in _of_units(folder, told)))
        return
    yield teller.everybody(members, every=every)


def _inputs(folder: MeasuredFolder) -> Branch:
    told = folder.provenance
    files = ", ".join(f"{row['file']} (SHA-256 {row['sha256'][:12]}…)" for row in told["inputs"].values())
    return Branch(f"measured as of {told['as_of']} by the engine '{told['engine']['name']}' from {files}", str(folder.path))


def _of_units(folder: MeasuredFolder, told: Mapping[str, Any]) -> list[Row]:
    return folder.rows(OBSERVATIONS, observed=told["measured"].get("observed", ""))


class _Teller:
    """Tells of the persons of one metric."""

    def __init__(self, folder: MeasuredFolder, metric: str) -> None:
        self.folder = folder
        self.metric = metric
        self.terms: Mapping[str, Any] = folder.metrics[metric]["measured"]
        self.base = self.terms.get("class_of", metric)
        """The metric whose months are behind this one."""

    def everybody(self, members: Sequence[Row], *, every: bool) -> Branch:
        """The sum over persons, then groups of them, then examples of each."""
        entered = [row for row in members if row["enters"]]
        total = sum((row["value"] for row in entered), Decimal(0))
        value = self.terms.get("value", "mean")
        some = sum(row["value"] > 0 for row in entered)
        counted = {
            "total": f"{number_in_words(total)} in all, of {len(entered):,} persons",
            "mean": f"{number_in_words(total)} ÷ {len(entered):,} persons",
            "share": f"{some:,} of {len(entered):,} persons",
        }[value]
        notes = [f"{len(members) - len(entered):,} persons are left out"] if len(entered) < len(members) else []
        for column, words in (("unknown", "unknown"), ("not_yet_observed", "not yet observed")):
            number = sum(row[column] for row in members)
            unit = "month" if "months_of" in self.terms else "person"
            notes += [f"{number:,} {unit}{'' if number == 1 else 's'} {'is' if number == 1 else 'are'} {words}"] if number else []
        below = [branch for title, rows in self._groups(members) if (branch := self._group(title, rows, every=every))]
        hint = () if every else (Branch("`--person P` shows the months and records of a person, `--all` those of everybody"),)
        return Branch("; ".join([counted, *notes]), "", (*below, *hint))

    def _group(self, title: str, rows: Sequence[Row], *, every: bool) -> Branch | None:
        if not rows:
            return None
        total = sum((row["value"] for row in rows if row["enters"]), Decimal(0))
        summed = f": {number_in_words(total)} months" if "months_of" in self.terms and total else ""
        some = any(row["value"] > 0 or row["unknown"] for row in rows)
        shown = (
            [self.person(row, deep=True) for row in rows] if every else [self.person(row, deep=False) for row in rows[: EXAMPLES * some]]
        )
        more = (Branch(f"and {len(rows) - len(shown):,} more"),) if shown and len(shown) < len(rows) else ()
        words = f"{len(rows):,} person{'' if len(rows) == 1 else 's'} with {title}{summed}"
        return Branch(words, "", (*shown, *more))

    def _groups(self, members: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
        """Groups from most to least: classes of the terms where there are any, else who has something and who has nothing."""
        ordered = sorted(members, key=lambda row: (-row["value"], row["person"]))
        left = ordered
        if "months_of" in self.terms:
            for name, low, high in self._classes():
                inside = [row for row in left if low <= row["value"] <= high]
                left = [row for row in left if not low <= row["value"] <= high]
                yield f"{class_range({'at_least': low, **({'at_most': high} if high < self._window() else {})})} months ({name})", inside
        fewer = "months_of" in self.terms and len(left) < len(ordered)
        yield "fewer months" if fewer else self._something(), [row for row in left if row["value"] > 0]
        none = "no month that counts" if "months_of" in self.terms else f"no {self._something()}"
        yield none, [row for row in left if row["value"] <= 0 and not row["unknown"]]
        yield f"{none} as far as is known", [row for row in left if row["value"] <= 0 and row["unknown"]]

    def _something(self) -> str:
        if "months_of" in self.terms:
            return "months that count"
        if "class_of" in self.terms:
            return f"{class_range(self.terms)} months of {self.base}"
        return str(self.terms["observed"]).replace("_", " ")

    def _window(self) -> int:
        return int(self.folder.metrics[self.metric]["window_months"])

    def _classes(self) -> list[tuple[str, int, int]]:
        """Classes of the terms that speak of the same months, the highest first."""
        found = []
        for name, told in self.folder.metrics.items():
            terms = told["measured"]
            base = self.folder.metrics.get(terms.get("class_of"), {}).get("measured", {})
            if base and all(base.get(key) == self.terms.get(key) for key in ("months_of", "counts_when", "window_months", "unknown")):
                found.append((name, int(terms.get("at_least", 0)), int(terms.get("at_most", self._window()))))
        return sorted(found, key=lambda row: -row[1])

    def person(self, row: Row, *, deep: bool) -> Branch:
        """One person: how much, and with `deep` the months and the records behind them."""
        name, value = row["person"], number_in_words(row["value"])
        if "observed" in self.terms:
            seen = self.folder.rows(OBSERVATIONS, observed=self.terms["observed"], subject=name)
            return Branch(f"{name}: {value}{_blind(row)}", "", tuple(_observation(each) for each in seen))
        months = self.folder.rows(MONTHS, metric=self.base, person=name)
        counted = sum(month["state"] == "counted" for month in months)
        words = f"{name}, index date {row['index_date']}: {counted} of {len(months)} months count{_states(months)}"
        if "class_of" in self.terms:
            words += f", so {'in' if row['value'] > 0 else 'not in'} the class" + (", unknown" if row["unknown"] else "")
        runs = list(_runs(months))
        if not deep:
            those = [f"{span_in_words(run)}{_hours(run)}" for run in runs if run[0]["state"] == "counted"]
            return Branch(words + (f": {', '.join(those)}" if those else ""))
        kind = self.folder.metrics[self.base]["measured"]["months_of"]
        spells = self.folder.rows(SPELLS, person=name, kind=kind)
        return Branch(words, "", tuple(self._run(run, spells, name, kind) for run in runs))

    def _run(self, run: Sequence[Row], spells: Sequence[Row], person: str, kind: str) -> Branch:
        start, until, state = run[0]["from"], run[-1]["until"], run[0]["state"]
        verb = {"counted": "count", "not counted": "do not count", "unknown": "are unknown", "not yet observed": "are not yet observed"}[
            state
        ]
        if len(run) == 1:
            verb = {
                "count": "counts",
                "do not count": "does not count",
                "are unknown": "is unknown",
                "are not yet observed": "is not yet observed",
            }[verb]
        words = f"{span_in_words(run)} {verb} ({start} until {until}){_hours(run)}"
        if state == "not yet observed":
            return Branch(words)
        near = [spell for spell in spells if spell["start"] < until and (spell["end"] is None or spell["end"] > start)]
        below = [_spell(spell) for spell in near]
        if state == "unknown":
            below += self._why_unknown(person, kind, start, until)
        return Branch(words, "", tuple(below))

    def _why_unknown(self, person: str, kind: str, start: date, until: date) -> Iterator[Branch]:
        if not self.folder.has(COVERAGE):
            return
        watched = self.folder.rows(COVERAGE, person=person, kind=kind)
        near = [row for row in watched if row["start"] < until and (row["end"] is None or row["end"] > start)]
        file = self.folder.provenance["inputs"]["coverage"]["file"]
        if not any(row["start"] <= start and (row["end"] is None or row["end"] >= until) for row in watched):
            told = " and ".join(_period(row["start"], row["end"]) for row in near) or "at no time in these months"
            yield Branch(f"a source watched {kind} {told} only" if near else f"no source watched {kind} in these months", file)


def _runs(months: Sequence[Row]) -> Iterator[list[Row]]:
    """Consecutive months of one state."""
    for _, run in groupby(sorted(months, key=lambda row: row["month"]), key=lambda row: row["state"]):
        yield list(run)


def _states(months: Sequence[Row]) -> str:
    told = [(sum(month["state"] == state for month in months), state) for state in ("unknown", "not yet observed")]
    return "".join(f", {number} {state}" for number, state in told if number)


def span_in_words(run: Sequence[Row]) -> str:
    """`month 3`, `months 3 to 9`: of consecutive months."""
    return f"month {run[0]['month']}" if len(run) == 1 else f"months {run[0]['month']} to {run[-1]['month']}"


def _hours(run: Sequence[Row]) -> str:
    column = "hours" if run[0]["hours"] is not None else "days"
    if run[0]["state"] in ("unknown", "not yet observed") or run[0][column] is None:
        return ""
    low, high = min(row[column] for row in run), max(row[column] for row in run)
    if high == 0:
        return ""
    unit = "hours a week" if column == "hours" else "days"
    return f": {number_in_words(low)} {unit}" if low == high else f": {number_in_words(low)} to {number_in_words(high)} {unit}"


def _spell(row: Row) -> Branch:
    hours = "" if row["hours_per_week"] is None else f", {number_in_words(row['hours_per_week'])} hours a week"
    if row["kind"] == "employment" and not hours:
        hours = ", hours not known"
    return Branch(f"spell '{row['spell']}': {row['kind']} {_period(row['start'], row['end'])}{hours}{_told(row)}", place_of(row))


def _observation(row: Row) -> Branch:
    unit = f" {row['unit']}" if row.get("unit") else ""
    words = f"observation '{row['observation']}': {row['observed'].replace('_', ' ')} of {row['subject']} on {row['date']}"
    return Branch(f"{words}, value {number_in_words(row['value'])}{unit}{_told(row)}", place_of(row))


def _told(row: Row) -> str:
    words = [str(row[column]) for column in ("contract", "certainty") if row.get(column)]
    words += [f"{column} {row[column]}" for column in ("source", "evidence") if row.get(column)]
    return "".join(f", {word}" for word in words)


def place_of(row: Row) -> str:
    """The file and line of a record; of Parquet the row."""
    return f"{row['file']}:{row['line']}" if str(row["file"]).lower().endswith(".csv") else f"{row['file']} row {row['line']}"


def _period(start: date, end: date | None) -> str:
    return f"from {start}, still running" if end is None else f"{start} until {end}"


def _blind(row: Row) -> str:
    return ", unknown" if row["unknown"] else ", not yet observed to the end" if row["not_yet_observed"] else ""


def number_in_words(value: Decimal | int) -> str:
    """A number without needless zeros, thousands apart."""
    text = f"{Decimal(value).normalize():f}"
    whole, point, decimals = text.partition(".")
    return f"{int(whole):,}{point}{decimals}" if abs(int(whole)) >= 10_000 else text
