"""Writing a protocol's hash and the parties' public keys into a programme file, and changing nothing else in it.

The text is edited where the terms stand, so that comments and layout stay; the result is read again and must differ
from what it was by these words only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml

from makegood.programme.yaml_text import Place, parse_yaml_text
from makegood.values.problem import Problem, Refused, Where

GROUPS = ("matched_group", "randomised_group")
"""The kinds of counterfactual that a comparison supplies."""


@dataclass(frozen=True, order=True)
class _Edit:
    """Characters `start` to `end` of the text become `words`."""

    start: int
    end: int
    words: str


def pinned(content: bytes, *, file: str, protocol_sha256: str, metrics: Sequence[str], public_keys: Mapping[str, str]) -> str:
    """The text of a programme file with the protocol pinned for these metrics and the keys under their parties.

    A pin or key that stands there is replaced. Raises Refused where a metric has no comparison group to pin, a party
    is not in the file, or the text cannot be edited without touching more.
    """
    before = parse_yaml_text(content, file=file)
    wanted = [((*place, "protocol_sha256"), protocol_sha256) for metric in metrics for place in _groups(before.data, metric)]
    problems = [
        Problem(Where(file, before.line_of(("outcome_metrics", metric)), f"outcome_metrics/{metric}"), "nothing_to_pin", what, "", remedy)
        for metric in metrics
        if not list(_groups(before.data, metric))
        for what, remedy in [_why_not(before.data, metric)]
    ]
    known = before.data.get("parties") or {}
    for party, key in public_keys.items():
        if party not in known:
            names = ", ".join(f"'{name}'" for name in known)
            where = Where(file, before.line_of(("parties",)), f"parties/{party}")
            problems.append(Problem(where, "unknown_party", f"'{party}' is no party", "", f"name one of {names}, or add the party first"))
        wanted.append((("parties", party, "public_key"), key))
    if problems:
        raise Refused(problems)
    text = content.decode("utf-8-sig")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = [_edit(root, place, word) for place, word in wanted]
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.words + text[edit.end :]
    expected = deepcopy(before.data)
    for place, word in wanted:
        _set(expected, place, word)
    if parse_yaml_text(text.encode("utf-8"), file=file).data != expected:
        lines = "; ".join(f"{'/'.join(map(str, place))}: {word}" for place, word in wanted)
        raise Refused([Problem(Where(file), "cannot_pin", "the layout of this file is not one that can be edited safely", "", lines)])
    return text


def _groups(data: Mapping[str, Any], metric: str) -> Iterator[Place]:
    effect = ((data.get("outcome_metrics") or {}).get(metric) or {}).get("effect") or {}
    for index, row in enumerate(effect.get("counterfactual") or []):
        if row.get("kind") in GROUPS:
            yield ("outcome_metrics", metric, "effect", "counterfactual", index)


def _why_not(data: Mapping[str, Any], metric: str) -> tuple[str, str]:
    if metric not in (data.get("outcome_metrics") or {}):
        return f"'{metric}' is no outcome metric of the programme", "name the metrics as the programme does"
    return f"'{metric}' is not compared with a group", "add `effect: {form: …, counterfactual: [{kind: matched_group}]}`"


def _edit(root: Any, place: Place, word: str) -> _Edit:
    *around, key = place
    node = root
    for step in around:
        node = node.value[step] if isinstance(step, int) else next(value for name, value in node.value if name.value == step)
    for name, value in node.value:
        if name.value == key:
            return _Edit(value.start_mark.index, value.end_mark.index, word)
    first = node.value[0][0].start_mark
    words = f"{key}: {word}, " if node.flow_style else f"{key}: {word}\n{' ' * first.column}"
    return _Edit(first.index, first.index, words)


def _set(data: Any, place: Place, word: str) -> None:
    for step in place[:-1]:
        data = data[step]
    data[place[-1]] = word
