"""A recruitment side that cannot be: refused with the place and what would do, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from a_world import FOLDER
from makegood.cli import main
from makegood.values.problem import Refused
from makegood.world.folder import data_folder
from makegood.world.invent import invent
from makegood.world.reading import read_plan


def refused(tmp_path: Path, file: str, old: str, new: str) -> str:
    """What is said when a text of the reference world's files is replaced."""
    folder = tmp_path / "world"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused) as found:
        invent(read_plan(folder), seed=1, pool_size=0)
    return str(found.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("recruitment.yaml", "listed: 1299", "listed: 1300", "the sites add up to 1299, 1300 were listed"),
        ("recruitment.yaml", "listed_and_started: 118", "listed_and_started: 117", "1299 listed less 117 started are not the 1181"),
        ("recruitment.yaml", "selected: 223", "selected: 224", "224 selected less 119 participants are not the 104"),
        ("recruitment.yaml", "zwaag: hoorn", "zwaag: horn", "there is no site 'horn'"),
        ("recruitment.yaml", "first_list: 2016-04-01", "first_list: 2016-04-02", "the first day of a month"),
        ("recruitment.yaml", "until: 2016-12-01", "until: 2016-07-01", "does not come after"),
        ("recruitment.yaml", "drops_out_in_prison, people: 39", "drops_out_in_prison, people: 38", "do not add up to 39"),
        ("recruitment.yaml", "age_over_65: {list_checked: 1}", "", "nothing says at which step somebody leaves with 'age_over_65'"),
        ("recruitment.yaml", "offender: {list_checked: 1}", "offender: {started: 1}", "nobody leaves at 'started'"),
        ("recruitment.yaml", "  acquaintance: {least: 2, most: 10}", "", "'acquaintance' stands in one of steps and days only"),
        ("recruitment.yaml", "channels:", "chanels:", "did you mean 'channels'?"),
        ("recruitment.yaml", "listed: 60, from: 2017-02-01", "listed: 60, from: 2018-02-01", "the sites begin too late"),
        ("reasons.csv", "prison_service,transferred,133", "prison_service,transferred,13e3", "a whole number of people"),
        ("reasons.csv", "prison_service,transferred", "prison,transferred", "write one of provider, prison_service"),
        ("municipalities.csv", "0363,Amsterdam", "363,Amsterdam", "write four digits"),
        ("world.yaml", "people: 2, codes: {work_potential: fair, risk", "people: 3, codes: {work_potential: fair, risk", "than have it"),
        ("world.yaml", "work_potential: high, self_reliance: low", "work_potential: hgih, self_reliance: low", "has no code 'hgih'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    assert says in refused(tmp_path, file, old, new)


def test_nothing_is_written_of_a_world_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(FOLDER.parent, tmp_path / "programme")
    (tmp_path / "programme" / "world" / "reasons.csv").write_text("reason_list,reason\n", encoding="utf-8")
    assert main(["world", str(tmp_path / "programme"), "--seed", "1", "--out", str(tmp_path / "out")]) == 2
    assert "reasons.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_world_without_recruitment_is_a_world_too(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    shutil.copytree(FOLDER, folder)
    for file in ("recruitment.yaml", "reasons.csv", "municipalities.csv"):
        (folder / file).unlink()
    files = data_folder(invent(read_plan(folder), seed=1, pool_size=5))
    assert "people.csv" in files
    assert "gross_list.csv" not in files
