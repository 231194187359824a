"""The practice round of the demonstration: an invented recruitment that stands half way today, so that there is work to do.

The demonstration world is history: all its people are past their steps. For practice another world is invented from the
same plan (another seed, other people), moved by whole years so that its second half is still to come, and cut off at
today. Its terms are those of the programme, moved by as many years. What would be on a prison's next list lies beside it
as a file that a coordinator can bring.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

Row = Mapping[str, str]
FILES = (
    "organisations", "staff", "contacts", "gross_list", "outside_list", "selection_events", "release_dates", "permissions", "answers",
    "contact_routes", "provider_list", "links",
)  # fmt: skip
CODE = "practice-round"
TITLE = "{en: Practice round, nl: Oefenronde}"
SAMPLE = "practice-list.csv"
FIRST_DAY = (5, 31)
"""Month and day of 2016 from which the invented recruitment is under way; a year later it still is."""
ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b")
HEADINGS = {
    "Nummer": "candidate",
    "Achternaam": "family_name",
    "Voornaam": "given_name",
    "Geboortedatum": "birth_date",
    "Geslacht": "sex",
    "In detentie sinds": "detention_from",
    "Einddatum": "release_on",
    "Gemeente": "municipality",
}
"""Heading of the sample list -> column of the world's list: as a prison's own system would write it."""


@dataclass(frozen=True)
class Round:
    """What was written: the folder to import, and the prison for which a list waits."""

    folder: Path
    prison: str


def years_since(today: date) -> int:
    """By how many whole years the world is moved, so that today falls within its recruitment."""
    return today.year - (2016 if (today.month, today.day) >= FIRST_DAY else 2017)


def moved(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def moved_text(text: str, years: int) -> str:
    """Each ISO date of a text, some years later."""
    return ISO.sub(lambda found: moved(date.fromisoformat(found.group()), years).isoformat(), text)


def write_terms(programme: Path, *, to: Path, years: int) -> Path:
    """The programme's file under another name with its dates moved, and its instruments beside it."""
    text = moved_text((programme / "programme.yaml").read_text(encoding="utf-8"), years)
    text = re.sub(r"^programme: .*$", f"programme: {CODE}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^title: .*$", f"title: {TITLE}", text, count=1, flags=re.MULTILINE)
    to.mkdir(parents=True, exist_ok=True)
    shutil.copytree(programme / "instruments", to / "instruments", dirs_exist_ok=True)
    file = to / "programme.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def write_round(world: Path, *, people_of: Path, to: Path, today: date) -> Round:
    """The world as it would stand today, in `to`; whoever works in it are those of `people_of`, the world that is history.

    `world` and `people_of` are data folders of `makegood world`.
    """
    years = years_since(today)
    now = moved(today, -years)
    rows = {name: _read(world / f"{name}.csv") for name in FILES}
    rows |= {name: _read(people_of / f"{name}.csv") for name in ("staff", "contacts")}
    following = min(row["listed_on"] for row in rows["gross_list"] if row["listed_on"] > now.isoformat())
    to_come = [row for row in rows["gross_list"] if row["listed_on"] == following]
    prison = _busiest(rows, now)
    sample = [row for row in to_come if row["prison"] == prison]
    rows = _as_of(rows, now, drawn_up={row["candidate"] for row in to_come if row["prison"] != prison})
    to.mkdir(parents=True, exist_ok=True)
    for name, kept in rows.items():
        (to / f"{name}.csv").write_text(moved_text(_csv(kept), years), encoding="utf-8")
    (to / SAMPLE).write_text(_sample(sample, years), encoding="utf-8")
    return Round(to, prison)


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _csv(rows: Iterable[Row]) -> str:
    out, rows = io.StringIO(), list(rows)
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _busiest(rows: dict[str, list[Row]], now: date) -> str:
    """The prison in which most candidates are on their way on a day."""
    day = now.isoformat()
    begun = {event["candidate"] for event in rows["selection_events"] if event["on"] <= day}
    ended = {
        event["candidate"]
        for event in rows["selection_events"]
        if event["on"] <= day and (event["outcome"] == "exit" or event["step"] == "started")
    }
    counts = Counter(row["prison"] for row in rows["gross_list"] if row["candidate"] in begun - ended)
    return max(sorted(counts), key=counts.__getitem__)


def _as_of(rows: dict[str, list[Row]], now: date, *, drawn_up: set[str]) -> dict[str, list[Row]]:
    """What was known on a day. Of those `drawn_up` the list stands, and was not sent to the prisons yet."""
    day = now.isoformat()
    dated: dict[str, str] = {
        "selection_events": "on", "release_dates": "recorded_on", "permissions": "asked_on", "answers": "answered_on",
        "contact_routes": "recorded_on", "provider_list": "selected_on",
    }  # fmt: skip
    kept = dict(rows)
    for name, column in dated.items():
        kept[name] = [row for row in rows[name] if row[column] <= day]
    kept["selection_events"] += [
        {**row, "on": day} for row in rows["selection_events"] if row["candidate"] in drawn_up and row["step"] == "list_drawn_up"
    ]
    first: dict[str, Row] = {}
    for row in rows["release_dates"]:
        if row["candidate"] in drawn_up:
            first.setdefault(row["candidate"], {**row, "recorded_on": day})
    kept["release_dates"] += first.values()
    kept["permissions"] = [_unanswered(row) if row["answered_on"] > day else row for row in kept["permissions"]]
    known = {row["candidate"] for row in kept["selection_events"]}
    for name in ("gross_list", "outside_list"):
        kept[name] = [row for row in rows[name] if row["candidate"] in known]
    kept["links"] = [row for row in rows["links"] if row["candidate"] in known]
    return kept


def _unanswered(row: Row) -> Row:
    return {**row, "answered_on": "", "answer": "", "conditions": ""}


def _sample(rows: list[Row], years: int) -> str:
    """A list as it comes: days in Dutch, a name in capitals, a person who stands on it twice, a row without a name."""
    lines = [{heading: _as_written(column, row[column], years) for heading, column in HEADINGS.items()} for row in rows]
    spoil: tuple[tuple[int, Callable[[dict[str, str]], dict[str, str]]], ...] = (
        (1, lambda line: {**line, "Achternaam": line["Achternaam"].upper()}),
        (2, lambda line: {**line, "Achternaam": ""}),
    )
    for index, change in spoil:
        if index < len(lines):
            lines[index] = change(lines[index])
    lines += [{**lines[0], "Nummer": f"{lines[0]['Nummer']}-2"}] if lines else []
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(HEADINGS), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def _as_written(column: str, value: str, years: int) -> str:
    if ISO.fullmatch(value):
        day = moved(date.fromisoformat(value), years)
        return f"{day.day}-{day.month}-{day.year}"
    return {"male": "m", "female": "v"}.get(value, value) if column == "sex" else value
