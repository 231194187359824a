"""Files as evaluators have them: CSV, Parquet, SPSS and Stata, with value labels, and everything that can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from comparison_builders import a_protocol
from effect_builders import a_crowd
from makegood.cli import main

Labels = dict[int | float, str]
LABELS: Labels = {1: "north", 2: "east", 3: "south"}
TERMS = {"columns": {"person": "person", "started": "started"}, "outcomes": {"work": {"value": "mean"}}}


def frame(codes: dict[str, float], rows: Any) -> pd.DataFrame:
    """The people as SPSS and Stata hold them: categories and yes/no are numbers with labels."""
    people, _arms = a_crowd()
    table = pd.DataFrame(people).iloc[rows].reset_index(drop=True)
    table["region"] = table["region"].map(codes).astype(float)
    table["started"] = (table["started"] == "yes").astype(float)
    return pd.DataFrame(table.drop(columns=["cohort"]))


def write(path: Path, table: pd.DataFrame, labels: dict[str, Labels]) -> Path:
    if path.suffix == ".sav":
        pyreadstat.write_sav(table, str(path), variable_value_labels=labels)
    elif path.suffix == ".dta":
        pyreadstat.write_dta(table, str(path), variable_value_labels=labels)
    else:
        plain = table.copy()
        for column, names in labels.items():
            plain[column] = plain[column].map(names)
        if path.suffix == ".parquet":
            pq.write_table(pa.Table.from_pandas(plain, preserve_index=False), path)
        else:
            plain.to_csv(path, index=False)
    return path


def compared(folder: Path, treated: Path, pool: Path, outcomes: Path, **terms: Any) -> dict[str, Any]:
    protocol = folder / "protocol.yaml"
    protocol.write_text(json.dumps(a_protocol(**{**TERMS, **terms})))
    assert main(["protocol", "lock", str(protocol), "--quiet"]) == 0
    words = ["--treated", str(treated), "--pool", str(pool), "--outcomes", str(outcomes), "--out", str(folder / "out"), "--quiet"]
    assert main(["compare", str(protocol), *words]) == 0
    found: dict[str, Any] = json.loads((folder / "out" / "effect.unsigned.json").read_text("utf-8"))
    return {
        "results": found["results"],
        "balance": found["design"]["bases"][0]["balance"],
        "pairs": found["design"]["bases"][0]["pairs_sha256"],
    }


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return in_form(tmp_path_factory.mktemp("csv"), ".csv")


def in_form(folder: Path, suffix: str) -> dict[str, Any]:
    _people, arms = a_crowd()
    codes: dict[str, float] = {name: code for code, name in LABELS.items()}
    labels: dict[str, Labels] = {"region": LABELS, "started": {1: "yes", 0: "no"}}
    whole = frame(codes, np.arange(arms.size))
    files = [write(folder / f"{name}{suffix}", frame(codes, np.flatnonzero(arm)), labels) for name, arm in (("t", arms), ("p", ~arms))]
    return compared(folder, files[0], files[1], write(folder / f"o{suffix}", whole, labels))


@pytest.mark.parametrize("suffix", [".parquet", ".sav", ".dta"])
def test_every_form_gives_the_same_pairs_and_figures(suffix: str, tmp_path: Path, from_csv: dict[str, Any]) -> None:
    assert in_form(tmp_path, suffix) == from_csv


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
def test_a_category_is_its_label_since_codes_differ_from_file_to_file(suffix: str, tmp_path: Path, from_csv: dict[str, Any]) -> None:
    """Stata's `encode` numbers the labels of each file by itself: 1 is north here and east there."""
    _people, arms = a_crowd()
    one: Labels = {1: "north", 2: "east", 3: "south"}
    other: Labels = {1: "east", 2: "north", 3: "south"}
    files = [
        write(tmp_path / f"{name}{suffix}", frame({word: code for code, word in names.items()}, np.flatnonzero(arm)), {"region": names})
        for name, arm, names in (("t", arms, one), ("p", ~arms, other))
    ]
    outcomes = write(tmp_path / "o.csv", frame({"north": 1, "east": 2, "south": 3}, np.arange(arms.size)), {})
    assert compared(tmp_path, files[0], files[1], outcomes) == from_csv


def test_user_defined_missing_values_of_spss_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _people, arms = a_crowd()
    table = frame({"north": 1, "east": 2, "south": 3}, np.flatnonzero(arms))
    table.loc[0, "age"] = 999.0
    pyreadstat.write_sav(table, str(tmp_path / "t.sav"), missing_ranges={"age": [999]}, variable_value_labels={"region": LABELS})
    pool = write(tmp_path / "p.csv", frame({"north": 1, "east": 2, "south": 3}, np.flatnonzero(~arms)), {"region": LABELS})
    (tmp_path / "protocol.yaml").write_text(json.dumps(a_protocol(**TERMS)))
    words = ["--treated", str(tmp_path / "t.sav"), "--pool", str(pool), "--out", str(tmp_path / "out")]
    assert main(["compare", str(tmp_path / "protocol.yaml"), *words]) == 2
    assert "covariate 'age' is missing for 1 of" in capsys.readouterr().err


def test_a_persons_code_stays_text(tmp_path: Path) -> None:
    """`007` is not 7, in no form."""
    from makegood.comparison.reading import read_people  # noqa: PLC0415

    (tmp_path / "t.csv").write_text("person,age\n007,30\n7,31\n")
    pq.write_table(pa.table({"person": ["007", "7"], "age": [30, 31]}), tmp_path / "t.parquet")
    pyreadstat.write_sav(pd.DataFrame({"person": ["007", "7"], "age": [30.0, 31.0]}), str(tmp_path / "t.sav"))
    for suffix in (".csv", ".parquet", ".sav"):
        people, problems = read_people(tmp_path / f"t{suffix}", person="person", columns={"age": "number"})
        assert problems == []
        assert people is not None
        assert people.persons.to_pylist() == ["007", "7"]
    numbered = pd.DataFrame({"person": [1.0, 2.0], "age": [30.0, 31.0]})
    pyreadstat.write_dta(numbered, str(tmp_path / "n.dta"))
    people, _problems = read_people(tmp_path / "n.dta", person="person", columns={"age": "number"})
    assert people is not None
    assert people.persons.to_pylist() == ["1", "2"]


def test_outcomes_come_as_measure_writes_them(tmp_path: Path, from_csv: dict[str, Any]) -> None:
    """A row a person and metric, in one file or in the folder of `makegood measure`; what does not enter is not known."""
    people, arms = a_crowd()
    codes: dict[str, float] = {name: code for code, name in LABELS.items()}
    labels: dict[str, Labels] = {"region": LABELS, "started": {1: "yes", 0: "no"}}
    files = [write(tmp_path / f"{name}.csv", frame(codes, np.flatnonzero(arm)), labels) for name, arm in (("t", arms), ("p", ~arms))]
    measured = tmp_path / "measured"
    measured.mkdir()
    size = arms.size
    long = pa.table({
        "metric": pa.array(["work"] * size + ["benefit"] * size).dictionary_encode(),
        "person": people["person"] * 2,
        "value": pa.array([*people["work"], *[0.0] * size]).cast(pa.decimal128(25, 6)),
        "enters": [True] * (2 * size),
    })  # fmt: skip
    pq.write_table(long, measured / "person_results.parquet")
    assert compared(tmp_path, files[0], files[1], measured) == from_csv
    assert compared(tmp_path, files[0], files[1], measured / "person_results.parquet") == from_csv


def long_file(folder: Path, **change: Any) -> Path:
    columns = {"metric": ["work", "work"], "person": ["a", "b"], "value": [1.0, 2.0], **change}
    path = folder / "long.parquet"
    pq.write_table(pa.table(columns), path)
    return path


LONG: dict[str, tuple[dict[str, Any], str]] = {
    "another metric": ({"metric": ["wrok", "wrok"]}, "no row speaks of 'work'. What would do: did you mean 'wrok'?"),
    "a person twice": ({"person": ["a", "a"]}, "1 person stands there more than once for 'work': rows 1, 2"),
    "no person": ({"person": ["a", None]}, "1 rows name no person"),
}


@pytest.mark.parametrize("name", LONG)
def test_rows_of_outcomes_that_cannot_be_used_are_refused(name: str, tmp_path: Path) -> None:
    from makegood.comparison.outcome_reading import read_outcomes  # noqa: PLC0415
    from makegood.comparison.protocol import Protocol  # noqa: PLC0415
    from makegood.values.problem import Refused  # noqa: PLC0415

    change, says = LONG[name]
    with pytest.raises(Refused, match="long") as refused:
        read_outcomes(
            Protocol.model_validate(json.loads(json.dumps(a_protocol(), default=str), parse_int=str)), long_file(tmp_path, **change)
        )
    assert says in str(refused.value)


# What is wrong with a file of people.


def broken(text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "t.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return make


def named(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


HEAD = "person,age,months,region\n"
BAD_FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no file": (lambda folder: folder / "nowhere.csv", "nowhere.csv: it cannot be read: No such file"),
    "an unknown form": (
        named("t.xls", b"x"),
        "'.xls' is no file form that is read here. What would do: use .csv (CSV), .parquet (Parquet), .sav (SPSS), .dta (Stata)",
    ),
    "an empty file": (broken(""), "the file is empty. What would do: write a header"),
    "semicolons": (broken("person;age;months;region\na;30;2;north\n"), "its columns stand apart by semicolons, not commas"),
    "a head only": (broken(HEAD), "the file holds no persons"),
    "a misspelt column": (broken("person,agee,months,region\na,1,2,n\n"), "there is no column 'age'. What would do: did you mean 'agee'?"),
    "a column twice": (broken("person,age,age,months,region\na,1,1,2,n\n"), "the column 'age' stands twice"),
    "a person twice": (broken(HEAD + "a,1,2,n\na,1,2,n\n"), "1 person stands there more than once: rows 1, 2"),
    "a person of the pool": (broken(HEAD + "p0100,1,2,n\n"), "1 person is treated and in the pool as well: row"),
    "words for numbers": (broken(HEAD + "a,old,2,n\nb,3,2,n\n"), "1 value is not a number: 'old' (row 1)"),
    "a missing trait": (broken(HEAD + "a,30,2,north\nb,,2,north\n"), "covariate 'age' is missing for 1 of 2: row 2."),
    "a missing level": (broken(HEAD + "a,30,2,\nb,31,2,north\n"), "category 'region' is missing for 1 of 2: row 1."),
    "a trait beyond all bounds": (broken(HEAD + "a,1e300,2,north\nb,31,2,north\n"), "1 value lies beyond 1e+100, in row 1"),
    "an infinite trait": (broken(HEAD + "a,inf,2,north\nb,31,2,north\n"), "1 value is infinite, in row 1"),
    "not UTF-8": (named("t.csv", HEAD.encode() + b"a,1,2,\xff\xfe\n"), "its letters are not written as UTF-8"),
    "no Parquet": (named("t.parquet", b"PAR1 and then something else"), "it is not readable as Parquet"),
    "no SPSS": (named("t.sav", b"$FL2 and then something else"), "it is not readable as SPSS"),
    "no Stata": (named("t.dta", b"<stata_dta> and then something else"), "it is not readable as Stata"),
    "ragged rows": (broken(HEAD + "a,1,2\n"), "it is not readable as CSV"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, says = BAD_FILES[name]
    _people, arms = a_crowd()
    pool = write(tmp_path / "pool.csv", frame({"north": 1, "east": 2, "south": 3}, np.flatnonzero(~arms)), {"region": LABELS})
    (tmp_path / "protocol.yaml").write_text(json.dumps(a_protocol()))
    code = main(
        ["compare", str(tmp_path / "protocol.yaml"), "--treated", str(make(tmp_path)), "--pool", str(pool), "--out", str(tmp_path / "out")]
    )
    told = capsys.readouterr()
    assert code == 2
    assert says in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "out").exists()
