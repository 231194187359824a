"""The table of needs is true: each row's tests say the need, and no test answers a need that has no row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "explanation" / "needs.md"
_SAID = re.compile(r"\bneeds? ((?:\d+(?:-\d+)?(?:, | and )?)+)", re.IGNORECASE)


def _rows() -> dict[int, list[str]]:
    rows = [line.strip("|").split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if re.match(r"\| *\d+ *\|", line)]
    return {int(row[0]): [name.strip(" `") for name in row[-1].split(",")] for row in rows}


def _said_in(path: Path) -> set[int]:
    """Needs as a file says them: `need 49`, `needs 48, 49 and 51`, `needs 2-8`."""
    said: set[int] = set()
    for match in _SAID.finditer(path.read_text(encoding="utf-8")):
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", match[1]):
            said |= set(range(int(first), int(last or first) + 1))
    return said


@pytest.mark.parametrize("need", sorted(_rows()))
def test_each_row_leads_to_a_test_that_says_the_need(need: int) -> None:
    for name in _rows()[need]:
        path = ROOT / name
        assert path.is_file(), f"need {need}: there is no {name}"
        assert need in _said_in(path), f"{name} does not say need {need}"


def test_no_test_answers_a_need_without_a_row() -> None:
    said = {(need, str(path.relative_to(ROOT))) for path in (ROOT / "tests").rglob("test_*.py") for need in _said_in(path)}
    rows = {(need, name) for need, names in _rows().items() for name in names}
    own = str(Path(__file__).relative_to(ROOT))
    assert sorted(found for found in said - rows if found[1] != own) == []
