"""Records that are odd have one outcome each, counted and listed in quality.csv. Files that cannot be understood are refused whole.

All through `makegood measure`: what a supplier of data sees. Each refusal names file, line (or row) and column, what was
found and what would do; nothing is written.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builders import a_claim_line, terms_with, written
from makegood.cases.quality import OUTCOMES
from makegood.cli import main
from makegood.measurement.prepare import everything_compiled

TERMS = terms_with(
    calendar={"starts_on": "2016-01-01", "observation_months": "4"},
    outcome_metrics={
        "job": {
            "title": "Months of work",
            "unit": "month",
            "measured": {"months_of": "employment", "counts_when": {"average_hours": "24"}, "value": "total"},
        },
        "score": {"title": "Score", "unit": "point", "measured": {"observed": "score", "take": "sum", "value": "total"}},
    },
)
PEOPLE = "person,cohort,arm,index_date\n"
SPELLS = "spell,person,kind,start,end,hours_per_week\n"
COVERAGE = "person,kind,source,start,end\n"
SEEN = "observation,subject,metric,date,value\n"
WHOLE: dict[str, str | bytes] = {
    "people": PEOPLE + "anna,all,programme,2016-06-01\n",
    "spells": SPELLS + "s1,anna,employment,2016-06-01,,32\n",
    "coverage": COVERAGE + "anna,employment,register,2016-01-01,\n",
    "observations": SEEN + "o1,anna,score,2016-07-01,3\n",
}
"""Nothing is odd about these."""

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Write the files (those named, the others whole; None: not given), measure into `out`, say the code and stderr."""

    def run(
        *, suffix: str = ".csv", as_of: str = "2016-12-31", words: tuple[str, ...] = (), **files: str | bytes | None
    ) -> tuple[int, str]:
        (tmp_path / "terms.yaml").write_text(written(TERMS), encoding="utf-8")
        given = [word for name in {**WHOLE, **files} for word in _given(tmp_path, name, {**WHOLE, **files}[name], suffix)]
        code = main(["measure", str(tmp_path / "terms.yaml"), *given, "--as-of", as_of, "--out", str(tmp_path / "out"), "--quiet", *words])
        return code, capsys.readouterr().err.replace(f"{tmp_path}/", "")

    return run


def _given(folder: Path, name: str, content: str | bytes | None, suffix: str) -> list[str]:
    if content is None:
        return []
    path = folder / f"{name}{suffix}"
    if isinstance(content, bytes) or suffix == ".csv":
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    else:
        pq.write_table(as_table(content), path)
    return [f"--{name}", str(path)]


def as_table(text: str) -> pa.Table:
    """A CSV as a Parquet of text, with nulls where nothing stands."""
    header, *rows = csv.reader(io.StringIO(text))
    return pa.table({name: pa.array([row[place] or None for row in rows], pa.string()) for place, name in enumerate(header)})


def spell(line: str) -> dict[str, str]:
    return {"spells": SPELLS + line + "\n"}


def person(line: str) -> dict[str, str]:
    return {"people": PEOPLE + line + "\n"}


BY_DAY = "is not a day of the calendar. What would do: write year-month-day, as in 2016-05-01."
EMPTY = "is empty. Without it the row says nothing."
BAD_ROWS: dict[str, tuple[dict[str, str], str, str]] = {
    # what is wrong: the files, where in a CSV and its column, what is said
    "people: no such day": (person("anna,all,programme,2016-02-30"), "people:2 index_date", f"'2016-02-30' {BY_DAY}"),
    "people: 29 February of no leap year": (person("anna,all,programme,2015-02-29"), "people:2 index_date", f"'2015-02-29' {BY_DAY}"),
    "people: the day first": (person("anna,all,programme,01-06-2016"), "people:2 index_date", f"'01-06-2016' {BY_DAY}"),
    "people: a moment": (person("anna,all,programme,2016-06-01T00:00:00"), "people:2 index_date", BY_DAY),
    "people: no date": (person("anna,all,programme,"), "people:2 index_date", f"'index_date' {EMPTY}"),
    "people: no identifier": (person(",all,programme,2016-06-01"), "people:2 person", f"'person' {EMPTY}"),
    "people: no cohort": (person("anna,,programme,2016-06-01"), "people:2 cohort", f"'cohort' {EMPTY}"),
    "people: no arm": (person("anna,all,,2016-06-01"), "people:2 arm", f"'arm' {EMPTY}"),
    "people: an unknown arm": (person("anna,all,control,2016-06-01"), "people:2 arm", "'control' is not an arm. What would do: write"),
    "people: two stories of one": (
        person("anna,all,programme,2016-06-01\nbram,all,programme,2016-06-01\nanna,all,programme,2016-06-02"),
        "people:4 person",
        "'anna' stands with another content further up. One person has one cohort, arm and index date.",
    ),
    "people: a window beyond the calendar": (
        person("anna,all,programme,2016-06-01\nbram,all,programme,9999-10-01"),
        "people:3 index_date",
        "4 months from 9999-10-01 leave the calendar. What would do: write an index date of this age.",
    ),
    "people: a weight in words": (
        {"people": "person,cohort,arm,index_date,weight\nanna,all,programme,2016-06-01,heavy\n"},
        "people:2 weight",
        "'heavy' is not a number here.",
    ),
    "people: left on no day": (
        {"people": "person,cohort,arm,index_date,left_on\nanna,all,programme,2016-06-01,soon\n"},
        "people:2 left_on",
        f"'soon' {BY_DAY}",
    ),
    "spells: an unknown kind": (
        spell("s1,anna,work,2016-06-01,,32"),
        "spells:2 kind",
        "'work' is not a kind of spell. What would do: write one of employment, benefit, detention, housing, education.",
    ),
    "spells: no kind": (spell("s1,anna,,2016-06-01,,32"), "spells:2 kind", f"'kind' {EMPTY}"),
    "spells: no identifier": (spell(",anna,employment,2016-06-01,,32"), "spells:2 spell", f"'spell' {EMPTY}"),
    "spells: nobody": (spell("s1,,employment,2016-06-01,,32"), "spells:2 person", f"'person' {EMPTY}"),
    "spells: no such start": (spell("s1,anna,employment,2016-13-01,,32"), "spells:2 start", f"'2016-13-01' {BY_DAY}"),
    "spells: no start": (spell("s1,anna,employment,,,32"), "spells:2 start", f"'start' {EMPTY}"),
    "spells: an end in words": (spell("s1,anna,employment,2016-06-01,later,32"), "spells:2 end", f"'later' {BY_DAY}"),
    "spells: hours in words": (
        spell("s1,anna,employment,2016-06-01,,full-time"),
        "spells:2 hours_per_week",
        "'full-time' is not a number here. What would do: write digits with a point for decimals",
    ),
    "spells: a decimal comma": (spell('s1,anna,employment,2016-06-01,,"32,5"'), "spells:2 hours_per_week", "'32,5' is not a number here."),
    "spells: infinite hours": (spell("s1,anna,employment,2016-06-01,,inf"), "spells:2 hours_per_week", "'inf' is not a number here."),
    "spells: hours beyond numbers": (spell("s1,anna,employment,2016-06-01,,1e400"), "spells:2 hours_per_week", "'1e400' is not a number"),
    "coverage: no such start": ({"coverage": COVERAGE + "anna,employment,r,x,\n"}, "coverage:2 start", f"'x' {BY_DAY}"),
    "coverage: no such end": ({"coverage": COVERAGE + "anna,employment,r,2016-01-01,x\n"}, "coverage:2 end", f"'x' {BY_DAY}"),
    "coverage: no start": ({"coverage": COVERAGE + "anna,employment,r,,\n"}, "coverage:2 start", f"'start' {EMPTY}"),
    "coverage: of nothing": ({"coverage": COVERAGE + "anna,,r,2016-01-01,\n"}, "coverage:2 kind", f"'kind' {EMPTY}"),
    "coverage: of nobody": ({"coverage": COVERAGE + ",employment,r,2016-01-01,\n"}, "coverage:2 person", f"'person' {EMPTY}"),
    "coverage: by no source": ({"coverage": COVERAGE + "anna,employment,,2016-01-01,\n"}, "coverage:2 source", f"'source' {EMPTY}"),
    "observations: a value in words": (
        {"observations": SEEN + "o1,anna,score,2016-07-01,high\n"},
        "observations:2 value",
        "'high' is not a number here.",
    ),
    "observations: no value": ({"observations": SEEN + "o1,anna,score,2016-07-01,\n"}, "observations:2 value", f"'value' {EMPTY}"),
    "observations: no such day": ({"observations": SEEN + "o1,anna,score,2016-07-32,1\n"}, "observations:2 date", f"'2016-07-32' {BY_DAY}"),
    "observations: no date": ({"observations": SEEN + "o1,anna,score,,1\n"}, "observations:2 date", f"'date' {EMPTY}"),
    "observations: of nobody": ({"observations": SEEN + "o1,,score,2016-07-01,1\n"}, "observations:2 subject", f"'subject' {EMPTY}"),
    "observations: of nothing": ({"observations": SEEN + "o1,anna,,2016-07-01,1\n"}, "observations:2 metric", f"'metric' {EMPTY}"),
    "observations: no identifier": ({"observations": SEEN + ",anna,score,2016-07-01,1\n"}, "observations:2 observation", EMPTY),
    "observations: beyond what is held": (
        {"observations": SEEN + "o1,anna,score,2016-07-01,99999999999\n"},
        "observations:2 value",
        "'99999999999' is not a number here. What would do: write digits with a point for decimals, at most 1,000,000,000 in size.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_row_that_cannot_be_understood_refuses_its_file(name: str, suffix: str, measure: Run, tmp_path: Path) -> None:
    files, place, says = BAD_ROWS[name]
    code, told = measure(suffix=suffix, **files)
    file, _, at = place.partition(":")
    line, _, column = at.partition(" ")
    where = f"{file}.csv:{line} {column}: " if suffix == ".csv" else f"{file}.parquet row {int(line) - 1} {column}: "
    assert code == 2
    assert where in told
    assert says in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


COLUMNS = {
    "people": ("person", "cohort", "arm", "index_date"),
    "spells": ("spell", "person", "kind", "start", "end"),
    "coverage": ("person", "kind", "source", "start", "end"),
    "observations": ("observation", "subject", "metric", "date", "value"),
}


def without(text: str | bytes, column: str) -> str:
    """The CSV with a column taken out."""
    header, *rows = csv.reader(io.StringIO(str(text)))
    left = [place for place, name in enumerate(header) if name != column]
    return "".join(",".join(row[place] for place in left) + "\n" for row in (header, *rows))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(("file", "column"), [(file, column) for file, columns in COLUMNS.items() for column in columns])
def test_a_missing_column_is_named(file: str, column: str, suffix: str, measure: Run) -> None:
    code, told = measure(suffix=suffix, **{file: without(WHOLE[file], column)})
    assert code == 2
    assert f"{file}{suffix}:1 {column}: the column '{column}' is missing. What would do: add it" in told


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("file", COLUMNS)
def test_an_unknown_column_is_refused_with_the_nearest(file: str, suffix: str, measure: Run) -> None:
    last = str(WHOLE[file]).splitlines()[0].split(",")[-1]
    code, told = measure(
        suffix=suffix, **{file: str(WHOLE[file]).replace("\n", f",{last}s\n", 1).replace("\n", ",x\n").replace("s,x\n", "s\n", 1)}
    )
    assert code == 2
    assert f"{file}{suffix}:1 {last}s: '{last}s' is not a column of this file." in told
    assert f"did you mean '{last}'?" in told


BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "{file}.csv: the file is empty. What would do: write at least the header."),
    "not UTF-8": (b"caf\xe9", "{file}.csv:3: the file holds bytes that are not UTF-8. What would do: save it as CSV in UTF-8."),
    "binary": (b"PAR1\0\0", "{file}.csv: this is a binary file, not a CSV."),
    "zipped": (b"PK\x03\x04", "{file}.csv: this is a binary file, not a CSV."),
    "with semicolons": (";", "{file}.csv:1: the columns are separated by semicolons. What would do: save the file with commas."),
    "ragged": ("a,b", "{file}.csv:3: 2 columns stand here, the header has"),
    "a column twice": ("twice", "stands twice. What would do: keep one."),
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("file", COLUMNS)
def test_a_csv_that_is_none(name: str, file: str, measure: Run, tmp_path: Path) -> None:
    content, says = BAD_FILES[name]
    whole = str(WHOLE[file])
    made: dict[str, Callable[[], str | bytes]] = {
        "not UTF-8": lambda: whole.encode() + whole.splitlines()[1].encode().replace(b"anna", b"caf\xe9") + b"\n",
        "with semicolons": lambda: whole.replace(",", ";"),
        "ragged": lambda: whole + "a,b\n",
        "a column twice": lambda: "".join(f"{line},{line.split(',')[0]}\n" for line in whole.splitlines()),
    }
    code, told = measure(**{file: made.get(name, lambda: content)()})
    assert code == 2
    assert says.format(file=file) in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("file", COLUMNS)
@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1 and then something else", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_a_parquet_that_is_none(content: bytes, file: str, measure: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(content)
    code, told = measure(words=(f"--{file}", str(tmp_path / "bad.parquet")))
    assert code == 2
    assert "bad.parquet: " in told
    assert "cannot be read as Parquet" in told or "the file is empty" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("file", COLUMNS)
def test_a_parquet_cut_short_in_its_data(file: str, measure: Run, tmp_path: Path) -> None:
    """The footer stands, the pages do not: what a broken transfer leaves."""
    path = tmp_path / "bad.parquet"
    pq.write_table(as_table(str(WHOLE[file])), path)
    data = bytearray(path.read_bytes())
    data[4:200] = b"\xff" * 196
    path.write_bytes(bytes(data))
    code, told = measure(words=(f"--{file}", str(path)))
    assert (code, "bad.parquet: this cannot be read as Parquet" in told) == (2, True)


@pytest.mark.parametrize("file", COLUMNS)
def test_a_file_that_is_not_there(file: str, measure: Run, tmp_path: Path) -> None:
    code, told = measure(words=(f"--{file}", str(tmp_path / "nowhere.csv")))
    assert (code, "nowhere.csv: there is no such file. What would do: check the path." in told) == (2, True)


@pytest.mark.parametrize(
    ("file", "column", "values", "says"),
    [
        ("people", "index_date", pa.array([17_000]), "column 'index_date' holds int64"),
        ("people", "index_date", pa.array([1.5]), "column 'index_date' holds double"),
        ("people", "person", pa.array([1.5]), "column 'person' holds double. An identifier or a code is text."),
        ("people", "cohort", pa.array([True]), "column 'cohort' holds bool"),
        ("spells", "start", pa.array([1_465_000_000_123], pa.timestamp("ms")), "has a time of day. A period runs by days."),
        ("spells", "hours_per_week", pa.array([True]), "column 'hours_per_week' holds bool"),
        ("spells", "hours_per_week", pa.array([float("nan")]), "'nan' is not a number here"),
        ("spells", "kind", pa.array([3.0]), "column 'kind' holds double"),
        ("observations", "value", pa.array([float("inf")]), "'inf' is not a number here"),
        ("observations", "metric", pa.array([[1]]), "column 'metric' holds list"),
        ("coverage", "end", pa.array([{"a": 1}]), "column 'end' holds struct"),
    ],
)
def test_a_parquet_column_of_the_wrong_type(file: str, column: str, values: pa.Array, says: str, measure: Run, tmp_path: Path) -> None:
    table = as_table(str(WHOLE[file]))
    pq.write_table(table.set_column(table.column_names.index(column), column, values), tmp_path / "bad.parquet")
    code, told = measure(words=(f"--{file}", str(tmp_path / "bad.parquet")))
    assert code == 2
    assert says in told
    assert f"bad.parquet row 1 {column}: " in told


def test_parquet_takes_dates_timestamps_at_midnight_and_numbers_of_any_type(measure: Run, tmp_path: Path) -> None:
    people = {
        "person": pa.array([7]),
        "cohort": ["all"],
        "arm": ["programme"],
        "index_date": pa.array([16_953], pa.int32()).cast(pa.date32()),
    }
    spells = {
        "spell": pa.array([1, 2]),
        "person": pa.array(["7", "7"]),
        "kind": pa.array(["employment"] * 2).dictionary_encode(),
        "start": pa.array([16_953 * 86_400_000] * 2, pa.timestamp("ms")),
        "end": pa.nulls(2, pa.date32()),
        "hours_per_week": pa.array([12, 12], pa.int8()),
    }
    for name, columns in (("people", people), ("spells", spells)):
        pq.write_table(pa.table(columns), tmp_path / f"typed_{name}.parquet")
    words = ("--people", str(tmp_path / "typed_people.parquet"), "--spells", str(tmp_path / "typed_spells.parquet"))
    code, told = measure(coverage=None, observations=None, words=words)
    assert (code, told) == (0, "")
    figures = list(csv.DictReader((tmp_path / "out" / "figures.csv").open(encoding="utf-8")))
    assert [(row["metric"], row["value"]) for row in figures] == [("job", "4")]


def test_what_is_wrong_in_several_files_is_told_at_once(measure: Run) -> None:
    code, told = measure(
        spells=SPELLS + "s1,anna,work,2016-06-01,,32\n",
        coverage=COVERAGE + "anna,employment,r,x,\n",
        observations=SEEN + "o1,anna,score,2016-07-01,high\n",
    )
    assert code == 2
    assert all(place in told for place in ("spells.csv:2 kind", "coverage.csv:2 start", "observations.csv:2 value"))


def test_the_same_fault_in_many_rows_is_named_twenty_times_and_counted(measure: Run) -> None:
    code, told = measure(spells=SPELLS + "".join(f"s{number},anna,employment,nope,,32\n" for number in range(50)))
    assert code == 2
    assert told.count("'nope' is not a day of the calendar") == 20
    assert "spells.csv start: the same in 30 further rows." in told


def test_people_without_anybody_are_refused(measure: Run) -> None:
    code, told = measure(people=PEOPLE)
    assert (code, "people.csv: the file has a header and nobody in it." in told) == (2, True)


def test_what_stood_in_the_folder_stays_when_a_file_is_refused(measure: Run, tmp_path: Path) -> None:
    assert measure() == (0, "")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert measure(spells=SPELLS + "s1,anna,work,2016-06-01,,32\n")[0] == 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


CLAIMS = "claim,metric,achieved_on\nc1,job,2021-01-01\n"
BAD_CLAIMS: dict[str, tuple[str, str, str]] = {
    "no such day": (CLAIMS.replace("01-01", "02-30"), "2 achieved_on", "'2021-02-30' is not a day of the calendar"),
    "no day": (CLAIMS.replace("2021-01-01", ""), "2 achieved_on", "is empty"),
    "an unknown metric": (CLAIMS.replace("job", "jobb"), "2 metric", "did you mean 'job'?"),
    "a claim twice": (CLAIMS + "c1,job,2021-01-02\n", "3 claim", "the claim 'c1' stands here a second time"),
    "no identifier": (CLAIMS.replace("c1", ""), "2 claim", "is empty"),
    "an unknown column": ("claim,metric,achieved_on,persom\nc1,job,2021-01-01,p\n", "1 persom", "did you mean 'person'?"),
    "a missing column": ("claim,achieved_on\nc1,2021-01-01\n", "1 metric", "the column 'metric' is missing"),
    "a quantity in words": ("claim,metric,achieved_on,quantity\nc1,job,2021-01-01,two\n", "2 quantity", "'two' is not a number"),
}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("name", BAD_CLAIMS)
def test_claims_that_cannot_be_understood(name: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, place, says = BAD_CLAIMS[name]
    (tmp_path / "terms.yaml").write_text(written(terms_with(outcome_pricings={"job": a_claim_line()})), encoding="utf-8")
    words = _given(tmp_path, "claims", content, suffix)
    code = main(["settle", str(tmp_path / "terms.yaml"), *words, "--as-of", "2024-12-31", "--out", str(tmp_path / "out")])
    told = capsys.readouterr().err
    line, _, column = place.partition(" ")
    assert code == 2
    assert says in told
    assert f"claims{suffix}:{line if suffix == '.csv' or line == '1' else int(line) - 1} {column}: " in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


# What is odd and yet understood.

Place = tuple[str, str, str, str]
ODD: dict[str, tuple[Mapping[str, str], list[Place]]] = {
    # code: the files, and the rows of quality.csv (file, line, record, person)
    "person_twice": (person("anna,all,programme,2016-06-01\nanna,all,programme,2016-06-01"), [("people", "3", "", "anna")]),
    "index_after_as_of": (
        person("anna,all,programme,2016-06-01\nbram,all,programme,2017-01-01")
        | spell("s1,anna,employment,2016-06-01,,32\ns2,bram,benefit,2016-01-01,2017-02-01,"),
        [("people", "3", "", "bram")],
    ),
    "person_without_spells": (person("anna,all,programme,2016-06-01\nbram,all,programme,2016-06-01"), [("people", "3", "", "bram")]),
    "spell_twice": (
        spell("s1,anna,employment,2016-06-01,,32\ns1,anna,employment,2016-06-01,,32"),
        [("spells", "3", "s1", "anna")],
    ),
    "spell_contradicts": (
        spell("s1,anna,employment,2016-06-01,,32\ns1,anna,employment,2016-06-01,,8\ns2,anna,employment,2016-06-01,,32"),
        [("spells", "2", "s1", "anna"), ("spells", "3", "s1", "anna")],
    ),
    "spell_unknown_person": (spell("s1,anna,employment,2016-06-01,,32\ns2,zoe,employment,2016-06-01,,32"), [("spells", "3", "s2", "zoe")]),
    "spell_zero_length": (
        spell("s1,anna,employment,2016-06-01,,32\ns2,anna,employment,2016-06-01,2016-06-01,8"),
        [("spells", "3", "s2", "anna")],
    ),
    "spell_reversed": (
        spell("s1,anna,employment,2016-06-01,,32\ns2,anna,employment,2016-06-01,2016-05-01,8"),
        [("spells", "3", "s2", "anna")],
    ),
    "spell_over_50_years": (spell("s1,anna,employment,1950-01-01,2030-01-01,32"), [("spells", "2", "s1", "anna")]),
    "spell_overlaps": (
        spell("s1,anna,employment,2016-06-01,,16\ns2,anna,employment,2016-07-01,2016-08-01,8"),
        [("spells", "3", "s2", "anna")],
    ),
    "spell_outside_window": (
        spell("s1,anna,employment,2016-06-01,2016-10-01,32\ns2,anna,employment,2016-01-01,2016-06-01,8\ns3,anna,employment,2016-10-01,,8"),
        [("spells", "3", "s2", "anna"), ("spells", "4", "s3", "anna")],
    ),
    "spell_after_as_of": (spell("s1,anna,employment,2016-06-01,,32\ns2,anna,benefit,2017-01-01,,"), [("spells", "3", "s2", "anna")]),
    "spell_outside_coverage": (
        {"coverage": COVERAGE + "anna,employment,register,2016-06-02,\n"},
        [("spells", "2", "s1", "anna")],
    ),
    "hours_missing": (spell("s1,anna,employment,2016-06-01,,"), [("spells", "2", "s1", "anna")]),
    "hours_negative": (spell("s1,anna,employment,2016-06-01,,-1"), [("spells", "2", "s1", "anna")]),
    "hours_over_168": (spell("s1,anna,employment,2016-06-01,,168.5"), [("spells", "2", "s1", "anna")]),
    "hours_rounded": (spell("s1,anna,employment,2016-06-01,,23.99996"), [("spells", "2", "s1", "anna")]),
    "month_over_168": (
        spell("s1,anna,employment,2016-06-01,2016-09-01,100\ns2,anna,employment,2016-09-01,,100\ns3,anna,benefit,2016-06-01,,\n"
              "s4,anna,employment,2016-07-01,2016-08-01,100"),
        [("people", "2", "", "anna")],
    ),
    "coverage_twice": (
        {"coverage": COVERAGE + "anna,employment,register,2016-01-01,\n" * 2},
        [("coverage", "3", "", "anna")],
    ),
    "coverage_unknown_person": (
        {"coverage": str(WHOLE["coverage"]) + "zoe,employment,register,2016-01-01,\n"},
        [("coverage", "3", "", "zoe")],
    ),
    "coverage_zero_length": (
        {"coverage": str(WHOLE["coverage"]) + "anna,benefit,register,2016-01-01,2016-01-01\n"},
        [("coverage", "3", "", "anna")],
    ),
    "coverage_reversed": (
        {"coverage": str(WHOLE["coverage"]) + "anna,benefit,register,2016-01-02,2016-01-01\n"},
        [("coverage", "3", "", "anna")],
    ),
    "observation_twice": ({"observations": SEEN + "o1,anna,score,2016-07-01,3\n" * 2}, [("observations", "3", "o1", "anna")]),
    "observation_contradicts": (
        {"observations": SEEN + "o1,anna,score,2016-07-01,3\no1,anna,score,2016-07-01,4\n"},
        [("observations", "2", "o1", "anna"), ("observations", "3", "o1", "anna")],
    ),
    "observation_unknown_subject": (
        {"observations": str(WHOLE["observations"]) + "o2,zoe,score,2016-07-01,3\n"},
        [("observations", "3", "o2", "zoe")],
    ),
    "observation_outside_window": (
        {"observations": str(WHOLE["observations"]) + "o2,anna,score,2016-05-31,3\no3,anna,score,2016-10-01,3\n"},
        [("observations", "3", "o2", "anna"), ("observations", "4", "o3", "anna")],
    ),
    "observation_after_as_of": (
        {"observations": str(WHOLE["observations"]) + "o2,anna,score,2017-01-01,3\n"},
        [("observations", "3", "o2", "anna")],
    ),
    "observation_not_asked": (
        {"observations": str(WHOLE["observations"]) + "o2,anna,mood,2016-07-01,3\n"},
        [("observations", "3", "o2", "anna")],
    ),
    "value_rounded": ({"observations": SEEN + "o1,anna,score,2016-07-01,0.3333335\n"}, [("observations", "2", "o1", "anna")]),
}  # fmt: skip
AND_ALSO = {"month_over_168": {"spell_overlaps"}}
"""What is found beside it, by the nature of the thing."""


def test_every_outcome_has_its_row_here() -> None:
    assert set(ODD) == set(OUTCOMES)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("code", ODD)
def test_what_is_odd_is_counted_and_listed_with_its_place(code: str, suffix: str, measure: Run, tmp_path: Path) -> None:
    files, places = ODD[code]
    assert measure(suffix=suffix, **files) == (0, "")
    rows = list(csv.DictReader((tmp_path / "out" / "quality.csv").open(encoding="utf-8")))
    assert {row["code"] for row in rows} - AND_ALSO.get(code, set()) == {code}
    mine = [row for row in rows if row["code"] == code]
    first = 0 if suffix == ".csv" else 1  # Parquet has no line of names
    assert [(Path(row["file"]).stem, int(row["line"]) + first, row["record"], row["person"]) for row in mine] == [
        (file, int(line), record, name) for file, line, record, name in places
    ]
    assert {(row["found"], row["done"]) for row in mine} == {OUTCOMES[code]}
    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))
    assert provenance["quality"][code] == len(places)


def test_nothing_odd_is_an_empty_list(measure: Run, tmp_path: Path) -> None:
    assert measure() == (0, "")
    assert (tmp_path / "out" / "quality.csv").read_text("utf-8").count("\n") == 1


def test_hundreds_of_thousands_of_spells_of_one_person(measure: Run, tmp_path: Path) -> None:
    """A day's job, over and over, with the details that the command line writes unasked: hours add up beyond any week, which
    is said once; the count stays exact; every spell can be explained. `make bench` does it with ten million.
    """
    many = 200_000
    days = pa.array(16_953 + np.arange(many) % 122, pa.int64()).cast(pa.int32()).cast(pa.date32())
    after = pa.array(16_954 + np.arange(many) % 122, pa.int64()).cast(pa.int32()).cast(pa.date32())
    one = {
        "person": pa.repeat("anna", many),
        "kind": pa.repeat("employment", many),
        "hours_per_week": pa.repeat(pa.scalar(168, pa.int64()), many),
    }
    pq.write_table(pa.table({"spell": pa.array(np.arange(many)), **one, "start": days, "end": after}), tmp_path / "many.parquet")
    code, told = measure(words=("--spells", str(tmp_path / "many.parquet"), "--quality-rows", "5"))
    assert (code, told) == (0, "")
    kept = pq.read_metadata(tmp_path / "out" / "spells.parquet")
    assert kept.num_rows == many
    figures = {row["metric"]: row["value"] for row in csv.DictReader((tmp_path / "out" / "figures.csv").open(encoding="utf-8"))}
    counts = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))["quality"]
    assert figures["job"] == "4"
    assert counts == {"month_over_168": 1, "spell_overlaps": many - 122}  # one of each day overlaps none before it


@pytest.mark.parametrize("compiled", [False, True])
def test_people_without_spells_and_spells_without_people(compiled: bool, measure: Run, tmp_path: Path) -> None:
    files = person("anna,all,programme,2016-06-01") | spell("s1,zoe,employment,2016-06-01,,32")
    if compiled:
        with everything_compiled():
            assert measure(**files) == (0, "")
    else:
        assert measure(**files) == (0, "")
    figures = {row["metric"]: row["value"] for row in csv.DictReader((tmp_path / "out" / "figures.csv").open(encoding="utf-8"))}
    assert figures == {"job": "0", "score": "3"}


def test_an_empty_list_of_spells_says_that_nobody_worked(measure: Run, tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet"):
        assert measure(suffix=suffix, spells=SPELLS) == (0, "")
        figures = {row["metric"]: row["value"] for row in csv.DictReader((tmp_path / "out" / "figures.csv").open(encoding="utf-8"))}
        assert figures["job"] == "0"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--as-of", "31-12-2016"), "--as-of"),
        (("--by", "colour"), "--by: 'colour' cannot split a cohort. What would do: name class, payer, phase, each once."),
        (("--by", "class,class"), "--by: 'class,class' cannot split a cohort."),
        (("--engine", "abacus"), "--engine"),
    ],
)
def test_words_of_the_command_that_say_nothing(words: tuple[str, ...], says: str, measure: Run, capsys: Any) -> None:
    try:
        code, told = measure(words=words)
    except SystemExit as ended:
        code, told = int(ended.code or 0), capsys.readouterr().err
    assert code == 2
    assert says in told
