"""Amendments: dated layers over the text of the terms, and the text as it stood on a day."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from makegood.programme.change import Amendment
from makegood.programme.yaml_text import Place, YamlText
from makegood.values.problem import Problem, Where, nearest

_ABSENT = object()


def amended(text: YamlText, amendments: Mapping[str, Amendment], names: Sequence[str]) -> tuple[YamlText, list[Problem]]:
    """The text with these amendments laid over it, in this order.

    Returns the new text (lines point to the amendment that wrote a term) and the problems of changes that do not fit.
    """
    result = YamlText(text.file, dict(text.data), dict(text.lines))
    problems: list[Problem] = []
    for name in names:
        amendment = amendments[name]
        for index in range(len(amendment.changes)):
            here: Place = ("amendments", name, "changes", index)
            problem = _apply(result, text, here, amendment)
            if problem is not None:
                problems.append(problem)
    return result, problems


def in_force(amendments: Mapping[str, Amendment], *, day: date | None) -> list[str]:
    """The amendments that apply on a day (None: before any), in the order in which they apply."""
    dated = sorted(amendments.items(), key=lambda item: item[1].from_)
    return [name for name, amendment in dated if day is not None and amendment.from_ <= day]


def _apply(result: YamlText, text: YamlText, here: Place, amendment: Amendment) -> Problem | None:
    change = amendment.changes[int(here[-1])]
    raw = text.data["amendments"][here[1]]["changes"][here[-1]]
    where = Where(text.file, text.line_of(here), "/".join(str(step) for step in (*here, "term")))

    def no(code: str, what: str, remedy: str) -> Problem:
        return Problem(where, code, what, "An amendment that does not fit its text changes nothing that anybody can check", remedy)

    place = _place(result.data, change.term)
    *outer, last = place
    _own_copy(result.data, place)
    parent = _look(result.data, tuple(outer))
    if place[0] in ("amendments", "examples", "programme"):
        return no("not_amendable", f"'{change.term}' cannot be amended", "amend a term of the agreement; write a new example instead")
    if not isinstance(parent, dict | list) or (isinstance(parent, list) and not isinstance(last, int)):
        return no("unknown_term", f"there is no term '{change.term}'", _near_path(result.data, place))
    present = _look(result.data, place)
    if change.added is not None:
        if present is not _ABSENT:
            return no("already_there", f"'{change.term}' is there already", "use was and becomes")
        _put(parent, last, raw["added"])
        _move_lines(result, text, place, (*here, "added"))
        return None
    if present is _ABSENT:
        return no("unknown_term", f"there is no term '{change.term}'", _near_path(result.data, place))
    if change.retired:
        if not isinstance(present, dict):
            return no("not_named", f"'{change.term}' is not a named term", "retire a named term as a whole, or use was and becomes")
        present["retired_on"] = amendment.from_.isoformat()
        result.lines[(*place, "retired_on")] = text.line_of(here)
        return None
    if _same(present) != _same(raw["was"]):
        return no(
            "was_differs",
            f"'{change.term}' was {_short(present)}, not {_short(raw['was'])}",
            f"write `was: {_short(present)}`, or amend another term",
        )
    _put(parent, last, raw["becomes"])
    _move_lines(result, text, place, (*here, "becomes"))
    return None


def _place(data: Any, path: str) -> Place:
    place: list[str | int] = []
    for step in path.strip("/").split("/"):
        current = _look(data, tuple(place))
        place.append(int(step) if isinstance(current, list) and re.fullmatch(r"[0-9]{1,6}", step) else step)
    return tuple(place)


def _look(data: Any, place: Place) -> Any:
    for step in place:
        if isinstance(data, dict) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return _ABSENT
    return data


def _own_copy(data: Any, place: Place) -> None:
    """Copy what stands along a place, so that changing it there leaves the text that it came from alone."""
    for step in place:
        if isinstance(data, dict) and step in data:
            key: Any = step
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            key = step
        else:
            return
        if isinstance(data[key], dict | list):
            data[key] = copy.copy(data[key])
        data = data[key]


def _put(parent: Any, last: str | int, value: Any) -> None:
    if isinstance(parent, list):
        index = int(last)
        parent[index : index + 1] = [copy.deepcopy(value)]
    else:
        parent[str(last)] = copy.deepcopy(value)


def _move_lines(result: YamlText, text: YamlText, place: Place, source: Place) -> None:
    for old in [known for known in result.lines if known[: len(place)] == place]:
        del result.lines[old]
    for known, line in text.lines.items():
        if known[: len(source)] == source:
            result.lines[place + known[len(source) :]] = line


def _same(value: Any) -> Any:
    """Equal texts are equal whatever their spacing."""
    if isinstance(value, dict):
        return {key: _same(inner) for key, inner in value.items()}
    return [_same(inner) for inner in value] if isinstance(value, list) else " ".join(str(value).split())


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _near_path(data: Any, place: Place) -> str:
    for length in range(len(place)):
        around = _look(data, place[:length])
        if not isinstance(around, dict) or place[length] not in around:
            return nearest(str(place[length]), [str(key) for key in around] if isinstance(around, dict) else [])
    return "check the path"
