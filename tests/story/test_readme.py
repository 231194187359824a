"""The README's tour works when it is pasted, and shows what it says."""

from __future__ import annotations

from pathlib import Path

from pages import ROOT, blocks_of, broken_promises


def test_the_tour_can_be_pasted(tmp_path: Path) -> None:
    assert list(broken_promises(ROOT / "README.md", tmp_path)) == []


def test_the_tour_promises_something_at_every_step() -> None:
    steps = blocks_of(ROOT / "README.md")[1:]
    assert len(steps) == 8
    assert all(step.promised for step in steps)
