"""Whatever stands in world.yaml, the answer is a world or a refusal with its place; never a crash."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from a_world import FOLDER
from makegood.values.problem import Problem, Refused
from makegood.world.folder import data_folder
from makegood.world.invent import invent
from makegood.world.reading import read_plan

Place = tuple[str | int, ...]
WORDS = yaml.load((FOLDER / "world.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - text only
GONE = object()


def places(words: Any, place: Place = ()) -> Iterator[Place]:
    if place:
        yield place
    inner = words.items() if isinstance(words, dict) else enumerate(words) if isinstance(words, list) else ()
    for step, value in inner:
        yield from places(value, (*place, step))


def changed(words: Any, place: Place, new: object) -> Any:
    """A copy of the words with another value at one place."""
    step, *rest = place
    copy: Any = dict(words) if isinstance(words, dict) else list(words)
    if rest:
        copy[step] = changed(copy[step], tuple(rest), new)
    elif new is GONE:
        del copy[step]
    else:
        copy[step] = new
    return copy


@settings(max_examples=60, deadline=None)
@given(
    place=st.sampled_from(sorted(places(WORDS), key=str)),
    new=st.sampled_from(["0", "1", "999", "-3", "x", "2016-01-01", "100%", GONE, [], {}]),
)
def test_a_changed_word_gives_a_world_or_a_refusal(place: Place, new: object) -> None:
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "world"
        shutil.copytree(FOLDER, folder)
        (folder / "world.yaml").write_text(yaml.dump(changed(WORDS, place, new), sort_keys=False), encoding="utf-8")
        problems: tuple[Problem, ...] = ()
        try:
            files = data_folder(invent(read_plan(folder), seed=1, pool_size=3))
            assert files["people.csv"].count("\n") == files["register.csv"].count("\n") + 3
        except Refused as refused:
            problems = refused.problems
    assert all((problem.where.path or problem.where.line) and problem.remedy for problem in problems)
