"""The list of refused figures, gathered so that a reader can take it in: by group, the labels one after another."""

from __future__ import annotations

from collections.abc import Sequence


def gathered(refused: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Names such as `count / matched (started) / sex[male]` as (what they share, the last parts), in their order."""
    groups: dict[str, list[str]] = {}
    for name in refused:
        *shared, last = name.split(" / ")
        groups.setdefault(" / ".join(shared), []).append(last)
    return list(groups.items())
