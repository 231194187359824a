"""A world that cannot be made says why, with file and line; nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from a_world import FOLDER
from makegood.cli import main
from makegood.values.problem import Refused
from makegood.world.invent import invent
from makegood.world.reading import read_plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "world")
    return tmp_path / "world"


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(make: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("margins.csv", "sex,male,97,38,29,30", "sex,male,97,38,29,31", "the groups add up to 98, the total is 97"),
        ("margins.csv", "sex,male,97,38,29,30", "sex,male,97,38,29,3x", "3x"),
        ("margins.csv", "sex,male,97,38,29,30", "sex,male,97,38,29", "margins.csv:9: 6 values"),
        ("margins.csv", "sex,male,97", "sex,female,97", "a second time"),
        ("margins.csv", "variable,code", "variable,word", "margins.csv"),
        ("margins.csv", "municipality,rotterdam,16", "municipality,rotterdam,15", "118 of 119 people"),
        ("differences.csv", "work_potential,missing,completed,4,5", "work_potential,missing,completed,9,5", "but margins.csv has 4"),
        ("differences.csv", "work_potential,missing,completed,4,5", "work_potential,gone,completed,4,5", "no such count"),
        ("differences.csv", "dutch_reading,unknown,completed,5,3", "dutch_reading,unknown,completed,5,4", "dutch_reading"),
        ("world.yaml", "window_months: 24", "window_months: two", "'two' is not a number"),
        ("world.yaml", "window_months: 24", "window_mnths: 24", "window_mnths"),
        ("world.yaml", "status_on: 2018-05-01", "status_on: 2018-02-30", "not a day of the calendar"),
        ("world.yaml", "dropout: 39}", "dropout: 40}", "group 'dropout' has 40"),
        ("world.yaml", "not_worked: [16, 18, 9]", "not_worked: [16, 18]", "2 counts for 3 groups"),
        ("world.yaml", "not_worked: [16, 18, 9]", "not_wurked: [16, 18, 9]", "no such code"),
        ("world.yaml", "{variable: children,", "{variable: childern,", "no variable 'childern'"),
        ("world.yaml", "first: [nieuwersluis]", "first: [elsewhere]", "no code 'elsewhere'"),
        ("world.yaml", "similar: 40%", "similar: 140%", "less than or equal to 1"),
        ("world.yaml", "people: 16", "people: 119", "leaves nobody to compare"),
        ("world.yaml", "ages: {least: 19, most: 64}", "ages: {least: 64, most: 19}", "least (64) is more than most (19)"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(folder: Path, file: str, old: str, new: str, said: str) -> None:
    change(folder, file, old, new)
    message = refused(lambda: read_plan(folder))
    assert said in message
    assert "no such code" not in message or said == "no such code"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("months_with: 361", "months_with: 3610", "cannot have 3610 months together"),
        (
            "index_from: 2016-06-03, index_to: 2016-09-30, least: 19",
            "index_from: 2017-06-03, index_to: 2017-06-30, least: 19",
            "nobody can",
        ),
        ("group: completed, code: m19_25", "group: completed, code: m07_12", "32 people have no stay"),
    ],
)
def test_a_world_that_nobody_can_live_in_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    change(folder, "world.yaml", old, new)
    plan = read_plan(folder)
    assert said in refused(lambda: invent(plan, seed=1, pool_size=10))


@pytest.mark.parametrize("file", ["world.yaml", "margins.csv", "differences.csv"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", None])
def test_a_missing_or_broken_file_is_refused(folder: Path, file: str, content: bytes | None) -> None:
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    assert file in refused(lambda: read_plan(folder))


@pytest.mark.parametrize(
    "words",
    [
        ["--seed", "x"],
        ["--seed", "-1"],
        ["--seed", "1.0"],
        ["--seed", "9" * 30],
        ["--seed", "1", "--pool", "many"],
        ["--seed", "1", "--pool", "1000001"],
    ],
)
def test_a_bad_option_ends_with_2_and_writes_nothing(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", str(FOLDER.parent), *words, "--out", str(tmp_path / "out")]) == 2
    assert "What would do" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_seed_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["world", str(FOLDER.parent), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2


def test_a_programme_without_a_world_and_no_programme_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", str(tmp_path), "--seed", "1", "--out", str(tmp_path / "out")]) == 2
    assert main(["world", "werk-na-detenite", "--seed", "1", "--out", str(tmp_path / "out")]) == 2
    assert main(["world", str(tmp_path / "gone.yaml"), "--seed", "1", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("What would do") == 3
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    assert main(["world", str(FOLDER.parent), "--seed", "1", "--pool", "5", "--out", str(tmp_path / "out")]) == 2
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
    assert "not_a_folder" not in capsys.readouterr().err


def test_the_command_writes_the_folder_and_says_what_was_planted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", str(FOLDER.parent), "--seed", "4", "--pool", "12", "--out", str(tmp_path / "a")]) == 0
    said = capsys.readouterr().out
    assert "119 participants, 12 to compare with" in said
    assert "103 who can be matched (3.5049 against 1.5049)" in said
    assert main(["world", str(FOLDER.parent), "--seed", "4", "--pool", "12", "--out", str(tmp_path / "b"), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert {"people.csv", "spells.csv", "coverage.csv", "observations.csv", "transactions.csv", "manifest.json", "differences.csv"} <= set(
        files
    )
